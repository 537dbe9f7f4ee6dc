"""The options of queries and mutations (types.ts). `None` stands for an option not given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal

from syncsim.client.cache.utils import Key, strictly_equal

if TYPE_CHECKING:
    from syncsim.client.cache.query import QueryFunctionContext

QueryFunction = Callable[["QueryFunctionContext"], Any]
"""Returns the data or the promise of it, or throws a `Rejection`."""

NetworkMode = Literal["online", "always", "offlineFirst"]
StaleTime = float | Literal["static"]
Refetch = bool | Literal["always"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryOptions:
    """What a caller or an observer wants of a query."""

    query_key: Key
    query_hash: str = ""
    query_fn: QueryFunction | None = None
    gc_time_ms: float | None = None
    retry: bool | int | None = None
    retry_delay_ms: float | None = None
    network_mode: NetworkMode | None = None
    structural_sharing: bool | None = None
    # What follows is the observer's own, or that of one call.
    enabled: bool | None = None
    stale_time_ms: StaleTime | None = None
    retry_on_mount: bool | None = None
    refetch_on_mount: Refetch | None = None
    refetch_on_window_focus: Refetch | None = None
    refetch_on_reconnect: Refetch | None = None
    refetch_interval_ms: float | Literal[False] | None = None
    refetch_interval_in_background: bool | None = None
    revalidate_if_stale: bool | None = None
    is_defaulted: bool = False


def equal_options(a: QueryOptions, b: QueryOptions) -> bool:
    """Tell whether both say the same, by identity: a key that is written anew is another one."""
    return all(
        strictly_equal(getattr(a, field.name), getattr(b, field.name)) for field in fields(a)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MutationHooks:
    """Who is told of a mutation, and waited for.

    Each gets what the package gives it, without the context of the function:
    `on_mutate(variables)`, `on_success(data, variables, context)`,
    `on_error(error, variables, context)`, `on_settled(data, error, variables, context)`.
    """

    on_mutate: Callable[[Any], Any] | None = None
    on_success: Callable[[Any, Any, Any], Any] | None = None
    on_error: Callable[[Any, Any, Any], Any] | None = None
    on_settled: Callable[[Any, Any, Any, Any], Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MutationOptions(MutationHooks):
    """What a mutation does. Mutations of one `scope` run one after another."""

    mutation_key: Key | None = None
    mutation_fn: Callable[[Any], Any] | None = None
    scope: str | None = None
    retry: bool | int | None = None
    retry_delay_ms: float | None = None
    network_mode: NetworkMode | None = None
    gc_time_ms: float | None = None
    is_defaulted: bool = False


def merged(defaults: MutationOptions, options: MutationOptions) -> MutationOptions:
    """Return the options, with the defaults for what is not given."""
    given = {
        field.name: value
        for field in fields(options)
        if (value := getattr(options, field.name)) is not None
    }
    return replace(defaults, **given)
