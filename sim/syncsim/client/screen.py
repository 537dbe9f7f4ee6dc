"""What the person sees: painted once a frame, and only what changed since the last one.

State changes at once, pictures a frame later, so a value that is gone again within a frame
is never seen (the browser paints at 60 Hz).
"""

from __future__ import annotations

from typing import Any

from syncsim.client.context import Context
from syncsim.client.overlay import OverlayStrategy
from syncsim.client.picture import Picture, Rows
from syncsim.client.slices import SliceStore
from syncsim.client.view import View, difference
from syncsim.domain import Row, id_of
from syncsim.history.replay import SLICE

FRAME_MS = 16
"""One frame at 60 Hz, rounded down to whole milliseconds."""


class Screen:
    """Paints the mounted views of one client into its picture."""

    def __init__(
        self, context: Context, picture: Picture, slices: SliceStore, overlay: OverlayStrategy
    ) -> None:
        self._context = context
        self._slices = slices
        self._overlay = overlay
        self._painted = picture.views
        self._dirty: dict[str, View] = {}
        self._frame_due = False
        self._has_slice = context.design.store == "cache-and-slice"
        self._slice_dirty = False

    def start(self) -> None:
        """Bring the slice store's copy on screen, where the dashboard has one."""
        if self._has_slice:
            self._painted[SLICE] = {}
            self._context.note("mount", view=SLICE, data={"query": None, "id": ""})
            self._context.note("ready", view=SLICE)

    def close(self) -> None:
        """Take everything off the screen, as the page is gone."""
        if self._has_slice:
            self._context.note("unmount", view=SLICE)
        self._painted.clear()

    def touch(self, view: View) -> None:
        """Ask for a frame in which a view is painted again."""
        if view.is_mounted:
            self._dirty[view.view] = view
            self._want_frame()

    def touch_slice(self) -> None:
        """Ask for a frame in which the slice store's copy is painted again."""
        if self._has_slice:
            self._slice_dirty = True
            self._want_frame()

    def leave(self, view: View) -> None:
        """Forget the picture of a view that left the screen."""
        self._painted.pop(view.view, None)
        self._dirty.pop(view.view, None)
        self.touch_slice()

    def _paint(self) -> None:
        """Paint a frame."""
        assert self._frame_due, self._context.name
        self._frame_due = False
        for view in self._dirty.values():
            shown = self._overlay.compose(view)
            if shown is None:
                continue
            if view.view not in self._painted:
                self._painted[view.view] = {}
                self._paint_view(view.view, shown)
                self._context.note("ready", view=view.view)
            else:
                self._paint_view(view.view, shown)
        self._dirty.clear()
        if self._slice_dirty:
            self._paint_view(SLICE, self._slice_rows())
            self._slice_dirty = False

    def _want_frame(self) -> None:
        if not self._frame_due:
            self._frame_due = True
            self._context.page.set_frame(self._paint, FRAME_MS)

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
