from __future__ import annotations

import pytest

from syncsim.checks.overlays import ENDED_MAX, Overlays
from syncsim.checks.roll import CHECK
from syncsim.checks.verdict import Status
from tests.checks.state_histories import finding, history, intervals

START = (
    "safety A1 A2 op-1.mount(pending) op-1:pending<A1.1 op-1:pending<A2.1 op-1:pending=A1.1"
    " op-1:pending=A2.1 op-1.ready(pending) "
)
PUT = (
    "@100 op-1?i1:accept(A1) op-1+i1:A1.1{status=accepted}[views=pending]"
    " op-1.send(backend,i1/1,mutate,intent=i1) "
)
SHOWN = "@116 op-1:pending=A1.1{status=accepted}+i1 "
REFUSED = "@200 op-1-i1:A1=rollback op-1!i1=refused "
BACK = "@216 op-1:pending=A1.1 "
ASK = START + PUT + SHOWN
END = " @5000 end"


def test_a_rollback_to_what_the_server_had_told_passes():
    found = finding(CHECK, ASK + REFUSED + BACK + END)
    assert (found.status, found.seen) == (Status.PASS, 1)


def test_a_snapshot_that_erases_the_change_of_another_fails():
    line = ASK + "op-2?i2:accept(A2) @150 +A2{overdue=true}/i2 @170 op-1:pending<A2.2 @180"
    line += " op-1:pending=A2.2 " + REFUSED + BACK + "op-1:pending=A2.1 "
    found = finding(CHECK, line + "@700 op-1:pending=A2.2" + END)
    assert (found.status, found.failures, found.seen) == (Status.FAIL, 1, 1)
    story = found.stories[0]
    assert story.text == (
        'op-1 chose "accept" for appointment A1 at 0.100 s; it ended refused at 0.200 s. From'
        " 0.216 s on op-1's view pending showed for appointment A2: overdue False; it should have"
        " shown: overdue True. The rollback of 0.200 s erased op-2's accept of 0.150 s. It lasted"
        " 0.484 s, until 0.700 s."
    )
    assert (story.at_us, story.client, story.entity) == (216_000, "op-1", "appointment/A2")
    assert story.records == (9, 14, 17, 18, 20)


def test_a_snapshot_that_brings_a_row_back_erases_the_change_that_took_it_away():
    line = ASK + "op-2?i2:accept(A1) @150 +A1{status=accepted}/i2 op-2?i3:accept(A1) @160"
    line += " +A1{overdue=true}/i3 @170 op-1.fetched(pending,f1,3) op-1:pending<-A1 "
    found = finding(CHECK, line + REFUSED + BACK + END)
    assert "should have shown: no such row" in found.why
    assert "The rollback of 0.200 s erased op-2's accept of 0.150 s." in found.why
    assert "still shown" not in found.why
    ghost = finding(CHECK, line + REFUSED + END)
    assert "What had failed was still shown." in ghost.why


def test_a_row_that_a_pending_change_takes_away_is_wrong_even_if_the_server_has_none():
    line = START + "@100 op-1?i1:accept(A1) op-1+i1:A1.1-[views=pending] @116 op-1:pending-A1 "
    line += "@150 op-1:pending<-A1 @160 op-1:pending=A1.1 "
    assert intervals(finding(CHECK, line + "@500 op-1:pending-A1" + END)) == [160]


def test_a_change_that_an_answer_contradicts_is_wrong_from_that_answer_on():
    """No row that the server tells of changes: the accepted row was on the list in no answer."""
    line = START + "+A1{status=accepted}/:accept @50 op-1:pending<-A1 op-1:pending-A1 "
    line += "@100 op-1?i1:accept(A1) op-1+i1:A1.2{status=done}[views=pending] "
    line += "@116 op-1:pending=A1.2{status=done}+i1 @150 +A1{status=done}/i1 @200 op-1!i1=ok "
    line += "@300 op-1.fetched(pending,f1,4) "
    assert intervals(finding(CHECK, line + "@900 op-1:pending-A1" + END)) == [300]
    assert intervals(finding(CHECK, line + "@316 op-1:pending-A1" + END)) == []


