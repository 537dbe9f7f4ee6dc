"""Inputs of a client as the protocol writes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from syncsim.bridge.carried import NotCarriedError, check_body
from syncsim.client import ports
from syncsim.domain import Row
from syncsim.net.messages import EventBody, ItemResult, ResultBody, RowsBody

PROTOCOL = 1
"""The version of the protocol; a client says which one it speaks."""

Facts = dict[str, Any]


class ToldRows:
    """How a client is told of rows: each in full, or, if it remembers them, once.

    Most rows of an answer are those of the answer before; to write and read them again takes
    longer than all else.
    """

    def __init__(self) -> None:
        self.is_remembered = False
        self._told: dict[str, Row] = {}

    def tell(self, row: Row) -> Facts | str:
        """Return a row as the protocol writes it, its name alone if the client has just this."""
        if self.is_remembered:
            held = self._told.get(row.entity)
            if held is row or held == row:
                return row.entity
            self._told[row.entity] = row
        check_body(row)
        return {
            "entity": row.entity, "version": row.version, "lsn": row.lsn, "fields": row.fields,
        }  # fmt: skip


def message_of(event: ports.Input, told: ToldRows) -> Facts:
    """Return an input as the members of a message, `do` first.

    Raises:
        NotCarriedError: if the protocol has no message for it, or none that holds all of it.
    """
    if isinstance(event, ports.Received):
        check_body(event.body)
        return _received(event, told)
    writer = _WRITERS.get(type(event))
    if writer is None:
        known = ", ".join(sorted(each.__name__ for each in _WRITERS))
        raise NotCarriedError(f"Received, {known}", type(event).__name__)
    return writer(event)


def origin_of(event: ports.Input) -> str:
    """Return what set an input off, for naming what it causes."""
    if isinstance(event, ports.Received):
        return event.origin
    if isinstance(event, ports.Ask):
        return event.intent
    step = getattr(event, "step", "")
    return step or type(event).__name__.lower()


def _received(event: ports.Received, told: ToldRows) -> Facts:
    body = event.body
    if isinstance(body, RowsBody):
        return {
            "do": "rows",
            "origin": event.origin,
            "request": body.request,
            "lsn": body.lsn,
            "rows": [told.tell(row) for row in body.rows],
        }
    if isinstance(body, ResultBody):
        return {
            "do": "result",
            "origin": event.origin,
            "request": body.request,
            "lsn": body.lsn,
            "items": [_item(item, told) for item in body.items],
            "rows": [told.tell(row) for row in body.rows],
        }
    assert isinstance(body, EventBody), body
    return {
        "do": "event",
        "origin": event.origin,
        "action": body.action,
        "intent": body.intent,
        "lsn": body.lsn,
        "rows": [{"entity": entity, "version": version} for entity, version in body.rows],
    }


def _item(item: ItemResult, told: ToldRows) -> Facts:
    check_body(item)
    return {
        "entity": item.entity,
        "result": item.result,
        "reason": item.reason,
        "version": item.version,
        "row": told.tell(item.row) if isinstance(item.row, Row) else None,
    }


_WRITERS: dict[type, Callable[[Any], Facts]] = {
    ports.Start: lambda event: {"do": "start", "views": list(event.views)},
    ports.Ask: lambda event: {
        "do": "ask",
        "intent": event.intent,
        "action": event.action,
        "row": event.row_id,
        "with": dict(event.args),
    },
    ports.Show: lambda event: {"do": "show", "step": event.step, "views": list(event.views)},
    ports.Open: lambda event: {"do": "open", "step": event.step, "row": event.row_id},
    ports.Close: lambda event: {"do": "close", "step": event.step},
    ports.Refresh: lambda event: {"do": "refresh", "step": event.step},
    ports.Failed: lambda event: {
        "do": "failed",
        "request": event.request,
        "reason": event.reason,
    },
    ports.Wake: lambda _: {"do": "wake"},
    ports.SocketOpened: lambda _: {"do": "socket-opened"},
    ports.SocketClosed: lambda _: {"do": "socket-closed"},
    ports.Online: lambda _: {"do": "online"},
    ports.Offline: lambda _: {"do": "offline"},
}
