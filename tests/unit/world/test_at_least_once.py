"""What the broker tells at least once: over an outage, a lost acknowledgement and a restart."""

from __future__ import annotations

import pytest

from syncsim.checks import judge
from syncsim.design import Feed
from syncsim.history import History
from syncsim.net.gateways import Gateways
from syncsim.scenario.scenario import Fault
from syncsim.world import run
from tests.support.scenarios import (
    ENHANCED,
    MS,
    SECOND,
    appointments,
    busy,
    fault,
    operator,
    scenario,
    step,
    with_design,
)

KEPT = with_design(ENHANCED, feed=Feed(delivery="at-least-once"))
ACCEPT = step(3 * SECOND, "op-1", "accept", "A1", id="it")
"""Committed at 3.020 s and heard of by op-2 at 3.040 s, whose word of that is back at 3.060 s."""


def accepts(*faults: Fault, design=KEPT, **given) -> History:
    """Run two operators, of whom one accepts A1 at 3 s."""
    clients = (operator("op-1"), operator("op-2"))
    return run(
        scenario(
            design,
            clients=clients,
            rows=appointments(2),
            faults=faults,
            until_us=20 * SECOND,
            **{"steps": (ACCEPT,), **given},
        )
    )


def told(history: History) -> list[tuple[int, str, str]]:
    """Return what became of the messages that told op-2: at which millisecond, and under what name.

    Names are shown without the part that all of them share.
    """
    return [
        (each.time_us // MS, each.kind, each.message.removeprefix("it/1/A1>op-2"))
        for each in history.of("send", "receive", "lose")
        if each.message.startswith("it/1/A1>op-2")
    ]


def heard(history: History) -> list[int]:
    """Return the milliseconds at which op-2 heard of something new."""
    return [each.time_us // MS for each in history.of("event") if each.at == "op-2"]


def verdicts(history: History) -> dict[str, str]:
    return {each.check: each.status.value for each in judge(history).findings}


def test_on_a_whole_connection_each_event_is_told_once_and_acknowledged():
    history = accepts()
    assert told(history) == [(3_020, "send", ""), (3_040, "receive", "")]
    acks = [(r.time_us // MS, r.at) for r in history.of("receive") if "ack" in r.message]
    assert acks == [(3_060, "backend")]


def test_what_is_published_while_a_client_is_away_is_told_when_its_socket_opens():
    """The browser knows, and the next handshake succeeds at once."""
    away = fault(2 * SECOND, "partition", "op-2", 4 * SECOND)
    history = accepts(away)
    (opened,) = [r for r in history.of("open") if r.at == "op-2" and r.time_us > 2 * SECOND]
    at = opened.time_us // MS
    assert told(history) == [
        (3_020, "lose", ""),
        (at, "send", "@session/2"),
        (at + 20, "receive", "@session/2"),
    ]
    assert heard(history) == [at + 20]
    found = verdicts(history)
    assert (found["CONV"], found["INVAL"], found["GAP"]) == ("pass", "pass", "pass")


def test_told_at_most_once_the_same_outage_leaves_the_screen_old():
    away = fault(2 * SECOND, "partition", "op-2", 4 * SECOND)
    history = accepts(away, design=ENHANCED)
    assert told(history) == [(3_020, "lose", "")]
    assert verdicts(history)["CONV"] == "fail"


def test_an_acknowledgement_that_is_lost_makes_a_duplicate_that_the_client_ignores():
    """The link is cut at 3.050 s, when op-2 has the event and the broker does not know that."""
    history = accepts(fault(3_050 * MS, "partition", "op-2", SECOND))
    (opened,) = [r for r in history.of("open") if r.at == "op-2" and r.time_us > 3 * SECOND]
    at = opened.time_us // MS
    assert told(history) == [
        (3_020, "send", ""),
        (3_040, "receive", ""),
        (at, "send", "@session/2"),
        (at + 20, "receive", "@session/2"),
    ]
    assert heard(history) == [3_040]
    later = [r for r in history.of("fetch") if r.at == "op-2" and r.time_us > 3_050 * MS]
    assert [r.data["trigger"] for r in later if r.data["trigger"] == "event"] == []


def test_the_broker_keeps_what_it_owes_over_a_restart():
    """op-2 is away when A1 is accepted, and the backend restarts before it is back."""
    history = accepts(
        fault(2 * SECOND, "partition", "op-2", 6 * SECOND),
        fault(5 * SECOND, "restart", "backend", SECOND),
    )
    assert len(heard(history)) == 1
    assert verdicts(history)["CONV"] == "pass"


def test_the_next_page_of_a_client_is_told_what_the_one_before_had_not_acknowledged():
    """At 3.030 s the event is under way; what the old page has said would still arrive."""
    history = accepts(fault(3_030 * MS, "reload", "op-2"))
    assert [(kind, name) for _, kind, name in told(history)] == [
        ("send", ""),
        ("lose", ""),
        ("send", "@session/2"),
        ("receive", "@session/2"),
    ]
    late = accepts(fault(3_050 * MS, "reload", "op-2"))
    assert [kind for _, kind, _ in told(late)] == ["send", "receive"]


def test_what_a_gateway_dropped_is_told_with_the_next_connection_behind_later_news():
    """The gateways are cut off when A1 is accepted, and not when A2 is."""
    cut = [fault(2 * SECOND, "partition", f"gateway-{n}", 3 * SECOND) for n in (1, 2)]
    second = step(6 * SECOND, "op-1", "accept", "A2", id="later")
    history = accepts(
        *cut,
        fault(9 * SECOND, "drop", "op-2"),
        gateways=Gateways(count=2),
        steps=(ACCEPT, second),
    )
    first, later = [r for r in history.of("event") if r.at == "op-2"]
    assert [first.entity, later.entity] == ["appointment/A2", "appointment/A1"]
    assert later.time_us > 9 * SECOND
    assert verdicts(history)["CONV"] == "pass"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_amid_every_fault_whoever_was_away_gets_there(seed):
    """GAP: nobody who missed an event goes on without knowing."""
    found = verdicts(run(busy(KEPT, seed)))
    assert found["GAP"] == "pass"
