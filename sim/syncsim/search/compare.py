"""Designs side by side under the same luck: same people, same think times, same delays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass

from syncsim.checks import Status
from syncsim.scenario.scenario import Scenario
from syncsim.search.metrics import middle
from syncsim.search.trial import Result, try_one
from syncsim.staleness import quantiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a comparison: one scenario, design and network over all its seeds.

    `failed` and `unknown` name the checks that did so in any run. Quantiles are over the
    windows of all runs that closed; `censored` counts those that did not. Shares and times
    are means over runs, None where there was nothing to measure. `visibility_p50_us` is over
    the changes of all runs that somebody else came to see, `unseen` counts those that nobody
    did; `flickers` are of all runs, `reconnect_peak_per_s` is the highest of any run.
    """

    scenario: str
    design: str
    network: str
    runs: int
    failed: tuple[str, ...]
    unknown: tuple[str, ...]
    windows: int
    p50_us: int | None
    p90_us: int | None
    p99_us: int | None
    censored: int
    phi: float | None
    mean_age_us: float | None
    feedback_p50_us: int | None
    visibility_p50_us: int | None
    unseen: int
    flickers: int
    commits: int
    requests_per_commit: float | None
    bytes_per_commit: float | None
    refetches_per_commit: float | None
    reconnect_peak_per_s: int | None


def compare(
    scenarios: Iterable[Scenario],
    *,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Result]:
    """Run and judge scenarios and return the results in the order given.

    Args:
        scenarios: One for each scenario, design, network and seed wanted.
        executor: Where to run; None runs here, one after the other.
        progress: Called with the number done and the number in all.
    """
    work = list(scenarios)
    results: list[Result] = []
    if executor is None:
        for count, scenario in enumerate(work, 1):
            results.append(try_one(scenario))
            if progress:
                progress(count, len(work))
        return results
    futures = [executor.submit(try_one, scenario) for scenario in work]
    for count, _ in enumerate(as_completed(futures), 1):
        if progress:
            progress(count, len(work))
    return [future.result() for future in futures]


def rows(results: Sequence[Result]) -> list[Row]:
    """Return one row for each scenario, design and network, in the order of first use."""
    groups: dict[tuple[str, str, str], list[Result]] = {}
    for result in results:
        name = (result.scenario, result.design, result.network)
        groups.setdefault(name, []).append(result)
    return [row_of(group) for group in groups.values()]


def row_of(group: Sequence[Result], scenario: str = "") -> Row:
    """Return one row over results of one design; `scenario` names a mix of scenarios."""
    assert group, scenario
    windows = [window for result in group for window in result.windows]
    figures = quantiles(windows, (0.5, 0.9, 0.99))
    commits = sum(result.costs.commits for result in group)
    peaks = [result.reconnect_peak_per_s for result in group]
    return Row(
        scenario=scenario or group[0].scenario,
        design=group[0].design,
        network=group[0].network,
        runs=len(group),
        failed=_with_status(group, Status.FAIL),
        unknown=_with_status(group, Status.UNKNOWN),
        windows=figures["uncensored"] or 0,
        p50_us=figures["p50_us"],
        p90_us=figures["p90_us"],
        p99_us=figures["p99_us"],
        censored=figures["censored"] or 0,
        phi=_mean([result.phi for result in group]),
        mean_age_us=_mean([result.mean_age_us for result in group]),
        feedback_p50_us=middle(us for result in group for us in result.feedback.lengths_us),
        visibility_p50_us=middle(us for result in group for us in result.visibility.lengths_us),
        unseen=sum(result.visibility.due - len(result.visibility.lengths_us) for result in group),
        flickers=sum(result.flickers for result in group),
        commits=commits,
        requests_per_commit=_per(commits, sum(result.costs.requests for result in group)),
        bytes_per_commit=_per(commits, sum(result.costs.bytes for result in group)),
        refetches_per_commit=_per(commits, sum(result.costs.refetches for result in group)),
        reconnect_peak_per_s=max((peak for peak in peaks if peak is not None), default=None),
    )


def _with_status(group: Sequence[Result], status: Status) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for result in group:
        for finding in (*result.verdict.findings, *result.verdict.sometimes):
            if finding.status is status:
                found[finding.check] = None
    return tuple(found)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _per(commits: int, total: int) -> float | None:
    return total / commits if commits else None
