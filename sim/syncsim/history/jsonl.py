"""Histories as JSON Lines: one header line, then one line a record, canonical bytes.

Keys are sorted, empty fields are left out, there are no floats and the text is UTF-8
without escapes, so equal histories are equal files and a diff shows what changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from syncsim.errors import HistoryError, quoted
from syncsim.history.damage import (
    CUT,
    NUMBER_MAX,
    TIME_MAX,
    Asked,
    checked_header,
    cut_short,
    unreadable,
)
from syncsim.history.history import History
from syncsim.history.kinds import KINDS
from syncsim.history.record import NUMBER_FIELDS, TEXT_FIELDS, Record

LINE_BYTES_MAX = 4_000_000
"""One record is small; a longer line is not a record, and reading it would cost memory."""

encoded = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode
"""Writes a value as canonical JSON."""


def _no_constant(name: str) -> Any:
    raise ValueError(name)


# Made once: `json.loads` with an option makes one a call.
_decoded = json.JSONDecoder(parse_constant=_no_constant).decode


def lines(history: History) -> Iterator[str]:
    """Yield the lines of a history, without line ends."""
    header = dict(history.header, records=len(history))
    yield encoded(header)
    for record in history:
        yield encoded(_as_json(record))


def write(history: History, path: Path) -> None:
    """Write a history; the file ends with a line end."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in lines(history):
            file.write(line)
            file.write("\n")


def parsed(text: bytes | str) -> dict[str, Any] | None:
    """Return the JSON object that a text holds, None if it is anything else.

    Half a pair of surrogates, which JSON can spell and UTF-8 cannot, is no text.
    """
    try:
        text = text.decode("utf-8") if isinstance(text, bytes) else text
        value = _decoded(text)
        if "\\u" in text:
            encoded(value).encode("utf-8")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def digest(history: History) -> str:
    """Return the SHA-256 of the file that `write` would make, in hexadecimal."""
    sha = hashlib.sha256()
    for line in lines(history):
        sha.update(line.encode("utf-8"))
        sha.update(b"\n")
    return sha.hexdigest()


def read(path: Path) -> History:
    """Read a history back; the result writes the same bytes.

    Raises:
        HistoryError: with the line, if the file is cut off, out of order or no history.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise unreadable(str(path), "a readable file", error.strerror or "an error") from None
    with file:
        first = file.readline(LINE_BYTES_MAX + 1)
        header = _header(str(path), first)
        history = History({key: header[key] for key in header if key != "records"})
        number = 1
        asked = Asked()
        while line := file.readline(LINE_BYTES_MAX + 1):
            number += 1
            record = _append(history, str(path), number, line)
            if (kind := record["kind"]) in ("intent", "outcome"):
                asked.hold(kind, record.get("intent", ""), f"{path}:{number}", f"line {number}")
    if len(history) != header["records"]:
        raise cut_short(f"{path}:{number}", header["records"], len(history))
    return history


def _as_json(record: Record) -> dict[str, Any]:
    out: dict[str, Any] = {"seq": record.seq, "time_us": record.time_us, "kind": record.kind}
    for field in TEXT_FIELDS:
        value = getattr(record, field)
        if value:
            out[field] = value
    for field in NUMBER_FIELDS:
        value = getattr(record, field)
        if value >= 0:
            out[field] = value
    if record.data is not None:
        out["data"] = record.data
    return out


def _header(path: str, line: bytes) -> dict[str, Any]:
    return checked_header(f"{path}:1", _object(path, 1, line), quoted(line[:60]))


def _append(history: History, path: str, number: int, line: bytes) -> dict[str, Any]:
    """Append the record of a line and return what the line says."""
    record = _object(path, number, line)
    get = record.get
    texts = [get(field, "") for field in TEXT_FIELDS]
    numbers = [get("seq", 0), *[get(field, -1) for field in NUMBER_FIELDS]]
    time_us = get("time_us", 0)
    # One look at all of them, as they are right in a million lines out of a million.
    if {*map(type, texts)} != {str} or {*map(type, (*numbers, time_us))} != {int}:
        raise _mistyped(path, number, record)
    if min(numbers) < -1 or max(numbers) > NUMBER_MAX or not -1 <= time_us <= TIME_MAX:
        raise _mistyped(path, number, record)
    seq, cause, version, lsn = numbers
    if seq != len(history):
        raise unreadable(f"{path}:{number}", f"record {len(history)}", f"record {seq}")
    if time_us < history.end_us:
        raise unreadable(f"{path}:{number}", f"a time of {history.end_us} or later", f"{time_us}")
    kind = get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise unreadable(f"{path}:{number}", "a known kind of record", quoted(kind))
    if cause >= seq:
        raise unreadable(f"{path}:{number}", "an earlier record as the cause", f"{cause}")
    data = get("data")
    if data is not None and not isinstance(data, dict):
        raise unreadable(f"{path}:{number}", "an object in 'data'", quoted(data))
    at, peer, intent, message, entity, view = texts
    history.append(
        time_us, kind, at, peer, cause, intent, message, entity, version, lsn, view, data
    )
    return record


def _mistyped(path: str, number: int, record: dict[str, Any]) -> HistoryError:
    """Return the error of the first field that is no text or no number in bounds."""
    for field in TEXT_FIELDS:
        if not isinstance(record.get(field, ""), str):
            return unreadable(f"{path}:{number}", f"text in '{field}'", quoted(record[field]))
    largest = {"seq": NUMBER_MAX, "time_us": TIME_MAX, **dict.fromkeys(NUMBER_FIELDS, NUMBER_MAX)}
    field = next(
        field
        for field, most in largest.items()
        if type(value := record.get(field, 0)) is not int or not -1 <= value <= most
    )
    return unreadable(f"{path}:{number}", f"a whole number in '{field}'", quoted(record[field]))


def _object(path: str, number: int, line: bytes) -> dict[str, Any]:
    if len(line) > LINE_BYTES_MAX:
        raise unreadable(
            f"{path}:{number}", f"at most {LINE_BYTES_MAX} bytes a line", "a longer line"
        )
    if not line.endswith(b"\n"):
        raise unreadable(
            f"{path}:{number}",
            "a line end",
            "the end of the file",
            CUT,
        )
    value = parsed(line)
    if value is None:
        raise unreadable(f"{path}:{number}", "a JSON object in UTF-8", quoted(line[:60]))
    return value