def test_a_change_that_is_missing_is_no_longer_once_the_rows_hold_its_commit():
    line = START + "op-1:pending<A1.1[version=2] @100 op-1?i1:accept(A1) "
    line += "op-1+i1:A1.1{status=accepted}[views=pending] "
    assert intervals(finding(CHECK, line + "@500 +A1{status=accepted}/i1" + END)) == [100]
    assert intervals(finding(CHECK, line + "@120 +A1{status=accepted}/i1" + END)) == []


def test_what_had_failed_and_is_still_shown_fails():
    found = finding(CHECK, ASK + REFUSED + END)
    assert (found.failures, intervals(found)) == (1, [200])
    assert "showed for appointment A1: status accepted; it should have shown: status pending" in (
        found.why
    )
    assert "What had failed was still shown." in found.why


@pytest.mark.parametrize("result", ["refused", "failed", "unknown"])
def test_whatever_did_not_go_well_must_not_be_shown(result):
    line = ASK + REFUSED.replace("refused", result)
    assert finding(CHECK, line + END).failures == 1
    passed = finding(CHECK, line + BACK + END)
    assert (passed.status, passed.seen) == (Status.PASS, 1)


def test_without_an_intent_that_was_sent_and_failed_nobody_can_tell():
    assert finding(CHECK, START + END).status is Status.UNKNOWN
    assert finding(CHECK, ASK + END).status is Status.UNKNOWN
    withheld = START + "@100 op-1?i1:accept(A1) op-1!i1=withheld"
    assert finding(CHECK, withheld + END).status is Status.UNKNOWN
    unsent = ASK.replace("op-1.send(backend,i1/1,mutate,intent=i1)", "")
    assert finding(CHECK, unsent + REFUSED + BACK + END).status is Status.UNKNOWN
    fine = ASK + "@150 +A1{status=accepted}/i1 @200 op-1-i1:A1=response op-1!i1=ok"
    assert finding(CHECK, fine + END).status is Status.UNKNOWN


def test_an_item_of_a_batch_that_was_refused_is_a_rollback_too():
    line = START + "@100 op-1?i1:cancel(A1,A2) op-1.send(backend,i1/1,mutate,intent=i1)"
    line += " op-1+i1:A1.1{status=cancelled}[views=pending] @116 "
    line += "op-1:pending=A1.1{status=cancelled}+i1 @200 op-1-i1:A1=response "
    both = "op-1!i1=ok(A1={},A2=refused) "
    assert finding(CHECK, line + both.format("refused") + END).failures == 1
    assert finding(CHECK, line + both.format("refused") + BACK + END).seen == 1
    assert finding(CHECK, line + both.format("ok") + END).status is Status.PASS


def test_a_pending_change_must_be_shown_where_it_was_applied():
    found = finding(CHECK, START + PUT + END)
    assert (found.failures, intervals(found)) == (1, [100])
    assert "it should have shown: status accepted" in found.why
    assert "was still pending, but its change was not shown" in found.why
    other_view = PUT.replace("views=pending", "views=accepted")
    assert finding(CHECK, START + other_view + END).status is Status.UNKNOWN


def test_a_pending_change_may_be_shown_where_it_was_not_applied():
    other_view = PUT.replace("views=pending", "views=accepted")
    assert finding(CHECK, START + other_view + SHOWN + END).status is Status.UNKNOWN


def test_a_fetch_that_wipes_a_pending_change_off_the_screen_fails():
    wiped = finding(CHECK, ASK + "@150 op-1:pending=A1.1" + END)
    assert intervals(wiped) == [150]
    assert finding(CHECK, ASK + "@150 op-1:pending=A1.1 @200 op-1!i1=ok" + END).failures == 0


