"""Faults that the seed draws: what a file may say of them, and what a run makes of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from syncsim import scenario
from syncsim.engine import Draws
from syncsim.scenario.expand import expand
from syncsim.scenario.generator import Flap, Herd, Kind, Swarm, Swizzle
from syncsim.world import run
from tests.support.scenarios import MS, SECOND
from tests.unit.scenario.sample import SAMPLE, problems_of

SEEDS = range(40)
SWARM = Swarm(
    id="swarm",
    from_us=2 * SECOND,
    until_us=60 * SECOND,
    kinds=(
        Kind(do="drop", on=("op-1", "op-2"), every_us=(SECOND, 20 * SECOND)),
        Kind(
            do="partition",
            on=("op-1", "dr-1"),
            every_us=(5 * SECOND, 6 * SECOND),
            for_us=(SECOND, 3 * SECOND),
            unnoticed=True,
        ),
    ),
)
SWIZZLE = Swizzle(
    id="swizzle",
    at_us=SECOND,
    on=("op-1", "op-2", "th-1", "dr-1"),
    every_us=(100 * MS, 900 * MS),
    do="sleep",
)
HERD = Herd(
    id="herd",
    load="load.1",
    from_us=10 * SECOND,
    until_us=20 * SECOND,
    for_us=(SECOND, 3 * SECOND),
    busy_us=(2 * SECOND, 2 * SECOND),
    percent=80,
)
FLAP = Flap(
    id="flap",
    at_us=4 * SECOND,
    on="op-1",
    times=6,
    down_us=(200 * MS, 900 * MS),
    up_us=(SECOND, 2 * SECOND),
)


def drawn(generator, seed=1):
    """Return the faults of one generator in one run."""
    return expand((generator,), Draws(seed))


@pytest.mark.parametrize("generator", [SWARM, SWIZZLE, HERD, FLAP], ids=lambda one: one.id)
def test_a_seed_decides_and_another_seed_decides_otherwise(generator):
    plans = [drawn(generator, seed) for seed in SEEDS]
    assert plans == [drawn(generator, seed) for seed in SEEDS]
    assert len({tuple((each.at_us, each.for_us) for each in plan) for plan in plans}) > 10
    for plan in plans:
        assert [each.id for each in plan] == [
            f"{generator.id}/{number}" for number in range(1, len(plan) + 1)
        ]
        assert [each.at_us for each in plan] == sorted(each.at_us for each in plan)
        assert all(each.at_us <= generator.last_us for each in plan)
        assert all(each.at_us + each.for_us <= generator.end_us for each in plan)


def test_a_swarm_leaves_each_kind_out_of_half_the_runs():
    seen = Counter(
        frozenset(each.do for each in drawn(SWARM, seed)) & {"drop", "partition"}
        for seed in range(400)
    )
    assert len(seen) == 4
    assert min(seen.values()) > 60


def test_the_rate_of_a_swarm_is_drawn_once_for_a_run():
    counts = [Counter(each.do for each in drawn(SWARM, seed))["drop"] for seed in range(400)]
    rates = sorted(count for count in counts if count)
    # With one rate for all runs, some 11 on each of two places, none would be so far from it.
    assert rates[0] <= 4
    assert rates[-1] >= 60


def test_a_swarm_has_the_keys_of_its_kinds_and_no_two_at_a_time():
    for seed in SEEDS:
        ends_us: dict[str, int] = {}
        for each in drawn(SWARM, seed):
            if each.do != "partition":
                continue
            assert each.unnoticed
            assert SECOND <= each.for_us <= 3 * SECOND
            assert each.at_us >= ends_us.get(each.on, 2 * SECOND)
            ends_us[each.on] = each.at_us + each.for_us


def test_another_place_and_another_kind_change_nothing_for_the_rest():
    drop, partition = SWARM.kinds
    wider = replace(drop, on=("th-1", *drop.on))
    for seed in SEEDS:
        alone = drawn(replace(SWARM, kinds=(drop,)), seed)
        among = drawn(replace(SWARM, kinds=(partition, wider)), seed)
        kept = [each for each in among if each.do == "drop" and each.on in drop.on]
        assert [(each.at_us, each.on) for each in kept] == [(each.at_us, each.on) for each in alone]


def test_a_swizzle_brings_clients_back_in_another_order():
    counts = set()
    for seed in SEEDS:
        plan = drawn(SWIZZLE, seed)
        stops = [each.on for each in plan]
        returns = [
            each.on for each in sorted(plan, key=lambda each: (each.at_us + each.for_us, each.id))
        ]
        assert returns != stops
        assert {each.do for each in plan} == {"sleep"}
        assert max(each.at_us for each in plan) < min(each.at_us + each.for_us for each in plan)
        assert len(stops) == len(set(stops))
        counts.add(len(stops))
    assert counts == {2, 3, 4}


def test_a_herd_restarts_under_its_load_and_is_busy_when_it_is_back():
    for seed in SEEDS:
        restart, overload = drawn(HERD, seed)
        assert (restart.do, restart.on, overload.do) == ("restart", "backend", "overload")
        assert 10 * SECOND <= restart.at_us < 20 * SECOND
        assert overload.at_us == restart.at_us + restart.for_us
        assert (overload.for_us, overload.percent) == (2 * SECOND, 80)
    assert len(drawn(replace(HERD, busy_us=(0, 0)))) == 1


def test_a_flap_is_up_in_between():
    plan = drawn(FLAP)
    assert [each.do for each in plan] == ["partition"] * 6
    assert plan[0].at_us == FLAP.at_us
    for one, following in pairwise(plan):
        up_us = following.at_us - one.at_us - one.for_us
        assert SECOND <= up_us <= 2 * SECOND
        assert 200 * MS <= one.for_us <= 900 * MS


WORSE = Swarm(
    id="worse",
    from_us=0,
    until_us=60 * SECOND,
    kinds=(
        Kind(
            do="crash",
            on=("backend",),
            every_us=(5 * SECOND, 9 * SECOND),
            for_us=(SECOND, SECOND),
            loses_us=(SECOND, 4 * SECOND),
        ),
        Kind(
            do="skew-clock",
            on=("op-1", "backend"),
            every_us=(5 * SECOND, 9 * SECOND),
            for_us=(SECOND, SECOND),
            ahead_us=(SECOND, 3 * SECOND),
            behind_us=(5 * SECOND, 5 * SECOND),
            drift_ppm=(-200, 100),
        ),
    ),
)


def test_how_much_is_lost_and_how_wrong_a_clock_is_are_drawn():
    plan = [each for seed in range(200) for each in drawn(WORSE, seed)]
    losses = [each.loses_us for each in plan if each.do == "crash"]
    assert SECOND <= min(losses) < 1.1 * SECOND
    assert 3.9 * SECOND < max(losses) <= 4 * SECOND
    clocks = [each for each in plan if each.do == "skew-clock"]
    ahead = [each.skew_us for each in clocks if each.skew_us > 0]
    assert SECOND <= min(ahead) < max(ahead) <= 3 * SECOND
    assert {each.skew_us for each in clocks if each.skew_us < 0} == {-5 * SECOND}
    assert 0.4 < len(ahead) / len(clocks) < 0.6
    drifts = [each.drift_ppm for each in clocks]
    assert (min(drifts), max(drifts)) == (-200, 100)


def test_a_clock_of_one_range_is_always_wrong_in_the_same_way():
    _, clock = WORSE.kinds
    for kind, sign in (
        (replace(clock, behind_us=(0, 0)), 1),
        (replace(clock, ahead_us=(0, 0)), -1),
        (replace(clock, ahead_us=(0, 0), behind_us=(0, 0)), 0),
    ):
        plan = [each for seed in SEEDS for each in drawn(replace(WORSE, kinds=(kind,)), seed)]
        assert plan
        assert all((each.skew_us > 0) - (each.skew_us < 0) == sign for each in plan)


# In a file

GENERATORS = """\
generators:
  - do: swarm
    from: 2s
    until: 50s
    faults:
      - {do: drop, on: [op-1, dr-1], every: 10s..60s, unnoticed: true}
      - {do: overload, on: [backend], every: 20s, for: 1s..2s, percent: 50, retry_after: 1s}
      - {do: crash, on: [backend], every: 30s, for: 2s, loses: 1s..4s}
      - {do: skew-clock, on: [op-1], every: 9s, for: 6s, ahead: 3s, behind: 1s, drift_ppm: -50..90}
  - {do: swizzle, on: [op-1, op-2, th-1], at: 12s, every: 500ms..2s, verb: hold, id: clog}
  - {do: herd, load: load.1, for: 1s..3s, busy: 1s, percent: 80}
  - {do: flap, on: dr-1, at: 20s, times: 5, down: 200ms..2s, up: 1s, unnoticed: true}
