from __future__ import annotations

import pytest

from syncsim.checks.noflap import CHECK
from syncsim.checks.verdict import Status
from tests.checks.notation import finding

SHOWN = "A1 op-1.mount(one/A1) @10 op-1:one/A1=A1.1 "
PENDING = (
    SHOWN + "@100 op-1?i1:accept(A1) op-1+i1:A1.1{status=accepted}"
    " @110 op-1:one/A1=A1.1{status=accepted}+i1 "
)
COMMITTED = "@150 +A1{status=accepted}/i1 "


def test_a_pending_change_that_is_confirmed_passes():
    found = finding(CHECK, PENDING + COMMITTED + "@200 op-1!i1=ok op-1:one/A1=A1.2")
    assert (found.status, found.seen) == (Status.PASS, 1)


def test_a_pending_change_that_vanishes_and_comes_back_confirmed_fails_once():
    line = PENDING + COMMITTED + "@200 op-1:one/A1=A1.1 @300 op-1!i1=ok op-1:one/A1=A1.2"
    found = finding(CHECK, line)
    assert (found.status, found.failures) == (Status.FAIL, 1)
    story = found.stories[0]
    assert story.text == (
        "op-1's view one/A1 showed for appointment A1: status pending, at 0.010 s; status accepted,"
        " at 0.110 s, with the pending i1 painted over it; and status pending again, at 0.200 s."
        " The backend had not gone there and back."
    )
    assert (story.at_us, story.client, story.entity) == (200_000, "op-1", "appointment/A1")
    assert story.records == (2, 5, 7)


@pytest.mark.parametrize("result", ["refused", "failed", "unknown"])
def test_a_pending_change_that_came_to_nothing_may_be_taken_back(result):
    line = PENDING + f"@200 op-1!i1={result} op-1:one/A1=A1.1 "
    assert finding(CHECK, line).status is Status.PASS
    before = PENDING + f"@200 op-1:one/A1=A1.1 @210 op-1!i1={result}"
    assert finding(CHECK, before).status is Status.FAIL
    dishonest = PENDING + COMMITTED + f"@200 op-1!i1={result} op-1:one/A1=A1.1"
    assert finding(CHECK, dishonest).status is Status.FAIL


def test_what_was_taken_back_may_be_done_by_somebody_else_later():
    line = PENDING + "@200 op-1!i1=refused op-1:one/A1=A1.1 @250 +A1{status=accepted}/:accept "
    assert finding(CHECK, line + "@300 op-1:one/A1=A1.2").status is Status.PASS


def test_a_rollback_that_takes_a_confirmed_value_with_it_fails():
    line = (
        PENDING + "@120 +A1{status=accepted}/:accept @130 op-1:one/A1=A1.2+i1"
        " @200 op-1!i1=refused op-1:one/A1=A1.1"
    )
    assert finding(CHECK, line).status is Status.FAIL


def test_of_a_batch_the_item_counts():
    line = (
        "A1 A2 op-1.mount(slice) op-1:slice=A1.1 op-1?i1:cancel(A1,A2)"
        " op-1+i1:A1.1{status=cancelled} op-1:slice=A1.1{status=cancelled}+i1 "
    )
    refused = line + "op-1!i1=ok(A1=refused,A2=ok) op-1:slice=A1.1"
    assert finding(CHECK, refused).status is Status.PASS
    assert finding(CHECK, refused.replace("A1=refused,A2=ok", "A1=ok")).status is Status.FAIL


def test_there_and_back_at_the_backend_is_there_and_back_on_the_screen():
    there = SHOWN + "@50 +A1{overdue=true}/:mark_overdue @60 op-1:one/A1=A1.2 "
    back = there + "@70 +A1{overdue=false}/:mark_overdue @80 op-1:one/A1=A1.3 "
    assert finding(CHECK, back).status is Status.PASS
    assert finding(CHECK, there + "@80 op-1:one/A1=A1.1").status is Status.FAIL
    assert finding(CHECK, back + "@90 op-1:one/A1=A1.2").status is Status.FAIL


