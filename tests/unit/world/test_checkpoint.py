"""R6 in a world: the lists on screen stand for one commit, also where an action changes two."""

from __future__ import annotations

from typing import Any

import pytest

from syncsim.checks import Status, judge
from syncsim.history import History
from syncsim.world import run
from tests.support.scenarios import (
    HARDENED,
    SECOND,
    SHAKY,
    appointments,
    fault,
    operator,
    scenario,
    step,
    with_design,
)

CHECKPOINT = with_design(HARDENED, read={"strategy": "checkpoint"})


def world(design: Any, seed: int = 1, *faults: Any) -> History:
    """Run a world in which an operator moves rows from one list of another one to the other."""
    names = [f"A{number}" for number in range(1, 6)]
    return run(
        scenario(
            design,
            clients=(operator("op-1"), operator("op-2")),
            rows=appointments(5),
            steps=tuple(
                step((2 * place + 2) * SECOND, "op-2", "accept", name)
                for place, name in enumerate(names)
            ),
            faults=faults,
            network=SHAKY,
            seed=seed,
            until_us=14 * SECOND,
            checks=("INVAL", "GAP", "CONV", "RYW", "MONO", "XVIEW"),
        )
    )


def split(history: History) -> int:
    """Count the moments at which op-1 has taken in one list and not the other of a commit."""
    held: dict[str, int] = {}
    moments: dict[int, bool] = {}
    for each in history.of("fetched"):
        if each.at == "op-1" and each.data["fresh"]:
            held[each.view] = each.lsn
            moments[each.time_us] = len(dict.fromkeys(held.values())) > 1
    return sum(moments.values())


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_all_that_is_on_screen_stands_for_one_commit(seed):
    history = world(CHECKPOINT, seed)
    assert split(history) == 0
    assert split(world(HARDENED, seed)) > 0
    assert judge(history).status is not Status.FAIL


def test_who_was_away_asks_for_everything_in_one_request():
    history = world(CHECKPOINT, 1, fault(3 * SECOND, "partition", "op-1", 3 * SECOND))
    assert judge(history).status is not Status.FAIL
    asked = [each for each in history.of("send") if each.data["what"] == "query"]
    assert asked == []
