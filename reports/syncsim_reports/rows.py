"""What the tables need of a comparison; any record with these attributes will do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol


class Row(Protocol):
    """One scenario under one design and network, over one or more runs."""

    @property
    def scenario(self) -> str:
        """Name of the scenario."""

    @property
    def design(self) -> str:
        """Name of the design."""

    @property
    def network(self) -> str:
        """Name of the network, may be empty."""

    @property
    def runs(self) -> int:
        """Number of runs."""

    @property
    def failed(self) -> tuple[str, ...]:
        """Names of the checks that failed in any run."""

    @property
    def unknown(self) -> tuple[str, ...]:
        """Names of the checks that could not tell in some run."""

    @property
    def windows(self) -> int:
        """Windows of old data that closed."""

    @property
    def censored(self) -> int:
        """Windows of old data that the view or the run ended before they closed."""

    @property
    def p50_us(self) -> int | None:
        """Median length of the windows that closed, None without any."""

    @property
    def p99_us(self) -> int | None:
        """Length that 99 in 100 of them do not exceed, None without any."""

    @property
    def phi(self) -> float | None:
        """Share of time in which screens were coherent, 0 to 1."""

    @property
    def requests_per_commit(self) -> float | None:
        """HTTP requests for each commit, None without commits."""

    @property
    def bytes_per_commit(self) -> float | None:
        """Bytes sent for each commit, None without commits."""


class Claim(Protocol):
    """One thing the application says of itself, under one design."""

    @property
    def name(self) -> str:
        """What is claimed."""

    @property
    def design(self) -> str:
        """Name of the design."""

    @property
    def holds(self) -> bool | None:
        """Whether it holds, None if nothing put it to the test."""

    @property
    def where(self) -> str:
        """What was measured, or where it breaks."""


class Cell(Protocol):
    """One scenario and network under one design."""

    @property
    def scenario(self) -> str:
        """Name of the scenario, or `all`."""

    @property
    def network(self) -> str:
        """Name of the network, or `all`."""

    @property
    def design(self) -> str:
        """Name of the design."""


class Typical(Cell, Protocol):
    """What the runs of a cell came to."""

    @property
    def runs(self) -> int:
        """Number of runs."""

    @property
    def values(self) -> Mapping[str, float | None]:
        """By the name of the measure; None where no run has it."""


class Tally(Cell, Protocol):
    """How often one check passed, failed and could not tell."""

    @property
    def check(self) -> str:
        """Name of the check."""

    @property
    def passed(self) -> int:
        """Runs in which it passed."""

    @property
    def failed(self) -> int:
        """Runs in which it failed."""

    @property
    def unknown(self) -> int:
        """Runs in which it could not tell."""

    @property
    def failed_share(self) -> float | None:
        """Share of failures among the runs in which it could tell."""

    @property
    def low(self) -> float | None:
        """Lower end of the interval of that share."""

    @property
    def high(self) -> float | None:
        """Upper end of the interval of that share."""


class Difference(Cell, Protocol):
    """One measure of one design, less that of another under the same luck."""

    @property
    def against(self) -> str:
        """Name of the other design."""

    @property
    def measure(self) -> str:
        """Name of the measure."""

    @property
    def pairs(self) -> int:
        """Seeds in which both designs have the measure."""

    @property
    def unpaired(self) -> int:
        """Seeds in which only one of them has it."""

    @property
    def value(self) -> float | None:
        """What the design came to in the paired runs."""

    @property
    def against_value(self) -> float | None:
        """What the other came to."""

    @property
    def difference(self) -> float | None:
        """The first less the second, None without pairs."""

    @property
    def low(self) -> float | None:
        """Lower end of the interval of the difference."""

    @property
    def high(self) -> float | None:
        """Upper end of the interval of the difference."""

    @property
    def says(self) -> str:
        """`better`, `worse`, `not shown` or `too few runs`."""


def place(cell: Cell) -> str:
    """Return scenario and network of a cell as a heading, `all` left out."""
    return " · ".join(part for part in (cell.scenario, cell.network) if part not in ("", "all"))


def by_scenario(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the rows under a heading each, scenario, network and runs, in order of first use."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        heading = f"{row.scenario} · {row.network}" if row.network else row.scenario
        if row.runs > 1:
            heading += f" · {row.runs:,} runs"
        groups.setdefault(heading, []).append(row)
    return groups


def by_claim(claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    """Return the claims by name, in order of first use."""
    groups: dict[str, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(claim.name, []).append(claim)
    return groups


def answer(claim: Claim) -> str:
    """Say whether a claim holds, in words."""
    if claim.holds is None:
        return "not tested"
    return "holds" if claim.holds else "does not hold"
