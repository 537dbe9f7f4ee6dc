"""LEGAL: the backend changes rows only along the allowed transitions."""

from __future__ import annotations

from typing import Any

from syncsim.checks.evidence import Evidence, is_rewind, row_name, seconds
from syncsim.checks.verdict import Check, Finding, Story, conclude
from syncsim.history import Record
from syncsim.history.replay import entity_type

Transitions = dict[str, list[list[Any]]]


def judge(evidence: Evidence) -> Finding:
    """Compare each commit with the row as it was committed before."""
    transitions: dict[str, Transitions] = evidence.header["domain"]["transitions"]
    rows: dict[str, Record] = {}
    seen = 0
    stories: list[Story] = []
    for record in evidence.of("row", "commit"):
        before = rows.get(record.entity)
        rows[record.entity] = record
        # A commit may create a row; there is nothing yet to compare it with.
        if record.kind == "row" or before is None:
            continue
        allowed = {} if is_rewind(record) else transitions.get(entity_type(record.entity), {})
        changes = _changes(before, record, allowed)
        seen += bool(changes)
        wrong = _wrong(before, record, changes, transitions)
        if wrong:
            stories.append(_story(record, before, wrong))
    return conclude(
        "LEGAL",
        seen=seen,
        stories=stories,
        missing="no commit changed a field that has transitions",
        held="every commit followed the transitions and counted its version up by one",
    )


def _changes(before: Record, commit: Record, allowed: Transitions) -> list[tuple[str, Any, Any]]:
    """Return (field, from, to) for each field with transitions that a commit changed."""
    old, new = (before.data or {})["fields"], (commit.data or {})["fields"]
    return [
        (field, old[field], new[field])
        for field in allowed
        if field in old and field in new and old[field] != new[field]
    ]


def _wrong(
    before: Record,
    commit: Record,
    changes: list[tuple[str, Any, Any]],
    transitions: dict[str, Transitions],
) -> str:
    """Say which rule a commit broke, empty if none."""
    for field, old, new in changes:
        if [old, new] not in transitions[entity_type(commit.entity)][field]:
            return f"with {field} from {old} to {new}, which is not allowed"
    if commit.version != before.version + 1:
        return f"as version {commit.version}, right after version {before.version}"
    return ""


def _story(commit: Record, before: Record, wrong: str) -> Story:
    data = commit.data or {}
    action = str(data.get("action", "a change")).replace("_", " ")
    who = f" for {commit.peer}" if commit.peer else " by itself"
    return Story(
        text=(
            f'At {seconds(commit.time_us)} the backend committed "{action}"{who} on'
            f" {row_name(commit.entity)} {wrong}. The row had been at version"
            f" {before.version} since {seconds(before.time_us)}."
        ),
        records=(before.seq, commit.seq),
        at_us=commit.time_us,
        client=commit.peer,
        entity=commit.entity,
    )


CHECK = Check(
    name="LEGAL",
    statement=(
        "Each commit changes a row only along the allowed transitions and counts its version up by"
        " one, so nothing is paid, cancelled or completed twice."
    ),
    source=(
        "Legal sequential histories of M. Herlihy and J. Wing, Linearizability, TOPLAS 1990; the"
        " specification is the table of transitions in the header."
    ),
    needs="the header's transitions, and row and commit records with all fields and the version.",
    proves_not=(
        "It knows the allowed changes of single fields, not the guards: a legal change by the wrong"
        " person is for AUDIT, one that rests on an old read is not judged. Going back after a"
        " crash follows no transition and is for DURABLE."
    ),
    judge=judge,
)
