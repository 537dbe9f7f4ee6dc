"""R0: fetch what is on screen again, an interval after it last changed.

The interval is query-core's `refetchInterval`: each mounted query has a timer, and every change
of the query's state starts it anew, so a fetch begins one interval after the last one ended. A
view that is written to more often than that is never polled. A page that is behind others does
not poll. Staleness is at most the interval, the age of the answer and a frame:

    0 s      a fetch ends           10 s later the next one begins
    0.1 s    somebody else commits  the screen is old
    10.04 s  the fetch is answered  the screen is old no longer
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncsim.client.read import ReadStrategy
from syncsim.domain import Action
from syncsim.net.messages import EventBody

if TYPE_CHECKING:
    from syncsim.client.view import Fetch, View
    from syncsim.client.views import Views


class Poll(ReadStrategy):
    """Ask at an interval, whether or not something has changed."""

    polls = True

    def on_event(self, views: Views, event: EventBody) -> None:
        """Do nothing: the next poll will tell."""

    def on_settled(self, views: Views, action: Action, *, is_ok: bool) -> None:
        """Invalidate the views related to the own action, and only those."""
        views.invalidate(views.matching(action.invalidates), "settle")

    def is_fresh(self, view: View, fetch: Fetch) -> bool:
        """Take every answer as fresh."""
        return True
