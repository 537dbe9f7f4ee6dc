"""What the app says of itself, held against what was measured.

The app's release notes claim five things of the new front end. Each is restated as a
condition on recorded runs; where it does not hold, the claim names the scenario and the
check or figure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from syncsim.checks import Status
from syncsim.search.trial import Result
from syncsim.staleness import quantiles

SECOND_US = 1_000_000

REAL_TIME_US = SECOND_US
"""A change that takes longer than a second to show interrupts a person's thought (Nielsen,
Usability Engineering, 1993, chapter 5)."""
USEFUL_SHARE = 0.5
"""Refetching is called targeted if at least every other refetch brings something new."""
IMMEDIATE_SHARE = 0.99
"""Feedback is called immediate if all but one in a hundred intents show within the bound."""
COHERENT_SHARE = 0.95
"""Screens are called coherent if, without a fault, they show the truth 95% of the time."""
COHERENCE_CHECKS = ("CONV", "INVAL", "ROLL", "MONO", "XVIEW")
OFFLINE_CHECKS = ("CONV", "INVAL", "DONE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One claim of the app under one design.

    `holds` is None if no run put the claim to the test. `where` says what was measured, or
    where it breaks.
    """

    name: str
    design: str
    holds: bool | None
    where: str


def claims(results: Sequence[Result]) -> list[Claim]:
    """Return the five claims for each design among the results."""
    designs: dict[str, list[Result]] = {}
    for result in results:
        designs.setdefault(result.design, []).append(result)
    out = []
    for name, judge in _CLAIMS.items():
        for design, group in designs.items():
            holds, where = judge(group)
            out.append(Claim(name=name, design=design, holds=holds, where=where))
    return out


def _coherence(group: Sequence[Result]) -> tuple[bool | None, str]:
    broken = _broken(group, COHERENCE_CHECKS)
    if broken:
        return False, broken
    calm = [result for result in group if not result.has_outage and result.phi is not None]
    phi = min((result.phi for result in calm if result.phi is not None), default=None)
    if phi is None:
        return None, "no run without a fault had a screen to look at"
    where = f"{', '.join(COHERENCE_CHECKS)} in {_count(group)}"
    return phi >= COHERENT_SHARE, f"{where}; without a fault coherent {phi:.1%} of the time"


def _real_time(group: Sequence[Result]) -> tuple[bool | None, str]:
    calm = [result for result in group if not result.has_outage]
    windows = [window for result in calm for window in result.windows]
    figures = quantiles(windows, (0.99,))
    p99_us = figures["p99_us"]
    if p99_us is None:
        return None, "no change was ever seen late"
    if figures["censored"]:
        return False, f"{figures['censored']} changes were never seen, without any fault"
    where = f"99% seen within {p99_us / SECOND_US:.2f} s in {_count(calm)} without a fault"
    return p99_us <= REAL_TIME_US, where


def _targeted(group: Sequence[Result]) -> tuple[bool | None, str]:
    answered = sum(result.refetches.answered for result in group)
    if not answered:
        return None, "nothing was ever refetched"
    share = sum(result.refetches.useful for result in group) / answered
    return share >= USEFUL_SHARE, f"{share:.0%} of {answered} refetches brought something new"


def _immediate(group: Sequence[Result]) -> tuple[bool | None, str]:
    intents = sum(result.feedback.intents for result in group)
    if not intents:
        return None, "nobody asked for anything"
    bound_us = group[0].feedback.within_us
    quick = sum(us <= bound_us for result in group for us in result.feedback.lengths_us)
    where = f"{quick} of {intents} intents seen within {bound_us // 1000} ms"
    return quick >= IMMEDIATE_SHARE * intents, where


def _offline(group: Sequence[Result]) -> tuple[bool | None, str]:
    hit = [result for result in group if result.has_outage]
    if not hit:
        return None, "no run had an outage"
    broken = _broken(hit, OFFLINE_CHECKS)
    lost = sum(len(result.lost) for result in hit)
    if lost:
        plural = "s" if lost > 1 else ""
        broken = f"{lost} intent{plural} lost" + (f"; {broken}" if broken else "")
    if broken:
        return False, broken
    return True, f"no intent lost, {', '.join(OFFLINE_CHECKS)} in {_count(hit)} with outages"


_CLAIMS: dict[str, Callable[[Sequence[Result]], tuple[bool | None, str]]] = {
    "coherence": _coherence,
    "real time": _real_time,
    "targeted refetch": _targeted,
    "immediate feedback": _immediate,
    "works after offline": _offline,
}


def _broken(group: Sequence[Result], checks: tuple[str, ...]) -> str:
    """Say which of the checks failed in which scenarios, empty if none did."""
    failed: dict[str, dict[str, None]] = {}
    for result in group:
        for finding in result.verdict.findings:
            if finding.check in checks and finding.status is Status.FAIL:
                failed.setdefault(_short(result.scenario), {})[finding.check] = None
    return "; ".join(f"{', '.join(names)} in {scenario}" for scenario, names in failed.items())


def _short(scenario: str) -> str:
    return scenario.rpartition("/")[2]


def _count(group: Sequence[Result]) -> str:
    scenarios = dict.fromkeys(result.scenario for result in group)
    return f"{len(scenarios)} scenario{'s' if len(scenarios) != 1 else ''}"
