"""The slice store: the second copy of the same rows that a Redux dashboard keeps.

Thunks put the rows of their responses here. Whether it is told of optimistic updates and
socket events is up to the design, and often it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from syncsim.client.context import Context
from syncsim.domain import Row
from syncsim.history.replay import SLICE


class SliceStore:
    """Rows by entity, as reducers left them."""

    def __init__(self, context: Context, touched: Callable[[], None]) -> None:
        self._context = context
        self._touched = touched
        self.rows: dict[str, Row] = {}

    def upsert(self, rows: Iterable[Row]) -> None:
        """Put rows in, newest or not as the design says."""
        known = self.rows.get
        for row in [row for row in rows if known(row.entity) is not row]:
            held = known(row.entity)
            if held is not None:
                if held.version == row.version:
                    continue
                if self._context.design.keep_newest and held.version > row.version:
                    continue
            self.rows[row.entity] = row
            self._context.note(
                "base", "", "", row.entity, row.version, row.lsn, SLICE, {"fields": row.fields}
            )
            self._touched()
