"""Generated people: when they act, what they choose, and that they choose for themselves."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from itertools import islice

import pytest

from syncsim.domain import BOOKING
from syncsim.engine import Draws
from syncsim.history import History
from syncsim.scenario.person import arrivals, choose
from syncsim.scenario.scenario import Load
from syncsim.world import run
from tests.support.desk import Desk, row
from tests.support.scenarios import DESIGNS, ENHANCED, SECOND, busy, operator, scenario

LOAD = Load(id="load", who=("op-1",), every_us=SECOND, from_us=5 * SECOND, until_us=3_600 * SECOND)


def intents(history: History) -> list[tuple[str, int]]:
    """Return the names and times of the intents."""
    return [(record.intent, record.time_us) for record in history.of("intent")]


def test_people_think_for_exponential_times_within_the_bounds():
    coming = list(arrivals(LOAD, "op-1", Draws(1)))
    times_us = [at_us for _, at_us in coming]
    assert [name for name, _ in islice(coming, 3)] == [f"load/op-1/{n}" for n in (1, 2, 3)]
    assert times_us == sorted(times_us)
    assert LOAD.from_us < times_us[0]
    assert times_us[-1] <= LOAD.until_us
    expected = (LOAD.until_us - LOAD.from_us) / LOAD.every_us
    assert abs(len(coming) - expected) < 4.5 * math.sqrt(expected)
    assert list(arrivals(LOAD, "op-2", Draws(1))) != coming


def test_a_longer_load_begins_like_a_shorter_one():
    short = list(arrivals(replace(LOAD, until_us=60 * SECOND), "op-1", Draws(1)))
    assert list(islice(arrivals(LOAD, "op-1", Draws(1)), len(short))) == short


def seated(*names: str) -> Desk:
    """Return the desk of an operator with pending appointments on screen."""
    desk = Desk(ENHANCED)
    desk.ready(*(row(name) for name in names))
    return desk


def test_a_person_acts_on_what_the_screen_offers():
    desk = seated("A1", "A2", "A3")
    chosen = [choose(LOAD, f"n{n}", desk.client, BOOKING, Draws(1)) for n in range(300)]
    assert Counter(ask.action for ask in chosen) == {"accept": 300}, "no driver to assign is given"
    counts = Counter(ask.row_id for ask in chosen)
    assert sorted(counts) == ["A1", "A2", "A3"]
    assert min(counts.values()) > 60
    assert [ask.intent for ask in chosen[:2]] == ["n0", "n1"]


def test_arguments_are_chosen_from_those_given():
    desk = seated("A1")
    load = replace(LOAD, args={"driver": ("dr-1", "dr-2")})
    chosen = [choose(load, f"n{n}", desk.client, BOOKING, Draws(1)) for n in range(300)]
    counts = Counter((ask.action, ask.args.get("driver")) for ask in chosen)
    assert sorted(counts, key=str) == [
        ("accept", None), ("assign_driver", "dr-1"), ("assign_driver", "dr-2"),
    ]  # fmt: skip
    assert abs(counts["accept", None] - 150) < 40
    assert abs(counts["assign_driver", "dr-1"] - 75) < 35


def test_only_the_named_actions_are_taken_and_only_by_roles_that_may():
    desk = seated("A1")
    only = replace(LOAD, actions=("start_appointment", "reject_booking"))
    assert choose(only, "n", desk.client, BOOKING, Draws(1)) is None
    batch = replace(LOAD, actions=("auto_cancel_overdue",))
    desk = Desk(ENHANCED)
    desk.ready(row("A1", overdue=True))
    ask = choose(batch, "n", desk.client, BOOKING, Draws(1))
    assert (ask.action, ask.row_id) == ("auto_cancel_overdue", "")


def test_another_row_on_screen_changes_the_choice_only_if_it_is_the_one_chosen():
    few, more = seated("A1", "A2", "A3"), seated("A1", "A2", "A3", "A4")
    for n in range(200):
        one = choose(LOAD, f"n{n}", few.client, BOOKING, Draws(1))
        other = choose(LOAD, f"n{n}", more.client, BOOKING, Draws(1))
        assert other.row_id in (one.row_id, "A4")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_people_come_at_the_same_times_under_every_design(seed):
    """Whether there is something to do differs; when somebody looks for it does not."""
    times = {}
    for design in DESIGNS.values():
        for name, at_us in intents(run(busy(design, seed))):
            assert times.setdefault(name, at_us) == at_us, name


def test_a_person_who_switches_shows_each_view_of_the_role_in_turn():
    load = Load(
        id="load", who=("op-1",), every_us=3_000 * SECOND, from_us=SECOND, until_us=12 * SECOND,
        switch_every_us=2 * SECOND,
    )  # fmt: skip
    history = run(
        scenario(clients=(operator("op-1", "pending"),), loads=(load,), until_us=14 * SECOND)
    )
    shown = [
        (r.time_us // SECOND, (r.data or {})["query"])
        for r in history.of("mount")
        if r.view != "slice"
    ]
    assert shown == [
        (0, "pending"), (1, "rejections"), (3, "overdue"), (5, "payments"), (7, "active"),
        (9, "pending"), (11, "rejections"),
    ]  # fmt: skip
