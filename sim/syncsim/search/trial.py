"""One trial: run a scenario, judge its history, and keep the figures."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from syncsim.checks import Verdict, judge
from syncsim.history import History
from syncsim.scenario.scenario import Scenario
from syncsim.search.refetches import Refetches, refetches
from syncsim.staleness import (
    Costs,
    Feedback,
    Staleness,
    Visibility,
    Window,
    costs,
    feedback,
    flickers,
    measure,
    reconnect_peak_per_s,
    visibility,
)
from syncsim.timelines.cells import Timelines
from syncsim.world import run


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One run with everything that was found out about it."""

    scenario: Scenario
    history: History
    verdict: Verdict
    staleness: Staleness
    costs: Costs
    feedback: Feedback
    timelines: Timelines = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a comparison keeps of a trial: no history, small enough to cross processes.

    `lost` are the intents that ended neither well nor with a refusal; `has_outage` tells
    whether the scenario breaks anything.
    """

    scenario: str
    design: str
    network: str
    seed: int
    records: int
    verdict: Verdict
    windows: tuple[Window, ...]
    phi: float | None
    mean_age_us: float | None
    costs: Costs
    feedback: Feedback
    visibility: Visibility
    flickers: int
    refetches: Refetches
    reconnect_peak_per_s: int | None
    lost: tuple[str, ...]
    has_outage: bool


def trial(scenario: Scenario, *, allow_commands: bool = False) -> Trial:
    """Run and judge one scenario."""
    history = run(scenario, allow_commands=allow_commands)
    timelines = Timelines(history)
    return Trial(
        scenario=scenario,
        history=history,
        verdict=replace(judge(history, timelines=timelines), elsewhere=scenario.elsewhere),
        staleness=measure(history, timelines),
        costs=costs(history),
        feedback=feedback(history),
        timelines=timelines,
    )


def summarise(done: Trial) -> Result:
    """Return what a comparison needs of a trial."""
    scenario = done.scenario
    return Result(
        scenario=scenario.name,
        design=scenario.design.name,
        network=scenario.network.name,
        seed=scenario.seed,
        records=len(done.history),
        verdict=done.verdict,
        windows=done.staleness.windows,
        phi=done.staleness.phi,
        mean_age_us=done.staleness.mean_age_us,
        costs=done.costs,
        feedback=done.feedback,
        visibility=visibility(done.history, done.staleness.windows),
        flickers=flickers(done.history, done.timelines),
        refetches=refetches(done.history),
        reconnect_peak_per_s=reconnect_peak_per_s(done.history),
        lost=tuple(
            record.intent
            for record in done.history.of("outcome")
            if (record.data or {}).get("result") in ("failed", "unknown")
        ),
        has_outage=bool(scenario.faults or scenario.generators),
    )


def try_one(scenario: Scenario) -> Result:
    """Run, judge and summarise one scenario; the unit of work of a process pool."""
    return summarise(trial(scenario))
