"""What is said of a history that cannot be trusted, whatever file it is in."""

from __future__ import annotations

from typing import Any

from syncsim.errors import HistoryError, Problem, quoted
from syncsim.history.kinds import FORMAT, VERSION

NUMBER_MAX = 2**31 - 1
"""The largest version, lsn or cause: columns in memory hold 32 bits."""

TIME_MAX = 2**62
"""Later than this no sum of two times fits into 64 bits."""

CUT = "the run was interrupted or the file was cut; record it again"
WRITTEN = "a history is written by 'syncsim run SCENARIO --out DIR'"


def unreadable(place: str, expected: str, found: str, hint: str = WRITTEN) -> HistoryError:
    """Return the error of a history that cannot be read, to be raised by the reader."""
    return HistoryError(
        Problem(code="unreadable-history", place=place, expected=expected, found=found, hint=hint)
    )


def checked_header(place: str, header: dict[str, Any], found: str) -> dict[str, Any]:
    """Return the header of a history if this version of syncsim can read what follows.

    Args:
        place: Where the header stands.
        header: What stands there.
        found: What to quote if it is the header of something else.
    """
    if header.get("format") != FORMAT:
        raise unreadable(place, f'a header with "format":"{FORMAT}"', found)
    version = header.get("version")
    if version != VERSION or isinstance(version, bool):
        raise unreadable(
            place,
            f"history format version {VERSION}",
            quoted(version),
            "a newer syncsim wrote it; upgrade to read it",
        )
    count = header.get("records")
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise unreadable(place, "the number of records in the header", quoted(count))
    return header


def cut_short(place: str, expected: int, found: int) -> HistoryError:
    """Return the error of a history with fewer or more records than its header says."""
    return unreadable(
        place,
        f"{expected} records, as the header promises",
        f"the end of the file after {found}",
        CUT,
    )


class Asked:
    """The intents that a history has asked so far, and where."""

    def __init__(self) -> None:
        self._where: dict[str, str] = {}

    def hold(self, kind: str, intent: str, place: str, where: str) -> None:
        """Take in an intent, or an outcome of one that must have been asked before.

        Args:
            kind: `intent` or `outcome`.
            intent: Its id; one without is for the checks to find.
            place: Where it stands, for the error.
            where: The same in words, for the error of a second intent of this id.

        Raises:
            HistoryError: if the id is taken, or nobody had asked what ended.
        """
        if kind == "outcome":
            if intent and intent not in self._where:
                raise _never_asked(place, intent)
        elif intent and self._where.setdefault(intent, where) != where:
            raise asked_twice(place, intent, self._where[intent])


def asked_twice(place: str, intent: str, first: str) -> HistoryError:
    """Return the error of an id that two intents have: nobody can tell whose an outcome is."""
    return unreadable(
        place,
        "an intent with an id of its own",
        f"{quoted(intent)}, the id of the intent at {first}",
        "one wish of a person is one intent, however often it is sent",
    )


def _never_asked(place: str, intent: str) -> HistoryError:
    """Return the error of an outcome of which nobody knows what it is the outcome of."""
    return unreadable(
        place,
        "the outcome of an intent that was asked before",
        f"an outcome of {quoted(intent)}, which nobody had asked",
        "a history starts before its first intent; a recording may start later",
    )
