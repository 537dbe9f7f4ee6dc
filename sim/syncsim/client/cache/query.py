"""One query: its data, its invalidated flag, its fetch in flight, and its generation.

Most sync bugs live in three fields: the flag is a boolean and a fetch that began before it
was raised may lower it; a fetch has read the backend at a point that the client cannot see;
and only a generation, counted up by every invalidation, tells whether a fetch is too old.
The states follow query-core's query.ts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncsim.domain import Row
from syncsim.history import Test

Rows = dict[str, Row]


@dataclass(slots=True, kw_only=True)
class Fetch:
    """A fetch under way, or waiting for its next try.

    `generation` is the query's when the fetch began; `tries` counts attempts from 1.
    """

    request: str
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

    def invalidate(self) -> None:
        """Raise the flag and start a new generation."""
        self.is_invalidated = True
        self.generation += 1

    def set_data(self, rows: Rows | None, now_us: int) -> None:
        """Write data locally; that lowers the flag too and touches no fetch (setData)."""
        self.written = rows
        self.is_invalidated = False
        self.updated_us = now_us

    def matches(self, prefix: tuple[str, ...]) -> bool:
        """Tell whether the key starts with a prefix, as invalidation matches keys."""
        return self.key[: len(prefix)] == prefix


def merged(old: Rows | None, answer: tuple[Row, ...], read_lsn: int, newest: bool) -> Rows:
    """Return an answer as rows, keeping identity where nothing changed.

    With `newest`, a row that is known from a commit after the answer's read point stays as
    it is known.
    """
    rows: Rows = {}
    known: Mapping[str, Row] = old or {}
    for row in answer:
        held = known.get(row.entity)
        keep = held is not None and (
            held.version == row.version or (newest and held.version > row.version)
        )
        rows[row.entity] = held if keep and held is not None else row
    if newest:
        for entity, held in known.items():
            if entity not in rows and held.lsn > read_lsn:
                rows[entity] = held
    return rows
