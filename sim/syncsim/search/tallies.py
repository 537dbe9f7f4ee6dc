"""How often each check passed, failed or could not tell, with an interval for failing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from syncsim.checks import Status
from syncsim.search.intervals import wilson
from syncsim.search.trial import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The answers of one check over the runs of one scenario, network and design.

    `failed_share` is of the runs in which the check could tell, None if it never could;
    `low` and `high` are the ends of its interval of 95 %.
    """

    scenario: str
    network: str
    design: str
    check: str
    passed: int
    failed: int
    unknown: int
    failed_share: float | None
    low: float | None
    high: float | None


def tallies(results: Sequence[Result]) -> list[Tally]:
    """Return one tally for each check, and each required situation, of each cell."""
    found: dict[tuple[str, str, str, str], list[Status]] = {}
    for result in results:
        for finding in (*result.verdict.findings, *result.verdict.sometimes):
            cell = (result.scenario, result.network, result.design, finding.check)
            found.setdefault(cell, []).append(finding.status)
    return [_tally(cell, statuses) for cell, statuses in found.items()]


def _tally(cell: tuple[str, str, str, str], statuses: Sequence[Status]) -> Tally:
    scenario, network, design, check = cell
    failed, passed = statuses.count(Status.FAIL), statuses.count(Status.PASS)
    share = wilson(failed, failed + passed) if failed + passed else None
    return Tally(
        scenario=scenario,
        network=network,
        design=design,
        check=check,
        passed=passed,
        failed=failed,
        unknown=statuses.count(Status.UNKNOWN),
        failed_share=share.estimate if share else None,
        low=share.low if share else None,
        high=share.high if share else None,
    )
