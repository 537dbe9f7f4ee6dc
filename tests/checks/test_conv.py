from __future__ import annotations

from syncsim.checks.conv import CHECK
from syncsim.checks.verdict import Status
from tests.checks.state_histories import finding

START = (
    "safety A1 A2 op-1.mount(pending) op-1:pending=A1.1 op-1:pending=A2.1 op-1.ready(pending)"
    " op-1.mount(slice) op-1.ready(slice) op-2?i1:accept(A1) @100 +A1{status=accepted}/i1 "
)
DONE = "@150 op-1:pending-A1 "
END = "settle @5000 end"


def test_screens_that_show_what_the_backend_holds_pass():
    found = finding(CHECK, START + DONE + END)
    assert (found.status, found.seen) == (Status.PASS, 2)


def test_a_row_that_is_still_shown_old_fails():
    found = finding(CHECK, START + END)
    assert (found.status, found.failures) == (Status.FAIL, 1)
    story = found.stories[0]
    assert story.text == (
        "When the run ended at 5.000 s, op-1's view pending showed for appointment A1: status"
        " pending, overdue False, painted at 0.000 s. The backend held for it: no such row, since"
        " op-2's accept of 0.100 s."
    )
    assert (story.at_us, story.client, story.entity) == (5_000_000, "op-1", "appointment/A1")
    assert story.records == (4, 10, 12)


def test_a_row_that_is_missing_fails():
    line = "A1{status=done} op-1.mount(pending) op-1.ready(pending) @9 +A1{status=pending}/:mark "
    found = finding(CHECK, line + END)
    assert (found.status, found.failures) == (Status.FAIL, 1)
    assert "showed for appointment A1: no such row. The backend held" in found.why
    assert finding(CHECK, line + "@50 op-1:pending=A1.2 " + END).status is Status.PASS


def test_a_screen_that_differs_fails_although_nothing_was_committed():
    line = "A1{status=done} op-1.mount(pending) op-1.ready(pending) @9 "
    assert finding(CHECK, line + END).status is Status.UNKNOWN
    assert finding(CHECK, line + "op-1:pending=A1.1 " + END).status is Status.FAIL


def test_each_row_of_each_view_counts():
    line = START + "op-1.mount(one/A1) op-1:one/A1=A1.1 op-1.ready(one/A1) @200 "
    assert finding(CHECK, line + "+A2{overdue=true}/:mark " + END).failures == 3


def test_a_pending_change_is_no_excuse_at_the_end():
    line = START + DONE + "op-1:pending=A2.1{status=accepted}+i2 "
    found = finding(CHECK, line + END)
    assert found.failures == 1
    assert "with the pending intent i2 in it" in found.why


def test_the_slice_store_is_compared_where_it_shows_a_row():
    assert finding(CHECK, START + DONE + "op-1:slice=A1.1 " + END).failures == 1
    assert finding(CHECK, START + DONE + "op-1:slice=A1.2 " + END).status is Status.PASS
    assert finding(CHECK, START + DONE + "op-1:slice-A1 " + END).status is Status.PASS


def test_a_view_that_left_or_is_not_ready_is_not_looked_at():
    assert finding(CHECK, START + "@200 op-1.unmount(pending) " + END).status is Status.PASS
    assert finding(CHECK, START + "@200 op-1.mount(pending) " + END).status is Status.PASS


def test_what_a_view_showed_before_it_came_on_screen_again_does_not_count():
    again = "@200 op-1.unmount(pending) @300 op-1.mount(pending) op-1:pending=A2.1 "
    found = finding(CHECK, START + DONE + again + "op-1.ready(pending) " + END)
    assert found.status is Status.PASS
    found = finding(CHECK, START + again + "op-1.ready(pending) " + END)
    assert found.status is Status.PASS
    found = finding(CHECK, START + again + "op-1:pending=A1.1 op-1.ready(pending) " + END)
    assert found.failures == 1


def test_without_an_end_a_commit_or_a_ready_view_nobody_can_tell():
    no_commit = START.partition("@100")[0]
    no_view = "A1 op-1.mount(pending) @100 +A1{status=accepted}/:mark "
    for line, why in (
        (START, "does not say that the run ended"),
        (no_commit + END, "nothing was committed"),
        (no_view + END, "no view was ready"),
    ):
        found = finding(CHECK, line)
        assert (found.status, found.seen) == (Status.UNKNOWN, 0)
        assert why in found.why
