"""R4: as R1, but a fetch remembers the generation of its query when it began.

An invalidation during a fetch is not absorbed: the answer is shown, stays marked stale, and
one trailing fetch follows. Nothing is cancelled, so a stream of events cannot starve the
view.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncsim.domain import Action
from syncsim.net.messages import EventBody

if TYPE_CHECKING:
    from syncsim.client.view import Fetch, Query
    from syncsim.client.views import QueryCache


class Generation:
    """Invalidate, let the fetch in flight finish, and fetch again if it was too old."""

    is_automatic = True

    def on_event(self, cache: QueryCache, event: EventBody) -> None:
        """Invalidate the queries that the action may have changed."""
        prefixes = cache.context.domain.actions[event.action].invalidates
        cache.invalidate(cache.matching(prefixes), "event")

    def on_settled(self, cache: QueryCache, action: Action, *, is_ok: bool) -> None:
        """Invalidate the queries related to the own action, and only those."""
        cache.invalidate(cache.matching(action.invalidates), "settle")

    def refetch(self, cache: QueryCache, query: Query, trigger: str) -> None:
        """Fetch unless a fetch is in flight; its end will see the new generation."""
        if query.fetch is None:
            cache.start(query, trigger)

    def is_fresh(self, query: Query, fetch: Fetch) -> bool:
        """Take an answer as fresh if nothing invalidated the query since its fetch began."""
        return query.generation == fetch.generation
