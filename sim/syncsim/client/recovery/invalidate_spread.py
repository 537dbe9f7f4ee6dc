"""V2: as V1, after a wait that is another one for each client.

When a backend comes back, all its clients come back with it, and V1 makes each of them refetch
at that moment. Here a client waits for its share of the spread. A client draws nothing: its
world hands it a number when the page is loaded, and the share is that number's.

    spread 10 s   op-1 waits 2.3 s, op-2 7.9 s: the requests of one instant become those of ten
                  seconds, and op-2 shows what it missed 7.9 s longer
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncsim.client.context import LUCK_BITS
from syncsim.client.page import MS
from syncsim.client.recovery import RESYNC, RecoveryStrategy

if TYPE_CHECKING:
    from syncsim.client.views import Views


class InvalidateSpread(RecoveryStrategy):
    """Mark all stale and refetch what is on screen, each client at its own time."""

    def __init__(self) -> None:
        self._timer: int | None = None

    def start(self, views: Views) -> None:
        """Plan to look at everything when the socket opens."""
        views.context.arm(RESYNC, armed=True)

    def on_open(self, views: Views) -> None:
        """Wait for this client's share of the spread."""
        context = views.context
        assert self._timer is None, "a socket closes before it opens again"
        share_us = context.design.recovery.spread_us * context.luck >> LUCK_BITS
        self._timer = context.page.set_timeout(lambda: self._resync(views), share_us // MS)

    def on_close(self, views: Views) -> None:
        """Stay armed for the next opening, and forget the wait that this one had begun."""
        if self._timer is not None:
            views.context.page.clear_timeout(self._timer)
            self._timer = None
        views.context.arm(RESYNC, armed=True)

    def _resync(self, views: Views) -> None:
        self._timer = None
        context = views.context
        context.origin, context.trigger = context.unique("open"), "reconnect"
        context.arm(RESYNC, armed=False)
        views.invalidate(views.cached(), "reconnect")
