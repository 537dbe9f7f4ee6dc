"""V1: invalidate every view whenever the socket opens.

The first opening counts too: a view that was fetched before it has not been told of the
changes in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syncsim.client.views import Views


class InvalidateAll:
    """Mark all stale, refetch what is on screen."""

    will_resync = True

    def on_open(self, views: Views) -> None:
        """Invalidate everything that is cached."""
        views.invalidate(views.cached(), "reconnect")
