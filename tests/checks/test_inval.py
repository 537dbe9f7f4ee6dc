from __future__ import annotations

import pytest

from syncsim.checks.inval import CHECK
from syncsim.checks.verdict import Status
from tests.checks.state_histories import finding, intervals

START = (
    "safety A1 A2 op-1.mount(pending) op-1.fetch(pending,f0,mount) op-1.fetched(pending,f0,2)"
    " op-1:pending=A1.1 op-1:pending=A2.1 op-1.ready(pending) op-2?i1:accept(A1) "
)
COMMIT = "@100 +A1{status=accepted}/i1 "
LOST = START + COMMIT + "op-1.lose(backend,e1,event,away,lsn=3) "
TOLD = START + COMMIT + "backend.send(op-1,e1,event,entity=A1,lsn=3) "
RECEIVED = "op-1.receive(backend,e1) op-1.event(A1,2,3) "
REFETCH = "op-1.invalidate(pending,event) op-1.fetch(pending,f1,event) "
END = " @5000 end"


def test_a_change_that_is_on_its_way_all_the_time_passes():
    line = TOLD + "@150 " + RECEIVED + REFETCH + "@250 op-1.fetched(pending,f1,3)"
    found = finding(CHECK, line + " @266 op-1:pending-A1" + END)
    assert (found.status, found.seen) == (Status.PASS, 1)


def test_a_lost_event_leaves_the_view_stuck():
    found = finding(CHECK, LOST + END)
    assert (found.status, found.failures, found.seen) == (Status.FAIL, 1, 1)
    story = found.stories[0]
    assert story.text == (
        "op-1's view pending showed for appointment A1: status pending, overdue False; the backend"
        " held since op-2's accept of 0.100 s: no such row. The event that told of it was lost at"
        " 0.100 s (away). From 0.100 s on the view was marked fresh and nothing under way could"
        " mend it. It was still so when the record ended at 5.000 s, 4.900 s later."
    )
    assert (story.at_us, story.client, story.entity) == (100_000, "op-1", "appointment/A1")
    assert story.records == (6, 10, 11)


def test_luck_that_mends_it_later_is_no_excuse():
    found = finding(CHECK, LOST + "@900 op-1:pending-A1" + END)
    assert found.failures == 1
    assert found.why.endswith("It lasted 0.800 s, until 0.900 s.")


def test_a_screen_that_was_never_stale_tells_nothing():
    assert finding(CHECK, START + END).status is Status.UNKNOWN
    slice_only = "A1 op-1.mount(slice) op-1:slice=A1.1 op-1.ready(slice) op-1.fetched(slice,f,1) "
    assert finding(CHECK, slice_only + "+A1{status=done}/:mark" + END).status is Status.UNKNOWN


HOPES = {
    "marked-stale": "op-1.invalidate(pending,event)",
    "not-fresh": "op-1.fetched(pending,f1,2,fresh=false)",
    "fetching": "op-1.fetch(pending,f1,event)",
    "will-retry": "op-1.fetch(pending,f1,event) op-1.fetch_failed(pending,f1,retrying)",
    "event-in-flight": "backend.send(op-1,e2,event,entity=A2,lsn=9)",
    "intent-pending": "op-1?i2:accept(A2)",
    "will-resync": "op-1.arm(reconnect-resync)",
    "will-refresh": "op-1.arm(refresh-habit)",
}
NO_HOPES = {
    "fetching-another-view": "op-1.fetch(accepted,f1,event)",
    "fetch-given-up": "op-1.fetch(pending,f1,event) op-1.fetch_failed(pending,f1,timeout)",
    "event-to-another": "backend.send(op-2,e2,event,entity=A1,lsn=3)",
    "intent-ended": "op-1?i2:accept(A2) op-1!i2=unknown",
    "disarmed": "op-1.arm(online) op-1.disarm(online)",
    "marked-fresh-again": "op-1.invalidate(pending,event) op-1.freshen(pending,rollback)",
}


@pytest.mark.parametrize("name", [*HOPES, *NO_HOPES])
def test_a_view_is_stuck_unless_something_may_mend_it(name):
    line = START + "@50 " + {**HOPES, **NO_HOPES}[name] + " " + COMMIT
    found = finding(CHECK, line + END)
    assert found.status is (Status.PASS if name in HOPES else Status.FAIL)
    assert found.seen == 1


def test_a_view_that_was_never_fetched_is_not_fresh():
    line = START.replace("op-1.fetched(pending,f0,2)", "op-1.fetch_failed(pending,f0,down)")
    assert finding(CHECK, line + COMMIT + END).status is Status.PASS


def test_nobody_can_tell_of_a_view_that_was_stale_and_of_which_no_mark_is_on_record():
    line = START.replace("op-1.fetch(pending,f0,mount) op-1.fetched(pending,f0,2)", "")
    found = finding(CHECK, line + COMMIT + END)
    assert found.status is Status.UNKNOWN
    assert found.why == "no record says when op-1's view pending was fetched"


def test_nothing_is_stale_before_its_view_is_ready():
    line = START.replace("op-1:pending=A1.1", "@20 op-1:pending=A1.1 @30")
    assert finding(CHECK, line + COMMIT + END).seen == 1


