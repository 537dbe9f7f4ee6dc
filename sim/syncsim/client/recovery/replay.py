"""V3: the broker keeps changes for a while, and tells a client that is back those it missed.

Each change has a number. A client that is back says the last one that it knows of, and is told
the rest, or else that some of it is forgotten; then it looks at everything again, as in V1.

    number 7 heard, then away         8, 9 are published
    back:  I know 7                   8, 9, that is all: nothing is fetched but what they are about
    back after the window:  I know 7  not all: everything is fetched

It costs memory at the broker and a round trip before the client can be sure. A client that
loads its page knows no number, so its first opening is V1's. A broker that restarts has
forgotten everything. This is socket.io's connection state recovery (`recovered`), and with a
longer window what Ably and SignalR call resuming.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncsim.client.ports import Frame
from syncsim.client.recovery import RESYNC, RecoveryStrategy
from syncsim.net.messages import RESUME_BYTES, EventBody, ResumeBody, ResumedBody

if TYPE_CHECKING:
    from syncsim.client.views import Views


class Replay(RecoveryStrategy):
    """Ask for what was missed; look at everything only if that is not all there."""

    def __init__(self) -> None:
        # All up to the cursor is known; above it there may be holes while not resumed.
        self._cursor = -1
        self._newest = -1
        self._is_resumed = False

    def start(self, views: Views) -> None:
        """Plan to make up for what is missed until the socket opens."""
        views.context.arm(RESYNC, armed=True)

    def on_open(self, views: Views) -> None:
        """Say what is known."""
        context = views.context
        name = f"{context.name}:resume@{context.origin}"
        body = ResumeBody(self._cursor)
        context.out.append(Frame(name, "resume", body, RESUME_BYTES, context.page.cause))

    def on_event(self, views: Views, event: EventBody) -> None:
        """Move the cursor, unless changes before this one may be missing."""
        self._newest = max(self._newest, event.offset)
        if self._is_resumed:
            self._cursor = self._newest

    def on_resumed(self, views: Views, body: ResumedBody) -> None:
        """Carry on if all was told; else invalidate everything that is cached."""
        self._is_resumed = True
        self._cursor = max(body.offset, self._newest)
        views.context.arm(RESYNC, armed=False)
        if not body.is_whole:
            views.invalidate(views.cached(), "reconnect")

    def on_close(self, views: Views) -> None:
        """Plan to make up for what will be missed."""
        self._is_resumed = False
        views.context.arm(RESYNC, armed=True)
