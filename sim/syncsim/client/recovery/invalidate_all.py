"""V1: invalidate every view whenever the socket opens.

The first opening counts too: a view that was fetched before it has not been told of the
changes in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncsim.client.recovery import RESYNC, RecoveryStrategy

if TYPE_CHECKING:
    from syncsim.client.views import Views


class InvalidateAll(RecoveryStrategy):
    """Mark all stale, refetch what is on screen."""

    def start(self, views: Views) -> None:
        """Plan to look at everything when the socket opens."""
        views.context.arm(RESYNC, armed=True)

    def on_open(self, views: Views) -> None:
        """Invalidate everything that is cached."""
        views.context.arm(RESYNC, armed=False)
        views.invalidate(views.cached(), "reconnect")

    def on_close(self, views: Views) -> None:
        """Plan to look at everything when the socket opens again."""
        views.context.arm(RESYNC, armed=True)
