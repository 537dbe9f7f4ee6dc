"""What the tables need of a comparison; any record with these attributes will do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class Row(Protocol):
    """One scenario under one design and network, over one or more runs.

    `failed` and `unknown` name checks. Times are in microseconds and None where nothing was
    measured; `phi` is the share of time in which screens were coherent, 0 to 1.
    """

    @property
    def scenario(self) -> str: ...
    @property
    def design(self) -> str: ...
    @property
    def network(self) -> str: ...
    @property
    def runs(self) -> int: ...
    @property
    def failed(self) -> tuple[str, ...]: ...
    @property
    def unknown(self) -> tuple[str, ...]: ...
    @property
    def windows(self) -> int: ...
    @property
    def censored(self) -> int: ...
    @property
    def p50_us(self) -> int | None: ...
    @property
    def p99_us(self) -> int | None: ...
    @property
    def phi(self) -> float | None: ...
    @property
    def requests_per_commit(self) -> float | None: ...
    @property
    def bytes_per_commit(self) -> float | None: ...


class Claim(Protocol):
    """One thing the application says of itself, and whether it holds under a design.

    `holds` is None if nothing put the claim to the test; `where` says what was measured or
    where it breaks.
    """

    @property
    def name(self) -> str: ...
    @property
    def design(self) -> str: ...
    @property
    def holds(self) -> bool | None: ...
    @property
    def where(self) -> str: ...




def by_scenario(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the rows under a heading each, scenario and network, in order of first use."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        heading = f"{row.scenario} · {row.network}" if row.network else row.scenario
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
