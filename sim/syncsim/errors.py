"""Everything that can be said to a user when something goes wrong.

An error is data first (code, place, expected, found, hint) and a sentence second. All
problems of a file travel in one error, and every error survives pickling, because runs
cross process boundaries.

    SyncSimError            exit 70   an internal error, a defect of syncsim
    ├── InputError          exit 64   a file, a name or an option that cannot be used
    └── HistoryError        exit 2    a history that ends early or contradicts itself
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

EXIT_PASS = 0
EXIT_FAIL = 1
EXIT_UNKNOWN = 2
EXIT_USAGE = 64
EXIT_INTERNAL = 70

PROBLEMS_SHOWN = 20
"""A file with thousands of problems is the wrong file; the first twenty say so."""

FOUND_CHARACTERS = 80
"""Hostile values are quoted, never reproduced at length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, where it is, and what would be right.

    `place` is `file:line:column` where the position is known, else the file or option.
    `code` is a stable word for programs (`unknown-key`, `wrong-type`, ...).
    """

    code: str
    place: str
    expected: str
    found: str
    hint: str

    def __str__(self) -> str:
        return (
            f"{self.place}: {self.code}\n"
            f"  expected {self.expected}, found {self.found}\n"
            f"  hint: {self.hint}"
        )


class SyncSimError(Exception):
    """The base of every error that syncsim raises on purpose."""

    exit_status = EXIT_INTERNAL

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (
            (problems,) if isinstance(problems, Problem) else tuple(problems)
        )
        assert self.problems, "an error without a problem says nothing"
        super().__init__(self.problems)

    def __reduce__(self) -> tuple[type[SyncSimError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:PROBLEMS_SHOWN]]
        hidden = len(self.problems) - PROBLEMS_SHOWN
        if hidden > 0:
            lines.append(f"... and {hidden} more problems")
        return "\n".join(lines)


class InputError(SyncSimError):
    """The user gave something that cannot be used; the hint says what can be.

    Common causes: a misspelt key or name in a scenario, a negative time, a missing file.
    """

    exit_status = EXIT_USAGE


class HistoryError(SyncSimError):
    """A history cannot be trusted: cut off, out of order, or not a history.

    Nothing is judged from it, because a verdict on half a record would look like a pass.
    """

    exit_status = EXIT_UNKNOWN


def quoted(value: object) -> str:
    """Quote a value for a message: printable, on one line, at most eighty characters."""
    text = value if isinstance(value, str) else repr(value)
    clean = "".join(char if char.isprintable() else "?" for char in text[: FOUND_CHARACTERS + 1])
    if len(clean) > FOUND_CHARACTERS:
        clean = clean[: FOUND_CHARACTERS - 3] + "..."
    return f"'{clean}'"


def nearest(name: str, valid: Sequence[str]) -> str:
    """Return the hint for an unknown name: the closest valid one, or the list of all."""
    close = difflib.get_close_matches(name[:FOUND_CHARACTERS], valid, n=1, cutoff=0.5)
    if close:
        return f"did you mean '{close[0]}'?"
    shown = ", ".join(valid[:PROBLEMS_SHOWN])
    more = ", ..." if len(valid) > PROBLEMS_SHOWN else ""
    return f"one of: {shown}{more}" if valid else "there is none to choose from"


def unknown_name(*, what: str, name: str, valid: Sequence[str], place: str) -> Problem:
    """Return the problem of a name that does not exist."""
    return Problem(
        code=f"unknown-{what}",
        place=place,
        expected=f"the name of a {what}",
        found=quoted(name),
        hint=nearest(name, valid),
    )


@contextmanager
def writing(place: Path, *, expected: str, hint: str) -> Iterator[None]:
    """Turn what the file system says into a problem of what was to be written.

    Raises:
        InputError: if what is done within fails for a reason of the file system.
    """
    try:
        yield
    except OSError as error:
        raise InputError(
            Problem(
                code="unwritable",
                place=str(place),
                expected=expected,
                found=error.strerror or "an error",
                hint=hint,
            )
        ) from None