"""
TEXT = SAMPLE + GENERATORS


def without(text, old, new):
    """Return a text with one piece of it replaced."""
    assert text.count(old) == 1, old
    return text.replace(old, new)


def test_a_file_says_what_a_record_holds():
    swarm, swizzle, herd, flap = scenario.loads(TEXT).generators
    assert [each.id for each in (swarm, swizzle, herd, flap)] == [
        "generator.1", "clog", "generator.3", "generator.4"
    ]  # fmt: skip
    assert swarm.kinds[0].every_us == (10 * SECOND, 60 * SECOND)
    assert swarm.kinds[1].retry_after_us == SECOND
    assert swarm.kinds[2].loses_us == (SECOND, 4 * SECOND)
    clock = swarm.kinds[3]
    assert (clock.ahead_us, clock.behind_us) == ((3 * SECOND, 3 * SECOND), (SECOND, SECOND))
    assert clock.drift_ppm == (-50, 90)
    assert (swizzle.do, swizzle.on) == ("hold", ("op-1", "op-2", "th-1"))
    assert (herd.from_us, herd.until_us, herd.busy_us) == (SECOND, 60 * SECOND, (SECOND, SECOND))
    assert (flap.times, flap.down_us, flap.unnoticed) == (5, (200 * MS, 2 * SECOND), True)


def test_a_text_comes_back():
    loaded = scenario.loads(TEXT)
    text = scenario.dump(loaded)
    assert scenario.loads(text) == loaded
    assert scenario.dump(scenario.loads(text)) == text


@pytest.mark.parametrize(("written", "drifts"), [("7", (7, 7)), ("-7", (-7, -7)), ("0..9", (0, 9))])
def test_one_drift_is_both_ends_of_a_range(written, drifts):
    loaded = scenario.loads(without(TEXT, "-50..90", written))
    assert loaded.generators[0].kinds[3].drift_ppm == drifts
    assert scenario.loads(scenario.dump(loaded)) == loaded


def test_a_drawn_crash_loses_commits_that_were_acknowledged():
    swarm = TEXT[TEXT.index("      - {do: drop") : TEXT.index("  - {do: swizzle")]
    crash = "      - {do: crash, on: [backend], every: 6s, for: 500ms, loses: 20s..30s}\n"
    loaded = scenario.loads(without(TEXT, swarm, crash))
    histories = [run(replace(loaded, seed=seed)) for seed in range(1, 5)]
    lost = [fault.data["loses_us"] for history in histories for fault in history.of("fault")
            if fault.data["verb"] == "crash"]  # fmt: skip
    assert lost
    assert all(20 * SECOND <= each <= 30 * SECOND for each in lost)
    assert any(record for history in histories for record in history.of("rewind"))


def test_the_run_goes_on_behind_the_last_generated_fault():
    late = without(TEXT, "at: 20s, times: 5", "at: 100s, times: 5")
    # Four times down and up, and down once more, at the longest; and a second.
    assert scenario.loads(late).until_us == (100 + 4 * 3 + 2 + 1) * SECOND


@pytest.mark.parametrize(
    ("old", "new", "code", "hint"),
    [
        ("do: flap", "do: flop", "unknown-generator", "'flap'"),
        ("do: flap, ", "", "missing-key", "add `do: ...`"),
        ("do: drop, on: [op-1, d", "do: dorp, on: [op-1, d", "unknown-verb", "'drop'"),
        ("do: drop, on: [op-1, d", "do: heal, on: [op-1, d", "unknown-verb", None),
        ("do: drop, on: [op-1, d", "do: wake, on: [op-1, d", "unknown-verb", None),
        ("ahead: 3s, behind: 1s, drift_ppm: -50..90", "percent: 9", "missing-key", "add `ahead"),
        ("for: 6s, ahead", "ahead", "missing-key", "add `for"),
        ("ahead: 3s", "ahead: 3s, loses: 1s", "unknown-key", "remove it"),
        ("for: 2s, loses", "for: 2s, drift_ppm: 9..10, loses", "unknown-key", "remove it"),
        ("for: 2s, loses", "for: 2s, after: commit, loses", "unknown-key", None),
        ("loses: 1s..4s", "loses: 0s..4s", "bad-range", "smaller one comes first"),
        ("-50..90", "90..-50", "bad-range", "like -200..200"),
        ("-50..90", "-50..100001", "bad-range", "like -200..200"),
        ("-50..90", "-50ppm", "bad-range", "like -200..200"),
        ("-50..90", "1.5", "bad-range", "like -200..200"),
        ("-50..90", "true", "bad-range", "like -200..200"),
        ("[op-1, dr-1]", "[op-1, backend]", "unknown-place", None),
        ("[op-1, dr-1]", "[op-1, op-1]", "duplicate-id", "remove it"),
        ("[op-1, dr-1]", "[]", "too-few", "at least 1"),
        ("for: 1s..2s, percent", "percent", "missing-key", "add `for"),
        ("percent: 50", "leg: request", "unknown-key", "remove it"),
        ("percent: 50", "percnt: 50", "unknown-key", "'percent'"),
        ("10s..60s", "60s..10s", "bad-range", "smaller one comes first"),
        ("10s..60s", "0s..10s", "bad-range", "smaller one comes first"),
        ("10s..60s", "10..60s", "bad-duration", "a number and a unit"),
        ("10s..60s", "10", "missing-unit", "10s"),
        ("10s..60s", "1ms..60s", "too-many", "fewer places"),
        ("do: overload, on: [backend]", "do: drop, on: [op-2]", "duplicate-id", "remove it"),
        ("until: 50s\n    faults", "until: 2s\n    faults", "out-of-range", "later than `from`"),
        ("[op-1, op-2, th-1], at", "[op-1], at", "too-few", "at least 2"),
        ("[op-1, op-2, th-1], at", "[op-1, backend], at", "unknown-place", None),
        ("verb: hold", "verb: drop", "unknown-verb", None),
        ("load: load.1", "load: load.9", "unknown-load", "'load."),
        ("on: dr-1, at: 20s", "on: backend, at: 20s", "unknown-place", None),
        ("times: 5", "times: 1", "out-of-range", "at least 2"),
        ("id: clog", "id: load.1", "duplicate-id", "the first is at"),
    ],
)
def test_what_is_wrong_is_said(old, new, code, hint):
    problems = problems_of(without(TEXT, old, new))
    found = [problem for problem in problems if problem.code == code]
    assert found, problems
    assert hint is None or hint in found[0].hint, found


def test_without_a_name_nothing_else_is_asked_of_a_generator():
    (problem,) = problems_of(without(TEXT, "do: flap, ", ""))
    assert problem.code == "missing-key"
    assert problem.hint == "add `do: ...`, one of: swarm, swizzle, herd, flap"


def test_what_would_begin_after_the_end_is_said():
    text = without(TEXT, "seed: 7", "until: 66s\nseed: 7")
    assert scenario.loads(text).until_us == 66 * SECOND
    (problem,) = problems_of(without(text, "at: 20s", "at: 55s"))
    assert (problem.code, problem.found) == ("after-the-end", "a fault at 67s at the latest")


def test_one_generated_fault_can_be_left_out():
    text = without(TEXT, "omit: [op-1.2, ", "omit: [clog/1, generator.4/3, op-1.2, ")
    loaded = scenario.loads(text)
    everything = [record.data["verb"] for record in run(scenario.loads(TEXT)).of("fault")]
    rest = [record.data["verb"] for record in run(loaded).of("fault")]
    assert Counter(everything) - Counter(rest) == {"hold": 1, "partition": 1}
    for wrong in ("clog/x", "clog", "generator.9/1"):
        problems = problems_of(text.replace("clog/1", wrong))
        assert [problem.code for problem in problems] == ["unknown-step"]


def test_a_run_names_ordinary_verbs_and_heals_them():
    loaded = replace(scenario.loads(TEXT), seed=3)
    history = run(loaded)
    plan = expand(loaded.generators, Draws(3))
    happened = [(record.time_us, record.data["verb"], record.at) for record in history.of("fault")]
    planned = [(each.at_us, each.do, each.on) for each in plan]
    assert [each for each in planned if each not in happened] == []
    assert {each.do for each in plan} >= {"hold", "restart", "overload", "partition"}
    held = [record for record in history.of("heal") if record.data["verb"] == "hold"]
    assert len(held) == sum(each.do == "hold" for each in plan)
