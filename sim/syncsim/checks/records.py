"""Whether each record carries what its kind promises, as far as checks rely on it.

A history from elsewhere may hold anything in `data`. It is looked at once, before any check, so
that what is wrong is said of a record and not of the check that stumbled over it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from syncsim.checks.evidence import Evidence
from syncsim.errors import quoted
from syncsim.history.columns import Columns


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
    if not isinstance(value, list | tuple):
        return False
    return not value or all(isinstance(each, str) for each in value)


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
    # Most histories are whole; of equal data, then, one is looked at and no record.
    if all(_are_whole(batch) for batch in evidence.history.batches(*PROMISES)):
        return ""
    for record in evidence.history.of(*PROMISES):
        promise = _broken(PROMISES[record.kind], record.data or {})
        if promise is not None:
            data = record.data or {}
            found = quoted(str(data[promise.key])[:60]) if promise.key in data else "nothing"
            return (
                f"record {record.seq}, of kind {record.kind}, has {found} under '{promise.key}' in"
                f" its data, where {promise.expected} is expected"
            )
    return ""


def _are_whole(batch: Columns) -> bool:
    """Tell whether all records of a batch carry what their kinds promise."""
    import numpy as np

    for kind in np.unique(batch.kind).tolist():
        is_used = np.zeros(len(batch.objects), dtype=bool)
        is_used[batch.data[batch.kind == kind]] = True
        found = [batch.objects[code] or {} for code in np.flatnonzero(is_used).tolist()]
        for promise in PROMISES[batch.names[kind]]:
            given = [data[promise.key] for data in found if promise.key in data]
            if promise.is_needed and len(given) < len(found):
                return False
            if not all(map(promise.holds, given)):
                return False
    return True


def _broken(promises: tuple[_Promise, ...], data: dict[str, Any]) -> _Promise | None:
    """Return the first promise that data does not keep, None if it keeps all."""
    for promise in promises:
        key = promise.key
        if not (promise.holds(data[key]) if key in data else not promise.is_needed):
            return promise
    return None
