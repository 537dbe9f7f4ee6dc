"""Recordings: what pages and a backend wrote down by themselves, made into one history.

A recording is a file of JSON Lines. The first is a header as of a history, with the format
`syncsim-recording`; it needs neither clients nor a count. The others come in any order of writers:

    {"at":"tab-1","kind":"page","n":1,"time_us":1764062580000000,"data":{"role":"operator",...}}
    {"at":"backend","kind":"commit","time_us":1764062581000000,"entity":"appointment/A1",...}

A page writes what `recorded_page` reads, and counts its lines by `n`. Every other writer writes
records of a history, without `seq`, in order.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from syncsim.errors import HistoryError, Problem, quoted
from syncsim.history.damage import NUMBER_MAX, TIME_MAX, asked_twice, unreadable
from syncsim.history.history import Header, History
from syncsim.history.joining import joined
from syncsim.history.jsonl import LINE_BYTES_MAX, parsed
from syncsim.history.kinds import KINDS, VERSION
from syncsim.history.record import TEXT_FIELDS, Record
from syncsim.history.recorded_page import RecordedPage

FORMAT = "syncsim-recording"

HINT = "docs/guide/record-your-app.md says what the lines of a recording hold"

ALL_KINDS = frozenset((*KINDS, *RecordedPage.KINDS))

NUMBERS = {"time_us": TIME_MAX, "version": NUMBER_MAX, "lsn": NUMBER_MAX, "n": NUMBER_MAX}


class _Line(NamedTuple):
    """A line of a writer: its number there, and what it says as if it were a record."""

    number: int
    record: Record


def is_recording(path: Path) -> bool:
    """Tell whether a file starts with the header of a recording."""
    try:
        with path.open("rb") as file:
            header = parsed(file.readline(LINE_BYTES_MAX))
    except OSError:
        return False
    return header is not None and header.get("format") == FORMAT


def read(path: Path) -> History:
    """Read a recording as a history.

    Raises:
        HistoryError: with every line that is wrong.
    """
    problems: list[Problem] = []
    lines: dict[str, list[_Line]] = {}
    asked: dict[str, tuple[str, int]] = {}
    with path.open("rb") as file:
        header = parsed(file.readline(LINE_BYTES_MAX)) or {}
        if header.get("version") != VERSION:
            raise unreadable(f"{path}:1", f"version {VERSION}", quoted(header.get("version")), HINT)
        number = 1
        while text := file.readline(LINE_BYTES_MAX + 1):
            number += 1
            try:
                line = _line(f"{path}:{number}", text)
                _ask(asked, f"{path}:{number}", line.record, number)
            except HistoryError as error:
                problems.extend(error.problems)
            else:
                lines.setdefault(line.record.at, []).append(line)
    if problems:
        raise HistoryError(problems)
    return _history(header, lines)


def _ask(asked: dict[str, tuple[str, int]], place: str, record: Record, number: int) -> None:
    """Note who asked; a page may write twice of an intent, and nobody of another's.

    Raises:
        HistoryError: if somebody else has an intent of the same id.
    """
    if record.kind in ("asks", "intent") and record.intent:
        who, first = asked.setdefault(record.intent, (record.at, number))
        if first != number and (record.kind == "intent" or who != record.at):
            raise asked_twice(place, record.intent, f"line {first}")


def _line(place: str, text: bytes) -> _Line:
    """Read one line.

    Raises:
        HistoryError: if it says what no line can say.
    """
    value = parsed(text) if text.endswith(b"\n") and len(text) <= LINE_BYTES_MAX else None
    if value is None:
        raise unreadable(place, "a JSON object in UTF-8 on a line", quoted(text[:60]), HINT)
    kind, data = value.get("kind"), value.get("data")
    if not isinstance(kind, str) or kind not in ALL_KINDS:
        raise unreadable(place, "a known kind of line", quoted(kind), HINT)
    for name in TEXT_FIELDS:
        if not isinstance(value.get(name, ""), str):
            raise unreadable(place, f"text in '{name}'", quoted(value[name]), HINT)
    for name, largest in NUMBERS.items():
        number = value.get(name, -1)
        if not isinstance(number, int) or isinstance(number, bool) or not -1 <= number <= largest:
            raise unreadable(place, f"a whole number in '{name}'", quoted(number), HINT)
    for name in ("time_us", "at"):
        if value.get(name, -1) in (-1, ""):
            raise unreadable(place, f"'{name}' on every line", "none", HINT)
    wrong = _wrong_data(kind, data)
    if wrong:
        raise unreadable(place, wrong, quoted(data), HINT)
    texts = {name: value.get(name, "") for name in TEXT_FIELDS}
    numbers = {name: value.get(name, -1) for name in ("version", "lsn")}
    record = Record(0, value["time_us"], kind, **texts, **numbers, data=data)
    return _Line(value.get("n", -1), record)


def _wrong_data(kind: str, data: Any) -> str:
    """Say what `data` should be, empty if it can be used."""
    if not isinstance(data, dict | None):
        return "an object in 'data'"
    data = data or {}
    if kind in ("row", "commit") and not isinstance(data.get("fields"), dict):
        return "the whole row in 'fields' of 'data'"
    if kind == "asks" and not _all(data.get("entities"), lambda name: isinstance(name, str)):
        return "the rows that an intent is about in 'entities' of 'data'"
    if kind == "query" and not _all(data.get("rows") or [], _is_row):
        return "rows with 'entity', 'version' and 'fields' in 'rows' of 'data'"
    if not isinstance(data.get("epoch", 0), int) or not isinstance(data.get("result", ""), str):
        return "a number as 'epoch' and text as 'result' in 'data'"
    return ""


def _all(values: Any, test: Callable[[Any], bool]) -> bool:
    return isinstance(values, list) and all(map(test, values))


def _is_row(row: Any) -> bool:
    """Tell whether a page can show this row; one without a version tells none."""
    if not isinstance(row, dict):
        return False
    version = row.get("version", -1)
    return (
        isinstance(row.get("entity"), str)
        and isinstance(row.get("fields"), dict)
        and isinstance(version, int)
        and -1 <= version <= NUMBER_MAX
    )


def _history(header: Header, lines: dict[str, list[_Line]]) -> History:
    """Draw the conclusions from what each writer wrote, and put all of it in one order."""
    clients: dict[str, Any] = {}
    streams: dict[str, list[Record]] = {}
    for writer, written in lines.items():
        page = next((line.record for line in written if line.record.kind == "page"), None)
        if page is None:
            streams[writer] = [line.record for line in written]
            continue
        clients[writer] = {name: str((page.data or {}).get(name, "")) for name in ("role", "user")}
        streams[writer] = _of_page(writer, written)
    kept = {name: header[name] for name in header if name not in ("format", "version", "records")}
    history = History({"scenario": "recording", "clients": clients, **kept})
    history.append(0, "phase", data={"phase": "safety"})
    for record in joined(streams):
        facts = {**record._asdict(), "cause": -1}
        del facts["seq"]
        history.append(**facts)
    return history


def _of_page(writer: str, written: list[_Line]) -> list[Record]:
    """Return the records of a page; a line that arrived twice counts once."""
    page = RecordedPage(writer)
    by_count = {line.number: line.record for line in written}
    for count in sorted(by_count):
        page.take(by_count[count])
    return page.records
