"""O4: pending intents are layers over the confirmed rows, applied again on every change.

Nothing is written into the cache, so there is nothing to restore: an intent that ends takes
its own layer away and no more. The view's conditions are asked again of the result, so a row
enters or leaves a list as the pending change says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncsim.client.overlay import patched
from syncsim.client.view import Query, Rows
from syncsim.design import Overlay
from syncsim.domain import Row, type_of

if TYPE_CHECKING:
    from syncsim.client.mutation import Mutation
    from syncsim.client.views import QueryCache


class Layers:
    """Keep pending intents apart from the rows they change."""

    def __init__(self, overlay: Overlay) -> None:
        self._cancel_fetches = overlay.cancel_fetches
        self._layers: dict[str, Mutation] = {}
        self._cache: QueryCache | None = None

    def put(self, cache: QueryCache, mutation: Mutation) -> None:
        """Add a layer; first cancel the fetches that would be out of date with it.

        Only a query that the end of the intent invalidates is sure to be fetched again.
        """
        self._cache = cache
        queries = [
            query
            for query in cache.queries.values()
            if query.confirmed is not None
            and any(self._concerns(query, change.entity) for change in mutation.changes)
        ]
        if self._cancel_fetches:
            for query in cache.matching(mutation.action.invalidates):
                if query.fetch is not None and query.confirmed is not None:
                    cache.cancel(query, "overlay")
        self._layers[mutation.intent] = mutation
        for change in mutation.changes:
            row = cache.known(change.entity)
            views = [query.view for query in queries if self._concerns(query, change.entity)]
            if row is not None and views:
                cache.context.note(
                    "overlay", mutation.intent, "", change.entity, row.version,
                    data={"fields": change.fields, "views": [*views, "slice"]},
                )  # fmt: skip
                mutation.overlaid.append(change.entity)
        self._touch(cache, mutation)

    def settle(self, cache: QueryCache, mutation: Mutation, *, is_ok: bool) -> None:
        """Take the newest rows of the answer into the base, and the layer away."""
        cache.learn(mutation.answer_rows)
        del self._layers[mutation.intent]
        reason = "fence" if is_ok else "rollback"
        for entity in mutation.overlaid:
            cache.context.note("unlay", mutation.intent, "", entity, data={"reason": reason})
        self._touch(cache, mutation)

    def compose(self, query: Query) -> Rows | None:
        """Return the confirmed rows with all layers applied, in the order they were put."""
        if not self._layers or query.confirmed is None:
            return query.confirmed
        rows = dict(query.confirmed)
        for mutation in self._layers.values():
            for change in mutation.changes:
                if type_of(change.entity) == query.entity_type:
                    row = rows.get(change.entity) or self._outside(query, change.entity)
                    if row is not None:
                        rows[change.entity] = patched(row, change, mutation.intent)
        return {
            entity: row if query.test(row.fields or {}) else row._replace(fields=None)
            for entity, row in rows.items()
            if not row.overlays or entity in query.confirmed or query.test(row.fields or {})
        }

    def _outside(self, query: Query, entity: str) -> Row | None:
        """Return a row that a view does not list, for a pending change to bring in.

        If the view should list it as the client knows it, then the server knows it otherwise.
        """
        assert self._cache is not None, entity
        row = self._cache.known(entity)
        return None if row is None or query.test(row.fields or {}) else row

    def compose_slice(self, rows: Rows) -> Rows:
        """Return the slice store's copies with all layers applied."""
        for mutation in self._layers.values():
            for change in mutation.changes:
                row = rows.get(change.entity)
                if row is not None:
                    rows[change.entity] = patched(row, change, mutation.intent)
        return rows

    @staticmethod
    def _concerns(query: Query, entity: str) -> bool:
        return type_of(entity) == query.entity_type

    def _touch(self, cache: QueryCache, mutation: Mutation) -> None:
        for query in cache.queries.values():
            if any(self._concerns(query, change.entity) for change in mutation.changes):
                cache.touched(query)