def test_hope_that_comes_to_nothing_leaves_the_view_stuck_from_then_on():
    found = finding(CHECK, TOLD + "@150 " + RECEIVED + END)
    assert intervals(found) == [150]
    assert "Its event came at 0.150 s and did not mark this view stale." in found.why


def test_a_fetch_that_had_read_before_the_change_erases_the_chance():
    line = TOLD + "@150 " + RECEIVED + REFETCH + "@250 op-1.fetched(pending,f1,2)"
    found = finding(CHECK, line + END)
    assert intervals(found) == [250]
    assert (
        "A fetch that had read the backend at commit 2, before that change (3), arrived at 0.250 s"
        " and marked the view fresh."
    ) in found.why
    assert found.stories[0].records == (6, 10, 16)


def test_a_rollback_that_marks_the_view_fresh_erases_the_chance():
    line = TOLD + "@150 " + RECEIVED + "op-1?i2:accept(A2) op-1.invalidate(pending,event) "
    line += "@300 op-1.freshen(pending,rollback) op-1!i2=refused"
    found = finding(CHECK, line + END)
    assert intervals(found) == [300]
    assert "At 0.300 s a local rollback marked the view fresh, asking nobody." in found.why


def test_a_loss_after_the_view_was_marked_fresh_is_what_erased_the_chance():
    line = TOLD + "@120 op-1.fetched(pending,f1,2) @200 op-1.lose(backend,e1,event,dropped,lsn=3)"
    found = finding(CHECK, line + END)
    assert intervals(found) == [200]
    assert "was lost at 0.200 s (dropped)" in found.why


def test_a_change_that_nobody_told_of_says_so():
    assert "No event about it was on its way to op-1." in finding(CHECK, START + COMMIT + END).why


def test_older_data_painted_after_the_newer_had_come_says_so():
    line = TOLD + "@150 " + RECEIVED + REFETCH + "@250 op-1.fetched(pending,f1,3)"
    found = finding(CHECK, line + " @260 op-1:pending-A1 @400 op-1:pending=A1.1" + END)
    assert intervals(found) == [400]
    assert "A fetch of 0.250 s had brought it; then older data was painted." in found.why


@pytest.mark.parametrize(("paint_ms", "status"), [(200, Status.PASS), (201, Status.FAIL)])
def test_a_frame_may_lag_behind_the_answer_as_long_as_the_bound(paint_ms, status):
    line = TOLD + "@120 " + RECEIVED + REFETCH + "@150 op-1.fetched(pending,f1,3) "
    assert finding(CHECK, f"{line} @{paint_ms} op-1:pending-A1" + END).status is status


def test_a_stretch_of_hope_does_not_make_one_stuck_row_two():
    line = LOST + "@300 op-1?i2:accept(A2) @400 op-1!i2=refused @900 op-1:pending-A1"
    assert intervals(finding(CHECK, line + END)) == [100]
    again = LOST + "@300 op-1:pending-A1 @400 op-1:pending=A1.1 @900 op-1:pending-A1"
    assert intervals(finding(CHECK, again + END)) == [100, 400]


def test_a_row_mended_within_the_bound_is_forgotten():
    line = LOST + "@140 op-1:pending-A1 @145 op-1.invalidate(pending,refresh)"
    assert finding(CHECK, line + END).status is Status.PASS


def test_hope_in_time_is_in_time():
    assert finding(CHECK, LOST + "@150 op-1?i2:accept(A2)" + END).status is Status.PASS
    assert finding(CHECK, LOST + "@151 op-1?i2:accept(A2)" + END).status is Status.FAIL


def test_every_stuck_row_of_every_client_counts():
    other = "op-2.mount(one/A1) op-2.fetched(one/A1,f,2) op-2:one/A1=A1.1 op-2.ready(one/A1) "
    ended = "op-2!i1=ok "
    line = START + other + COMMIT + ended + "@110 +A2{status=accepted}/:mark"
    found = finding(CHECK, line + END)
    assert [(story.client, story.entity) for story in found.stories] == [
        ("op-1", "appointment/A1"),
        ("op-2", "appointment/A1"),
        ("op-1", "appointment/A2"),
    ]


def test_a_view_that_leaves_ends_it_and_a_view_that_comes_back_cached_begins_it():
    left = LOST + "@140 op-1.unmount(pending) "
    assert finding(CHECK, left + END).status is Status.PASS
    late = finding(CHECK, LOST + "@300 op-1.unmount(pending)" + END)
    assert late.why.endswith("It lasted 0.200 s, until 0.300 s.")
    back = left + "@500 op-1.mount(pending) op-1:pending=A1.1 op-1:pending=A2.1 op-1.ready(pending)"
    assert intervals(finding(CHECK, back + END)) == [500]
    refetched = back + " op-1.fetch(pending,f1,mount)"
    assert finding(CHECK, refetched + END).status is Status.PASS


def test_a_client_outside_the_core_is_not_asked():
    assert finding(CHECK, LOST + END, core=["op-1"]).status is Status.FAIL
    found = finding(CHECK, LOST + END, core=["op-2"])
    assert (found.status, found.seen) == (Status.UNKNOWN, 0)
