"""LEGAL: the backend changes rows only along the allowed transitions."""

from __future__ import annotations

from functools import partial
from typing import Any

from syncsim.checks.evidence import Evidence, is_rewind, row_name, seconds
from syncsim.checks.verdict import Check, Failure, Finding, Story, conclude
from syncsim.history import Record, Records
from syncsim.history.replay import entity_type
from syncsim.timelines.joins import groups, previous
from syncsim.timelines.tables import Data, Reader, Table

Transitions = dict[str, list[list[Any]]]


def judge(evidence: Evidence) -> Finding:
    """Compare each commit with the row as it was committed before."""
    import numpy as np

    history = evidence.history
    transitions: dict[str, Transitions] = evidence.header["domain"]["transitions"]
    table = evidence.tables.of("row", "commit", read=_reader(transitions))
    last = previous(table.entity)
    # A commit may create a row; there is nothing yet to compare it with.
    is_change = table.is_of("commit") & (last >= 0)
    commit, before = table.take(is_change), table.take(last[is_change])
    # Most commits do to a row what others did to one of its type; one of each sort is looked at.
    sort = groups(_types(commit), before.read[:, 0], commit.read[:, 0])
    _, first = np.unique(sort, return_index=True)
    seqs = zip(before.seq[first].tolist(), commit.seq[first].tolist(), strict=True)
    pairs = [(history[before], history[commit]) for before, commit in seqs]
    changes = np.array([bool(_changes(*pair, transitions)) for pair in pairs], dtype=bool)
    forbidden = np.array([bool(_forbidden(*pair, transitions)) for pair in pairs], dtype=bool)
    is_next = commit.version == before.version.astype(np.int64) + 1
    wrong = np.flatnonzero(forbidden[sort] | ~is_next)
    return conclude(
        "LEGAL",
        seen=int(changes[sort].sum()),
        stories=_failures(history, before.take(wrong), commit.take(wrong), transitions),
        missing="no commit changed a field that has transitions",
        held="every commit followed the transitions and counted its version up by one",
    )


def _reader(transitions: dict[str, Transitions]) -> Reader:
    """Return what numbers rows by their values with transitions, and by who made them so."""
    names = [*dict.fromkeys(name for allowed in transitions.values() for name in allowed or ())]
    numbers: dict[Any, int] = {}

    def read(data: Data) -> tuple[int]:
        row = data.get("fields") or {}
        doing = data.get("action"), data.get("role"), tuple(row), *map(row.get, names)
        try:
            number = numbers.setdefault(doing, len(numbers))
        except TypeError:
            # What cannot be looked up, such as a list, counts as unlike all others.
            number = numbers[len(numbers)] = len(numbers)
        return (number,)

    return read


def _types(table: Table) -> Any:
    """Return a number for the type of the row of each record."""
    import numpy as np

    codes, places = np.unique(table.entity, return_inverse=True)
    types = [entity_type(table.names[code]) for code in codes.tolist()]
    number = {name: place for place, name in enumerate(dict.fromkeys(types))}
    return np.array([number[name] for name in types], dtype=np.int64)[places]


def _changes(
    before: Record, commit: Record, transitions: dict[str, Transitions]
) -> list[tuple[str, Any, Any]]:
    """Return (field, from, to) for each field with transitions that a commit changed."""
    allowed = {} if is_rewind(commit) else transitions.get(entity_type(commit.entity), {})
    old, new = (before.data or {})["fields"], (commit.data or {})["fields"]
    return [
        (field, old[field], new[field])
        for field in allowed
        if field in old and field in new and old[field] != new[field]
    ]


def _forbidden(before: Record, commit: Record, transitions: dict[str, Transitions]) -> str:
    """Say which change of a commit is not allowed, empty if all are."""
    for field, old, new in _changes(before, commit, transitions):
        if [old, new] not in transitions[entity_type(commit.entity)][field]:
            return f"with {field} from {old} to {new}, which is not allowed"
    return ""


def _failures(
    history: Records, before: Table, commit: Table, transitions: dict[str, Transitions]
) -> list[Failure]:
    """Return the failures of commits that broke a rule, each beside the one before it."""
    columns = (before.seq, commit.seq, commit.time_us, commit.peer)
    return [
        Failure(time_us, commit.names[peer], partial(_story, history, older, newer, transitions))
        for older, newer, time_us, peer in zip(*(each.tolist() for each in columns), strict=True)
    ]


def _story(history: Records, older: int, newer: int, transitions: dict[str, Transitions]) -> Story:
    before, commit = history[older], history[newer]
    data = commit.data or {}
    action = str(data.get("action", "a change")).replace("_", " ")
    who = f" for {commit.peer}" if commit.peer else " by itself"
    counted = f"as version {commit.version}, right after version {before.version}"
    wrong = _forbidden(before, commit, transitions) or counted
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
