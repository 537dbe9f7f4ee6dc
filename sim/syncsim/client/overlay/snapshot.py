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
from syncsim.client.picture import Rows
from syncsim.client.view import View

if TYPE_CHECKING:
    from syncsim.client.intent import Intent
    from syncsim.client.views import Views


class Snapshot:
    """Write over the cached rows and remember how they were."""

    def __init__(self) -> None:
        self._snapshots: dict[str, list[tuple[View, Rows]]] = {}

    def put(self, views: Views, intent: Intent) -> None:
        """Snapshot every view that lists a changed row, then write the change into it."""
        taken: list[tuple[View, Rows]] = []
        written: dict[str, list[str]] = {change.entity: [] for change in intent.changes}
        for view in views.cached():
            data = view.data
            touched = [c for c in intent.changes if data is not None and c.entity in data]
            if data is None or not touched:
                continue
            taken.append((view, data))
            rows = dict(data)
            for change in touched:
                rows[change.entity] = patched(rows[change.entity], change, intent.name)
                written[change.entity].append(view.view)
            views.write(view, rows, "overlay")
        self._snapshots[intent.name] = taken
        for change in intent.changes:
            if written[change.entity]:
                held = views.known(change.entity)
                views.context.note(
                    "overlay", intent.name, "", change.entity, held.version if held else -1,
                    data={"fields": change.fields, "views": written[change.entity]},
                )  # fmt: skip
                intent.overlaid.append(change.entity)

    def settle(self, views: Views, intent: Intent, *, is_ok: bool) -> None:
        """Forget the snapshot, or set every view back to it."""
        taken = self._snapshots.pop(intent.name)
        if not is_ok:
            for view, rows in taken:
                views.write(view, rows, "rollback")
        reason = "response" if is_ok else "rollback"
        for entity in intent.overlaid:
            views.context.note("unlay", intent.name, "", entity, data={"reason": reason})

    def compose(self, view: View) -> Rows | None:
        """Return the rows as the last write or answer left them."""
        return view.data

    def compose_slice(self, rows: Rows) -> Rows:
        """Return the confirmed rows: the optimistic update goes to the query cache only."""
        return rows
