"""O: how a pending intent is shown. One strategy, one file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from syncsim import extensions
from syncsim.client.picture import Rows
from syncsim.client.view import View
from syncsim.design import Overlay

if TYPE_CHECKING:
    from syncsim.client.intent import Intent
    from syncsim.client.views import Views


@runtime_checkable
class OverlayStrategy(Protocol):
    """What an overlay strategy decides."""

    def put(self, views: Views, intent: Intent) -> None:
        """Show a pending intent."""

    def settle(self, views: Views, intent: Intent, *, is_ok: bool) -> None:
        """Stop showing an intent that has ended; the rows of its answer are on the intent."""

    def on_base(self, views: Views, view: View) -> None:
        """The confirmed rows of a view have changed."""

    def compose(self, view: View) -> Rows | None:
        """Return what a view shows, None if it has nothing to show yet."""

    def compose_slice(self, rows: Rows) -> Rows:
        """Return what the slice store's copies of rows show; the argument may be kept."""


def overlay_strategy(overlay: Overlay) -> OverlayStrategy:
    """Return the strategy that a design names."""
    from syncsim.client.overlay.freeze import Freeze
    from syncsim.client.overlay.inverse import Inverse
    from syncsim.client.overlay.layers import Layers
    from syncsim.client.overlay.pessimistic import Pessimistic
    from syncsim.client.overlay.rebase import Rebase
    from syncsim.client.overlay.revision import Revision
    from syncsim.client.overlay.snapshot import Snapshot

    made: dict[str, Callable[[Overlay], OverlayStrategy]] = {
        "pessimistic": Pessimistic,
        "snapshot": Snapshot,
        "inverse": Inverse,
        "revision": Revision,
        "layers": Layers,
        "rebase": Rebase,
        "freeze": Freeze,
    }
    if overlay.strategy in made:
        return made[overlay.strategy](overlay)
    added: OverlayStrategy = extensions.strategy("overlay", overlay, OverlayStrategy)
    return added
