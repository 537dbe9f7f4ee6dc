"""What the model leaves out on purpose, and so what the generator does not generate.

The list is the whole of it: a difference between the model and the packages that is not
named here is a defect of the model.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Omission:
    """A behaviour of the packages that no program asks for."""

    what: str
    why: str
    options: tuple[str, ...] = ()
    """The names that the package has for it, if it is an option."""


OMISSIONS = (
    Omission(
        what="options as functions: staleTime, enabled, retry, retryDelay, refetchInterval, hooks "
        "of single keys",
        why="programs are data, and a function of a query would be code in them",
    ),
    Omission(
        what="select, placeholderData, initialData, notifyOnChangeProps and tracked results",
        why="they change what a component is shown, not what the cache holds or asks for",
        options=(
            "select",
            "placeholderData",
            "initialData",
            "initialDataUpdatedAt",
            "notifyOnChangeProps",
        ),
    ),
    Omission(
        what="filters by a predicate, and hash functions of keys",
        why="both are code; a key's own hash is what programs have",
        options=("predicate", "queryHash", "queryKeyHashFn"),
    ),
    Omission(
        what="meta of queries and mutations",
        why="the packages hand it to functions of the application and never read it",
        options=("meta",),
    ),
    Omission(
        what="infinite queries, streamed queries, QueriesObserver, persisters, suspense",
        why="the application under study uses none of them",
        options=("persister", "suspense", "behavior", "maxPages", "initialPageParam"),
    ),
    Omission(
        what="hydration of queries that are still pending, and options of dehydrate",
        why="by default only queries that succeeded are stored; pending ones are for rendering on "
        "a server",
    ),
    Omission(
        what="default options of a client and of keys (setQueryDefaults), but for mutations",
        why="they only fill in options, which the programs give in full",
    ),
    Omission(
        what="throwOnError, and what a browser does about a rejection that nobody handles",
        why="both end in the console or in an error boundary, outside the cache",
        options=("throwOnError",),
    ),
    Omission(
        what="queries without a function whose observers have one, per-call callbacks that throw, "
        "and mutations found by their key",
        why="no program has them: all observers of a page bring the same function, callbacks only "
        "trace, and counting is by status",
    ),
    Omission(
        what="gcTime 0 of a mutation",
        why="while it is pending its timer is set again at once; a browser makes 4 ms of that, "
        "the virtual clock none, and the program would never end",
    ),
    Omission(
        what="a mutation that is tried again for ever without any delay, at no latency",
        why="virtual time would stand still: the program would never end",
    ),
    Omission(
        what="delays that are negative, not whole, or above 2,147,483,647 ms",
        why="browsers and Node differ in what they make of them",
    ),
    Omission(
        what="steps that name an observer or a request that is not there",
        why="they throw in the runner, before the packages are asked",
    ),
    Omission(
        what="Redux Toolkit beyond createAsyncThunk and the store: RTK Query, listeners, "
        "idGenerator, getPendingMeta, serializeError, an external signal, meta with a value",
        why="the application under study uses none of them",
    ),
)
