"""Sentences of the checks that compare screens: what a view shows, whose change it lacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from syncsim.checks.evidence import seconds, words
from syncsim.history import Record

Fields = dict[str, Any] | None


class Commits:
    """The commits of a history by row, to say whose change a screen lacks."""

    def __init__(self) -> None:
        self._of: dict[str, list[Record]] = {}

    def apply(self, record: Record) -> None:
        """Take a commit in."""
        self._of.setdefault(record.entity, []).append(record)

    def of_version(self, entity: str, version: int) -> Record | None:
        """Return the commit that made this version, None for a row of the start."""
        return self._last(entity, lambda commit: commit.version == version)

    def as_of(self, entity: str, lsn: int) -> Record | None:
        """Return the last commit of a row that a read at this point had seen."""
        return self._last(entity, lambda commit: commit.lsn <= lsn)

    def _last(self, entity: str, fits: Callable[[Record], bool]) -> Record | None:
        return next(filter(fits, reversed(self._of.get(entity, []))), None)


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
