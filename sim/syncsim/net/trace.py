"""Reading a trace: when packets were sent, and how long each took.

A trace is a CSV file with a header. A column `time_us` or `time_ms` says when a packet was
sent, in order; a column `delay_us` or `delay_ms` how long it took, empty if it was lost.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from syncsim.errors import InputError, Problem, quoted

UNITS_US = {"us": 1, "ms": 1_000}
ROWS_MAX = 1_000_000
"""A packet a second for eleven days; a longer trace is better cut into parts of like conditions."""
PROBLEMS_MAX = 1_000
"""A file with a thousand bad rows is the wrong file, and reading on would tell no more."""

_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,9})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """When packets were sent and how long each took; None stands for a lost one."""

    times_us: tuple[int, ...]
    delays_us: tuple[int | None, ...]


def read_trace(path: Path) -> Trace:
    """Read a trace from a CSV file.

    Raises:
        InputError: with every row that cannot be used.
    """
    place = str(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return parse_trace(file, place)
    except OSError as error:
        found = error.strerror or "an error"
    except UnicodeDecodeError:
        found = "something else"
    raise InputError(
        Problem(
            code="unreadable-file",
            place=place,
            expected="a readable CSV file in UTF-8",
            found=found,
            hint="the first line names the columns: time_us,delay_ms",
        )
    )


def parse_trace(lines: Iterable[str], place: str = "<trace>") -> Trace:
    """Return the trace in the lines of a CSV file; `place` is what problems call it.

    Raises:
        InputError: with every row that cannot be used.
    """
    rows = csv.reader(lines, strict=True)
    times: list[int] = []
    delays: list[int | None] = []
    problems: list[Problem] = []
    try:
        header = [name.strip() for name in next(rows, [])]
        time_at, time_unit = _column(header, "time", place)
        delay_at, delay_unit = _column(header, "delay", place)
        for row in rows:
            if not row:
                continue
            where = f"{place}:{rows.line_num}"
            if len(times) == ROWS_MAX or len(problems) >= PROBLEMS_MAX:
                problems.append(_too_long(where))
                break
            if len(row) != len(header):
                expected, found = f"{len(header)} fields", f"{len(row)}"
                problems.append(_bad_row(where, expected, found, "one field for each column"))
                continue
            time_us = _microseconds(row[time_at], time_unit, f"{where}:{time_at + 1}", problems)
            delay_us: int | None = None
            if row[delay_at].strip():
                delay_place = f"{where}:{delay_at + 1}"
                delay_us = _microseconds(row[delay_at], delay_unit, delay_place, problems)
            if time_us is not None and times and time_us < times[-1]:
                hint = "sort the rows by the time of sending"
                problems.append(_bad_row(where, f"{times[-1]} us or later", f"{time_us}", hint))
            times.append(time_us if time_us is not None else times[-1] if times else 0)
            delays.append(delay_us)
    except csv.Error as error:
        where = f"{place}:{rows.line_num}"
        problems.append(_bad_row(where, "a row of CSV", quoted(str(error)), "check the quotes"))
    if problems:
        raise InputError(problems)
    return Trace(times_us=tuple(times), delays_us=tuple(delays))


def _column(header: list[str], name: str, place: str) -> tuple[int, int]:
    """Return where a column is and how many microseconds its unit has."""
    found = [
        (header.index(f"{name}_{unit}"), us)
        for unit, us in UNITS_US.items()
        if f"{name}_{unit}" in header
    ]
    if len(found) == 1:
        return found[0]
    raise InputError(
        Problem(
            code="missing-column" if not found else "two-columns",
            place=f"{place}:1",
            expected=f"one column {name}_us or {name}_ms",
            found=quoted(",".join(header)),
            hint="the first line names the columns: time_us,delay_ms",
        )
    )


def _microseconds(text: str, unit_us: int, place: str, problems: list[Problem]) -> int | None:
    """Return a time, rounded to microseconds; None, and a problem, if it is none."""
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return round(Decimal(text) * unit_us)
    hint = "write digits with at most one point; a lost packet has an empty delay"
    problems.append(_bad_row(place, "a number of zero or more", quoted(text), hint))
    return None


def _bad_row(place: str, expected: str, found: str, hint: str) -> Problem:
    return Problem(code="bad-row", place=place, expected=expected, found=found, hint=hint)


def _too_long(place: str) -> Problem:
    return Problem(
        code="too-many-rows",
        place=place,
        expected=f"at most {ROWS_MAX} rows, and at most {PROBLEMS_MAX} problems",
        found="more",
        hint="cut the trace into parts of like conditions, and look at the problems above",
    )
