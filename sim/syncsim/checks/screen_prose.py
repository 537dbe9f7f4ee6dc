"""Sentences of the checks that compare screens: what a view shows, whose change it lacks."""

from __future__ import annotations

from typing import Any

from syncsim.checks.evidence import seconds, words
from syncsim.history import History, Record

Fields = dict[str, Any] | None


class Commits:
    """The commits of a history by row and version, to say whose change a screen lacks."""

    KINDS = ("commit",)

    def __init__(self, history: History) -> None:
        self._history = history
        self._seqs: dict[tuple[str, int], int] = {}

    def apply(self, record: Record) -> None:
        """Take a commit in."""
        self._seqs[record.entity, record.version] = record.seq

    def find(self, entity: str, version: int) -> Record | None:
        """Return the commit that made this version, None for a row of the start."""
        seq = self._seqs.get((entity, version))
        return None if seq is None else self._history[seq]


def change_of(commit: Record) -> str:
    """Write whose change a commit is: `op-1's accept of 2.100 s`."""
    action = str((commit.data or {}).get("action", "change")).replace("_", " ")
    who = f"{commit.peer}'s" if commit.peer else "the backend's own"
    return f"{who} {action} of {seconds(commit.time_us)}"


def differing(fields: Fields, other: Fields) -> str:
    """Write what a row is, as far as it differs from another: `status pending`."""
    return words(fields, than=other or {})


def lasted(since_us: int, until_us: int, *, ended: bool) -> str:
    """Write how long something lasted, and whether it ended at all."""
    length = seconds(until_us - since_us)
    if ended:
        return f"It lasted {length}, until {seconds(until_us)}."
    return f"It was still so when the record ended at {seconds(until_us)}, {length} later."
