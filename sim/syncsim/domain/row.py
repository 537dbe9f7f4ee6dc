"""A row as it travels: from the store to the caches to the screen, never changed in place."""

from __future__ import annotations

from typing import Any, NamedTuple

Fields = dict[str, Any]


class Row(NamedTuple):
    """One version of one row, as somebody sees it.

    `entity` is `type/id`; `lsn` is the commit that made this version. `fields` is None for
    a row that a client hides because of its own pending intent. `overlays` are the intents
    painted into it, empty for what the server told. `bytes` is its size on the wire.
    """

    entity: str
    version: int
    lsn: int
    fields: Fields | None
    bytes: int = 0
    overlays: tuple[str, ...] = ()


def type_of(entity: str) -> str:
    """Return the entity type of `type/id`."""
    return entity.partition("/")[0]


def id_of(entity: str) -> str:
    """Return the id of `type/id`."""
    return entity.partition("/")[2]
