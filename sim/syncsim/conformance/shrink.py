"""Cuts down the bytes that chose a program, as long as its traces still differ.

Steps go first, then the ends of rows, then bytes become smaller, which are earlier and simpler
choices; and all of it again until nothing more goes.
"""

from __future__ import annotations

from collections.abc import Callable

from syncsim.conformance.generate import Row

TRIALS_MAX = 20_000
"""About a minute. What is left by then is small, if not the smallest."""

Rows = tuple[Row, ...]
Differs = Callable[[Rows], bool]


def smallest(rows: Rows, differs: Differs) -> Rows:
    """Return rows that differ still, of which nothing can be left out or made simpler."""
    assert rows, "every program has a row of its own"
    trials = 0

    def tried(candidate: Rows) -> bool:
        nonlocal trials
        trials += 1
        return trials <= TRIALS_MAX and differs(candidate)

    while True:
        before = rows
        rows = _fewer_steps(rows, tried)
        rows = _shorter_rows(rows, tried)
        rows = _smaller_bytes(rows, tried)
        if rows == before:
            return rows


def _fewer_steps(rows: Rows, differs: Differs) -> Rows:
    """Leave out steps from the end of the program, then single ones, the last first."""
    rows = rows[: _least(len(rows), lambda count: count > 0 and differs(rows[:count]))]
    for place in range(len(rows) - 1, 0, -1):
        fewer = rows[:place] + rows[place + 1 :]
        if differs(fewer):
            rows = fewer
    return rows


def _shorter_rows(rows: Rows, differs: Differs) -> Rows:
    """Leave out the ends of rows, which stand for the simplest choices then."""
    for place, row in enumerate(rows):
        others = rows[:place], rows[place + 1 :]

        def cut(length: int, row: Row = row, others: tuple[Rows, Rows] = others) -> Rows:
            return (*others[0], row[:length], *others[1])

        rows = cut(_least(len(row), lambda length: differs(cut(length))))
    return rows


def _smaller_bytes(rows: Rows, differs: Differs) -> Rows:
    """Make single bytes smaller."""
    for place, row in enumerate(rows):
        for at in range(len(row)):
            rows = _with_smaller_byte(rows, place, at, differs)
    return rows


def _with_smaller_byte(rows: Rows, place: int, at: int, differs: Differs) -> Rows:
    row = rows[place]

    def with_byte(byte: int) -> Rows:
        return (*rows[:place], row[:at] + bytes([byte]) + row[at + 1 :], *rows[place + 1 :])

    return with_byte(_least(row[at], lambda byte: differs(with_byte(byte))))


def _least(number: int, holds: Callable[[int], bool]) -> int:
    """Return a smaller number that holds, found in steps that become smaller too."""
    step = number
    while step > 0:
        if step <= number and holds(number - step):
            number -= step
        else:
            step //= 2
    return number
