"""O: how a pending intent is shown. One strategy, one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from syncsim.client.picture import Rows
from syncsim.client.view import View
from syncsim.design import Overlay
from syncsim.domain import Change, Row

if TYPE_CHECKING:
    from syncsim.client.intent import Intent
    from syncsim.client.views import Views


class OverlayStrategy(Protocol):
    """What an overlay strategy decides."""

    def put(self, views: Views, intent: Intent) -> None:
        """Show a pending intent."""

    def settle(self, views: Views, intent: Intent, *, is_ok: bool) -> None:
        """Stop showing an intent that has ended; the rows of its answer are on the mutation."""

    def compose(self, view: View) -> Rows | None:
        """Return what a view shows, None if it has nothing to show yet."""

    def compose_slice(self, rows: Rows) -> Rows:
        """Return what the slice store's copies of rows show; the argument may be kept."""


def patched(row: Row, change: Change, intent: str) -> Row:
    """Return a row with a pending change painted into the fields that it has."""
    assert row.fields is not None, row.entity
    visible = {name: value for name, value in change.fields.items() if name in row.fields}
    return row._replace(fields={**row.fields, **visible}, overlays=(*row.overlays, intent), bytes=0)


def overlay_strategy(overlay: Overlay) -> OverlayStrategy:
    """Return the strategy that a design names."""
    from syncsim.client.overlay.layers import Layers
    from syncsim.client.overlay.pessimistic import Pessimistic
    from syncsim.client.overlay.snapshot import Snapshot

    if overlay.strategy == "pessimistic":
        return Pessimistic()
    return Snapshot() if overlay.strategy == "snapshot" else Layers(overlay)
