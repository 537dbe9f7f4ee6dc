"""Keyed luck: what is left out of a run, or added to it, changes no other message's luck."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import pytest

from syncsim.domain import BOOKING
from syncsim.history import History
from syncsim.scenario.scenario import Fault, Scenario
from syncsim.world import run
from tests.support.scenarios import DESIGNS, MS, SECOND, busy, fault

EVERY = pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
SEEDS = (1, 2)


class Trip(NamedTuple):
    """What became of one message: when it left, what it was, and how it fared.

    `fate` is the delay in microseconds, or why the message was lost; `queued` tells that a
    frame arrived together with the one before it, so that its delay may be the other's.
    """

    sent_us: int
    client: str
    what: str
    fate: int | str
    queued: bool


def trips(history: History) -> dict[str, Trip]:
    """Return every message that was sent and has come to an end, by name."""
    found: dict[str, Trip] = {}
    sent: dict[str, tuple[int, str, str]] = {}
    last_us: dict[str, int] = {}
    for record in history.of("send", "receive", "lose"):
        name, data = record.message, record.data or {}
        if record.kind == "send":
            client = record.peer if record.at == "backend" else record.at
            sent[name] = (record.time_us, client, data["what"])
        elif record.kind == "lose":
            if name in sent:
                found[name] = Trip(*sent[name], data["reason"], queued=False)
        else:
            _, client, what = sent[name]
            queued = what == "event" and last_us.get(client) == record.time_us
            if what == "event":
                last_us[client] = record.time_us
            found[name] = Trip(*sent[name], record.time_us - sent[name][0], queued=queued)
    return found


def compare(one: History, other: History, faulty: tuple[str, ...] = ()) -> int:
    """Assert that messages of both runs had the same luck; return how many were compared.

    A frame waits for the frame before it on its connection, which is no luck but order, so a
    frame that was held up in either run is not compared. A message that left at another time
    may have met a fault, so nor is such a message of the clients in `faulty`.
    """
    theirs = trips(other)
    compared = 0
    for name, trip in trips(one).items():
        twin = theirs.get(name)
        if twin is None or trip.queued or twin.queued:
            continue
        if trip.client in faulty and trip.sent_us != twin.sent_us:
            continue
        assert (trip.client, trip.what) == (twin.client, twin.what), name
        assert trip.fate == twin.fate, (name, trip, twin)
        compared += 1
    return compared


def some(names: list[str]) -> list[str]:
    """Return a few of many names, spread out."""
    return names[:: max(1, len(names) // 3)]


def without(world: Scenario, name: str) -> Scenario:
    """Return a scenario with one action left out."""
    return replace(world, omit=frozenset({name}))


@EVERY
@pytest.mark.parametrize("seed", SEEDS)
def test_leaving_an_action_out_leaves_the_luck_of_all_other_messages(design, seed):
    world = busy(design, seed, faults=())
    whole = run(world)
    for name in some([record.intent for record in whole.of("intent")]):
        less = run(without(world, name))
        assert name not in {record.intent for record in less.of("intent")}
        assert compare(whole, less) > 50, name


@EVERY
@pytest.mark.parametrize("seed", SEEDS)
def test_so_it_is_amid_faults(design, seed):
    world = busy(design, seed)
    faulty = tuple(client.name for client in world.clients)
    whole = run(world)
    for name in some([record.intent for record in whole.of("intent")]):
        assert compare(whole, run(without(world, name)), faulty) > 50, name


@EVERY
@pytest.mark.parametrize("seed", SEEDS)
def test_a_fetch_is_named_after_its_reason_not_after_how_many_came_before(design, seed):
    """Luck by name is worth nothing if the name counts what went before.

    A batch sets off several events under one name, and a trailing fetch is named after the
    last change it missed; what they are called may hang on what else went on.
    """
    world = busy(design, seed)
    single = tuple(name for name, action in BOOKING.actions.items() if not action.batch)
    world = replace(world, loads=(replace(world.loads[0], actions=single),))
    whole = run(world)
    for name in some([record.intent for record in whole.of("intent")]):
        one, other = fetches(whole), fetches(run(without(world, name)))
        both = [reason for reason in one if reason in other]
        assert len(both) > 10
        assert [one[reason] for reason in both] == [other[reason] for reason in both]


def fetches(history: History) -> dict[tuple[int, str, str, int], str]:
    """Return the names of the fetches by time, client, view and time of the cause.

    Events that a socket held up arrive in one instant; the fetches that they set off cannot be
    told apart by time and are left out.
    """
    named: dict[tuple[int, str, str, int], list[str]] = {}
    for r in history.of("fetch"):
        if r.message and (r.data or {})["trigger"] != "trailing":
            reason = (r.time_us, r.at, r.view, history[r.cause].time_us)
            named.setdefault(reason, []).append(r.message)
    return {reason: names[0] for reason, names in named.items() if len(names) == 1}


FAULTS = (
    fault(6 * SECOND, "partition", "op-1", 5 * SECOND),
    fault(6 * SECOND, "drop", "op-1"),
    fault(6 * SECOND, "delay", "op-1", 5 * SECOND, by_us=400 * MS),
    fault(6 * SECOND, "lose", "op-1", 5 * SECOND),
)


@EVERY
@pytest.mark.parametrize("given", FAULTS, ids=lambda given: given.do)
def test_a_fault_on_one_link_leaves_the_luck_of_every_other(design, given: Fault):
    world = busy(design, 1, faults=())
    calm, rough = run(world), run(replace(world, faults=(given,)))
    assert any(record.kind == "fault" for record in rough)
    there = trips(rough)
    others = [name for name, trip in there.items() if trip.client != given.on]
    assert len(others) > 50
    for name, trip in trips(calm).items():
        twin = there.get(name)
        if trip.client != given.on and twin is not None and not trip.queued | twin.queued:
            assert trip.fate == twin.fate, name


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_intents_meet_the_same_delays_under_every_design(seed):
    """Common random numbers: designs are compared under the very same luck."""
    delays: dict[str, dict[str, int | str]] = {}
    for design in DESIGNS.values():
        for name, trip in trips(run(busy(design, seed, faults=()))).items():
            if trip.what in ("mutate", "result"):
                delays.setdefault(name, {})[design.name] = trip.fate
    shared = {name: fates for name, fates in delays.items() if len(fates) == len(DESIGNS)}
    assert len(shared) > 20
    for name, fates in shared.items():
        assert len(set(fates.values())) == 1, (name, fates)


@EVERY
def test_another_seed_is_other_luck(design):
    world = busy(design, 1, faults=())
    one, other = trips(run(world)), trips(run(replace(world, seed=2)))
    both = [name for name in one if name in other]
    assert len(both) > 10
    same = [name for name in both if one[name].fate == other[name].fate]
    assert len(same) < len(both) // 10, "only losses can agree"
