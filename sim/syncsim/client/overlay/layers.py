"""O4: pending intents are layers over the confirmed rows, applied again on every change.

Nothing is written into the cache, so there is nothing to restore: an intent that ends takes
its own layer away and no more. The view's conditions are asked again of the result, so a row
enters or leaves a list as the pending change says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncsim.client.overlay.painting import (
    cancel_related,
    concerns,
    hidden,
    note_overlay,
    note_unlay,
    paint_into,
    patched,
    touch,
)
from syncsim.client.picture import Rows
from syncsim.client.view import View
from syncsim.design import Overlay

if TYPE_CHECKING:
    from syncsim.client.intent import Intent
    from syncsim.client.views import Views


class Layers:
    """Keep pending intents apart from the rows they change."""

    def __init__(self, overlay: Overlay) -> None:
        self._cancel_fetches = overlay.cancel_fetches
        self._layers: dict[str, Intent] = {}
        self._views: Views | None = None

    def put(self, views: Views, intent: Intent) -> None:
        """Add a layer; first cancel the fetches that would be out of date with it."""
        self._views = views
        concerned = [view for view in views.cached() if _shows(view, intent)]
        if self._cancel_fetches:
            cancel_related(views, intent)
        self._layers[intent.name] = intent
        for change in intent.changes:
            names = [view.view for view in concerned if concerns(view, change.entity)]
            if names and views.known(change.entity) is not None:
                note_overlay(views, intent, change.entity, change.fields, [*names, "slice"])
        touch(views, (change.entity for change in intent.changes))

    def settle(self, views: Views, intent: Intent, *, is_ok: bool) -> None:
        """Take the newest rows of the answer into the base, and the layer away."""
        views.learn(intent.answer_rows, intent.number)
        del self._layers[intent.name]
        note_unlay(views, intent, "fence" if is_ok else "rollback")
        touch(views, (change.entity for change in intent.changes))

    def on_base(self, views: Views, view: View) -> None:
        """Do nothing: the layers are applied whenever the view is painted."""

    def compose(self, view: View) -> Rows | None:
        """Return the confirmed rows with all layers applied, in the order they were put."""
        if not self._layers or view.confirmed is None:
            return view.confirmed
        assert self._views is not None, view.view
        rows = dict(view.confirmed)
        for intent in self._layers.values():
            for change in intent.changes:
                paint_into(self._views, view, rows, change, intent.name)
        return hidden(view, rows)

    def compose_slice(self, rows: Rows) -> Rows:
        """Return the slice store's copies with all layers applied."""
        for intent in self._layers.values():
            for change in intent.changes:
                row = rows.get(change.entity)
                if row is not None:
                    rows[change.entity] = patched(row, change, intent.name)
        return rows


def _shows(view: View, intent: Intent) -> bool:
    return view.confirmed is not None and any(
        concerns(view, change.entity) for change in intent.changes
    )
