"""Inputs of a client as the protocol writes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from syncsim.client import ports
from syncsim.domain import Row
from syncsim.net.messages import EventBody, ItemResult, ResultBody, RowsBody

PROTOCOL = 1
"""The version of the protocol; a client says which one it speaks."""

Facts = dict[str, Any]


def message_of(event: ports.Input) -> Facts:
    """Return an input as the members of a message, `do` first."""
    return _WRITERS[type(event)](event)


def origin_of(event: ports.Input) -> str:
    """Return what set an input off, for naming what it causes."""
    if isinstance(event, ports.Received):
        return event.origin
    if isinstance(event, ports.Ask):
        return event.intent
    step = getattr(event, "step", "")
    return step or type(event).__name__.lower()


def _received(event: ports.Received) -> Facts:
    body = event.body
    if isinstance(body, RowsBody):
        return {
            "do": "rows",
            "origin": event.origin,
            "request": body.request,
            "lsn": body.lsn,
            "rows": [_row(row) for row in body.rows],
        }
    if isinstance(body, ResultBody):
        return {
            "do": "result",
            "origin": event.origin,
            "request": body.request,
            "lsn": body.lsn,
            "items": [_item(item) for item in body.items],
            "rows": [_row(row) for row in body.rows],
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


def _row(row: Row) -> Facts:
    return {
        "entity": row.entity, "version": row.version, "lsn": row.lsn, "fields": row.fields,
    }  # fmt: skip


def _item(item: ItemResult) -> Facts:
    return {
        "entity": item.entity,
        "result": item.result,
        "reason": item.reason,
        "version": item.version,
        "row": _row(item.row) if isinstance(item.row, Row) else None,
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
    ports.Received: _received,
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
