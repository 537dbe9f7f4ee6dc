"""RYW: after an ok, a person's own change stays on that person's screen."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from syncsim.checks.evidence import Evidence, Intent, row_name, seconds
from syncsim.checks.prose import because, chose, in_brackets
from syncsim.checks.verdict import Check, Failure, Finding, Story, conclude
from syncsim.history import Record, Records


class Promise(NamedTuple):
    """What an ok told a person: this row is at this version or later."""

    intent: Intent
    outcome: Record
    version: int


def judge(evidence: Evidence) -> Finding:
    """Hold each later paint of a row against what its client was promised of that row."""
    return _judge(evidence, "paint")


def confirmed(evidence: Evidence) -> Finding:
    """Hold what the server tells of a row against what it had promised, seen or not."""
    return _judge(evidence, "base")


def _judge(evidence: Evidence, kind: str) -> Finding:
    """Hold each later record of a kind, a paint or a confirmed row, against the promises."""
    promises: dict[tuple[str, str], list[Promise]] = {}
    read: set[str] = set()
    broken: set[tuple[str, str]] = set()
    stories: list[Failure] = []
    for record in evidence.of("outcome", kind):
        if record.kind == "outcome":
            intent = evidence.intents.get(record.intent)
            if intent is not None:
                for entity, version in promised(intent, record).items():
                    promise = Promise(intent, record, version)
                    promises.setdefault((record.at, entity), []).append(promise)
            continue
        if record.version < 0:
            continue
        overlays = (record.data or {}).get("overlays", ())
        for promise in promises.get((record.at, record.entity), ()):
            name = promise.intent.id
            read.add(name)
            if record.version < promise.version and name not in overlays:
                if (name, record.entity) not in broken:
                    tell = partial(_story, evidence.history, promise, record)
                    stories.append(Failure(record.time_us, record.at, tell))
                broken.add((name, record.entity))
    return conclude(
        "RYW",
        seen=len(read),
        stories=stories,
        missing=_MISSING[kind],
        held=_HELD[kind],
    )


_MISSING = {
    "paint": "no row was painted again by a client that had been told ok for a change of it",
    "base": "no row was told again to a client that had been told ok for a change of it",
}
_HELD = {
    "paint": "every paint after an ok showed the own change, or what replaced it",
    "base": "every row told after an ok held the own change, or what replaced it",
}


def promised(intent: Intent, outcome: Record) -> dict[str, int]:
    """Return the version that an outcome promises, for every row that the intent changed.

    Of a batch, only the items shown as ok are promised. If an intent was committed twice and
    the outcome does not say which commit it means, the first counts: the weaker promise.
    """
    data = outcome.data or {}
    items = data.get("items") or {}
    versions: dict[str, int] = {}
    for commit in intent.commits:
        known = commit.seq < outcome.seq and outcome.lsn in (-1, commit.lsn)
        if known and items.get(commit.entity, data.get("result")) == "ok":
            versions.setdefault(commit.entity, commit.version)
    if outcome.entity and outcome.version >= 0 and data.get("result") == "ok":
        versions[outcome.entity] = outcome.version
    return versions


def _story(history: Records, promise: Promise, paint: Record) -> Story:
    intent, outcome, _ = promise
    row = row_name(paint.entity)
    commit = next((c for c in intent.commits if c.entity == paint.entity), None)
    committed = f" The backend committed it at {seconds(commit.time_us)}." if commit else ""
    reason, records = because(history, paint)
    shown = "showed" if paint.kind == "paint" else "was told"
    return Story(
        text=(
            f"{chose(intent)} and was told ok at {seconds(outcome.time_us)}, when {row} was at"
            f" version {promise.version}.{committed} At {seconds(paint.time_us)} {paint.at}'s view"
            f" {paint.view} {shown} version {paint.version}, the row from before the person's own"
            f" change{_seen(paint, commit)}.{reason}"
        ),
        records=tuple(
            sorted(
                {
                    intent.asked.seq,
                    *((commit.seq,) if commit else ()),
                    outcome.seq,
                    *records,
                    paint.seq,
                }
            )
        ),
        at_us=paint.time_us,
        client=paint.at,
        entity=paint.entity,
    )


def _seen(paint: Record, commit: Record | None) -> str:
    """Write what a paint showed otherwise than the commit, and what was painted over it."""
    data = paint.data or {}
    overlays = data.get("overlays")
    over = f", with the pending {' and '.join(overlays)} painted over it" if overlays else ""
    committed = (commit.data or {}).get("fields") if commit else None
    return f"{in_brackets(data.get('fields'), than=committed)}{over}"


CHECK = Check(
    name="RYW",
    statement=(
        "After a person was told that a change succeeded, that person's screen never again shows"
        " the row as it was before the change."
    ),
    source=(
        "Read Your Writes of D. B. Terry et al., Session Guarantees for Weakly Consistent"
        " Replicated Data, PDIS 1994; a paint is a read, an intent shown as ok is a write."
    ),
    needs=(
        "intent, outcome and commit records that share the intent's id, and paint records with the"
        " version of the confirmed row."
    ),
    proves_not=(
        "It compares versions, not fields, and only paints after the ok: a view that was not"
        " painted again, a view that shows no such row and tells no version, and what a person saw"
        " while the outcome was unknown are not judged."
    ),
    judge=judge,
    confirmed=confirmed,
)
