"""R1: an event marks the related views stale and refetches those on screen.

This is `useWebSocketCacheSync` over query-core's invalidateQueries with its defaults: a
fetch in flight is cancelled and restarted if the query has data, and joined if it has none.
A joined fetch may have read before the change, and its success still lowers the flag:
invalidate at 10 ms, first answer (read at 5 ms) at 20 ms, and the old value stays, fresh.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncsim.client.read import ReadStrategy
from syncsim.domain import Action
from syncsim.net.messages import EventBody

if TYPE_CHECKING:
    from syncsim.client.view import Fetch, View
    from syncsim.client.views import Views


class Invalidate(ReadStrategy):
    """Invalidate and refetch, as query-core does by default."""

    def on_event(self, views: Views, event: EventBody) -> None:
        """Invalidate the views that the action may have changed."""
        prefixes = views.context.domain.actions[event.action].invalidates
        views.invalidate(views.matching(prefixes), "event")

    def on_settled(self, views: Views, action: Action, *, is_ok: bool) -> None:
        """Invalidate the views related to the own action, and only those."""
        views.invalidate(views.matching(action.invalidates), "settle")

    def is_fresh(self, view: View, fetch: Fetch) -> bool:
        """Take every answer as fresh, whatever happened since its fetch began."""
        return True
