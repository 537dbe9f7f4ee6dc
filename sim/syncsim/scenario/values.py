"""The small values of a scenario file: durations, names, ranges of rows, and their limits.

A duration is text with a unit, `1.5s`, and becomes an int of microseconds by exact decimal
arithmetic; a bare number is refused, because nobody can tell which unit it meant.
"""

from __future__ import annotations

import re
from decimal import Decimal

from syncsim import extensions
from syncsim.design.strategies import strategy_names
from syncsim.errors import nearest
from syncsim.history.property import Property, PropertyError, parse
from syncsim.scenario.scenario import MAKES

FORMAT_VERSION = 1
"""The version of scenario files that this package writes and reads."""

UNITS_US = {"us": 1, "ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000}
MAX_DURATION_US = 30 * 24 * UNITS_US["h"]
"""Thirty days: longer than any outage of interest, and far below what an int64 holds."""

ADDED_STRATEGY_PATTERN = r"^[^.]+\..+$"
"""What the name of a strategy looks like that an installed package adds: `acme.patient`."""

NAME_CHARACTERS = 64
"""Names stand in every record and on every figure, so they stay short."""
ID_CHARACTERS = 80
"""A step's id is its client's name, a dot and a number, so ids are a little longer."""
SCENARIO_NAME_CHARACTERS = 128
"""A folder and a file name in the catalogue."""

MAX_CLIENTS = 10_000
"""The largest run that syncsim promises to carry."""
MAX_ROWS = 100_000
"""Ten rows for each client of the largest run; a range could otherwise ask for billions."""
MAX_STEPS = 100_000
"""Ten steps for each client of the largest run; more is work for `load`."""
MAX_LOADS = 1_000
"""More than this is one load with more clients in it."""
MAX_FAULTS = 1_000
"""More than a person can follow in a story or a figure."""
MAX_GENERATORS = 100
"""Each may stand for many faults; more of them are one with more places."""
MAX_GATEWAYS = 100
"""More servers than hold the sockets of the largest run."""
MAX_QUEUE = 100_000
"""A client so far behind is lost."""
MAX_REPLICAS = 16
"""More than one database feeds directly."""
MAX_FRAME_BYTES = 1 << 30
"""No gateway takes a frame of a gigabyte."""
MAX_DRIFT_PPM = 100_000
"""A clock that gains or loses a tenth of a second each second; a bad quartz is at 100."""
MAX_WORDS = 100
"""Words of a command; one that needs more is a script of its own."""
WORD_CHARACTERS = 1_000
"""A long path."""
MAX_SEED = 2**63 - 1
"""A seed fits a signed 64-bit column of a table."""

DURATION_PATTERN = r"[0-9]{1,15}(\.[0-9]{1,15})?(us|ms|s|m|h)"
SPAN_PATTERN = rf"{DURATION_PATTERN}(\.\.{DURATION_PATTERN})?"
DRIFTS_PATTERN = r"-?[0-9]{1,6}\.\.-?[0-9]{1,6}"
NAME_PATTERN = rf"[A-Za-z0-9][A-Za-z0-9_.-]{{0,{NAME_CHARACTERS - 1}}}"
ID_PATTERN = rf"[A-Za-z0-9][A-Za-z0-9_.-]{{0,{ID_CHARACTERS - 1}}}"
SCENARIO_NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9_.-]*(/[A-Za-z0-9][A-Za-z0-9_.-]*)*"

_DURATION = re.compile(rf"(?P<sign>-?)(?P<number>[0-9.]+)(?P<unit>{'|'.join(UNITS_US)})")
_RANGE = re.compile(r"(?P<prefix>.*?)(?P<first>[0-9]+)\.\.(?P<again>.*?)(?P<last>[0-9]+)")
_UNIT_HINT = "write a number and a unit: 500us, 20ms, 1.5s, 5m or 1h"


