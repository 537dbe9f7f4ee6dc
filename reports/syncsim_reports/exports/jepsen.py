"""The requests of a run as the events of a Jepsen history of the kind `list-append`.

A process of Jepsen has one open operation, and a dashboard has many: op-1 fetches two lists while
its intent is on the way. So a client has as many processes as it ever had open operations, and
one more after each whose end nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from syncsim.history import History, Record
from syncsim_reports.exports.requests import SYSTEM, Request, requests

NEMESIS = "nemesis"

HOLDS = (
    "every request as a transaction over lists (an entity is a list of the changes made to it),"
    " faults as operations of the nemesis; judge it as list-append"
)
CANNOT_HOLD = (
    "screens: what was painted, and under which pending intents; rows' fields; messages and"
    " causes; why a client fetched"
)

Event = dict[str, Any]
"""One event. Values of `type`, `process` of the nemesis and names of steps are words."""


def events(history: History) -> Iterator[Event]:
    """Yield the events, in order; at one instant the invocations come first.

    What ends in the instant in which another request begins did not come before it.
    """
    rows: list[tuple[int, bool, int, int, Event]] = []
    for number, (process, request) in enumerate(_on_processes(history)):
        begin, end = request.begin, request.end
        rows.append((begin.time_us, False, begin.seq, number, _event("invoke", process, request)))
        if end is not None:
            event = _event(request.outcome, process, request)
            rows.append((end.time_us, True, end.seq, number, event))
    for record in history.of("fault", "heal"):
        rows.append((record.time_us, False, record.seq, -1, _fault(record)))
    rows.sort(key=lambda row: row[:4])
    for index, (time_us, *_, event) in enumerate(rows):
        yield {"index": index, "time": time_us * 1000, **event}


def _on_processes(history: History) -> Iterator[tuple[int, Request]]:
    """Yield each request with the process that made it: the first of its client's that is free."""
    clients = [*sorted(history.header.get("clients") or {}), SYSTEM]
    free_from: dict[str, list[int | None]] = {}
    for request in requests(history):
        if request.client not in clients:
            clients.append(request.client)
    for request in requests(history):
        lanes = free_from.setdefault(request.client, [])
        begin_us = request.begin.time_us
        lane = next(
            (place for place, free in enumerate(lanes) if free is not None and free < begin_us),
            len(lanes),
        )
        if lane == len(lanes):
            lanes.append(None)
        lanes[lane] = request.end_us if request.outcome in ("ok", "fail") else None
        yield clients.index(request.client) + len(clients) * lane, request


def _event(kind: str, process: int, request: Request) -> Event:
    steps: list[list[Any]] = [["append", key, request.element] for key in request.appends]
    for read in request.reads:
        steps.append(["r", read.entity, list(read.elements) if kind == "ok" else None])
    event: Event = {
        "type": kind,
        "process": process,
        "f": "txn",
        "value": steps,
        "client": request.client,
        "asked": request.what,
    }
    if kind in ("fail", "info") and request.reason:
        event["error"] = request.reason
    return event


def _fault(record: Record) -> Event:
    verb = str((record.data or {}).get("verb", ""))
    return {
        "type": "info",
        "process": NEMESIS,
        "f": f"{'start' if record.kind == 'fault' else 'stop'}-{verb}",
        "value": record.at or None,
    }
