"""What is written beside the lifelines of a space-time diagram."""

from __future__ import annotations

from typing import Any, NamedTuple

from syncsim.history import History, Record
from syncsim_reports.figures.canvas import GREEN, INK, PURPLE, QUIET, VERMILLION
from syncsim_reports.words import row_id

ROWS_MAX = 3
"""Rows named in one mark; a count stands for the rest."""

FAULTS = {
    "partition": ("goes offline", "is online again"),
    "drop": ("socket is dropped", "socket may open"),
    "delay": ("network slows down", "network is fast again"),
    "lose": ("network loses messages", "network loses no more"),
    "duplicate": ("messages come twice", "messages come once again"),
    "restart": ("goes down", "is up again"),
}
"""What is said of a fault at its start and at its end."""

Cell = tuple[str, str, str]
Fields = dict[str, Any] | None


class Mark(NamedTuple):
    """One thing that happened at a place, as a symbol on its lifeline with a short text."""

    place: str
    time_us: int
    symbol: str
    colour: str
    text: str


class _Told(NamedTuple):
    """What one record tells; rows of which the same is told at one instant share a mark."""

    symbol: str
    colour: str
    before: str
    row: str = ""
    after: str = ""


def marks(history: History, from_us: int, until_us: int) -> list[Mark]:
    """Return the marks of a part of a run, in order of time."""
    shown: dict[Cell, Fields] = {}
    rows: dict[tuple[str, int, _Told], list[str]] = {}
    for record in history:
        if record.time_us > until_us:
            break
        told = _paint(record, shown) if record.kind == "paint" else _told(record)
        if told is not None and record.time_us >= from_us:
            of = rows.setdefault((record.at, record.time_us, told._replace(row="")), [])
            if told.row not in of:
                of.append(told.row)
    return [
        Mark(place, time_us, told.symbol, told.colour, _text(told, of))
        for (place, time_us, told), of in rows.items()
    ]


def mark_of(record: Record) -> Mark | None:
    """Return the mark of one record by itself, None for the kinds that have none."""
    told = _told(record)
    if told is None:
        return None
    return Mark(record.at, record.time_us, told.symbol, told.colour, _text(told, [told.row]))


def _text(told: _Told, rows: list[str]) -> str:
    hidden = len(rows) - ROWS_MAX
    named = ", ".join(rows[:ROWS_MAX]) + (f" +{hidden}" if hidden > 0 else "")
    return " ".join(part for part in (told.before, named, told.after) if part).replace("_", " ")


def _told(record: Record) -> _Told | None:
    """Return what a record tells, None for the kinds that arrows tell of already."""
    data = record.data or {}
    row = row_id(record.entity)
    match record.kind:
        case "intent":
            return _Told("o", INK, f"asks: {data.get('action', '')}", row)
        case "fetch":
            return _Told(".", QUIET, f"reads ({data.get('trigger', '')})")
        case "outcome":
            reason = f", {data['reason']}" if data.get("reason") else ""
            return _Told("o", QUIET, f"told: {data.get('result', '')}{reason}")
        case "unlay" if data.get("reason") == "rollback":
            return _Told("v", VERMILLION, "rolls", row, "back")
        case "commit":
            return _Told("s", GREEN, "commits", f"{row} v{record.version}")
        case "refuse":
            return _Told("X", VERMILLION, "refuses", row, f"({data.get('reason', '')})")
        case "open" | "close":
            state = "opens" if record.kind == "open" else "closes"
            return _Told("_", QUIET, f"socket {state}")
        case "fault" | "heal":
            verb = str(data.get("verb", "fault"))
            begins, ends = FAULTS.get(verb, (f"{verb} begins", f"{verb} ends"))
            return _Told("_", VERMILLION, begins if record.kind == "fault" else ends)
    return None


def _paint(record: Record, shown: dict[Cell, Fields]) -> _Told | None:
    """Return what a paint changed on screen.

    The first paint of a row in a view shows what was there before, and is not news.
    """
    data = record.data or {}
    fields, cell = data.get("fields"), (record.at, record.view, record.entity)
    known, before = cell in shown, shown.get(cell)
    shown[cell] = fields
    if not known or fields == before:
        return None
    row = row_id(record.entity)
    if fields is None:
        return _Told("D", QUIET, "", row, "gone")
    colour = PURPLE if data.get("overlays") else GREEN
    return _Told("D", colour, "", row, _news(fields, before))


def _news(fields: dict[str, Any], before: Fields) -> str:
    """Return the new value of a field that changed; the status says most."""
    names = [name for name in fields if before is None or fields[name] != before.get(name)]
    if "status" in names or not names:
        return str(fields.get("status", "back"))
    return f"{names[0]} {fields[names[0]]}"
