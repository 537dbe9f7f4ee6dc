"""The end of a run: all is healed, or a core of clients that must then converge."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncsim import scenario as files
from syncsim.checks import CHECKS, Evidence, judge
from syncsim.checks.verdict import Status
from syncsim.net import Profile
from syncsim.world import run
from tests.support.scenarios import (
    HARDENED,
    SECOND,
    appointments,
    fault,
    operator,
    scenario,
    step,
)
from tests.unit.scenario.sample import SAMPLE, problems_of

CONVERGES = ("CONV", "DONE", "GAP", "INVAL")


def torn(core=(), **given):
    """Return three operators of whom two lose their links, while the third accepts A1."""
    names = ("op-1", "op-2", "op-3")
    return scenario(
        HARDENED,
        clients=tuple(operator(name) for name in names),
        rows=appointments(2),
        steps=(
            step(3 * SECOND, "op-3", "accept", "A2"),
            step(4 * SECOND, "op-1", "accept", "A1"),
        ),
        faults=(
            fault(2 * SECOND, "partition", "op-2"),
            fault(2 * SECOND, "partition", "op-3"),
            fault(5 * SECOND, "restart", "backend", 60 * SECOND),
        ),
        until_us=8 * SECOND,
        core=core,
        **given,
    )


def healed(history):
    """Return where something was healed, and what."""
    return [(record.at, record.data["verb"]) for record in history.of("heal")]


def test_without_a_core_all_is_healed_and_the_header_says_nothing():
    history = run(torn())
    assert healed(history) == [
        ("op-2", "partition"), ("op-3", "partition"), ("backend", "restart")
    ]  # fmt: skip
    assert "core" not in history.header
    assert judge(history, CONVERGES).status is not Status.FAIL


def test_a_core_is_healed_with_the_backend_and_the_others_are_left():
    history = run(torn(("op-1", "op-2")))
    assert healed(history) == [("op-2", "partition"), ("backend", "restart")]
    assert history.header["core"] == ["op-1", "op-2"]
    late = [record.at for record in history.of("open") if record.time_us > 8 * SECOND]
    assert sorted(late) == ["op-1", "op-2"]


def test_a_fault_of_another_that_has_a_time_ends_at_its_time():
    world = torn(("op-1",))
    timed = replace(world, faults=(fault(2 * SECOND, "partition", "op-2", 12 * SECOND),))
    (heal,) = run(timed).of("heal")
    assert (heal.at, heal.time_us) == ("op-2", 14 * SECOND)


@pytest.mark.parametrize("check", ["CONV", "DONE"])
def test_convergence_is_asked_of_the_core_alone(check):
    history = run(torn(("op-1", "op-2")))
    inside = CHECKS[check].judge(Evidence(history))
    assert inside.status is Status.PASS, inside
    del history.header["core"]
    outside = CHECKS[check].judge(Evidence(history))
    assert outside.status is Status.FAIL
    assert {story.client for story in outside.stories} == {"op-3"}
    assert outside.seen > inside.seen


def test_outages_of_the_profile_end_in_the_core_alone():
    profile = Profile(
        name="gone", title="", source="", delay_us=20_000, outage_every_us=SECOND,
        outage_us=3_600 * SECOND,
    )  # fmt: skip
    history = run(replace(torn(("op-1",)), network=profile, faults=()))
    late = {record.at for record in history.of("open", "paint") if record.time_us > 10 * SECOND}
    assert late == {"op-1"}


# In a file

SETTLE = "settle: {core: [op-1, th-1]}\n"


def test_a_file_names_the_core_and_it_comes_back():
    assert files.loads(SAMPLE).core == ()
    loaded = files.loads(SAMPLE + SETTLE)
    assert loaded.core == ("op-1", "th-1")
    assert files.loads(files.dump(loaded)) == loaded


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("th-1]", "th-9]", "unknown-client"),
        ("th-1]", "op-1]", "duplicate-id"),
        ("th-1]", "backend]", "unknown-client"),
        ("[op-1, th-1]", "[]", "too-few"),
        ("{core: [op-1, th-1]}", "{}", "missing-key"),
        ("{core: [op-1, th-1]}", "{cor: [op-1]}", "unknown-key"),
        ("{core: [op-1, th-1]}", "op-1", "wrong-type"),
    ],
)
def test_what_is_wrong_is_said(old, new, code):
    problems = problems_of(SAMPLE + SETTLE.replace(old, new))
    assert code in [problem.code for problem in problems]
