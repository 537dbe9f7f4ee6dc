"""O3: as O1, but a snapshot goes back only where nothing else was written since.

Each query counts its writes, and the count after the own write is the token. If it still
stands when the intent fails, the snapshot is restored; if not, restoring would erase what is
newer, so the query is marked stale and fetched. Until that answer comes, the change that
failed stays on the screen:

    op-1 accepts A1          token 4
    A2's change is fetched   token 5
    op-1's request is refused: 5 is not 4, so fetch; A1 looks accepted for one more round trip
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


class Revision:
    """Write over the cached rows; remember how they were, and which write that was."""

    def __init__(self, overlay: Overlay) -> None:
        self._cancel_fetches = overlay.cancel_fetches
        self._snapshots: dict[str, list[tuple[View, Rows, int]]] = {}

    def put(self, views: Views, intent: Intent) -> None:
        """Snapshot every view that lists a changed row, write into it, and take the token."""
        if self._cancel_fetches:
            cancel_related(views, intent)
        taken = write_over(views, intent)
        self._snapshots[intent.name] = [(view, rows, _writes(view)) for view, rows in taken]

    def settle(self, views: Views, intent: Intent, *, is_ok: bool) -> None:
        """Forget the snapshot; or set back the views of the same token and fetch the others."""
        taken = self._snapshots.pop(intent.name)
        if not is_ok:
            overwritten = []
            for view, rows, token in taken:
                if _writes(view) == token:
                    views.write(view, rows, "rollback")
                else:
                    overwritten.append(view)
            views.invalidate([view for view in overwritten if view.query is not None], "error")
        note_unlay(views, intent, "response" if is_ok else "rollback")

    def on_base(self, views: Views, view: View) -> None:
        """Do nothing: the query counts its writes by itself."""

    def compose(self, view: View) -> Rows | None:
        """Return the rows as the last write or answer left them."""
        return view.data

    def compose_slice(self, rows: Rows) -> Rows:
        """Return the confirmed rows: the optimistic update goes to the query cache only."""
        return rows


def _writes(view: View) -> int:
    """Return how often a query's data was written, -1 if the cache has dropped it."""
    return view.query.state.data_update_count if view.query is not None else -1
