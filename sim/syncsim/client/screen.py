"""What the person sees: painted once a frame, and only what changed since the last one.

State changes at once, pictures a frame later, so a value that is gone again within a frame
is never seen (query-core's notifyManager batches, and the browser paints at 60 Hz).
"""

from __future__ import annotations

from typing import Any

from syncsim.client.context import Context
from syncsim.client.overlay import OverlayStrategy
from syncsim.client.slices import SliceStore
from syncsim.client.view import Query, Rows, difference
from syncsim.domain import Row, id_of, type_of
from syncsim.history.replay import SLICE

FRAME = "frame"
"""The timer of the next frame."""
FRAME_US = 16_000
"""One frame at 60 Hz, rounded down to whole milliseconds."""


class Screen:
    """The pictures of the mounted views of one client, by view name.

    A picture keeps the rows that a pending intent hides, with no fields.
    """

    def __init__(self, context: Context, slices: SliceStore, overlay: OverlayStrategy) -> None:
        self._context = context
        self._slices = slices
        self._overlay = overlay
        self._painted: dict[str, Rows] = {}
        self._dirty: dict[str, Query] = {}
        self._frame_due = False
        self._has_slice = context.design.store == "cache-and-slice"
        self._slice_dirty = False

    def start(self) -> None:
        """Bring the slice store's copy on screen, where the dashboard has one."""
        if self._has_slice:
            self._painted[SLICE] = {}
            self._context.note("mount", view=SLICE, data={"query": None, "id": ""})
            self._context.note("ready", view=SLICE)

    def touch(self, query: Query) -> None:
        """Ask for a frame in which a view is painted again."""
        if query.is_mounted:
            self._dirty[query.view] = query
            self._want_frame()

    def touch_slice(self) -> None:
        """Ask for a frame in which the slice store's copy is painted again."""
        self._slice_dirty = self._has_slice
        self._want_frame()

    def leave(self, query: Query) -> None:
        """Forget the picture of a view that left the screen."""
        self._painted.pop(query.view, None)
        self._dirty.pop(query.view, None)
        self.touch_slice()

    def find(self, entity: str) -> Row | None:
        """Return a row as the person sees it, None if no view shows it."""
        for view, rows in self._painted.items():
            row = rows.get(entity) if view != SLICE else None
            if row is not None and row.fields is not None:
                return row
        return None

    def rows_of(self, entity_type: str) -> list[Row]:
        """Return the rows of a type that the person sees, each once."""
        found: dict[str, Row] = {}
        for view, rows in self._painted.items():
            if view != SLICE:
                for entity, row in rows.items():
                    if type_of(entity) == entity_type and row.fields is not None:
                        found.setdefault(entity, row)
        return list(found.values())

    def paint(self) -> None:
        """Paint a frame."""
        self._frame_due = False
        for query in self._dirty.values():
            shown = self._overlay.compose(query)
            if shown is None:
                continue
            if query.view not in self._painted:
                self._painted[query.view] = {}
                self._paint_view(query.view, shown)
                self._context.note("ready", view=query.view)
            else:
                self._paint_view(query.view, shown)
        self._dirty.clear()
        if self._slice_dirty:
            self._paint_view(SLICE, self._slice_rows())
            self._slice_dirty = False

    def _want_frame(self) -> None:
        if not self._frame_due:
            self._frame_due = True
            self._context.set_timer(FRAME, FRAME_US)

    def _slice_rows(self) -> Rows:
        """Return the slice store's copies of the rows that some view shows."""
        held = self._slices.rows
        on_screen = {
            entity: held[entity]
            for view, rows in self._painted.items()
            if view != SLICE
            for entity, row in rows.items()
            if entity in held and row.fields is not None
        }
        return self._overlay.compose_slice(on_screen)

    def _paint_view(self, view: str, shown: Rows) -> None:
        """Record the difference between the last picture of a view and the next.

        A row that changed in any view may look different in the slice store's copy too.
        """
        last = self._painted[view]
        changed, gone = difference(last, shown)
        if changed or gone:
            self._slice_dirty = self._has_slice
        for row in changed:
            old = last.get(row.entity)
            if old is None or not _looks_same(old, row):
                self._note_paint(view, row)
        for entity in gone:
            data: dict[str, Any] = {"fields": None, "overlays": []}
            self._context.note("paint", "", "", entity, -1, -1, view, data)
        self._painted[view] = shown

    def _note_paint(self, view: str, row: Row) -> None:
        assert row.fields is None or row.fields["id"] == id_of(row.entity), row.entity
        data = {"fields": row.fields, "overlays": list(row.overlays)}
        self._context.note("paint", "", "", row.entity, row.version, -1, view, data)


def _looks_same(old: Row, new: Row) -> bool:
    """Tell whether two rows look the same to the person, pending intents included."""
    return (
        old.version == new.version
        and old.overlays == new.overlays
        and (old.fields is new.fields or old.fields == new.fields)
    )
