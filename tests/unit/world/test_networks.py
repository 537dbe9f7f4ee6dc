"""Whole small runs over each network, and with sockets that nobody knows to be dead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncsim.checks import judge
from syncsim.scenario import load_network, names
from syncsim.world import run
from tests.support.scenarios import (
    ENHANCED,
    SECOND,
    appointments,
    fault,
    operator,
    scenario,
    step,
)


def accepts(design=ENHANCED, **given):
    """Return a scenario in which op-1 accepts A1 at 20 s and op-2 has to hear of it."""
    return scenario(
        design,
        clients=(operator("op-1"), operator("op-2")),
        rows=appointments(2),
        steps=(step(20 * SECOND, "op-1", "accept", "A1"),),
        until_us=100 * SECOND,
        **given,
    )


@pytest.mark.parametrize("name", names("networks"))
def test_a_run_over_each_network_commits_and_settles_the_same_way_twice(name):
    made = replace(accepts(), network=load_network(name))
    first, second = run(made), run(made)
    assert list(first) == list(second)
    assert len(list(first.of("commit"))) == 1
    assert all(record.time_us >= 0 for record in first.of("open"))


def honest(socket, **keys):
    """Return what HONEST says if the path of op-2's socket dies at 10 s."""
    design = replace(ENHANCED, socket=socket)
    history = run(accepts(design, faults=(fault(10 * SECOND, "drop", "op-2", **keys),)))
    return judge(history)["HONEST"], history


def test_a_badge_lies_for_as_long_as_the_stack_does_not_notice():
    silent, history = honest("reconnecting-websocket", unnoticed=True)
    assert silent.status == "fail"
    assert "op-2" in silent.stories[0].text
    assert len(list(history.of("deaf"))) == 1
    assert list(history.of("close")) == []

    beating, history = honest("socket.io-client", unnoticed=True)
    assert beating.status == "pass"
    assert len(list(history.of("deaf"))) == len(list(history.of("close"))) == 1

    told, _ = honest("reconnecting-websocket")
    assert told.status == "unknown"


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_partition_of_one_direction_is_found_by_a_heartbeat(direction):
    cut = fault(10 * SECOND, "partition", "op-2", 60 * SECOND, direction=direction)
    history = run(accepts(faults=(cut,)))
    assert bool(list(history.of("deaf"))) == (direction == "down")
    (close,) = history.of("close")
    assert close.data["reason"] == "silent"


def test_a_release_lets_go_what_a_hold_kept_back():
    faults = (
        fault(15 * SECOND, "hold", "op-2"),
        fault(30 * SECOND, "release", "op-2"),
    )
    history = run(accepts(faults=faults))
    (sent,) = [r for r in history.of("send") if (r.data or {}).get("what") == "event"]
    (heard,) = [r for r in history.of("receive") if r.message == sent.message]
    assert sent.time_us < 30 * SECOND < heard.time_us < 31 * SECOND
    assert [r.data["verb"] for r in history.of("heal")] == ["hold"]
