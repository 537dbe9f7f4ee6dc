"""One record of a history."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple


class Record(NamedTuple):
    """One thing that happened.

    `seq` is dense from 0 and totally ordered; `time_us` is virtual time and never goes
    back. `cause` is the `seq` of the record that led directly to this one, -1 for none.
    Text fields are empty and numbers -1 where they do not apply.
    """

    seq: int
    time_us: int
    kind: str
    at: str = ""
    peer: str = ""
    cause: int = -1
    intent: str = ""
    message: str = ""
    entity: str = ""
    version: int = -1
    lsn: int = -1
    view: str = ""
    data: dict[str, Any] | None = None


record_of = partial(tuple.__new__, Record)
"""Makes a record of an iterable of its values: `Record._make` without a look at their number."""

FIELDS: tuple[str, ...] = Record._fields
TEXT_FIELDS: tuple[str, ...] = ("at", "peer", "intent", "message", "entity", "view")
NUMBER_FIELDS: tuple[str, ...] = ("cause", "version", "lsn")
