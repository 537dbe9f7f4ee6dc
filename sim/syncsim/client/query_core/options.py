"""The options of queries and mutations (types.ts). `None` stands for an option not given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from syncsim.client.query_core.utils import Key

if TYPE_CHECKING:
    from syncsim.client.query_core.query import QueryFunctionContext

QueryFunction = Callable[["QueryFunctionContext"], Any]
"""Returns the data or the promise of it, or throws a `Rejection`."""

NetworkMode = Literal["online", "always", "offlineFirst"]
StaleTime = float | Literal["static"]
Refetch = bool | Literal["always"]
Hook = Callable[..., Any]
"""A callback of a mutation; what it returns is waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryOptions:
    """What a caller or an observer wants of a query."""

    query_key: Key = ()
    query_hash: str = ""
    query_fn: QueryFunction | None = None
    gc_time_ms: float | None = None
    retry: bool | int | None = None
    retry_delay_ms: float | None = None
    network_mode: NetworkMode | None = None
    structural_sharing: bool | None = None
    # What follows is the observer's own.
    enabled: bool | None = None
    stale_time_ms: StaleTime | None = None
    refetch_on_mount: Refetch | None = None
    refetch_on_window_focus: Refetch | None = None
    refetch_on_reconnect: Refetch | None = None
    refetch_interval_ms: float | Literal[False] | None = None
    refetch_interval_in_background: bool | None = None
    is_defaulted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MutationOptions:
    """What a mutation does, and who is told.

    A hook gets what the package gives it, without the context of the function. `scope` makes
    mutations of one name run one after another.
    """

    mutation_key: Key | None = None
    mutation_fn: Callable[[Any], Any] | None = None
    on_mutate: Hook | None = None
    on_success: Hook | None = None
    on_error: Hook | None = None
    on_settled: Hook | None = None
    scope: str | None = None
    retry: bool | int | None = None
    retry_delay_ms: float | None = None
    network_mode: NetworkMode | None = None
    gc_time_ms: float | None = None
    is_defaulted: bool = False


Options = TypeVar("Options", QueryOptions, MutationOptions)


def merged(defaults: Options, options: Options) -> Options:
    """Return the options, with the defaults for what is not given."""
    given = {
        field.name: value
        for field in fields(options)
        if (value := getattr(options, field.name)) is not None
    }
    return replace(defaults, **given)
