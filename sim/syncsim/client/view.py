"""One query: its data, its invalidated flag, its fetch in flight, and its generation.

Most sync bugs live in three fields: the flag is a boolean and a fetch that began before it
was raised may lower it; a fetch has read the backend at a point that the client cannot see;
and only a generation, counted up by every invalidation, tells whether a fetch is too old.
The states follow query-core's query.ts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from syncsim.domain import Row, type_of
from syncsim.history import Test

Rows = dict[str, Row]


@dataclass(slots=True, kw_only=True)
class Fetch:
    """A fetch under way, or waiting for its next try.

    `origin` is what set it off; `generation` is the query's when the fetch began; `tries`
    counts attempts from 1.
    """

    request: str
    origin: str
    trigger: str
    generation: int
    deadline_us: int
    tries: int = 1
    is_waiting: bool = False


@dataclass(slots=True, kw_only=True)
class Query:
    """The cached state of one view.

    `confirmed` is what the server told, None before the first answer. `written` is what
    local writes made of it, None where there were none since the last answer: a snapshot
    design paints from it, and the next answer throws it away.
    """

    name: str
    view: str
    key: tuple[str, ...]
    entity_type: str
    row_id: str
    test: Test
    is_mounted: bool = False
    is_invalidated: bool = False
    is_paused: bool = False
    generation: int = 0
    invalidated_by: str = ""
    updated_us: int = 0
    confirmed: Rows | None = None
    written: Rows | None = None
    fetch: Fetch | None = None

    @property
    def data(self) -> Rows | None:
        """Return what the view is painted from, None if there is nothing yet."""
        return self.confirmed if self.written is None else self.written

    def is_stale(self, now_us: int, stale_time_us: int) -> bool:
        """Tell whether a mount should refetch (query.ts, isStaleByTime)."""
        if self.confirmed is None or self.is_invalidated:
            return True
        return now_us - self.updated_us >= stale_time_us

    def success(self, rows: Rows, now_us: int) -> None:
        """Take an answer: it replaces all data and lowers the flag, whatever came between."""
        self.confirmed = rows
        self.written = None
        self.is_invalidated = False
        self.updated_us = now_us
        self.fetch = None

    def error(self) -> None:
        """Take a final failure: the data stays, marked stale, and nothing tries again."""
        self.is_invalidated = True
        self.fetch = None

    def invalidate(self, origin: str) -> None:
        """Raise the flag and start a new generation; `origin` set that off."""
        self.is_invalidated = True
        self.generation += 1
        self.invalidated_by = origin

    def set_data(self, rows: Rows | None, now_us: int) -> None:
        """Write data locally; that lowers the flag too and touches no fetch (setData)."""
        self.written = rows
        self.is_invalidated = False
        self.updated_us = now_us

    def matches(self, prefix: tuple[str, ...]) -> bool:
        """Tell whether the key starts with a prefix, as invalidation matches keys."""
        return self.key[: len(prefix)] == prefix


def merged(query: Query, answer: tuple[Row, ...], newer: Iterable[Row]) -> Rows:
    """Return an answer to a query as rows by entity.

    `newer` are rows known from commits after the answer's read point; for them the answer
    does not count.
    """
    rows = {row.entity: row for row in answer}
    for row in newer:
        if type_of(row.entity) == query.entity_type and query.test(row.fields or {}):
            rows[row.entity] = row
        else:
            rows.pop(row.entity, None)
    return rows


def difference(old: Rows, new: Rows) -> tuple[list[Row], list[str]]:
    """Return the rows that are new or another version, and the entities that are gone.

    Rows that nothing changed are the same objects on both sides, so this costs one look-up
    a row.
    """
    held = old.get
    changed = [row for entity, row in new.items() if held(entity) is not row]
    added = sum(row.entity not in old for row in changed)
    gone = [entity for entity in old if entity not in new] if len(new) < len(old) + added else []
    return changed, gone
