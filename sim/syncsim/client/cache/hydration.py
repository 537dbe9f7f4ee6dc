"""What of a client is stored, and comes back after a reload (hydration.ts, its defaults).

Stored are the queries that succeeded and the mutations that are paused. What is in flight is
lost, and so is what failed. The functions of a mutation come back only if the new client has
defaults for its key.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, NamedTuple

from syncsim.client.cache.mutation import MutationState
from syncsim.client.cache.options import MutationOptions, QueryOptions
from syncsim.client.cache.query import QueryState
from syncsim.client.cache.utils import Key

if TYPE_CHECKING:
    from syncsim.client.cache.query_client import QueryClient


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
    """Return what is stored of a client."""
    return DehydratedState(
        mutations=tuple(
            DehydratedMutation(
                mutation.options.mutation_key, mutation.options.scope, mutation.state
            )
            for mutation in client.mutation_cache.get_all()
            if mutation.state.is_paused
        ),
        queries=tuple(
            DehydratedQuery(query.query_key, query.state)
            for query in client.query_cache.find_all()
            if query.state.status == "success"
        ),
    )


def hydrate(client: QueryClient, stored: DehydratedState) -> None:
    """Put what was stored into a client, as if read from a text: no part of it is shared.

    A query that is there already takes only what is newer, and goes on fetching if it does.
    """
    for mutation in stored.mutations:
        assert mutation.state.status == "pending", "what is paused is pending"
        functions = MutationOptions(mutation_key=mutation.key, scope=mutation.scope)
        context = copy.deepcopy(mutation.state.context)
        client.mutation_cache.build(client, functions, mutation.state._replace(context=context))
    for key, stored_state in stored.queries:
        state = stored_state._replace(data=copy.deepcopy(stored_state.data), fetch_status="idle")
        assert stored_state.has_data, "what succeeded has data"
        options = client.default_query_options(QueryOptions(query_key=key))
        query = client.query_cache.get(options.query_hash)
        if query is None:
            client.query_cache.build(client, options, state)
        elif state.data_updated_at > query.state.data_updated_at:
            query.set_state(state._replace(fetch_status=query.state.fetch_status))
