"""The judge: reads a history and says what held, what broke and what nobody can tell."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from syncsim.checks import sometimes
from syncsim.checks.done import run_ended
from syncsim.checks.evidence import Evidence, seconds
from syncsim.checks.registry import CHECKS
from syncsim.checks.verdict import Check, Finding, Status, Story, Verdict
from syncsim.history import Header, History
from syncsim.history.vocabulary import CHECK_NAMES

__all__ = [
    "CHECKS", "Check", "Evidence", "Finding", "Status", "Story", "Verdict", "as_json", "judge",
]  # fmt: skip

DOMAIN_FACTS = ("transitions", "actions", "queries", "projections")
"""What a header must say of the application before anything can be judged."""


def judge(history: History, only: Sequence[str] | None = None) -> Verdict:
    """Return the verdict on a history.

    Runs the checks named in `only`, else those that the header asks for, else all, and looks
    for the situations that the header requires. A check that crashes answers unknown and the
    others go on. Nothing passes if the header is damaged or the run has not ended.
    """
    evidence = Evidence(history)
    damage = _damage(history.header)
    checks, required = _asked_for(history.header)
    doubt = "" if run_ended(history) else _cut_off(history)

    def answer(name: str, known: bool, ask: Callable[[], Finding]) -> Finding:  # noqa: FBT001
        if damage:
            return _unknown(name, damage)
        if not known:
            return _unknown(name, "syncsim has nothing of this name")
        try:
            finding = ask()
        except Exception as error:  # noqa: BLE001 - one broken check must not hide the others
            finding = _unknown(name, f"the check itself failed: {type(error).__name__}: {error}")
        if doubt and finding.status is not Status.FAIL:
            return replace(finding, status=Status.UNKNOWN, why=doubt)
        return finding

    findings = tuple(
        answer(name, name in CHECKS, lambda name=name: CHECKS[name].judge(evidence))
        for name in (checks if only is None else only)
    )
    met = tuple(
        answer(name, name in sometimes.SITUATIONS, lambda name=name: sometimes.find(name, evidence))
        for name in required
    )
    return Verdict(
        status=Status.worst(finding.status for finding in (*findings, *met)),
        findings=findings,
        sometimes=met,
    )
