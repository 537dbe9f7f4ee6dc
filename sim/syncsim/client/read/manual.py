"""The app before: nobody tells a client anything; the person refreshes the current tab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncsim.domain import Action
from syncsim.net.messages import EventBody

if TYPE_CHECKING:
    from syncsim.client.view import Fetch, Query
    from syncsim.client.views import QueryCache


class Manual:
    """Fetch when a tab is opened, after an own action, and when the person asks."""

    is_automatic = False

    def on_event(self, cache: QueryCache, event: EventBody) -> None:
        """Do nothing: the app before has no socket."""

    def on_settled(self, cache: QueryCache, action: Action, *, is_ok: bool) -> None:
        """Refetch what is on screen, as the thunk's caller does on success and only then."""
        if is_ok:
            cache.invalidate(cache.mounted(), "settle")

    def refetch(self, cache: QueryCache, query: Query, trigger: str) -> None:
        """Fetch at once; a thunk has no deduplication, the later call counts."""
        cache.restart(query, trigger)

    def is_fresh(self, query: Query, fetch: Fetch) -> bool:
        """Take every answer as fresh."""
        return True
