"""Values as JavaScript compares them, keys, filters, and structural sharing (utils.ts).

Data is JSON as `json.loads` gives it, and nobody changes it in place. `UNDEFINED` is
JavaScript's undefined: no data, which `None`, JSON's null, is not.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, repeat
from operator import is_
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from syncsim.client.cache.query import Query

Key = list[Any]
"""A query key: JSON values, from the general to the special."""

_HASHES = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)

KEYS_KNOWN = 1_024
"""Keys of texts whose hashes are kept; an application asks for the same few again and again."""

SHARING_DEPTH_MAX = 500
"""Below this depth the package compares no more and takes the new value."""


class Undefined:
    """The type of `UNDEFINED`."""

    def __repr__(self) -> str:
        return "undefined"

    def __bool__(self) -> Literal[False]:
        return False

    def __deepcopy__(self, _memo: object) -> Undefined:
        return self


UNDEFINED: Final = Undefined()


def strictly_equal(a: Any, b: Any) -> bool:
    """Compare as `===` does: numbers and texts by value, everything else by identity."""
    if a is b:
        return True
    kind = type(a)
    if kind is int or kind is float:
        return type(b) in {int, float} and bool(a == b)
    return kind is str and type(b) is str and bool(a == b)


def all_strictly_equal(a: Sequence[Any], b: Sequence[Any]) -> bool:
    """Compare the fields of two records of one kind, each as `===` does."""
    return all(map(is_, a, b)) or all(map(strictly_equal, a, b))


def is_valid_timeout(value: object) -> bool:
    """Tell whether a timer can be set to this: a number that is finite and not negative."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value < math.inf


def time_until_stale(updated_at: int, stale_time_ms: float | None, now_ms: int) -> float:
    """Return how many milliseconds are left, 0 when there are none."""
    return max(updated_at + (stale_time_ms or 0) - now_ms, 0)


def hash_key(key: Key) -> str:
    """Return the text that names a key: JSON in which the order of members is nothing."""
    if all(type(part) is str for part in key):
        return _hash_of_texts(tuple(key))
    return _HASHES.encode(key)


@lru_cache(maxsize=KEYS_KNOWN)
def _hash_of_texts(key: tuple[str, ...]) -> str:
    return _HASHES.encode(key)


def partial_match_key(key: Any, prefix: Any) -> bool:
    """Tell whether everything in `prefix` is in `key`: the start of a list, members of a record.

    A list can stand against a record here; then its places count as the names of members.
    """
    if strictly_equal(key, prefix):
        return True
    if not isinstance(key, list | dict) or not isinstance(prefix, list | dict):
        return False
    if isinstance(key, list) and isinstance(prefix, list):
        return len(prefix) <= len(key) and all(map(partial_match_key, key, prefix))
    members = members_of(key)
    return all(
        partial_match_key(members.get(name, UNDEFINED), value)
        for name, value in members_of(prefix).items()
    )


def members_of(value: Any) -> dict[str, Any]:
    """Return what JavaScript sees as members of a value: of a list or a text, its places."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list | str):
        return {str(place): item for place, item in enumerate(value)}
    return {}


QueryType = Literal["all", "active", "inactive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryFilters:
    """Which queries are meant; what is not given does not matter."""

    key: Key | None = None
    exact: bool = False
    type: QueryType | None = None
    stale: bool | None = None
    fetch_status: str | None = None
    predicate: Callable[[Query], bool] | None = None


EVERY_QUERY = QueryFilters()


def match_query(filters: QueryFilters, query: Query) -> bool:
    """Tell whether a query is meant."""
    if filters.key is not None:
        if filters.exact:
            if query.query_hash != hash_key(filters.key):
                return False
        elif not partial_match_key(query.query_key, filters.key):
            return False
    if filters.type in {"active", "inactive"} and query.is_active() != (filters.type == "active"):
        return False
    if filters.stale is not None and query.is_stale() != filters.stale:
        return False
    if filters.fetch_status is not None and filters.fetch_status != query.state.fetch_status:
        return False
    return filters.predicate is None or filters.predicate(query)


def replace_data(previous: Any, data: Any, *, structural_sharing: bool | None) -> Any:
    """Return the data to keep: the new one, with the old parts that it has in common."""
    return data if structural_sharing is False else replace_equal_deep(previous, data)


def replace_equal_deep(a: Any, b: Any, depth: int = 0) -> Any:
    """Return `b` with each part replaced by the part of `a` that equals it.

    If all of it is equal the answer is `a` itself, so that who compares by identity sees no
    change.
    """
    if strictly_equal(a, b):
        return a
    if depth > SHARING_DEPTH_MAX:
        return b
    if isinstance(a, list) and isinstance(b, list):
        items: list[Any] = []
        for old, item in zip(chain(a, repeat(UNDEFINED)), b, strict=False):
            kept = item if old is item else replace_equal_deep(old, item, depth + 1)
            items.append(kept)
        return a if len(a) == len(b) and all_strictly_equal(a, items) else items
    if isinstance(a, dict) and isinstance(b, dict):
        held = a.get
        members: dict[str, Any] = {}
        is_same = len(a) == len(b)
        for name, item in b.items():
            old = kept = held(name, UNDEFINED)
            if old is not item:
                kept = replace_equal_deep(old, item, depth + 1)
                is_same = is_same and strictly_equal(old, kept)
            members[name] = kept
        return a if is_same else members
    return b
