"""One run in numbers, and what stands for many runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from syncsim.checks import Status
from syncsim.search.trial import Result
from syncsim.staleness import MEASURES, Measure, quantiles

ALL = "all"
"""Stands for the scenario or the network of what is summed over all of them."""

CELL = ("scenario", "network", "design")
"""What a table has a line for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """What one run came to.

    Times are whole microseconds of virtual time, shares lie between 0 and 1. None stands where
    the situation did not arise: no window closed, nothing was committed, no outage ended.
    `staleness_` figures are over the windows that closed, `censored_share` counts the others.
    """

    scenario: str
    network: str
    design: str
    seed: int
    checks_failed: int
    checks_passed: int
    checks_unknown: int
    lost_intents: int
    windows: int
    staleness_p50_us: int | None
    staleness_p90_us: int | None
    staleness_p99_us: int | None
    censored_share: float | None
    mean_age_us: float | None
    coherent_share: float | None
    feedback_p50_us: int | None
    visibility_p50_us: int | None
    unseen_share: float | None
    flickers: int
    commits: int
    requests: int
    bytes: int
    refetches: int
    requests_per_commit: float | None
    bytes_per_commit: float | None
    refetches_per_commit: float | None
    reconnect_peak_per_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Typical:
    """What runs of one design came to, by the statistic of each measure; None without any."""

    scenario: str
    network: str
    design: str
    runs: int
    values: Mapping[str, float | None]


def metrics(result: Result) -> Metrics:
    """Return one run in numbers."""
    old = quantiles(result.windows, (0.5, 0.9, 0.99))
    censored = old["censored"] or 0
    windows = (old["uncensored"] or 0) + censored
    statuses = [finding.status for finding in result.verdict.findings]
    spent = result.costs
    return Metrics(
        scenario=result.scenario,
        network=result.network,
        design=result.design,
        seed=result.seed,
        checks_failed=statuses.count(Status.FAIL),
        checks_passed=statuses.count(Status.PASS),
        checks_unknown=statuses.count(Status.UNKNOWN),
        lost_intents=len(result.lost),
        windows=windows,
        staleness_p50_us=old["p50_us"],
        staleness_p90_us=old["p90_us"],
        staleness_p99_us=old["p99_us"],
        censored_share=censored / windows if windows else None,
        mean_age_us=result.mean_age_us,
        coherent_share=result.phi,
        feedback_p50_us=middle(result.feedback.lengths_us),
        visibility_p50_us=middle(result.visibility.lengths_us),
        unseen_share=result.visibility.unseen_share,
        flickers=result.flickers,
        commits=spent.commits,
        requests=spent.requests,
        bytes=spent.bytes,
        refetches=spent.refetches,
        requests_per_commit=spent.requests_per_commit,
        bytes_per_commit=spent.bytes_per_commit,
        refetches_per_commit=spent.refetches_per_commit,
        reconnect_peak_per_s=result.reconnect_peak_per_s,
    )


def typical(runs: Iterable[Metrics], by: Sequence[str] = CELL) -> list[Typical]:
    """Return what stands for the runs of each group, in the order of first use.

    Args:
        runs: One record a run.
        by: The names that make a group; `all` stands for those left out. A group must not
            mix designs, so the design is among them.
    """
    assert "design" in by, by
    groups: dict[tuple[str, ...], list[Metrics]] = {}
    for run in runs:
        name = tuple(getattr(run, part) if part in by else ALL for part in CELL)
        groups.setdefault(name, []).append(run)
    return [
        Typical(
            scenario=scenario,
            network=network,
            design=design,
            runs=len(group),
            values={name: over(group, measure) for name, measure in MEASURES.items()},
        )
        for (scenario, network, design), group in groups.items()
    ]


def over(runs: Sequence[Metrics], measure: Measure) -> float | None:
    """Return the median or the mean of a measure over the runs that have it, None if none do."""
    values = [value for run in runs if (value := value_of(run, measure)) is not None]
    if not values:
        return None
    return float(median(values)) if measure.statistic == "median" else fmean(values)


def value_of(run: Metrics, measure: Measure) -> float | None:
    """Return a measure of a run, None where its situation did not arise."""
    value: float | None = getattr(run, measure.name)
    return value


def middle(lengths_us: Iterable[int]) -> int | None:
    """Return the median by nearest rank, as quantiles of windows are taken, None of nothing."""
    ordered = sorted(lengths_us)
    return ordered[(len(ordered) - 1) // 2] if ordered else None
