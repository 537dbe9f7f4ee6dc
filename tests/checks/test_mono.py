from __future__ import annotations

import pytest

from syncsim.checks.evidence import Evidence
from syncsim.checks.mono import CHECK
from syncsim.checks.verdict import Status
from tests.checks.notation import finding, history

FORWARD = (
    "A1 op-1.mount(one/A1) op-1:one/A1=A1.1 op-2?i1:accept(A1) @50 +A1{status=accepted}/i1"
    " @100 op-1:one/A1=A1.2 "
)


def test_moving_forward_passes():
    found = finding(CHECK, FORWARD)
    assert (found.status, found.seen) == (Status.PASS, 1)


def test_going_back_fails():
    found = finding(CHECK, FORWARD + "@300 op-1:one/A1=A1.1")
    assert (found.status, found.failures) == (Status.FAIL, 1)
    story = found.stories[0]
    assert story.text == (
        "At 0.100 s op-1's view one/A1 showed version 2 of appointment A1 (status accepted). At"
        " 0.300 s it went back to version 1 (status pending), which the person had already seen"
        " replaced."
    )
    assert (story.at_us, story.client, story.entity) == (300_000, "op-1", "appointment/A1")
    assert story.records == (5, 6)


def test_the_story_names_no_fields_if_nothing_looks_different():
    line = "A1 op-1?i1:accept(A1) +A1{note=late}/i1 op-1:slice=A1.2 op-1:slice=A1.1"
    assert finding(CHECK, line).why == (
        "At 0.000 s op-1's view slice showed version 2 of appointment A1. At 0.000 s it went back"
        " to version 1, which the person had already seen replaced."
    )


def test_every_step_back_counts_and_the_way_forward_does_not():
    line = FORWARD + "op-1:one/A1=A1.1 op-1:one/A1=A1.2 op-1:one/A1=A1.1 "
    assert (finding(CHECK, line).failures, finding(CHECK, line).seen) == (2, 1)
    copy = line + "op-1:slice=A1.1 op-1:slice=A1.2"
    assert (finding(CHECK, copy).failures, finding(CHECK, copy).seen) == (2, 2)


def test_a_row_that_was_painted_in_one_version_only_tells_nothing():
    assert finding(CHECK, "A1 op-1:pending=A1.1 op-1:pending=A1.1+i1").status is Status.UNKNOWN
    assert finding(CHECK, "A1").status is Status.UNKNOWN


def test_a_rollback_of_the_own_overlay_is_no_step_back():
    found = finding(CHECK, FORWARD + "op-1:one/A1=A1.2{status=done}+i2 op-1:one/A1=A1.2")
    assert found.status is Status.PASS


def test_a_view_that_is_opened_again_may_start_from_an_older_row():
    assert finding(CHECK, FORWARD + "op-1.mount(one/A1) op-1:one/A1=A1.1").status is Status.PASS
    assert finding(CHECK, FORWARD + "op-1.unmount(one/A1) op-1:one/A1=A1.1").status is Status.PASS
    assert finding(CHECK, FORWARD + "op-1.mount(slice) op-1:one/A1=A1.1").status is Status.FAIL


def test_what_was_painted_before_a_view_was_mounted_counts_until_then():
    early = "A1 +A1{note=late}/:accept op-1:slice=A1.2 op-1:slice=A1.1 "
    assert finding(CHECK, early).failures == 1
    opened = early + "op-1.mount(slice) op-1:slice=A1.2 op-1.mount(slice) op-1:slice=A1.1"
    assert (finding(CHECK, opened).failures, finding(CHECK, opened).seen) == (1, 1)
    other = early + "op-1.unmount(pending) op-2.unmount(slice) op-1:slice=A1.2 op-1:slice=A1.1"
    assert finding(CHECK, other).failures == 2


def test_each_view_of_each_client_is_judged_by_itself():
    assert finding(CHECK, FORWARD + "op-1:slice=A1.1 op-2:one/A1=A1.1").status is Status.PASS


def test_no_such_row_counts_if_it_has_a_version():
    assert finding(CHECK, FORWARD + "op-1:one/A1-A1.1").status is Status.FAIL
    assert finding(CHECK, FORWARD + "op-1:one/A1-A1").status is Status.PASS
    assert finding(CHECK, FORWARD + "op-1:one/A1-A1 op-1:one/A1=A1.1").status is Status.FAIL


def test_the_story_tells_of_an_older_fetch():
    found = finding(
        CHECK,
        FORWARD + "@110 op-1.receive(backend,f1) op-1.fetched(one/A1,f1,1)^"
        " op-1:one/A1<A1.1^2 @120 op-1:one/A1=A1.1^3",
    )
    assert found.stories[0].text.endswith(
        "It came with a fetch, read by the backend at commit 1, that ended at 0.110 s."
    )
    assert found.stories[0].records == (5, 7, 9)


def test_what_the_server_told_is_judged_by_itself():
    """A pending change hides from the person that the server went back."""
    line = FORWARD + "@120 op-1:one/A1<A1.1 @130 op-1:one/A1<A1.2 @140 op-1:one/A1<A1.1"
    assert finding(CHECK, line).status is not Status.FAIL
    found = CHECK.confirmed(Evidence(history(line)))
    assert (found.status, found.failures, found.seen) == (Status.FAIL, 1, 1)
    assert found.why == (
        "At 0.130 s op-1's view one/A1 was told version 2 of appointment A1 (status accepted). At"
        " 0.140 s it went back to version 1 (status pending), which the server itself had replaced."
    )


@pytest.mark.parametrize("other", ["op-1.fetched(pending,f1,1)^", "op-2.fetched(one/A1,f1,1)^"])
def test_the_story_keeps_silent_about_other_views_and_clients(other):
    line = f"@110 op-1.receive(backend,f1) {other} @120 op-1:one/A1=A1.1^2"
    story = finding(CHECK, FORWARD + line).stories[0]
    assert story.text.endswith("which the person had already seen replaced.")
    assert story.records == (5, 8)


def test_the_story_tells_of_a_rollback():
    found = finding(
        CHECK,
        FORWARD + "@110 op-1.receive(backend,i2) op-1-i2:A1=rollback^ @120 op-1:one/A1=A1.1^2",
    )
    assert found.stories[0].text.endswith(
        "That frame followed the rollback of the pending change i2 of appointment A1."
    )
    assert found.stories[0].records == (5, 7, 8)


def test_the_rollback_of_another_row_can_be_the_reason():
    found = finding(
        CHECK,
        FORWARD + "@110 op-1.receive(backend,i2) op-1-i2:A2=rollback^ @120 op-1:one/A1=A1.1^2",
    )
    assert found.why.endswith("the rollback of the pending change i2 of appointment A2.")