def test_a_change_that_was_taken_off_early_may_be_shown_or_not():
    for shown in ("", BACK):
        assert finding(CHECK, ASK + "@200 op-1-i1:A1=fence " + shown + END).failures == 0


OK = "@150 +A1{status=accepted}/i1 @200 op-1-i1:A1=response op-1!i1=ok "


def test_a_change_that_went_well_may_be_shown_until_the_server_has_told_it():
    for shown in ("", BACK):
        assert finding(CHECK, ASK + OK + shown + END).failures == 0
    told = ASK + OK + "@300 op-1:pending<A1.2 "
    assert finding(CHECK, told + END).failures == 0
    moved_on = told + "@310 +A1{status=done}/:mark @400 op-1:pending<A1.3 "
    assert intervals(finding(CHECK, moved_on + END)) == [400]
    assert finding(CHECK, moved_on + "@416 op-1:pending=A1.3" + END).failures == 0


def test_a_fetch_that_read_after_the_commit_has_told_it_too():
    gone = "@300 op-1.fetched(pending,f1,{}) op-1:pending<-A1 "
    assert finding(CHECK, ASK + OK + gone.format(2) + END).failures == 0
    assert intervals(finding(CHECK, ASK + OK + gone.format(3) + END)) == [300]
    assert finding(CHECK, ASK + OK + gone.format(3) + "@316 op-1:pending-A1" + END).failures == 0


def test_a_change_already_told_before_its_outcome_may_be_shown_or_not():
    told = ASK + "@150 +A1{status=accepted}/i1 +A1{status=done}/:mark @180 op-1:pending<A1.3 "
    assert finding(CHECK, told + "@196 op-1:pending=A1.3" + END).failures == 0
    assert finding(CHECK, told + "@196 op-1:pending=A1.3{status=accepted}+i1" + END).failures == 0
    assert finding(CHECK, told + "@196 op-1:pending=A1.1" + END).failures == 1


def test_of_two_pending_changes_the_later_one_shows():
    second = "@150 op-1?i2:cancel(A1) op-1+i2:A1.1{status=cancelled}[views=pending] "
    both = ASK + second + "@166 op-1:pending=A1.1{status=cancelled}+i1+i2 "
    assert finding(CHECK, both + END).failures == 0
    assert finding(CHECK, ASK + second + END).failures == 1
    # The first is refused: the second stays.
    assert finding(CHECK, both + REFUSED + END).failures == 0
    assert finding(CHECK, both + REFUSED + BACK + END).failures == 1
    # The second is refused: the first must come back.
    undone = both + "@200 op-1-i2:A1=rollback op-1!i2=refused "
    assert finding(CHECK, undone + END).failures == 1
    assert finding(CHECK, undone + "@216 op-1:pending=A1.1{status=accepted}+i1" + END).failures == 0


def test_a_rejected_change_that_a_later_snapshot_brings_back_fails():
    second = "@150 op-1?i2:cancel(A2) op-1+i2:A2.1{status=cancelled}[views=pending] "
    line = ASK + second + "@166 op-1:pending=A2.1{status=cancelled}+i2 " + REFUSED + BACK
    line += "@300 op-1-i2:A2=rollback op-1!i2=refused @316 op-1:pending=A2.1 "
    assert finding(CHECK, line + END).failures == 0
    ghost = finding(CHECK, line + "op-1:pending=A1.1{status=accepted}+i1" + END)
    assert intervals(ghost) == [316]
    assert "What had failed was still shown." in ghost.why


def test_a_row_shown_or_missing_against_what_the_server_told_fails():
    missing = finding(CHECK, START + "@100 op-1:pending-A1" + END)
    assert intervals(missing) == [100]
    extra = finding(CHECK, START + "@100 op-1:pending<-A1" + END)
    assert intervals(extra) == [100]
    assert "it should have shown: no such row" in extra.why


