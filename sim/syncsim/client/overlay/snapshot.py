"""O1: the change is written into the cache; on error the cache is set back to a snapshot.

The snapshot holds whole queries as they were, so setting it back also undoes what others
changed since:

    op-1 accepts A1          snapshot: A1 pending, A2 pending
    driver-2's change of A2 arrives and is painted
    op-1's request is refused
    snapshot restored        A2 is pending again on op-1's screen
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncsim.client.overlay import patched
from syncsim.client.view import Query, Rows

if TYPE_CHECKING:
    from syncsim.client.mutation import Mutation
    from syncsim.client.views import QueryCache


class Snapshot:
    """Write over the cached rows and remember how they were."""

    def __init__(self) -> None:
        self._snapshots: dict[str, list[tuple[Query, Rows]]] = {}

    def put(self, cache: QueryCache, mutation: Mutation) -> None:
        """Snapshot every query that lists a changed row, then write the change into it."""
        context = cache.context
        taken: list[tuple[Query, Rows]] = []
        views: dict[str, list[str]] = {change.entity: [] for change in mutation.changes}
        for query in cache.queries.values():
            data = query.data
            touched = [c for c in mutation.changes if data is not None and c.entity in data]
            if data is None or not touched:
                continue
            taken.append((query, data))
            rows = dict(data)
            for change in touched:
                rows[change.entity] = patched(rows[change.entity], change, mutation.intent)
                views[change.entity].append(query.view)
            self._write(cache, query, rows, "overlay")
        self._snapshots[mutation.intent] = taken
        for change in mutation.changes:
            if views[change.entity]:
                held = cache.known(change.entity)
                context.note(
                    "overlay", mutation.intent, "", change.entity, held.version if held else -1,
                    data={"fields": change.fields, "views": views[change.entity]},
                )  # fmt: skip
                mutation.overlaid.append(change.entity)

    def settle(self, cache: QueryCache, mutation: Mutation, *, is_ok: bool) -> None:
        """Forget the snapshot, or set every query back to it."""
        taken = self._snapshots.pop(mutation.intent)
        if not is_ok:
            for query, rows in taken:
                self._write(cache, query, rows, "rollback")
        reason = "response" if is_ok else "rollback"
        for entity in mutation.overlaid:
            cache.context.note("unlay", mutation.intent, "", entity, data={"reason": reason})

    def compose(self, query: Query) -> Rows | None:
        """Return the rows as the last write or answer left them."""
        return query.data

    def compose_slice(self, rows: Rows) -> Rows:
        """Return the confirmed rows: the optimistic update goes to the query cache only."""
        return rows

    @staticmethod
    def _write(cache: QueryCache, query: Query, rows: Rows, reason: str) -> None:
        if query.is_invalidated:
            cache.context.note("freshen", view=query.view, data={"reason": reason})
        query.set_data(rows, cache.context.now_us)
        cache.touched(query)
