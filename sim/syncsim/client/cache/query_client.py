"""What an application calls: one client with its two caches (queryClient.ts)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

from syncsim.client.cache.environment import Environment
from syncsim.client.cache.mutation_cache import MutationCache
from syncsim.client.cache.options import MutationOptions, QueryOptions, merged
from syncsim.client.cache.promise import Promise, wait_for_all
from syncsim.client.cache.query import Query
from syncsim.client.cache.query_cache import QueryCache
from syncsim.client.cache.utils import (
    EVERY_QUERY,
    UNDEFINED,
    Key,
    QueryFilters,
    QueryType,
    hash_key,
    partial_match_key,
)


class QueryClient:
    """A cache of queries, a cache of mutations, and the defaults of both."""

    def __init__(
        self,
        environment: Environment,
        mutation_cache: MutationCache | None = None,
    ) -> None:
        self.environment = environment
        self.query_cache = QueryCache(environment)
        self.mutation_cache = mutation_cache or MutationCache(environment)
        self._mutation_defaults: dict[str, tuple[Key, MutationOptions]] = {}
        self._unsubscribes: list[Callable[[], None]] = []

    def mount(self) -> None:
        """Start to heed focus and network: paused mutations first, and only then the queries."""
        assert not self._unsubscribes, "a client is mounted once"
        environment = self.environment
        self._unsubscribes = [
            environment.focus_manager.subscribe(
                lambda focused: self._on_return(self.query_cache.on_focus) if focused else None
            ),
            environment.online_manager.subscribe(
                lambda online: self._on_return(self.query_cache.on_online) if online else None
            ),
        ]

    def unmount(self) -> None:
        """Heed focus and network no more."""
        for unsubscribe in self._unsubscribes:
            unsubscribe()
        self._unsubscribes = []

    def _on_return(self, then: Callable[[], None]) -> None:
        self.resume_paused_mutations().then(lambda _: then())

    def is_fetching(self) -> int:
        """Count the queries that are fetching."""
        return len(self.query_cache.find_all(QueryFilters(fetch_status="fetching")))

    def is_mutating(self) -> int:
        """Count the mutations that are pending, paused ones included."""
        statuses = [mutation.state.status for mutation in self.mutation_cache.get_all()]
        return statuses.count("pending")

    def get_query_data(self, key: Key) -> Any:
        """Return the data of a query, `UNDEFINED` if there is none."""
        query = self.query_cache.get(hash_key(key))
        return UNDEFINED if query is None else query.state.data

    def set_query_data(self, key: Key, data: Any, *, updated_at: int | None = None) -> None:
        """Write data as if it had been fetched; undefined data is not written."""
        if data is not UNDEFINED:
            options = self.default_query_options(QueryOptions(query_key=key))
            query = self.query_cache.build(self, options)
            query.set_data(data, updated_at=updated_at, manual=True)

    def ensure_query_data(self, options: QueryOptions) -> Promise:
        """Return the promise of the data in the cache, however old, else fetch it."""
        options = self.default_query_options(options)
        query = self.query_cache.build(self, options)
        data = query.state.data
        if data is UNDEFINED:
            return self.fetch_query(options)
        if options.revalidate_if_stale and query.is_stale_by_time(options.stale_time_ms):
            self.prefetch_query(options)
        return Promise.resolved(self.environment.scheduler, data)

    def fetch_query(self, options: QueryOptions) -> Promise:
        """Return the promise of data that is fresh for these options; fetch it if need be.

        It is not tried again unless the options say so, and the query keeps these options.
        """
        options = self.default_query_options(options)
        if options.retry is None:
            options = replace(options, retry=False)
        query = self.query_cache.build(self, options)
        if query.is_stale_by_time(options.stale_time_ms):
            return query.fetch(options)
        return Promise.resolved(self.environment.scheduler, query.state.data)

    def prefetch_query(self, options: QueryOptions) -> Promise:
        """Fetch as `fetch_query` does; nobody hears how it went."""
        return self.fetch_query(options).then(_nothing).catch(_nothing)

    def remove_queries(self, filters: QueryFilters = EVERY_QUERY) -> None:
        """Forget queries, whoever observes them."""

        def remove() -> None:
            for query in self.query_cache.find_all(filters):
                self.query_cache.remove(query)

        self.environment.notify_manager.batch(remove)

    def reset_queries(self, filters: QueryFilters = EVERY_QUERY) -> Promise:
        """Empty queries, and refetch those that are active."""

        def reset() -> Promise:
            matched = self.query_cache.find_all(filters)
            for query in matched:
                query.reset()
            return self.refetch_queries(
                QueryFilters(type="active", predicate=lambda query: query in matched)
            )

        return self.environment.notify_manager.batch(reset)

    def cancel_queries(
        self, filters: QueryFilters = EVERY_QUERY, *, revert: bool = True, silent: bool = False
    ) -> Promise:
        """Give fetches up; with `revert`, go back to the state before each began."""
        promises = self.environment.notify_manager.batch(
            lambda: [
                query.cancel(revert=revert, silent=silent)
                for query in self.query_cache.find_all(filters)
            ]
        )
        everything = wait_for_all(self.environment.scheduler, promises)
        return everything.then(_nothing).catch(_nothing)

    def invalidate_queries(
        self,
        filters: QueryFilters = EVERY_QUERY,
        *,
        refetch_type: QueryType | Literal["none"] | None = None,
        cancel_refetch: bool = True,
    ) -> Promise:
        """Raise the flag of all that match, and refetch those of them that are active.

        `refetch_type` names others to refetch. The filters are applied a second time for it.
        """

        def invalidate() -> Promise:
            for query in self.query_cache.find_all(filters):
                query.invalidate()
            if refetch_type == "none":
                return Promise.resolved(self.environment.scheduler)
            refetch = QueryFilters(
                key=filters.key,
                exact=filters.exact,
                type=refetch_type or filters.type or "active",
                stale=filters.stale,
                fetch_status=filters.fetch_status,
                predicate=filters.predicate,
            )
            return self.refetch_queries(refetch, cancel_refetch=cancel_refetch)

        return self.environment.notify_manager.batch(invalidate)

    def refetch_queries(
        self, filters: QueryFilters = EVERY_QUERY, *, cancel_refetch: bool = True
    ) -> Promise:
        """Refetch, however fresh, all that match and are neither disabled nor static."""

        def refetch() -> list[Promise]:
            queries = [
                query
                for query in self.query_cache.find_all(filters)
                if not query.is_disabled() and not query.is_static()
            ]
            return [self._refetch(query, cancel_refetch=cancel_refetch) for query in queries]

        promises = self.environment.notify_manager.batch(refetch)
        return wait_for_all(self.environment.scheduler, promises).then(_nothing)

    def _refetch(self, query: Query, *, cancel_refetch: bool) -> Promise:
        promise = query.fetch(cancel_refetch=cancel_refetch).catch(_nothing)
        if query.state.fetch_status == "paused":
            # Nobody waits for a network that may never come.
            return Promise.resolved(self.environment.scheduler)
        return promise

    def resume_paused_mutations(self) -> Promise:
        """Let all paused mutations go on, at once; return the promise that they are over."""
        if self.environment.online_manager.is_online():
            return self.mutation_cache.resume_paused_mutations()
        return Promise.resolved(self.environment.scheduler)

    def set_mutation_defaults(self, key: Key, options: MutationOptions) -> None:
        """Give the mutations whose keys begin like this what they do not bring themselves."""
        self._mutation_defaults[hash_key(key)] = (key, options)

    def default_query_options(self, options: QueryOptions) -> QueryOptions:
        """Return the options with the defaults of the package."""
        if options.is_defaulted:
            return options
        refetch_on_reconnect = options.refetch_on_reconnect
        if refetch_on_reconnect is None:
            refetch_on_reconnect = options.network_mode != "always"
        return replace(
            options,
            query_hash=options.query_hash or hash_key(options.query_key),
            refetch_on_reconnect=refetch_on_reconnect,
            is_defaulted=True,
        )

    def default_mutation_options(self, options: MutationOptions) -> MutationOptions:
        """Return the options with the defaults of their key."""
        if options.is_defaulted:
            return options
        defaults: MutationOptions | None = None
        for key, more in self._mutation_defaults.values():
            if options.mutation_key is not None and partial_match_key(options.mutation_key, key):
                defaults = more if defaults is None else merged(defaults, more)
        if defaults is not None:
            options = merged(defaults, options)
        return replace(options, is_defaulted=True)


def _nothing(_: object) -> None:
    """Drop a value or a reason."""
