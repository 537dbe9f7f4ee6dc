"""Porcupine's viewer: each row's requests on a time line, and an order that explains them.

Porcupine has no file format; this is the data that its HTML page draws. A row is a partition. The
order is the backend's own, cut before the first request that contradicts real time, so what is
drawn as linearized is linearizable.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from syncsim.history import History
from syncsim.staleness import measure
from syncsim_reports.exports.format import Format, compact, text
from syncsim_reports.exports.requests import SYSTEM, Request, requests

RANK = 100
"""Porcupine draws times by their rank and leaves this much room between two of them."""


class _Operation(NamedTuple):
    """What one request did to one row, and the version that the row then had."""

    request: Request
    version: int
    words: str
    end_us: int


def write(history: History) -> bytes:
    """Return the data of the viewer as JSON."""
    clients = {name: n for n, name in enumerate([*sorted(_clients(history)), SYSTEM])}
    rows = _rows(history)
    windows = measure(history).windows
    faults = [*history.of("fault", "heal")]
    times = {operation.request.begin.time_us for row in rows.values() for operation in row}
    times |= {operation.end_us for row in rows.values() for operation in row}
    times |= {time_us for window in windows for time_us in (window.start_us, window.end_us)}
    times |= {record.time_us for record in faults}
    rank = {time_us: place * RANK for place, time_us in enumerate(sorted(times))}
    partitions = [_partition(row, clients, rank) for row in rows.values()]
    notes = [
        _note(
            f"old on {window.client}",
            (window.start_us, window.end_us),
            f"{window.entity} v{window.version} unseen in {window.view}",
            f"{window.end_us - window.start_us} us",
            rank,
        )
        for window in windows
    ] + [
        _note(
            "faults",
            (record.time_us, record.time_us),
            f"{record.kind} {(record.data or {}).get('verb', '')} {record.at}".strip(),
            "",
            rank,
        )
        for record in faults
    ]
    return text([compact({"Partitions": partitions, "Annotations": notes})])


def _clients(history: History) -> dict[str, Any]:
    clients: dict[str, Any] = history.header.get("clients") or {}
    return dict.fromkeys([*clients, *(request.client for request in requests(history))])


def _rows(history: History) -> dict[str, list[_Operation]]:
    """Return the requests on each row, in order of their beginning.

    What certainly had no effect is no operation on the row. One of unknown outcome may have
    it until the end of the history.
    """
    version_of = {
        (commit.entity, commit.intent or f"commit-{commit.lsn}"): commit.version
        for commit in history.of("commit")
    }
    rows: dict[str, list[_Operation]] = {}
    for request in requests(history):
        if request.outcome == "fail":
            continue
        is_known = request.outcome == "ok" and request.end_us is not None
        end_us = request.end_us if is_known and request.end_us is not None else history.end_us
        for entity in request.appends:
            version = version_of.get((entity, request.element), -1)
            made = f"v{version}" if version >= 0 else "?"
            words = f"{request.what} → {made}"
            rows.setdefault(entity, []).append(_Operation(request, version, words, end_us))
        for read in request.reads:
            words = f"read → v{read.version}"
            rows.setdefault(read.entity, []).append(
                _Operation(request, read.version, words, end_us)
            )
    return dict(sorted(rows.items()))


def _partition(
    row: list[_Operation], clients: dict[str, int], rank: dict[int, int]
) -> dict[str, Any]:
    order = _order(row)
    return {
        "History": [
            {
                "ClientId": clients.get(operation.request.client, len(clients)),
                "Start": rank[operation.request.begin.time_us],
                "OriginalStart": str(operation.request.begin.time_us),
                "End": rank[operation.end_us],
                "OriginalEnd": str(operation.end_us),
                "Description": operation.words,
                "Metadata": None,
            }
            for operation in row
        ],
        "PartialLinearizations": [
            [{"Index": place, "StateDescription": f"v{row[place].version}"} for place in order]
        ],
        "Largest": {str(place): 0 for place in order},
    }


def _order(row: Sequence[_Operation]) -> list[int]:
    """Return the places of the requests in the order of versions, as far as time allows it.

    In an order that is right, no request ends before one that stands earlier begins.
    """
    placed = [place for place, operation in enumerate(row) if operation.version >= 0]
    placed.sort(key=lambda place: (row[place].version, not row[place].request.appends, place))
    begins = [row[place].request.begin.time_us for place in placed]
    latest = [*accumulate(begins, max)]
    allowed = [bisect_right(latest, row[place].end_us) for place in placed]
    wrong = [end for number, end in enumerate(allowed) if end <= number]
    return placed[: min(wrong, default=len(placed))]


def _note(
    tag: str, span_us: tuple[int, int], description: str, details: str, rank: dict[int, int]
) -> dict[str, Any]:
    start_us, end_us = span_us
    return {
        "Annotation": True,
        "Tag": tag,
        "ClientId": -1,
        "Start": rank[start_us],
        "OriginalStart": str(start_us),
        "End": rank[end_us],
        "OriginalEnd": str(end_us),
        "Description": description,
        "Details": details,
        "TextColor": "",
        "BackgroundColor": "",
    }


FORMAT = Format(
    name="porcupine",
    suffix=".json",
    readers="the page of Porcupine's visualization package",
    holds="each row's requests with the backend's order, windows of old data and faults as notes",
    cannot_hold=(
        "requests that span rows, save as one operation on each; refused requests; what was"
        " painted; messages and causes"
    ),
    write=write,
)
