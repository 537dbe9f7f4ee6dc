"""What of a page outlives it: kept in the browser's storage, and found there by the next page.

Everything else is in memory and gone: the slice store, timers, requests under way, what a
strategy remembered, a hybrid clock. A design says what is stored.

    read.persist     the queries that succeeded, as a persister of TanStack Query stores them:
                     with their age, so that what is fresh enough is not fetched again
    write.persist    the intents that have no outcome yet; the next page shows and sends them again
"""

from __future__ import annotations

from typing import NamedTuple

from syncsim.client.cache.hydration import DehydratedQuery, DehydratedState, dehydrate, hydrate
from syncsim.client.intent import Intent
from syncsim.client.picture import Rows
from syncsim.client.view import View
from syncsim.client.views import Views


class StoredView(NamedTuple):
    """A query that is stored, and what its view knows of it beside its data."""

    name: str
    row_id: str
    query: DehydratedQuery
    confirmed: Rows
    read_lsn: int
    last_intent: int


class Stored(NamedTuple):
    """What the next page finds. `asked` counts the intents of this client so far."""

    views: tuple[StoredView, ...]
    intents: tuple[Intent, ...]
    asked: int


def store_views(views: Views, *, without_overlays: bool) -> tuple[StoredView, ...]:
    """Return what is stored of the cache.

    Where pending intents are stored beside it, the rows are stored `without_overlays`: the next
    page puts those on again, and could not take them off rows that hold them already.
    """
    if not views.context.design.read.persist:
        return ()
    queries = {"/".join(each.key): each for each in dehydrate(views.client).queries}
    stored = []
    for view in views.cached():
        query = queries.get(view.view)
        if query is None or view.confirmed is None:
            continue
        if without_overlays:
            query = query._replace(state=query.state._replace(data=view.confirmed))
        stored.append(
            StoredView(
                view.name, view.row_id, query, view.confirmed, view.read_lsn, view.last_intent
            )
        )
    return tuple(stored)


def restore_views(views: Views, stored: tuple[StoredView, ...]) -> None:
    """Fill the cache of a new page before anything is mounted."""
    assert not views.mounted(), "what is mounted would fetch what is stored"
    known: list[tuple[View, StoredView]] = [
        (views.view_of(each.name, each.row_id), each) for each in stored
    ]
    hydrate(views.client, DehydratedState((), tuple(each.query for each in stored)))
    for view, each in known:
        data = view.data
        view.confirmed = data if data == each.confirmed else each.confirmed
        view.read_lsn, view.last_intent = each.read_lsn, each.last_intent
