"""O2: the change is written into the cache; on error a patch sets the changed fields back.

The patch holds no more than the fields that were written, so other rows keep what others
changed. It finds its row by id, or by its place in the list, as the inverse patches of Redux
Toolkit do (`updateQueryData(...).undo()`). A place is another row's as soon as the list has
moved:

    op-1 accepts A2          list: A3, A2, A1    patch: place 1, status pending
    A4 comes in at the top   list: A4, A3, A2, A1
    op-1's request is refused: A3 is set to pending, and A2 stays accepted
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from syncsim.client.overlay.painting import cancel_related, note_unlay, write_over
from syncsim.client.picture import Rows
from syncsim.client.view import View, listed
from syncsim.design import Overlay
from syncsim.domain import Fields

if TYPE_CHECKING:
    from syncsim.client.intent import Intent
    from syncsim.client.views import Views


class _Patch(NamedTuple):
    """What undoes one change in one view: the row, its place in the list, its old fields."""

    view: View
    entity: str
    place: int
    fields: Fields


class Inverse:
    """Write over the cached rows and remember the fields that were written."""

    def __init__(self, overlay: Overlay) -> None:
        self._cancel_fetches = overlay.cancel_fetches
        self._by_index = overlay.address == "index"
        self._patches: dict[str, list[_Patch]] = {}

    def put(self, views: Views, intent: Intent) -> None:
        """Write the change into every view that lists a changed row; keep what it replaced."""
        if self._cancel_fetches:
            cancel_related(views, intent)
        patches = []
        for view, rows in write_over(views, intent):
            places = {entity: place for place, entity in enumerate(listed(rows))}
            for change in intent.changes:
                row = rows.get(change.entity)
                if row is not None:
                    old = {n: v for n, v in (row.fields or {}).items() if n in change.fields}
                    patches.append(_Patch(view, change.entity, places[change.entity], old))
        self._patches[intent.name] = patches

    def settle(self, views: Views, intent: Intent, *, is_ok: bool) -> None:
        """Forget the patches, or apply them in the opposite order."""
        patches = self._patches.pop(intent.name)
        if not is_ok:
            for patch in reversed(patches):
                self._undo(views, patch, intent.name)
        note_unlay(views, intent, "response" if is_ok else "rollback")

    def _undo(self, views: Views, patch: _Patch, intent: str) -> None:
        rows = patch.view.data
        entity = patch.entity
        if rows is not None and self._by_index:
            entity = (listed(rows)[patch.place : patch.place + 1] or [""])[0]
        row = (rows or {}).get(entity)
        if rows is None or row is None:
            return
        overlays = tuple(name for name in row.overlays if name != intent)
        undone = row._replace(fields={**(row.fields or {}), **patch.fields}, overlays=overlays)
        views.write(patch.view, {**rows, entity: undone}, "rollback")

    def on_base(self, views: Views, view: View) -> None:
        """Do nothing: a fetch writes over the change, pending or not."""

    def compose(self, view: View) -> Rows | None:
        """Return the rows as the last write or answer left them."""
        return view.data

    def compose_slice(self, rows: Rows) -> Rows:
        """Return the confirmed rows: the optimistic update goes to the query cache only."""
        return rows
