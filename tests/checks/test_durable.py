from __future__ import annotations

import pytest

from syncsim.checks.durable import CHECK
from syncsim.checks.verdict import Status
from tests.checks.notation import finding

# The rows of the start have the commits 1 and 2, so i1 is commit 3.
ASKED = "A1 A2 @100 op-1?i1:accept(A1) @150 +A1{status=accepted}/i1 "
TOLD = ASKED + "@200 op-1!i1=ok "


@pytest.mark.parametrize(
    "line",
    [
        TOLD + "@300 backend.rewind(3) end",
        TOLD + "@300 backend.fault(restart) end",
        TOLD + "@300 backend.fault(crash) end",
        ASKED + "@170 backend.rewind(3) @200 op-1!i1=ok end",
        # Sent again after the crash: the outcome speaks of the second commit.
        ASKED + "@170 backend.rewind(2) @180 +A1{status=accepted}/i1 @200 op-1!i1=ok"
        " @300 backend.rewind(4) end",
    ],
)
def test_what_a_crash_kept_passes(line):
    found = finding(CHECK, line)
    assert (found.status, found.seen) == (Status.PASS, 1)


@pytest.mark.parametrize(
    "line",
    [
        TOLD + "@300 backend.rewind(2) end",
        TOLD + "@300 backend.rewind(3) @400 backend.rewind(2) end",
        TOLD + "@300 backend.rewind(2) @400 backend.rewind(1) end",
        ASKED + "@170 backend.rewind(2) @200 op-1!i1=ok end",
        ASKED + "@200 op-1!i1=ok[lsn=-1] @300 backend.rewind(2) end",
        "A1 A2 op-1?i1:cancel(A1,A2) +A1{status=cancelled}/i1 -A2/i1:illegal-state"
        " op-1!i1=refused(A1=ok,A2=refused) backend.rewind(2) end",
    ],
)
def test_what_a_crash_lost_fails_once(line):
    found = finding(CHECK, line)
    assert (found.status, found.seen, found.failures) == (Status.FAIL, 1, 1)


def test_the_story_tells_the_change_the_ok_the_crash_and_what_is_there_instead():
    line = (
        TOLD
        + "@300 backend.rewind(2) +A1{status=pending}/:rewind @400 +A1{status=done}/:finish end"
    )
    story = finding(CHECK, line).stories[0]
    assert story.text == (
        'op-1 chose "accept" for appointment A1 at 0.100 s. The backend committed it on appointment'
        " A1 at 0.150 s, as commit 3, and op-1 was told ok at 0.200 s. At 0.300 s the backend came"
        " back from a crash and had kept commits up to 2 only, so that the change was gone. From"
        " 0.300 s on the backend held for it, as version 3: status pending."
    )
    assert (story.at_us, story.client, story.entity) == (300_000, "op-1", "appointment/A1")
    assert story.records == (2, 3, 4, 5, 6)


@pytest.mark.parametrize(
    "line",
    [
        TOLD + "end",
        "A1 A2 backend.rewind(2) @100 op-1?i1:accept(A1) +A1{status=accepted}/i1 op-1!i1=ok end",
        ASKED + "@200 op-1!i1=unknown @300 backend.rewind(2) end",
        ASKED + "@300 backend.rewind(2) end",
        TOLD + "@300 op-1.fault(crash) backend.fault(slow) end",
    ],
)
def test_without_a_crash_after_an_ok_nobody_knows(line):
    found = finding(CHECK, line)
    assert (found.status, found.seen) == (Status.UNKNOWN, 0)
    assert found.why.startswith("the backend never crashed after a person had been told")
