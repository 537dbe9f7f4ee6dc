"""Whether each record carries what its kind promises, as far as checks rely on it.

A history from elsewhere may hold anything in `data`. It is looked at once, before any check, so
that what is wrong is said of a record and not of the check that stumbled over it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from syncsim.checks.evidence import Evidence
from syncsim.errors import quoted
from syncsim.history import Record


class _Promise(NamedTuple):
    """What must hold of the value under a key of `data`, and whether there must be one."""

    key: str
    expected: str
    holds: Callable[[Any], bool]
    is_needed: bool = False


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_object_or_null(value: Any) -> bool:
    return value is None or isinstance(value, dict)


def _is_text_or_null(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)


def _are_results(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


def _text(key: str) -> _Promise:
    return _Promise(key, "text", _is_text_or_null)


_FIELDS = _Promise("fields", "an object", _is_object, is_needed=True)
_FIELDS_OR_NONE = _Promise("fields", "an object or null", _is_object_or_null)

PROMISES: dict[str, tuple[_Promise, ...]] = {
    "row": (_FIELDS,),
    "commit": (_FIELDS, _text("action")),
    "base": (_FIELDS_OR_NONE,),
    "paint": (_FIELDS_OR_NONE, _Promise("overlays", "a list of texts", _are_texts)),
    "overlay": (_FIELDS_OR_NONE, _Promise("views", "a list of texts", _are_texts)),
    "unlay": (_text("reason"),),
    "mount": (_text("query"), _text("id")),
    "intent": (_text("action"), _Promise("entities", "a list of texts", _are_texts)),
    "outcome": (_text("result"), _Promise("items", "an object of texts", _are_results)),
    "arm": (_text("trigger"),),
    "disarm": (_text("trigger"),),
    "phase": (_text("phase"),),
}
"""By kind: what checks rely on. Of other kinds, whoever reads a record expects anything."""


def broken_promise(evidence: Evidence) -> str:
    """Say which record is the first not to carry what its kind promises, empty if all do."""
    # Kind by kind, as most histories are whole and need no order.
    firsts = (_first_broken(evidence.of(kind), PROMISES[kind]) for kind in PROMISES)
    broken = sorted((first for first in firsts if first is not None), key=lambda each: each[0].seq)
    if not broken:
        return ""
    record, promise = broken[0]
    data = record.data or {}
    found = quoted(str(data[promise.key])[:60]) if promise.key in data else "nothing"
    return (
        f"record {record.seq}, of kind {record.kind}, has {found} under '{promise.key}' in its"
        f" data, where {promise.expected} is expected"
    )


def _first_broken(
    records: Iterable[Record], promises: tuple[_Promise, ...]
) -> tuple[Record, _Promise] | None:
    asked = [(each, each.key, each.holds) for each in promises]
    for record in records:
        data = record.data or {}
        for promise, key, holds in asked:
            if not (holds(data[key]) if key in data else not promise.is_needed):
                return record, promise
    return None
