"""All queries of a client, by the hash of their key (queryCache.ts)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from syncsim.client.cache.environment import Environment
from syncsim.client.cache.options import QueryOptions
from syncsim.client.cache.query import Query, QueryCacheEvent, QueryState
from syncsim.client.cache.subscribable import Subscribable
from syncsim.client.cache.utils import EVERY_QUERY, QueryFilters, match_query

if TYPE_CHECKING:
    from syncsim.client.cache.query_client import QueryClient


class QueryCache(Subscribable[Callable[[QueryCacheEvent], object]]):
    """Finds queries, makes them, and tells what happens to them, at once."""

    def __init__(self, environment: Environment) -> None:
        super().__init__()
        self._environment = environment
        self._queries: dict[str, Query] = {}

    def build(
        self, client: QueryClient, options: QueryOptions, state: QueryState | None = None
    ) -> Query:
        """Return the query of these options, a new one if there is none."""
        query = self._queries.get(options.query_hash)
        if query is None:
            query = Query(client, options, state)
            self._queries[query.query_hash] = query
            self.notify(QueryCacheEvent("added", query))
        return query

    def remove(self, query: Query) -> None:
        """Forget a query and give its fetch up."""
        if self._queries.get(query.query_hash) is query:
            query.destroy()
            del self._queries[query.query_hash]
            self.notify(QueryCacheEvent("removed", query))

    def get(self, query_hash: str) -> Query | None:
        """Return the query of this hash, None if there is none."""
        return self._queries.get(query_hash)

    def find_all(self, filters: QueryFilters = EVERY_QUERY) -> list[Query]:
        """Return the queries that are meant, in the order in which they were made."""
        return [query for query in self._queries.values() if match_query(filters, query)]

    def notify(self, event: QueryCacheEvent) -> None:
        """Tell the listeners, at once."""
        self._environment.notify_manager.tell(self.listeners, event)

    def on_focus(self) -> None:
        """Let each query do what it does when the page comes to the front."""
        self._environment.notify_manager.batch(self._focus_all)

    def on_online(self) -> None:
        """Let each query do what it does when the browser comes online."""
        self._environment.notify_manager.batch(self._online_all)

    def _focus_all(self) -> None:
        for query in self.find_all():
            query.on_focus()

    def _online_all(self) -> None:
        for query in self.find_all():
            query.on_online()