def test_what_the_backend_did_before_the_view_had_looked_is_no_excuse():
    line = (
        "A1 op-1.mount(one/A1) +A1{overdue=true}/:mark_overdue +A1{overdue=false}/:mark_overdue"
        " op-1:one/A1=A1.1 op-1:one/A1=A1.3 op-1:one/A1=A1.2 op-1:one/A1=A1.3"
    )
    assert finding(CHECK, line).failures == 1


def test_a_value_that_the_person_asked_for_again_is_no_flap():
    line = (
        PENDING + "@120 op-1?i2:accept(A1) op-1+i2:A1.1{status=pending}"
        " op-1:one/A1=A1.1{status=pending}+i1+i2"
    )
    assert finding(CHECK, line).status is Status.PASS


def test_a_pending_way_back_that_vanishes_and_comes_back_confirmed_fails():
    line = (
        PENDING + "@120 +A1{status=accepted}/:accept @130 op-1?i2:accept(A1)"
        " op-1+i2:A1.2{status=pending} op-1:one/A1=A1.2{status=pending}+i2 @140 op-1:one/A1=A1.2"
        " @150 +A1{status=pending}/i2 @160 op-1!i2=ok op-1:one/A1=A1.3"
    )
    found = finding(CHECK, line)
    assert (found.failures, found.stories[0].at_us) == (1, 160_000)


def test_a_row_that_leaves_its_list_and_comes_back_flaps_too():
    listed = "A1 op-1.mount(pending) @10 op-1:pending=A1.1 @20 op-1:pending-A1 "
    found = finding(CHECK, listed + "@30 op-1:pending=A1.1")
    assert found.why == (
        "op-1's view pending showed for appointment A1: the row, at 0.010 s; no such row, at"
        " 0.020 s; and the row again, at 0.030 s. The backend had not gone there and back."
    )
    there = "@15 +A1{status=accepted}/:accept +A1{status=pending}/:accept @20"
    assert finding(CHECK, listed.replace("@20", there)).status is Status.PASS
    back = listed.replace("@20", there) + "@30 op-1:pending=A1.3"
    assert finding(CHECK, back).status is Status.PASS
    hidden = listed.replace("pending-A1 ", "pending-A1.1+i1 ")
    refused = "A1 op-1?i1:accept(A1) " + hidden + "op-1!i1=refused op-1:pending=A1.1"
    assert finding(CHECK, refused).status is Status.PASS


def test_the_slice_store_owes_no_rows():
    line = "A1 op-1.mount(slice) op-1:slice=A1.1 op-1:slice-A1 op-1:slice=A1.1"
    assert finding(CHECK, line).status is Status.UNKNOWN


def test_without_a_change_on_a_screen_nobody_knows():
    assert finding(CHECK, SHOWN + "op-1:one/A1=A1.1").status is Status.UNKNOWN


def test_a_view_that_is_opened_again_starts_anew():
    line = SHOWN + COMMITTED.replace("i1", ":accept") + "op-1:one/A1=A1.2 op-1.mount(one/A1) "
    assert finding(CHECK, line + "op-1:one/A1=A1.1").status is Status.PASS


def test_a_step_back_to_a_third_value_is_not_judged():
    line = (
        "A1 +A1{status=accepted}/:accept +A1{status=done}/:accept op-1.mount(slice)"
        " op-1:slice=A1.1 op-1:slice=A1.3 op-1:slice=A1.2"
    )
    assert finding(CHECK, line).status is Status.PASS


def test_a_value_that_comes_back_late_passes_if_the_backend_went_back():
    line = (
        SHOWN + "@50 +A1{overdue=true}/:mark_overdue @60 op-1:one/A1=A1.2"
        " @70 +A1{overdue=false}/:mark_overdue @9000 op-1:one/A1=A1.3"
    )
    assert finding(CHECK, line).status is Status.PASS
