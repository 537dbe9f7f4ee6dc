from __future__ import annotations

import pytest

from syncsim.checks import Evidence
from syncsim.checks.verdict import Status
from syncsim.checks.xview import CHECK
from tests.checks.state_histories import finding, history, intervals

START = (
    "safety A1 op-1.mount(pending) op-1.mount(one/A1) op-1.mount(slice)"
    " op-1:pending=A1.1 op-1:one/A1=A1.1 @100 +A1{overdue=true}/:mark "
)
APART = START + "@150 op-1:one/A1=A1.2 "
END = " @5000 end"


def test_copies_that_change_in_one_frame_pass():
    found = finding(CHECK, APART + "op-1:pending=A1.2" + END)
    assert (found.status, found.seen) == (Status.PASS, 1)


def test_copies_that_stay_apart_fail():
    found = finding(CHECK, APART + END)
    assert (found.status, found.failures, found.seen) == (Status.FAIL, 1, 1)
    story = found.stories[0]
    assert story.text == (
        "On op-1's screen appointment A1 had overdue True in one/A1, painted at 0.150 s, and"
        " overdue False in pending, painted at 0.000 s. From 0.150 s on neither was being fetched"
        " and no event about the row was on its way. It was still so when the record ended at"
        " 5.000 s, 4.850 s later."
    )
    assert (story.at_us, story.client, story.entity) == (150_000, "op-1", "appointment/A1")
    assert story.records == (5, 8)


def test_the_slice_store_is_a_copy_too():
    line = START + "op-1:slice=A1.1 @150 op-1:one/A1=A1.2 op-1:pending=A1.2"
    assert finding(CHECK, line + END).failures == 2
    assert finding(CHECK, line + " op-1:slice=A1.2" + END).status is Status.PASS


def test_a_pending_change_painted_on_one_copy_only_fails():
    line = START + "@150 op-1:one/A1=A1.1{status=accepted}+i1"
    found = finding(CHECK, line + END)
    assert found.failures == 1
    assert "status accepted in one/A1" in found.why


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("", Status.UNKNOWN),
        (START, Status.UNKNOWN),
        ("A1 op-1:pending=A1.1 @100 +A1{overdue=true}/:mark op-1:pending=A1.2", Status.UNKNOWN),
        ("A1 op-1:pending=A1.1 op-2:one/A1=A1.1 op-2:one/A1=A1.1{overdue=true}", Status.UNKNOWN),
        (START + "@150 op-1:one/A1-A1", Status.UNKNOWN),
        (START + "@150 op-1:one/A1=A1.1+i1", Status.UNKNOWN),
    ],
)
def test_without_a_change_in_one_of_two_copies_nobody_can_tell(line, status):
    assert finding(CHECK, line + END).status is status


EXCUSES = {
    "fetching": ("op-1.fetch(pending,f1,event)", "op-1.fetched(pending,f1,2)"),
    "fetching-the-other": ("op-1.fetch(one/A1,f1,event)", "op-1.fetched(one/A1,f1,2)"),
    "event-in-flight": ("backend.send(op-1,e1,event,entity=A1,lsn=2)", "op-1.receive(backend,e1)"),
    "event-at-the-backend": (
        "backend.publish(A1,2,0,waits=true,message=e1,lsn=2)",
        "backend.publish(A1,2,1,message=e1,lsn=2)",
    ),
}


@pytest.mark.parametrize("name", EXCUSES)
def test_what_is_being_mended_is_excused_until_it_ends(name):
    begin, end = EXCUSES[name]
    line = START + f"@120 {begin} @150 op-1:one/A1=A1.2 @400 {end} "
    assert finding(CHECK, line + "@450 op-1:pending=A1.2" + END).status is Status.PASS
    assert intervals(finding(CHECK, line + "@451 op-1:pending=A1.2" + END)) == [400]


@pytest.mark.parametrize(
    "other",
    [
        "op-1.fetch(slice,f1,event)",
        "op-2.fetch(pending,f1,event)",
        "backend.send(op-1,e1,event,entity=A2,lsn=9)",
        "backend.send(op-2,e1,event,entity=A1,lsn=2)",
        "op-1?i1:accept(A1)",
    ],
)
def test_what_mends_something_else_excuses_nothing(other):
    line = START + f"@120 {other} @150 op-1:one/A1=A1.2"
    assert intervals(finding(CHECK, line + END)) == [150]


def test_an_excuse_in_time_is_in_time():
    fetch = "op-1.fetch(pending,f1,event)"
    assert finding(CHECK, APART + "@200 " + fetch + END).status is Status.PASS
    assert finding(CHECK, APART + "@201 " + fetch + END).status is Status.FAIL


def test_copies_apart_with_an_excuse_in_between_are_one_failure():
    line = APART + "@300 op-1.fetch(pending,f1,event) @400 op-1.fetched(pending,f1,2)"
    found = finding(CHECK, line + " @900 op-1:pending=A1.2" + END)
    assert (found.failures, intervals(found)) == (1, [150])
    assert found.why.endswith("It lasted 0.750 s, until 0.900 s.")
    again = line + " @900 op-1:pending=A1.2 @950 op-1:pending=A1.1"
    assert intervals(finding(CHECK, again + END)) == [150, 950]


@pytest.mark.parametrize("gesture", ["unmount", "mount"])
def test_a_copy_that_leaves_the_screen_ends_it(gesture):
    assert finding(CHECK, APART + f"@190 op-1.{gesture}(pending)" + END).status is Status.PASS
    found = finding(CHECK, APART + f"@250 op-1.{gesture}(pending)" + END)
    assert found.why.endswith("until 0.250 s.")


def test_a_row_that_one_copy_does_not_show_is_not_compared():
    assert finding(CHECK, APART + "@170 op-1:pending-A1" + END).status is Status.PASS


@pytest.mark.parametrize(("shown", "failures"), [("pending", 0), ("done", 1)])
def test_only_fields_that_both_copies_show_are_compared(shown, failures):
    written = history("A1 op-1:pending=A1.1")
    fields = {"id": "A1", "status": shown, "note": "only here"}
    written.append(
        0,
        "paint",
        at="op-1",
        view="one/A1",
        entity="appointment/A1",
        version=1,
        data={"fields": fields, "overlays": []},
    )
    written.append(5_000_000, "phase", data={"phase": "end"})
    assert CHECK.judge(Evidence(written)).failures == failures
