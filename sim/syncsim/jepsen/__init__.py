"""Histories from elsewhere, judged in the vocabulary of Jepsen.

    judge(Path("history.edn"), "list-append", "serializable")

A history is a file of Jepsen (EDN) or of elle-cli (JSON). Its kind says what was done to the
system: `register` (read, write, cas), `list-append` (transactions of appends and reads, or single
ones) or `rw-register` (transactions of writes and reads).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from syncsim.checks.verdict import STORIES_MAX, Finding, Status, Story, Verdict
from syncsim.errors import InputError, unknown_name
from syncsim.jepsen.cycles import search
from syncsim.jepsen.kinds import KINDS, LINEARIZABLE, Applies, applying, kind_of
from syncsim.jepsen.linearize import Bounds
from syncsim.jepsen.list_append import ListAppend
from syncsim.jepsen.models import MODELS, ruled_out, strongest
from syncsim.jepsen.operations import Operation
from syncsim.jepsen.read import read_file, read_text
from syncsim.jepsen.register import judge_register
from syncsim.jepsen.rw_register import NOTHING_ASSUMED, Assumptions, RwRegister
from syncsim.jepsen.stories import tell, tell_cycles
from syncsim.jepsen.transactions import Inference, build, transactions

__all__ = [
    "KINDS", "MODELS", "Applies", "Assumptions", "Bounds", "Judgement", "Operation", "applying",
    "judge", "judge_operations", "kind_of", "read_file", "read_text",
]  # fmt: skip

STRICTEST = MODELS[0]

TANGLED = "too many transactions hang together"
"""Why a search for cycles met its bound of steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a history shows: the verdict on the model asked for, and on all others.

    The first finding of the verdict is that of the model; each anomaly has one of its own, which
    passes if the model allows it. `remaining` are the strongest models that nothing rules out.
    """

    kind: str
    model: str
    verdict: Verdict
    ruled_out: tuple[str, ...]
    remaining: tuple[str, ...]


def judge(
    source: Path | str,
    kind: str,
    model: str = "",
    *,
    bounds: Bounds | None = None,
    assumptions: Assumptions = NOTHING_ASSUMED,
) -> Judgement:
    """Judge a history: the file at a path, or a text.

    Args:
        source: A path of a file, or the text of a history.
        kind: One of `KINDS`.
        model: What must hold; linearizable for a register, else one of `MODELS`, of which the
            strictest is taken if none is named.
        bounds: How much the search may cost.
        assumptions: What the caller knows of the versions in an rw-register.

    Raises:
        InputError: if there is no such kind or model.
        HistoryError: if the history cannot be trusted, with every problem of it.
    """
    _check_names(kind, model)
    operations = read_file(source) if isinstance(source, Path) else read_text(source)
    return judge_operations(operations, kind, model, bounds=bounds, assumptions=assumptions)


def judge_operations(
    operations: Sequence[Operation],
    kind: str,
    model: str = "",
    *,
    bounds: Bounds | None = None,
    assumptions: Assumptions = NOTHING_ASSUMED,
) -> Judgement:
    """Judge the events of a history that was read already; see `judge`."""
    _check_names(kind, model)
    bounds = bounds or Bounds()
    if kind == "register":
        return _register(operations, bounds)
    model = model or STRICTEST
    if kind == "list-append":
        txns = transactions(operations, ("append",), lists=True)
        inference: Inference = ListAppend(txns)
    else:
        txns = transactions(operations, ("w", "write"), lists=False)
        inference = RwRegister(txns, assumptions)
    told: dict[str, list[Story]] = {}
    counts: dict[str, int] = {}
    for anomaly in inference.anomalies():
        counts[anomaly.name] = counts.get(anomaly.name, 0) + 1
        if counts[anomaly.name] <= STORIES_MAX:
            told.setdefault(anomaly.name, []).append(tell(anomaly, inference.verb))
    found = search(build(txns, inference), [*counts], bounds.is_over)
    for cycle, story in zip(found.cycles, tell_cycles(found.cycles, txns, inference), strict=True):
        counts[cycle.name] = counts.get(cycle.name, 0) + 1
        told.setdefault(cycle.name, []).append(story)
    anomalies = tuple(_anomaly(name, counts[name], told[name], model) for name in counts)
    seen = sum(
        txn.outcome == "ok" and any(step.is_read for step in txn.steps) for txn in txns
    )  # fmt: skip
    given_up = "the time allowed was over" if bounds.is_over() else TANGLED
    first = _model(model, seen, anomalies, found.undecided, given_up)
    broken = ruled_out(counts)
    return Judgement(
        kind=kind,
        model=model,
        verdict=Verdict(status=first.status, findings=(first, *anomalies)),
        ruled_out=broken,
        remaining=strongest(broken),
    )


def _check_names(kind: str, model: str) -> None:
    problems = []
    if kind not in KINDS:
        problems.append(unknown_name(what="kind", name=kind, valid=KINDS, place="kind"))
    models = (LINEARIZABLE,) if kind == "register" else MODELS
    if model and model not in models:
        problems.append(unknown_name(what="model", name=model, valid=models, place="model"))
    if problems:
        raise InputError(problems)


def _register(operations: Sequence[Operation], bounds: Bounds) -> Judgement:
    finding = judge_register(operations, bounds)
    failed = finding.status is Status.FAIL
    return Judgement(
        kind="register",
        model=LINEARIZABLE,
        verdict=Verdict(status=finding.status, findings=(finding,)),
        ruled_out=(LINEARIZABLE,) if failed else (),
        remaining=() if failed else (LINEARIZABLE,),
    )


def _anomaly(name: str, count: int, stories: list[Story], model: str) -> Finding:
    """Return the finding of one anomaly: a failure if the model forbids it."""
    is_forbidden = model in ruled_out([name])
    allowed = "" if is_forbidden else f" {model} allows that."
    return Finding(
        check=name,
        status=Status.FAIL if is_forbidden else Status.PASS,
        why=stories[0].text + allowed,
        seen=count,
        failures=count,
        stories=tuple(stories),
    )


def _model(
    model: str,
    seen: int,
    anomalies: Sequence[Finding],
    undecided: Sequence[str],
    given_up: str,
) -> Finding:  # fmt: skip
    """Return the finding of the model that was asked for."""
    broken = [finding for finding in anomalies if finding.status is Status.FAIL]
    hidden = [name for name in undecided if model in ruled_out([name])]
    status = Status.PASS
    why = f"nothing that {model} forbids was seen in {seen} transactions that read"
    if broken:
        status = Status.FAIL
        why = f"{model} forbids {', '.join(finding.check for finding in broken)}"
    elif hidden:
        status = Status.UNKNOWN
        why = f"the search for {', '.join(hidden)} was given up: {given_up}"
    elif not seen:
        status = Status.UNKNOWN
        why = "no transaction that read anything succeeded, so any order would do"
    return Finding(
        check=model,
        status=status,
        why=why,
        seen=seen,
        failures=sum(finding.failures for finding in broken),
        stories=tuple(story for finding in broken for story in finding.stories[:1])[:STORIES_MAX],
    )
