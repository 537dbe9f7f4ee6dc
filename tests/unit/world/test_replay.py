"""V3 in a world: what was missed is told again, unless it is too long ago or the broker restarted.

What it catches is V1's: nobody stays on what was missed. What it saves are the fetches of all
that had not changed; what it costs is a frame each way.
"""

from __future__ import annotations

from typing import Any

import pytest

from syncsim.checks import Status, judge
from syncsim.design import Feed
from syncsim.history import History
from syncsim.world import run
from tests.support.scenarios import (
    HARDENED,
    SECOND,
    appointments,
    fault,
    operator,
    scenario,
    step,
    with_design,
)

ALL = with_design(HARDENED, recovery={"strategy": "invalidate-all"})
NOTHING = with_design(HARDENED, recovery={"strategy": "nothing"})


def replay(retention_us: int = 120 * SECOND) -> Any:
    """Return hardened with a broker that keeps events for so long."""
    return with_design(
        HARDENED, recovery={"strategy": "replay"}, feed=Feed(retention_us=retention_us)
    )


def away(design: Any, *faults: Any, shows: tuple[str, ...] = ("pending", "rejections")) -> History:
    """Run a world in which op-1 is cut off while op-2 accepts an appointment."""
    return run(
        scenario(
            design,
            clients=(operator("op-1", *shows), operator("op-2")),
            rows=appointments(3),
            steps=(step(4 * SECOND, "op-2", "accept", "A1"),),
            faults=faults or (fault(3 * SECOND, "partition", "op-1", 3 * SECOND),),
            until_us=12 * SECOND,
            checks=("INVAL", "GAP", "CONV"),
        )
    )


def asked(history: History, after_us: int = 5 * SECOND) -> list[str]:
    """Return the views that op-1 fetched since then."""
    return [
        each.view for each in history.of("fetch") if each.at == "op-1" and each.time_us > after_us
    ]


def answers(history: History) -> list[bool]:
    """Return what op-1 was told each time its socket opened: whether that was all."""
    told = [each for each in history.of("send") if each.data["what"] == "resumed"]
    return [
        any(
            sent.message.endswith(f"@{each.message.removesuffix('/reply')}")
            for sent in history.of("send")
        )
        for each in told
        if each.peer == "op-1"
    ]


def test_who_was_away_is_told_again_and_fetches_what_that_is_about():
    history = away(replay())
    assert answers(history) == [False, True]
    assert asked(history) == ["appointments/list/pending"]
    assert asked(away(ALL)) == ["appointments/list/pending", "rejections/review"]
    assert judge(history).status is Status.PASS
    assert judge(away(NOTHING)).status is Status.FAIL


def test_an_event_that_is_told_again_is_heard_once():
    history = away(replay())
    heard = [each for each in history.of("event") if each.at == "op-1"]
    assert [(each.entity, each.version) for each in heard] == [("appointment/A1", 2)]


@pytest.mark.parametrize(
    ("design", "faults"),
    [
        (replay(SECOND), ()),
        (replay(), (fault(3 * SECOND, "drop", "op-1"), fault(5 * SECOND, "restart", "backend"))),
    ],
    ids=["after the window", "after a restart"],
)
def test_what_is_forgotten_makes_a_client_look_at_everything(design, faults):
    history = away(design, *faults)
    assert "rejections/review" in asked(history)
    assert judge(history).status is not Status.FAIL
