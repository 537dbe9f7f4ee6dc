"""R6: an event leads to all that is on screen, as of one commit; an older answer is not applied.

R1 to R4 fetch each view for itself, and two answers may stand for two commits:

    active of commit 60, then 61 takes A7 from pending to active, pending of 61
    A7 is on neither list until active is fetched again

Here the views are asked for in one request, and the backend reads them at one moment. A change
of several rows is seen whole or not at all, and so is its effect on several lists. An answer
from before a commit that the client has heard of is shown, if it is newer than what is held, and
asked for again. It costs bytes: whatever changes, everything on screen is sent. The answer to an
action is written at once by overlays that do so, and thus ahead of the checkpoint that has it.
Convex sends the results of all queries as of one time stamp, and PowerSync applies the buckets
of a checkpoint together; both send what changed, and not all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncsim.client.read import ReadStrategy
from syncsim.domain import Action
from syncsim.net.messages import EventBody

if TYPE_CHECKING:
    from syncsim.client.view import Fetch, View
    from syncsim.client.views import Views


class Checkpoint(ReadStrategy):
    """Fetch everything on screen at once, and never go back to an older commit."""

    cancels_refetch = False
    is_whole = True

    def __init__(self) -> None:
        self._views: Views | None = None

    def start(self, views: Views) -> None:
        """Remember the views, to see after an answer whether they stand for one commit."""
        self._views = views

    def on_event(self, views: Views, event: EventBody) -> None:
        """Invalidate everything: what is on screen is fetched, the rest when it is shown."""
        views.invalidate(views.cached(), "event")

    def on_settled(self, views: Views, action: Action, *, is_ok: bool) -> None:
        """Invalidate everything, as after an event."""
        views.invalidate(views.cached(), "settle")

    def is_fresh(self, view: View, fetch: Fetch) -> bool:
        """Take an answer as fresh if it has all that this client has heard of."""
        assert self._views is not None, view.view
        views = self._views
        views.context.page.microtask(lambda: self._even_out(views))
        return view.generation == fetch.generation and view.read_lsn >= views.context.heard_lsn

    def _even_out(self, views: Views) -> None:
        """Fetch everything once more if nothing is under way and views stand for two commits."""
        shown = views.mounted()
        if any(view.fetch is not None or view.confirmed is None for view in shown):
            return
        if len({view.read_lsn for view in shown}) > 1:
            views.context.trigger = "trailing"
            views.invalidate(shown, "checkpoint")
