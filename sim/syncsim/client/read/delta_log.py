"""R5: the log of commits is applied to the rows held, one event after the other, in its order.

An event says its number and that of the one before. It is applied if that one was, or if the rows
held stand for a commit as new; else it waits. So what is shown of others is always a prefix of
the log, and never a later change without an earlier one:

    rows of commit 60, 61 applied     63 comes, after 62: it waits
    62 comes again from the log       62 and 63 are applied

What waits behind a gap that nobody is about to fill makes everything be fetched, which is what a
log means by must-refetch. An event brings whole rows, since a row may come onto a list that the
client does not hold, and the log tells a client of its own changes, too; so after the first
answers nothing is fetched, also not after an action (unless the socket is closed then). The answer
to an action is written at once and thus ahead of the log. Electric's shapes and Linear's sync
packets work like this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncsim.client.read import ReadStrategy
from syncsim.client.read.patch import write_over
from syncsim.client.recovery import RESYNC
from syncsim.domain import Action
from syncsim.net.messages import EventBody

if TYPE_CHECKING:
    from syncsim.client.view import Fetch, View
    from syncsim.client.views import Views

WAITING_MAX = 100_000
"""Events that wait behind a gap; more means that nobody fills it."""


class DeltaLog(ReadStrategy):
    """Apply each event behind the one before it, and none out of turn."""

    cancels_refetch = False

    def __init__(self) -> None:
        # All up to the cursor is in the rows held; what waits is behind a gap.
        self._cursor = -1
        self._waiting: dict[int, EventBody] = {}
        self._views: Views | None = None

    def start(self, views: Views) -> None:
        """Remember the views, which answers come to without an event."""
        self._views = views

    def on_event(self, views: Views, event: EventBody) -> None:
        """Apply an event in its turn; fetch everything if its turn will not come."""
        assert event.offset > event.previous, event
        self._waiting[event.offset] = event
        assert len(self._waiting) <= WAITING_MAX, "a gap is never filled"
        self._apply(views)
        if self._waiting and not views.context.is_armed(RESYNC):
            stale = (view for view in views.cached() if view.fetch is None)
            views.invalidate(stale, "event")

    def on_settled(self, views: Views, action: Action, *, is_ok: bool) -> None:
        """Leave it to the log, which tells of own changes, too, unless the socket is closed."""
        if views.context.is_armed(RESYNC):
            views.invalidate(views.matching(action.invalidates), "settle")

    def is_fresh(self, view: View, fetch: Fetch) -> bool:
        """Take an answer as fresh if it is not from before what the other views show."""
        if self._views is not None:
            views = self._views
            views.context.page.microtask(lambda: self._apply(views))
        return fetch.read_lsn >= self._cursor

    def _apply(self, views: Views) -> None:
        """Apply what waits, as far as there is no gap."""
        self._cursor = max(self._cursor, views.held_lsn())
        for offset in sorted(self._waiting):
            if self._waiting[offset].previous > self._cursor:
                return
            event = self._waiting.pop(offset)
            if offset > self._cursor:
                for patch in event.patches:
                    write_over(views, views.known(patch.entity), patch)
                self._cursor = offset