class BadValueError(ValueError):
    """A value that cannot be used, and what to say about it.

    A ValueError, so that pydantic reports it together with everything else that is wrong.
    """

    def __init__(self, *, code: str, expected: str, hint: str) -> None:
        super().__init__(expected)
        self.code = code
        self.expected = expected
        self.hint = hint


def parse_make(value: object) -> str | tuple[str, ...]:
    """Return what a client runs on: a name, or the words of a command.

    Raises:
        BadValueError: for anything else.
    """
    if isinstance(value, str) and value in MAKES:
        return value
    command = value.get("command") if isinstance(value, dict) and len(value) == 1 else None
    if isinstance(command, list) and 0 < len(command) <= MAX_WORDS:
        words = tuple(word for word in command if isinstance(word, str) and _is_word(word))
        if len(words) == len(command):
            return words
    raise BadValueError(
        code="wrong-make",
        expected=f"{' or '.join(MAKES)}, or a command",
        hint="a command is a list of words without a shell: {command: [node, my-client.mjs]}",
    )


def _is_word(word: str) -> bool:
    return 0 < len(word) <= WORD_CHARACTERS and word.isprintable()


def parse_duration(value: object) -> int:
    """Return a duration in microseconds, exactly.

    Raises:
        BadValueError: for a number without a unit, a negative time, a part of a microsecond, or
            more than thirty days.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        if value < 0:
            raise _negative()
        hint = f"write a unit: {value}ms, {value}s or {value}m"
        raise BadValueError(code="missing-unit", expected="a duration with its unit", hint=hint)
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise BadValueError(code="bad-duration", expected="a duration", hint=_UNIT_HINT)
    if match["sign"]:
        raise _negative()
    if not re.fullmatch(DURATION_PATTERN, match[0]):
        raise BadValueError(code="bad-duration", expected="a duration", hint=_UNIT_HINT)
    exact_us = Decimal(match["number"]) * UNITS_US[match["unit"]]
    if exact_us > MAX_DURATION_US:
        raise BadValueError(
            code="too-long", expected="a duration of at most 30 days", hint="720h is the most"
        )
    if exact_us != int(exact_us):
        raise BadValueError(
            code="bad-duration",
            expected="a whole number of microseconds",
            hint="time goes in steps of 1us",
        )
    return int(exact_us)


def parse_span(value: object) -> tuple[int, int]:
    """Return the least and the most of a range of durations, `1s..5s`; one alone is both.

    Raises:
        BadValueError: for what is no range, is empty, or begins at zero.
    """
    first, dots, last = value.partition("..") if isinstance(value, str) else (value, "", "")
    least_us = parse_duration(first)
    most_us = parse_duration(last) if dots else least_us
    if least_us == 0 or most_us < least_us:
        raise BadValueError(
            code="bad-range",
            expected="a range of durations above 0s",
            hint="the smaller one comes first, like 1s..5s",
        )
    return least_us, most_us


def parse_drifts(value: object) -> tuple[int, int]:
    """Return the least and the most of a range of drifts, -200..200; one number alone is both.

    Raises:
        BadValueError: for what is no range, is empty, or lies beyond what a clock may drift.
    """
    ends: tuple[int, ...] = ()
    if isinstance(value, int) and not isinstance(value, bool):
        ends = (value, value)
    elif isinstance(value, str) and re.fullmatch(DRIFTS_PATTERN, value):
        ends = tuple(map(int, value.split("..")))
    if ends and -MAX_DRIFT_PPM <= ends[0] <= ends[1] <= MAX_DRIFT_PPM:
        return ends[0], ends[1]
    raise BadValueError(
        code="bad-range",
        expected=f"a range of drifts within {-MAX_DRIFT_PPM}..{MAX_DRIFT_PPM}",
        hint="whole numbers, the smaller one first, like -200..200",
    )


def format_drifts(drifts_ppm: tuple[int, int]) -> str | int:
    """Return a range of drifts as a file has it: -200..200, or 200 if both ends are the same."""
    least, most = drifts_ppm
    return least if least == most else f"{least}..{most}"


def format_span(span_us: tuple[int, int]) -> str:
    """Return a range of durations as text: 1s..5s, or 1s if both ends are the same."""
    least_us, most_us = map(format_duration, span_us)
    return least_us if least_us == most_us else f"{least_us}..{most_us}"


def _negative() -> BadValueError:
    return BadValueError(
        code="negative-time",
        expected="a time of zero or more",
        hint="times count from the start of the run, which is 0s",
    )


def format_duration(duration_us: int) -> str:
    """Return a duration as text in the largest unit that divides it: 90s, 1500ms, 5m."""
    assert duration_us >= 0, duration_us
    if duration_us == 0:
        return "0s"
    unit = next(name for name in reversed(UNITS_US) if duration_us % UNITS_US[name] == 0)
    return f"{duration_us // UNITS_US[unit]}{unit}"


def check_name(value: str) -> str:
    """Return a name unchanged, or raise BadValueError if it is not one."""
    return _matching(value, NAME_PATTERN, NAME_CHARACTERS)


def check_strategy(axis: str, value: str) -> str:
    """Return the name of a strategy unchanged, or raise BadValueError if there is none."""
    known = (*strategy_names(axis), *extensions.strategies(axis))
    if value in known:
        return value
    raise BadValueError(
        code="unknown-strategy", expected="the name of a strategy", hint=nearest(value, known)
    )


def check_id(value: str) -> str:
    """Return the id of a step, load or fault unchanged, or raise BadValueError."""
    return _matching(value, ID_PATTERN, ID_CHARACTERS)


def parse_property(value: str) -> Property:
    """Return a property taken apart, or raise BadValueError."""
    try:
        return parse(value)
    except PropertyError as error:
        raise BadValueError(
            code="bad-property", expected=error.expected, hint=error.hint
        ) from error


def check_scenario_name(value: str) -> str:
    """Return the name of a scenario, which may have folders in it, or raise BadValueError."""
    return _matching(value, SCENARIO_NAME_PATTERN, SCENARIO_NAME_CHARACTERS)


def _matching(value: str, pattern: str, characters: int) -> str:
    if len(value) <= characters and re.fullmatch(pattern, value):
        return value
    raise BadValueError(
        code="bad-name",
        expected="a name",
        hint=f"use letters, digits, '_', '.' and '-', a letter or digit first, "
        f"at most {characters} characters",
    )


def expand_range(key: str, most: int) -> tuple[str, ...]:
    """Return the row ids that a key of `rows` stands for: one, or those of a range.

    `A2..A9` is A2, A3, ... A9. Leading zeros keep their width: `A08..A10`.

    Raises:
        BadValueError: for an id or a range that cannot be used, or one of more than `most` rows.
    """
    if ".." not in key:
        return (check_name(key),)
    match = _RANGE.fullmatch(key) if len(key) <= 2 * NAME_CHARACTERS + 2 else None
    if match is None or match["prefix"] != match["again"]:
        raise _bad_range(hint="write both ends with the same letters, like A2..A9")
    check_name(match["prefix"] + match["first"])
    check_name(match["prefix"] + match["last"])
    first, last = int(match["first"]), int(match["last"])
    if first > last:
        raise _bad_range(hint="the smaller number comes first")
    if last - first >= most:
        raise BadValueError(
            code="too-many",
            expected=f"at most {MAX_ROWS} rows",
            hint="a run this large has nothing to show that a smaller one does not",
        )
    width = len(match["first"])
    return tuple(f"{match['prefix']}{number:0{width}d}" for number in range(first, last + 1))


def _bad_range(*, hint: str) -> BadValueError:
    return BadValueError(code="bad-range", expected="a range of row ids", hint=hint)


def natural_order(name: str) -> tuple[tuple[tuple[bool, int, str], ...], str]:
    """Return a sort key under which A2 comes before A10."""
    parts = re.split(r"([0-9]+)", name)
    key = tuple(
        (part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts if part
    )
    return key, name
