"""What one design does better or worse than another, said only where the runs show it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations

from syncsim.search.intervals import paired_difference
from syncsim.search.metrics import ALL, Metrics, over, value_of
from syncsim.staleness import MEASURES, Measure

BETTER, WORSE, NOT_SHOWN, TOO_FEW = "better", "worse", "not shown", "too few runs"

PAIRS_MIN = 6
"""With fewer pairs nothing is said. If two designs were alike, all of five differences would
have one sign in one of sixteen comparisons, and the bootstrap would call that certain; with
six it is one in thirty-two, less than the one in twenty that an interval of 95 % allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One measure of one design, less that of another under the same luck.

    `value` and `against_value` are over the paired runs: those seeds in which both designs
    have the measure. `unpaired` counts the seeds in which only one has it, and which
    therefore say nothing. `says` is `better` or `worse` only if the interval from `low` to
    `high` leaves out 0.
    """

    scenario: str
    network: str
    design: str
    against: str
    measure: str
    pairs: int
    unpaired: int
    value: float | None
    against_value: float | None
    difference: float | None
    low: float | None
    high: float | None
    says: str


def differences(runs: Sequence[Metrics]) -> list[Difference]:
    """Return how each design differs from the first, by scenario and network."""
    cells: dict[tuple[str, str], list[Metrics]] = {}
    for run in runs:
        cells.setdefault((run.scenario, run.network), []).append(run)
    found: list[Difference] = []
    for (scenario, network), group in cells.items():
        first, *others = dict.fromkeys(run.design for run in group)
        for design in others:
            found += _of_two(group, design, first, scenario, network)
    return found


def differences_over_all(runs: Sequence[Metrics]) -> list[Difference]:
    """Return how each design differs from each other one, over all scenarios and networks."""
    designs = dict.fromkeys(run.design for run in runs)
    return [
        difference
        for design, against in permutations(designs, 2)
        for difference in _of_two(runs, design, against, ALL, ALL)
    ]


def _of_two(
    runs: Sequence[Metrics], design: str, against: str, scenario: str, network: str
) -> Iterable[Difference]:
    """Yield the difference of each measure that either of two designs ever has."""
    mine = {_luck(run): run for run in runs if run.design == design}
    theirs = {_luck(run): run for run in runs if run.design == against}
    for measure in MEASURES.values():
        strata: dict[tuple[str, str], list[tuple[Metrics, Metrics]]] = {}
        unpaired = 0
        for luck in dict.fromkeys((*theirs, *mine)):
            both = theirs.get(luck), mine.get(luck)
            known = [run for run in both if run and value_of(run, measure) is not None]
            if len(known) == len(both):
                strata.setdefault(luck[:2], []).append((known[0], known[1]))
            else:
                unpaired += len(known)
        if strata or unpaired:
            names = (scenario, network, design, against)
            yield _difference(names, measure, list(strata.values()), unpaired)


def _difference(
    names: tuple[str, str, str, str],
    measure: Measure,
    strata: Sequence[Sequence[tuple[Metrics, Metrics]]],
    unpaired: int,
) -> Difference:
    scenario, network, design, against = names
    pairs = [pair for stratum in strata for pair in stratum]
    estimate = low = high = None
    if pairs:
        values = [
            [(_known(theirs, measure), _known(mine, measure)) for theirs, mine in stratum]
            for stratum in strata
        ]
        key = "/".join((*names, measure.name))
        estimate, low, high = paired_difference(values, measure.statistic, key)
    return Difference(
        scenario=scenario,
        network=network,
        design=design,
        against=against,
        measure=measure.name,
        pairs=len(pairs),
        unpaired=unpaired,
        value=over([mine for _, mine in pairs], measure),
        against_value=over([theirs for theirs, _ in pairs], measure),
        difference=estimate,
        low=low,
        high=high,
        says=_says(len(pairs), low, high, measure),
    )


def _says(pairs: int, low: float | None, high: float | None, measure: Measure) -> str:
    """Return the word for a difference: none but `better` and `worse` claims anything."""
    if pairs < PAIRS_MIN or low is None or high is None:
        return TOO_FEW
    if low <= 0 <= high:
        return NOT_SHOWN
    return BETTER if (low > 0) == (measure.better == "higher") else WORSE


def _known(run: Metrics, measure: Measure) -> float:
    value = value_of(run, measure)
    assert value is not None, measure.name
    return value


def _luck(run: Metrics) -> tuple[str, str, int]:
    return run.scenario, run.network, run.seed
