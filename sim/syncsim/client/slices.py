"""The slice store: the second copy of the same rows that a Redux dashboard keeps.

Its reducer puts in the rows of every response. Whether it is told of optimistic updates and
socket events is up to the design, and often it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from syncsim.client.context import Context
from syncsim.client.picture import Rows
from syncsim.client.redux_toolkit.slice import Action, Store
from syncsim.domain import Row
from syncsim.history.replay import SLICE

RECEIVED = "rows/received"
"""The action that brings the rows of an answer."""


class SliceStore:
    """Rows by entity, as reducers left them; empty where a design has no second copy."""

    def __init__(self, context: Context, touched: Callable[[], None]) -> None:
        self._context = context
        self._touched = touched
        self._last_intents: dict[str, int] = {}
        self._is_used = context.design.store == "cache-and-slice"
        self.redux = Store({}, self._reduce)

    @property
    def rows(self) -> Rows:
        """Return the rows that are held."""
        rows: Rows = self.redux.state
        return rows

    def receive(self, rows: Iterable[Row], last_intent: int = 0) -> None:
        """Tell the store of the rows of an answer, which takes these intents into account."""
        taken = tuple(rows)
        self.redux.dispatch(Action(RECEIVED, payload=taken))
        held = self.rows.get
        for row in taken:
            if held(row.entity, row).version <= row.version:
                self._last_intents[row.entity] = last_intent

    def last_intent(self, entity: str) -> int:
        """Return the number of the last intent that the copy of a row takes into account."""
        return self._last_intents.get(entity, 0)

    def _reduce(self, state: Rows, action: Action) -> Rows:
        if action.type != RECEIVED or not self._is_used:
            return state
        held = state.get
        # Most rows of an answer are those of the answer before.
        changed = [row for row in action.payload if held(row.entity) is not row]
        taken = [row for row in changed if self._takes(held(row.entity), row)]
        if not taken:
            return state
        for row in taken:
            fields = {"fields": row.fields}
            self._context.note("base", "", "", row.entity, row.version, row.lsn, SLICE, fields)
        self._touched()
        return {**state, **{row.entity: row for row in taken}}

    def _takes(self, held: Row | None, row: Row) -> bool:
        """Take a row of another version, newer or not, as the design says."""
        if held is None:
            return True
        if self._context.design.keep_newest:
            return held.version < row.version
        return held.version != row.version
