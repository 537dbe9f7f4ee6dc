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

from syncsim.client.overlay.painting import cancel_related, note_unlay, write_over
from syncsim.client.picture import Rows
from syncsim.client.view import View
from syncsim.design import Overlay

if TYPE_CHECKING:
    from syncsim.client.intent import Intent
    from syncsim.client.views import Views


class Snapshot:
    """Write over the cached rows and remember how they were."""

    def __init__(self, overlay: Overlay) -> None:
        self._cancel_fetches = overlay.cancel_fetches
        self._snapshots: dict[str, list[tuple[View, Rows]]] = {}

    def put(self, views: Views, intent: Intent) -> None:
        """Snapshot every view that lists a changed row, then write the change into it."""
        if self._cancel_fetches:
            cancel_related(views, intent)
        self._snapshots[intent.name] = write_over(views, intent)

    def settle(self, views: Views, intent: Intent, *, is_ok: bool) -> None:
        """Forget the snapshot, or set every view back to it."""
        taken = self._snapshots.pop(intent.name)
        if not is_ok:
            for view, rows in taken:
                views.write(view, rows, "rollback")
        note_unlay(views, intent, "response" if is_ok else "rollback")

    def on_base(self, views: Views, view: View) -> None:
        """Do nothing: a fetch writes over the change, pending or not."""

    def compose(self, view: View) -> Rows | None:
        """Return the rows as the last write or answer left them."""
        return view.data

    def compose_slice(self, rows: Rows) -> Rows:
        """Return the confirmed rows: the optimistic update goes to the query cache only."""
        return rows
