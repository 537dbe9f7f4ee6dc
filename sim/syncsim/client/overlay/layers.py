"""O4: pending intents are layers over the confirmed rows, applied again on every change.

Nothing is written into the cache, so there is nothing to restore: an intent that ends takes
its own layer away and no more. The view's conditions are asked again of the result, so a row
enters or leaves a list as the pending change says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncsim.client.overlay import patched
from syncsim.client.picture import Rows
from syncsim.client.view import View
from syncsim.design import Overlay
from syncsim.domain import Row, type_of

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
        """Add a layer; first cancel the fetches that would be out of date with it.

        Only a query that the end of the intent invalidates is sure to be fetched again.
        """
        self._views = views
        concerned = [view for view in views.cached() if self._shows(view, intent)]
        if self._cancel_fetches:
            for view in views.matching(intent.action.invalidates):
                if view.confirmed is not None:
                    views.cancel(view, "overlay")
        self._layers[intent.name] = intent
        for change in intent.changes:
            row = views.known(change.entity)
            names = [view.view for view in concerned if _concerns(view, change.entity)]
            if row is not None and names:
                views.context.note(
                    "overlay", intent.name, "", change.entity, row.version,
                    data={"fields": change.fields, "views": [*names, "slice"]},
                )  # fmt: skip
                intent.overlaid.append(change.entity)
        self._touch(views, intent)

    def settle(self, views: Views, intent: Intent, *, is_ok: bool) -> None:
        """Take the newest rows of the answer into the base, and the layer away."""
        views.learn(intent.answer_rows)
        del self._layers[intent.name]
        reason = "fence" if is_ok else "rollback"
        for entity in intent.overlaid:
            views.context.note("unlay", intent.name, "", entity, data={"reason": reason})
        self._touch(views, intent)

    def compose(self, view: View) -> Rows | None:
        """Return the confirmed rows with all layers applied, in the order they were put."""
        if not self._layers or view.confirmed is None:
            return view.confirmed
        rows = dict(view.confirmed)
        for intent in self._layers.values():
            for change in intent.changes:
                if _concerns(view, change.entity):
                    row = rows.get(change.entity) or self._outside(view, change.entity)
                    if row is not None:
                        rows[change.entity] = patched(row, change, intent.name)
        return {
            entity: row if view.test(row.fields or {}) else row._replace(fields=None)
            for entity, row in rows.items()
            if not row.overlays or entity in view.confirmed or view.test(row.fields or {})
        }

    def _outside(self, view: View, entity: str) -> Row | None:
        """Return a row that a view does not list, for a pending change to bring in.

        If the view should list it as the client knows it, then the server knows it otherwise.
        """
        assert self._views is not None, entity
        row = self._views.known(entity)
        return None if row is None or view.test(row.fields or {}) else row

    def compose_slice(self, rows: Rows) -> Rows:
        """Return the slice store's copies with all layers applied."""
        for intent in self._layers.values():
            for change in intent.changes:
                row = rows.get(change.entity)
                if row is not None:
                    rows[change.entity] = patched(row, change, intent.name)
        return rows

    @staticmethod
    def _shows(view: View, intent: Intent) -> bool:
        return view.confirmed is not None and any(
            _concerns(view, change.entity) for change in intent.changes
        )

    def _touch(self, views: Views, intent: Intent) -> None:
        for view in views.cached():
            if any(_concerns(view, change.entity) for change in intent.changes):
                views.touched(view)


def _concerns(view: View, entity: str) -> bool:
    """Tell whether a row is of the type that a view lists."""
    return type_of(entity) == view.entity_type
