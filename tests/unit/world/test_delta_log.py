"""R5 in a world: nothing is fetched after the page is loaded, whatever the socket does."""

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


def log(**feed: int) -> Any:
    """Return hardened with R5, and a log that keeps so much."""
    return with_design(
        HARDENED,
        read={"strategy": "delta-log"},
        recovery={"strategy": "cursor"},
        feed=Feed(payload="rows", delivery="log", **feed),
        outbox=True,
    )


def world(design: Any, *faults: Any, until_us: int = 14 * SECOND) -> History:
    """Run a world in which two operators act on each other's lists."""
    return run(
        scenario(
            design,
            clients=(operator("op-1"), operator("op-2")),
            rows=appointments(3),
            steps=(
                step(2 * SECOND, "op-1", "accept", "A3"),
                step(4 * SECOND, "op-2", "accept", "A1"),
                step(4_500_000, "op-2", "accept", "A2"),
                step(12 * SECOND, "op-1", "assign_driver", "A1", args={"driver": "dr-2"}),
            ),
            faults=faults,
            until_us=until_us,
            checks=("INVAL", "GAP", "CONV", "RYW", "MONO", "XVIEW"),
        )
    )


def fetched(history: History) -> int:
    """Return how many fetches there were after the pages were loaded."""
    return sum(each.time_us > SECOND for each in history.of("fetch"))


AWAY = fault(3 * SECOND, "partition", "op-1", 3 * SECOND)


@pytest.mark.parametrize(
    "faults",
    [(), (AWAY,), (AWAY, fault(5 * SECOND, "restart", "backend", SECOND))],
    ids=["calm", "away", "restart"],
)
def test_the_log_alone_keeps_screens_right(faults):
    history = world(log(), *faults)
    assert fetched(history) == 0
    assert judge(history).status is not Status.FAIL
    assert fetched(world(HARDENED, *faults)) > 0


def test_a_client_is_told_of_its_own_changes():
    told = [each for each in world(log()).of("event") if each.at == "op-1"]
    assert [each.entity for each in told] == [f"appointment/A{n}" for n in (3, 1, 2, 1)]


def test_what_a_deaf_socket_did_not_tell_is_told_again_also_of_own_changes():
    deaf = fault(2 * SECOND + 20_500, "drop", "op-1", unnoticed=True)
    history = world(log(), deaf, until_us=60 * SECOND)
    told = [each.entity for each in history.of("event") if each.at == "op-1"]
    assert told == [f"appointment/A{number}" for number in (3, 1, 2)]
    assert fetched(history) == 0


def test_what_the_log_keeps_no_more_must_be_fetched():
    history = world(log(retention_count=1), AWAY)
    assert {each.at for each in history.of("fetch") if each.time_us > SECOND} == {"op-1"}
    assert judge(history).status is not Status.FAIL
