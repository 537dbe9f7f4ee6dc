"""R1: an event marks the related queries stale and refetches those on screen.

This is `useWebSocketCacheSync` over query-core's invalidateQueries with its defaults: a
fetch in flight is cancelled and restarted if the query has data, and joined if it has none.
A joined fetch may have read before the change, and its success still lowers the flag:
invalidate at 10 ms, first answer (read at 5 ms) at 20 ms, and the old value stays, fresh.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncsim.domain import Action
from syncsim.net.messages import EventBody

if TYPE_CHECKING:
    from syncsim.client.view import Fetch, Query
    from syncsim.client.views import QueryCache


class Invalidate:
    """Invalidate and refetch, as query-core does by default."""

    is_automatic = True

    def on_event(self, cache: QueryCache, event: EventBody) -> None:
        """Invalidate the queries that the action may have changed."""
        prefixes = cache.context.domain.actions[event.action].invalidates
        cache.invalidate(cache.matching(prefixes), "event")

    def on_settled(self, cache: QueryCache, action: Action, *, is_ok: bool) -> None:
        """Invalidate the queries related to the own action, and only those."""
        cache.invalidate(cache.matching(action.invalidates), "settle")

    def refetch(self, cache: QueryCache, query: Query, trigger: str) -> None:
        """Cancel and restart if there is data, else join the fetch in flight."""
        if query.fetch is None or query.confirmed is not None:
            cache.restart(query, trigger)

    def is_fresh(self, query: Query, fetch: Fetch) -> bool:
        """Take every answer as fresh, whatever happened since its fetch began."""
        return True
