"""The values that the sentences of a study are filled with, each as it stands in a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from syncsim.staleness import MEASURES
from syncsim_reports.rows import Claim, Difference, Tally, Typical
from syncsim_reports.words import amount, change, count, listed, share

CHOICE = "choice"
CHOICE_RULE = (
    "`choice` follows a rule: designs that are shown to fail more checks than another one are "
    "out, and of the rest the one with the fewest requests for each commit is taken."
)
CHECKS_NAMED = 4
"""Checks named in a sentence; a count stands for the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the runs of a study showed.

    `typical` has one record a design and `differences` those of every design against every
    other one, both over all scenarios and networks.
    """

    typical: Sequence[Typical]
    differences: Sequence[Difference]
    claims: Sequence[Claim]
    tallies: Sequence[Tally]


def choice(found: Found) -> str:
    """Return the design that `CHOICE_RULE` picks."""
    out = [
        line.design
        for line in found.differences
        if line.measure == "checks_failed" and line.says == "worse"
    ]
    rest = [line for line in found.typical if line.design not in out] or found.typical
    costs = [(line.values["requests_per_commit"], line.design) for line in rest]
    known = [(cost, design) for cost, design in costs if cost is not None]
    return min(known, key=lambda known: known[0])[1] if known else costs[0][1]


def values(found: Found) -> dict[str, str]:
    """Return the text of every value by its name."""
    designs = [line.design for line in found.typical]
    filled: dict[str, str] = {}
    for subject, design in (*zip(designs, designs, strict=True), (CHOICE, choice(found))):
        filled |= dict(_of(subject, design, found))
    return filled


def _of(subject: str, design: str, found: Found) -> Iterator[tuple[str, str]]:
    """Yield the values of one design under the name of `subject`."""
    yield subject, design
    for part, holds in (("keeps", True), ("breaks", False)):
        named = [c.name for c in found.claims if c.design == design and c.holds is holds]
        yield f"{subject}.{part}", listed(named) or "none of the claims"
    yield f"{subject}.failed", _failed([t for t in found.tallies if t.design == design])
    (typical,) = (line for line in found.typical if line.design == design)
    for name, measure in MEASURES.items():
        yield f"{subject}.{name}", amount(typical.values[name], measure.unit)
        for other in (line.design for line in found.typical if line.design != subject):
            lines = [
                line
                for line in found.differences
                if (line.design, line.against, line.measure) == (design, other, name)
            ]
            text = _difference(lines[0]) if lines else _nothing(design, other)
            yield f"{subject}.{name}.against.{other}", text


def _nothing(design: str, other: str) -> str:
    return "the same, being its own" if design == other else "not measured under both"


def _difference(line: Difference) -> str:
    """Write a difference: `1.9 s lower (interval 1.2 s to 2.5 s)`, only where it is shown."""
    unit = MEASURES[line.measure].unit
    if line.difference is None or line.low is None or line.high is None:
        return "not measured under both"
    if line.says == "too few runs":
        return "not comparable in so few runs"
    if line.says == "not shown":
        return (
            f"not shown to differ (interval {change(line.low, unit)} to {change(line.high, unit)})"
        )
    near, far = sorted((abs(line.low), abs(line.high)))
    way = "lower" if line.difference < 0 else "higher"
    size, *ends = (change(abs(end), unit).removeprefix("+") for end in (line.difference, near, far))
    return f"{size} {way} (interval {' to '.join(ends)})"


def _failed(tallies: Sequence[Tally]) -> str:
    """Write which checks failed and how often: a clause that can stand by itself."""
    failed: dict[str, int] = {}
    runs: dict[str, int] = {}
    for tally in tallies:
        failed[tally.check] = failed.get(tally.check, 0) + tally.failed
        decided = tally.passed + tally.failed
        runs[tally.check] = runs.get(tally.check, 0) + decided
    named = sorted((check for check in failed if failed[check]), key=lambda check: -failed[check])
    if not named:
        return "no check failed"
    parts = [f"{check} in {share(failed[check] / runs[check])}" for check in named]
    hidden = len(parts) - CHECKS_NAMED
    if hidden > 0:
        parts = [*parts[:CHECKS_NAMED], f"{count(hidden, 'other check')} in some"]
    first, *others = parts
    return listed([first.replace(" in ", " failed in "), *others]) + " of the runs that could tell"
