"""V4 in a world: a cursor survives what the buffer of V3 does not, and is refused what is gone."""

from __future__ import annotations

from typing import Any

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

PARTITION = fault(3 * SECOND, "partition", "op-1", 3 * SECOND)


def cursor(**feed: int) -> Any:
    """Return hardened with a cursor, and a log that keeps so much."""
    made = Feed(delivery="log", **feed)
    return with_design(HARDENED, recovery={"strategy": "cursor"}, feed=made, outbox=True)


def away(design: Any, *faults: Any) -> History:
    """Run a world in which op-1 is cut off while op-2 accepts two appointments."""
    return run(
        scenario(
            design,
            clients=(operator("op-1", "pending", "rejections"), operator("op-2")),
            rows=appointments(3),
            steps=(
                step(4 * SECOND, "op-2", "accept", "A1"),
                step(4_500_000, "op-2", "accept", "A2"),
            ),
            faults=faults or (PARTITION,),
            until_us=12 * SECOND,
            checks=("INVAL", "GAP", "CONV"),
        )
    )


def asked(history: History) -> list[str]:
    """Return the views that op-1 fetched after its page was loaded."""
    return [
        each.view
        for each in history.of("fetch")
        if each.at == "op-1" and each.data["trigger"] != "mount"
    ]


def test_who_was_away_is_told_what_came_after_its_rows_and_nothing_else_is_fetched():
    history = away(cursor())
    assert judge(history).status is Status.PASS
    assert dict.fromkeys(asked(history)) == {"appointments/list/pending": None}
    heard = [each for each in history.of("event") if each.at == "op-1"]
    assert [each.entity for each in heard] == ["appointment/A1", "appointment/A2"]


def test_the_log_survives_a_restart():
    faults = (
        fault(3 * SECOND, "partition", "op-1", 4 * SECOND),
        fault(5 * SECOND, "restart", "backend"),
    )
    history = away(cursor(), *faults)
    assert "rejections/review" not in asked(history)
    assert judge(history).status is not Status.FAIL
    replay = with_design(
        HARDENED, recovery={"strategy": "replay"}, feed=Feed(retention_us=120 * SECOND)
    )
    assert "rejections/review" in asked(away(replay, *faults))


def test_who_was_away_for_longer_than_the_log_reaches_takes_a_snapshot():
    assert "rejections/review" not in asked(away(cursor(retention_count=2)))
    for design in (cursor(retention_count=1), cursor(retention_us=SECOND)):
        history = away(design)
        assert "rejections/review" in asked(history)
        assert judge(history).status is Status.PASS
