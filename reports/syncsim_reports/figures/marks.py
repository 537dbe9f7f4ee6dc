"""What is written beside the lifelines of a space-time diagram."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from syncsim.history import History, Record
from syncsim_reports.figures.canvas import GREEN, INK, PURPLE, QUIET, VERMILLION
from syncsim_reports.figures.focus import short

TEXTS_MAX = 2
"""Rows named in one mark; a count stands for the rest."""


class Mark(NamedTuple):
    """One thing that happened at a place, as a symbol on its lifeline with a short text."""

    place: str
    time_us: int
    symbol: str
    colour: str
    text: str


def marks(history: History, from_us: int, until_us: int) -> list[Mark]:
    """Return the marks of a part of a run in order, what is equal at one instant as one."""
    shown: dict[tuple[str, str], dict[str, Any] | None] = {}
    found: dict[tuple[str, int, str, str], list[str]] = {}
    for record in history:
        if record.time_us > until_us:
            break
        mark = _of(record, shown)
        if mark is not None and record.time_us >= from_us:
            texts = found.setdefault(mark[:4], [])
            if mark.text not in texts:
                texts.append(mark.text)
    return [Mark(*where, _joined(texts)) for where, texts in found.items()]


def _joined(texts: list[str]) -> str:
    hidden = len(texts) - TEXTS_MAX
    return ", ".join(texts[:TEXTS_MAX]) + (f", +{hidden}" if hidden > 0 else "")


def _of(record: Record, shown: dict[tuple[str, str], dict[str, Any] | None]) -> Mark | None:
    """Return the mark of a record, None for the kinds that arrows tell of already."""
    data = record.data or {}
    row = short(record.entity)
    match record.kind:
        case "intent":
            return _at(record, "o", INK, f"asks: {data.get('action', '')} {row}")
        case "fetch":
            return _at(record, ".", QUIET, f"reads ({data.get('trigger', '')})")
        case "outcome":
            reason = f", {data['reason']}" if data.get("reason") else ""
            return _at(record, "o", QUIET, f"told: {data.get('result', '')}{reason}")
        case "unlay" if data.get("reason") == "rollback":
            return _at(record, "v", VERMILLION, f"rolls {row} back")
        case "paint":
            return _paint(record, shown)
        case "commit":
            return _at(record, "s", GREEN, f"commits {row} v{record.version}")
        case "refuse":
            return _at(record, "X", VERMILLION, f"refuses {row}: {data.get('reason', '')}")
        case "open" | "close":
            state = "opens" if record.kind == "open" else "closes"
            return _at(record, "_", QUIET, f"socket {state}")
        case "fault" | "heal":
            state = "begins" if record.kind == "fault" else "ends"
            return _at(record, "_", VERMILLION, f"{data.get('verb', 'fault')} {state}")
    return None


def _at(record: Record, symbol: str, colour: str, text: str) -> Mark:
    return Mark(record.at, record.time_us, symbol, colour, text.replace("_", " "))


def _paint(record: Record, shown: dict[tuple[str, str], dict[str, Any] | None]) -> Mark | None:
    """Return what changed on screen, None if the same row of another view said it already.

    The first paint of a row shows it as it was and is not news.
    """
    data = record.data or {}
    fields, cell = data.get("fields"), (record.at, record.view + "\n" + record.entity)
    known, before = cell in shown, shown.get(cell)
    shown[cell] = fields
    if not known or fields == before:
        return None
    row = short(record.entity)
    if fields is None:
        return _at(record, "D", QUIET, f"{row} gone")
    colour = PURPLE if data.get("overlays") else GREEN
    return _at(record, "D", colour, f"{row} {_changed(fields, before)}")


def _changed(fields: dict[str, Any], before: dict[str, Any] | None) -> str:
    """Return the new value of the first field that changed; the status says most."""
    if before is None:
        return str(fields.get("status", "back"))
    names = [name for name in fields if fields[name] != before.get(name)]
    if "status" in names:
        return str(fields["status"])
    return f"{names[0]} {fields[names[0]]}" if names else "same"


def places(history: History, found: Iterable[Mark]) -> dict[str, int]:
    """Return how many marks each place has, clients of the header first, in its order."""
    counts: dict[str, int] = dict.fromkeys(history.header.get("clients", {}), 0)
    for mark in found:
        counts[mark.place] = counts.get(mark.place, 0) + 1
    return counts
