"""O0: nothing is shown before the server confirms it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncsim.client.picture import Rows
from syncsim.client.view import View
from syncsim.design import Overlay

if TYPE_CHECKING:
    from syncsim.client.intent import Intent
    from syncsim.client.views import Views


class Pessimistic:
    """Show confirmed rows only."""

    def __init__(self, overlay: Overlay) -> None:
        """Need nothing."""

    def put(self, views: Views, intent: Intent) -> None:
        """Show nothing."""

    def settle(self, views: Views, intent: Intent, *, is_ok: bool) -> None:
        """Take nothing away."""

    def on_base(self, views: Views, view: View) -> None:
        """Do nothing: what is confirmed is what is shown."""

    def compose(self, view: View) -> Rows | None:
        """Return the confirmed rows."""
        return view.confirmed

    def compose_slice(self, rows: Rows) -> Rows:
        """Return the confirmed rows."""
        return rows
