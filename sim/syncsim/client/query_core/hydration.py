"""What of a client is stored, and comes back after a reload (hydration.ts, its defaults).

Stored are the queries that succeeded and the mutations that are paused. What is in flight is
lost, and so is what failed. The functions of a mutation come back only if the new client has
defaults for its key.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, NamedTuple

from syncsim.client.query_core.mutation import MutationState
from syncsim.client.query_core.options import MutationOptions, QueryOptions
from syncsim.client.query_core.query import QueryState
from syncsim.client.query_core.utils import Key

if TYPE_CHECKING:
    from syncsim.client.query_core.query_client import QueryClient


class DehydratedMutation(NamedTuple):
    """A paused mutation, without its functions."""

    key: Key | None
    scope: str | None
    state: MutationState


class DehydratedQuery(NamedTuple):
    """A query that succeeded."""

    key: Key
    state: QueryState


class DehydratedState(NamedTuple):
    """What of a client outlives its page."""

    mutations: tuple[DehydratedMutation, ...]
    queries: tuple[DehydratedQuery, ...]


def dehydrate(client: QueryClient) -> DehydratedState:
    """Return what is stored of a client; it shares no part with what the client goes on with."""
    return DehydratedState(
        mutations=tuple(
            DehydratedMutation(
                mutation.options.mutation_key,
                mutation.options.scope,
                mutation.state._replace(
                    context=copy.deepcopy(mutation.state.context), failure_reason=None
                ),
            )
            for mutation in client.mutation_cache.get_all()
            if mutation.state.is_paused
        ),
        queries=tuple(
            DehydratedQuery(
                query.query_key,
                query.state._replace(
                    data=copy.deepcopy(query.state.data), fetch_failure_reason=None
                ),
            )
            for query in client.query_cache.find_all()
            if query.state.status == "success"
        ),
    )


def hydrate(client: QueryClient, stored: DehydratedState) -> None:
    """Put what was stored into a client that is new."""
    for mutation in stored.mutations:
        functions = MutationOptions(mutation_key=mutation.key, scope=mutation.scope)
        client.mutation_cache.build(client, functions, mutation.state)
    for query in stored.queries:
        options = client.default_query_options(QueryOptions(query_key=query.key))
        assert client.query_cache.get(options.query_hash) is None, "the client is new"
        client.query_cache.build(client, options, query.state._replace(fetch_status="idle"))
