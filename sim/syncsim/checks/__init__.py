"""The judge: reads a history and says what held, what broke and what nobody can tell."""

from __future__ import annotations

import gc
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from syncsim.checks import properties, sometimes
from syncsim.checks.counterfactual import NAME as COUNTERFACTUAL
from syncsim.checks.damage import damage, names
from syncsim.checks.done import run_ended
from syncsim.checks.evidence import Evidence, seconds
from syncsim.checks.notes import note_of
from syncsim.checks.records import broken_promise
from syncsim.checks.registry import CHECKS
from syncsim.checks.slices import causal_slice, slice_as_json
from syncsim.checks.verdict import Check, Finding, Status, Story, Verdict, as_plain
from syncsim.history import Header, Records
from syncsim.history.vocabulary import CHECK_NAMES
from syncsim.timelines.cells import Timelines

__all__ = [
    "CHECKS", "Check", "Evidence", "Finding", "Status", "Story", "Verdict", "as_json", "judge",
]  # fmt: skip

Ask = Callable[[Evidence], Finding]


def judge(
    history: Records, only: Sequence[str] | None = None, *, timelines: Timelines | None = None
) -> Verdict:
    """Return the verdict on a history.

    Runs the checks named in `only`, else those that the header asks for with its properties, else
    all, and looks for the situations that the header requires. A check that crashes answers
    unknown and the others go on. Nothing passes if the run has not ended, and nothing is judged if
    the header or a record is damaged or a client broke off. Whoever has made the timelines of the
    history already gives them along.
    """
    header = history.header
    checks = only if only is not None else names(header, "checks") or CHECK_NAMES
    own = [] if only is not None else names(header, "properties") or []
    required = names(header, "sometimes") or ()
    with _no_collection():
        evidence = Evidence(history, timelines)
        findings, met, told = _answers(evidence, checks, own, required)
    return Verdict(
        status=Status.worst(finding.status for finding in (*findings, *met)),
        findings=findings,
        sometimes=met,
        confirmed=told,
        note=note_of(header),
    )


def _answers(
    evidence: Evidence, checks: Sequence[str], own: Sequence[str], required: Sequence[str]
) -> tuple[tuple[Finding, ...], ...]:
    """Return what the checks and the properties answer, what was met, and what is confirmed."""
    lacks = damage(evidence.history) or broken_promise(evidence)
    confirmed = _of_confirmed(checks)
    if lacks:
        all_of = ((*checks, *own), required, [name for name, _ in confirmed])
        return tuple(tuple(_unknown(name, lacks) for name in each) for each in all_of)
    asked: list[tuple[str, Ask | None]] = [(name, _check(name)) for name in checks]
    asked += [(name, partial(properties.find, name)) for name in own]
    situations = [(name, _situation(name)) for name in required]
    return tuple(
        tuple(_answer(name, ask, evidence) for name, ask in each)
        for each in (asked, situations, confirmed)
    )


def as_json(verdict: Verdict, history: Records, *, file: str = "") -> dict[str, Any]:
    """Return a verdict as plain data: text, integers, lists and objects.

    Each story carries the records that led to it, and the command that shows it again: that of
    the run, or of judging the `file` that the history is from.
    """
    header = history.header
    if file:
        replay = shlex.join(["syncsim", "check", file])
    else:
        replay = _replay_command(header, verdict.elsewhere)
    parts = {
        "findings": verdict.findings,
        "sometimes": verdict.sometimes,
        "confirmed": verdict.confirmed,
    }
    return {
        "scenario": header.get("scenario", ""),
        "seed": header.get("seed"),
        "design": _name_of(header, "design"),
        "network": _name_of(header, "network"),
        "status": verdict.status.value,
        **({"note": verdict.note} if verdict.note else {}),
        **{
            part: [_finding_as_json(finding, history, replay) for finding in findings]
            for part, findings in parts.items()
        },
    }


@contextmanager
def _no_collection() -> Iterator[None]:
    """Hold the collector of circular garbage back while much is built that has no circles.

    It would walk through all records again and again, which takes a quarter of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _check(name: str) -> Ask | None:
    return CHECKS[name].judge if name in CHECKS else None


def _of_confirmed(checks: Sequence[str]) -> list[tuple[str, Ask]]:
    """Return the checks that can be asked of confirmed views, too, with how."""
    asked = [(name, CHECKS[name].confirmed) for name in checks if name in CHECKS]
    return [(name, ask) for name, ask in asked if ask is not None]


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


def _finding_as_json(finding: Finding, history: Records, replay: str) -> dict[str, Any]:
    if finding.check == COUNTERFACTUAL:
        replay = f"{replay} --counterfactual"
    plain = as_plain(finding)
    for story in plain["stories"]:
        story["slice"] = slice_as_json(history, causal_slice(history, story["records"]))
        story["replay"] = replay
    return plain


def _replay_command(header: Header, elsewhere: Mapping[tuple[str, str], str]) -> str:
    """Return the command that makes the run of a header again.

    A part is called by its name in the catalogue, or as `elsewhere` says; what the scenario holds
    itself is not called at all.
    """
    scenario = str(header.get("scenario", ""))
    words = ["syncsim", "run", elsewhere.get(("scenario", scenario), scenario)]
    for option in ("design", "network"):
        name = _name_of(header, option)
        if given := elsewhere.get((option, name), name):
            words += [f"--{option}", given]
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
