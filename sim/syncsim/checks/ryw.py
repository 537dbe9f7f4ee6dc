"""RYW: after an ok, a person's own change stays on that person's screen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from syncsim.checks.evidence import Evidence, Promise, row_name, seconds
from syncsim.checks.prose import because, chose, in_brackets
from syncsim.checks.verdict import Check, Failure, Finding, Story, conclude
from syncsim.history import Record, Records
from syncsim.timelines.joins import groups_of_both, highest_so_far, last_before
from syncsim.timelines.tables import Table


def judge(evidence: Evidence) -> Finding:
    """Hold each later paint of a row against what its client was promised of that row."""
    return _judge(evidence, "paint")


def confirmed(evidence: Evidence) -> Finding:
    """Hold what the server tells of a row against what it had promised, seen or not."""
    return _judge(evidence, "base")


def _judge(evidence: Evidence, kind: str) -> Finding:
    """Hold each later record of a kind, a paint or a confirmed row, against the promises."""
    import numpy as np

    screens, promises = evidence.screens, evidence.promises
    told = screens.take(screens.is_of(kind) & (screens.version >= 0))
    at, entity = evidence.promise_codes
    row, row_promised = groups_of_both((told.at, told.entity), (at, entity))
    seq = np.array([promise.outcome.seq for promise in promises], dtype=np.int64)
    version = np.array([promise.version for promise in promises], dtype=np.int64)
    last = np.full(len(told) + len(promises), -1)
    last[row] = told.seq
    is_read = last[row_promised] > seq
    # What is as new as the newest promise before it is as new as all of them; none is at -1.
    highest = np.append(highest_so_far(row_promised, version), -1)
    is_old = told.version < highest[last_before(row, told.seq, row_promised, seq)]
    return conclude(
        "RYW",
        seen=len({promises[place].intent.id for place in np.flatnonzero(is_read).tolist()}),
        stories=_stories(evidence.history, promises, told.take(is_old)),
        missing=_MISSING[kind],
        held=_HELD[kind],
    )


def _stories(history: Records, promises: Sequence[Promise], old: Table) -> list[Failure]:
    """Return the first record that breaks each promise, of those older than some promise."""
    of_row: dict[tuple[str, str], list[Promise]] = {}
    for promise in promises if len(old) else ():
        of_row.setdefault((promise.outcome.at, promise.entity), []).append(promise)
    broken: set[tuple[str, str]] = set()
    stories: list[Failure] = []
    rows = zip(old.seq.tolist(), old.at.tolist(), old.entity.tolist(), strict=True)
    for seq, at, entity in rows:
        record = history[seq]
        overlays = (record.data or {}).get("overlays", ())
        for promise in of_row[old.names[at], old.names[entity]]:
            if promise.outcome.seq > seq:
                break
            key = promise.intent.id, promise.entity
            is_older = record.version < promise.version and promise.intent.id not in overlays
            if is_older and key not in broken:
                broken.add(key)
                tell = partial(_story, history, promise, seq)
                stories.append(Failure(record.time_us, record.at, tell))
    return stories


_MISSING = {
    "paint": "no row was painted again by a client that had been told ok for a change of it",
    "base": "no row was told again to a client that had been told ok for a change of it",
}
_HELD = {
    "paint": "every paint after an ok showed the own change, or what replaced it",
    "base": "every row told after an ok held the own change, or what replaced it",
}


def _story(history: Records, promise: Promise, seq: int) -> Story:
    intent, outcome, paint = promise.intent, promise.outcome, history[seq]
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
