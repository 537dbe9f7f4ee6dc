"""The judge: reads a history and says what held, what broke and what nobody can tell."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
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

Ask = Callable[[Evidence], Finding]

DOMAIN_FACTS = ("transitions", "actions", "queries", "projections")
"""What a header must say of the application before anything can be judged."""


def judge(history: History, only: Sequence[str] | None = None) -> Verdict:
    """Return the verdict on a history.

    Runs the checks named in `only`, else those that the header asks for, else all, and looks
    for the situations that the header requires. A check that crashes answers unknown and the
    others go on. Nothing passes if the run has not ended, and nothing is judged if the header is
    damaged or a client broke off.
    """
    header = history.header
    checks = only if only is not None else _names(header, "checks") or CHECK_NAMES
    required = _names(header, "sometimes") or ()
    damage = _damage(header) or _broke(history)
    if damage:
        findings = tuple(_unknown(name, damage) for name in checks)
        met = tuple(_unknown(name, damage) for name in required)
    else:
        evidence = Evidence(history)
        findings = tuple(_answer(name, _check(name), evidence) for name in checks)
        met = tuple(_answer(name, _situation(name), evidence) for name in required)
    return Verdict(
        status=Status.worst(finding.status for finding in (*findings, *met)),
        findings=findings,
        sometimes=met,
    )


def as_json(verdict: Verdict, history: History) -> dict[str, Any]:
    """Return a verdict as plain data: text, integers, lists and objects.

    Each story carries the command that makes the same run again.
    """
    header = history.header
    replay = _replay_command(header)
    return {
        "scenario": header.get("scenario", ""),
        "seed": header.get("seed"),
        "design": _name_of(header, "design"),
        "network": _name_of(header, "network"),
        "status": verdict.status.value,
        "findings": [_finding_as_json(finding, replay) for finding in verdict.findings],
        "sometimes": [_finding_as_json(finding, replay) for finding in verdict.sometimes],
    }


def _check(name: str) -> Ask | None:
    return CHECKS[name].judge if name in CHECKS else None


def _situation(name: str) -> Ask | None:
    return partial(sometimes.find, name) if name in sometimes.SITUATIONS else None


def _answer(name: str, ask: Ask | None, evidence: Evidence) -> Finding:
    """Ask, and hold back everything but a failure if the run has not ended."""
    if ask is None:
        return _unknown(name, "there is no check or situation of this name")
    try:
        finding = ask(evidence)
    except Exception as error:  # noqa: BLE001 - one broken check must not hide the others
        finding = _unknown(name, f"the check itself failed: {type(error).__name__}: {error}")
    if finding.status is Status.FAIL or run_ended(evidence.history):
        return finding
    stopped = seconds(evidence.history.end_us)
    why = f"the run did not end: the history stops at {stopped}, so nothing in it counts as a pass"
    return replace(finding, status=Status.UNKNOWN, why=why)


def _unknown(name: str, why: str) -> Finding:
    return Finding(check=name, status=Status.UNKNOWN, why=why, seen=0)


def _names(header: Header, key: str) -> list[str] | None:
    """Return the names under a key of the header; None if there are none, or no names."""
    value = header.get(key)
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        return None
    return list(value)


def _damage(header: Header) -> str:
    """Say what a header lacks that judging rests on, empty if it is whole."""
    clients, domain = header.get("clients"), header.get("domain")
    if not isinstance(clients, dict) or not clients:
        return "the header does not say who the clients were"
    for name, client in clients.items():
        if not isinstance(client, dict) or not {"role", "user"} <= client.keys():
            return f"the header does not say the role and the user of {name}"
    if not isinstance(domain, dict):
        return "the header does not say what the application is"
    for fact in DOMAIN_FACTS:
        if not isinstance(domain.get(fact), dict):
            return f"the header does not say the {fact} of the application"
    for key in ("checks", "sometimes"):
        if header.get(key) is not None and _names(header, key) is None:
            return f"the header's {key} is not a list of names"
    return ""


def _broke(history: History) -> str:
    """Say why a run went no further, empty if it did not break off."""
    for record in history.of("broke"):
        data = record.data or {}
        found = f"{data.get('place')} expected {data.get('expected')}, found {data.get('found')}"
        return f"the run broke off at {seconds(record.time_us)}: {found}"
    return ""


def _finding_as_json(finding: Finding, replay: str) -> dict[str, Any]:
    return {
        "check": finding.check,
        "status": finding.status.value,
        "why": finding.why,
        "seen": finding.seen,
        "failures": finding.failures,
        "stories": [
            {
                "text": story.text,
                "records": list(story.records),
                "at_us": story.at_us,
                "client": story.client,
                "entity": story.entity,
                "replay": replay,
            }
            for story in finding.stories
        ],
    }


def _replay_command(header: Header) -> str:
    """Return the command that makes the run of a header again."""
    words = ["syncsim", "run", str(header.get("scenario", ""))]
    for option in ("design", "network"):
        words += [f"--{option}", _name_of(header, option)]
    makes = [client.get("runs") for client in (header.get("clients") or {}).values()]
    if makes and all(make == "tanstack" for make in makes):
        words += ["--runs", "tanstack"]
    elif any(isinstance(make, list) for make in makes):
        words.append("--allow-commands")
    return shlex.join([*words, "--seed", str(header.get("seed", 0))])


def _name_of(header: Header, part: str) -> str:
    """Return the name of a part that the header gives as facts."""
    facts = header.get(part)
    return str(facts.get("name", "")) if isinstance(facts, dict) else ""
