"""V4: a client says which commit its rows stand for, and is told all that came after, from a log.

A cursor is the number of a commit, so an answer to a query moves it as an event does. A page
that was just loaded has one, too, and its first opening costs no fetch. If the log does not
reach back so far, the client must take a snapshot: everything on screen is fetched, and only
when each view stands for a commit as new as the log's end was may the client build on it.

    rows of commit 60, then away      61, 62 are committed
    back:  I hold 60                  61, 62, that is all
    back, the log begins with 70:     not all: everything is fetched, as of 85 or later
    away before the answer came:      the client holds 60 still, and will be told so again

V3 differs in two ways. What it knows of lies in the memory of the broker, and is gone with a
restart; and once it has asked for everything, it takes for granted that it came. Logs with
cursors are what Linear (`lastSyncId`), Kafka and Electric's shapes (`must-refetch`) have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncsim.client.ports import Frame
from syncsim.client.recovery import RESYNC, RecoveryStrategy
from syncsim.net.messages import RESUME_BYTES, EventBody, ResumeBody, ResumedBody

if TYPE_CHECKING:
    from syncsim.client.views import Views


class Cursor(RecoveryStrategy):
    """Ask for what came after the commit held; take a snapshot if that is not all there."""

    def __init__(self) -> None:
        # All up to the cursor is known. While a snapshot is owed, that says nothing of `newest`,
        # the last commit that was told of: it may be applied to rows that lack earlier ones.
        self._cursor = -1
        self._newest = -1
        self._owed = -1
        self._is_resumed = False

    def start(self, views: Views) -> None:
        """Plan to make up for what is missed until the socket opens."""
        views.context.arm(RESYNC, armed=True)

    def on_open(self, views: Views) -> None:
        """Say which commit the rows stand for."""
        context = views.context
        self._cursor = max(self._cursor, views.held_lsn())
        name = f"{context.name}:resume@{context.origin}"
        body = ResumeBody(self._cursor)
        context.out.append(Frame(name, "resume", body, RESUME_BYTES, context.page.cause))

    def on_event(self, views: Views, event: EventBody) -> None:
        """Move the cursor, unless changes before this one may be missing."""
        self._newest = max(self._newest, event.offset)
        self._advance(views)

    def on_resumed(self, views: Views, body: ResumedBody) -> None:
        """Carry on if all was told; else fetch everything, and owe it until it is there."""
        assert body.offset >= 0, body
        self._is_resumed = True
        self._newest = max(self._newest, body.offset)
        views.context.arm(RESYNC, armed=False)
        if body.is_whole:
            self._owed = -1
        else:
            self._owed = body.offset
            views.invalidate(views.cached(), "reconnect")
        self._advance(views)

    def on_close(self, views: Views) -> None:
        """Plan to make up for what will be missed."""
        self._advance(views)
        self._is_resumed = False
        views.context.arm(RESYNC, armed=True)

    def _advance(self, views: Views) -> None:
        """Take what was told of as known, once nothing can be missing below it."""
        if not self._is_resumed:
            return
        if self._owed >= 0 and views.held_lsn() >= self._owed:
            self._owed = -1
        if self._owed < 0:
            self._cursor = max(self._cursor, self._newest)