def test_a_row_that_a_pending_change_touches_may_come_and_go():
    assert finding(CHECK, ASK + "@150 op-1:pending-A1" + END).failures == 0
    assert finding(CHECK, ASK + "@150 op-1:pending<-A1" + END).failures == 0
    refused = ASK + "@150 op-1:pending-A1 " + REFUSED
    assert intervals(finding(CHECK, refused + END)) == [200]
    assert finding(CHECK, refused + BACK + END).failures == 0


def test_a_pending_change_that_removes_a_row_must_be_seen():
    line = START + "@100 op-1?i1:cancel(A1) op-1+i1:A1.1-[views=pending] "
    assert intervals(finding(CHECK, line + END)) == [100]
    assert finding(CHECK, line + "@116 op-1:pending-A1.1+i1" + END).failures == 0


@pytest.mark.parametrize(("paint_ms", "failures"), [(150, 0), (151, 1)])
def test_a_frame_may_lag_behind_by_the_bound(paint_ms, failures):
    line = START + f"@50 +A1{{overdue=true}}/:mark @100 op-1:pending<A1.2 @{paint_ms}"
    found = finding(CHECK, line + " op-1:pending=A1.2" + END)
    assert found.failures == failures


SLICE = "op-1.mount(slice) op-1.ready(slice) op-1:slice<A1.1 "


def test_the_slice_store_owes_no_rows_but_must_not_invent_fields():
    assert finding(CHECK, START + SLICE + END).failures == 0
    assert finding(CHECK, START + SLICE + "@100 op-1:slice=A1.1" + END).failures == 0
    assert finding(CHECK, START + SLICE + "@100 op-1:slice=A1.1{status=done}" + END).failures == 1


def test_a_view_that_is_not_ready_or_has_left_is_not_judged():
    line = START.replace("op-1.ready(pending)", "") + "@100 op-1:pending-A1 "
    assert finding(CHECK, line + END).failures == 0
    assert intervals(finding(CHECK, line + "@200 op-1.ready(pending)" + END)) == [200]
    left = START + "@100 op-1:pending-A1 @{} op-1.unmount(pending)"
    assert finding(CHECK, left.format(150) + END).failures == 0
    found = finding(CHECK, left.format(300) + END)
    assert found.why.endswith("It lasted 0.200 s, until 0.300 s.")


def test_the_story_tells_what_was_wrong_when_it_began_to_count():
    line = ASK + "@180 +A1{overdue=true}/:mark op-1:pending<A1.2 " + REFUSED
    found = finding(CHECK, line + END)
    assert intervals(found) == [180]
    assert "What had failed was still shown." in found.why


def test_a_change_that_went_well_rolled_nothing_back():
    found = finding(CHECK, ASK + OK + "@216 op-1:pending-A2" + END)
    assert found.why == (
        "From 0.216 s on op-1's view pending showed for appointment A2: no such row; it should have"
        " shown: status pending, overdue False. It was still so when the record ended at 5.000 s,"
        " 4.784 s later."
    )


def test_each_stretch_counts():
    line = START + "@100 op-1:pending-A1 @200 op-1:pending=A1.1 @300 op-1:pending-A1"
    assert intervals(finding(CHECK, line + " op-1:pending-A2" + END)) == [100, 300, 300]


def test_a_pending_change_is_remembered_however_many_have_come_and_gone():
    rounds = "".join(
        f"@{200 + 100 * n} op-1?j{n}:accept(A1) op-1+j{n}:A1.1{{status=s{n}}}[views=pending]"
        f" op-1-j{n}:A1=rollback op-1!j{n}=refused "
        for n in range(40)
    )
    assert finding(CHECK, ASK + rounds + END).failures == 0
    assert intervals(finding(CHECK, ASK + rounds + "@4500 op-1:pending=A1.1" + END)) == [4500]
    overlays = Overlays()
    for record in history(ASK + rounds).of(*Overlays.KINDS):
        overlays.apply(record)
    assert len(overlays.failed("op-1", "appointment/A1")) == ENDED_MAX + 1
