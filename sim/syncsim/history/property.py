"""Properties of one's own: a line of text over a fixed vocabulary, taken apart and never run.

    p99 staleness of therapist views < 800ms
    after event-missed eventually coherent within 5s

They stand at the bottom, like the vocabulary, so that a scenario can be validated without
importing a judge, and so that a judge reads those of a history from anywhere in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from syncsim.errors import nearest
from syncsim.history.vocabulary import SOMETIMES

MAX_PROPERTIES = 100
"""More than a person reads in a verdict."""
MAX_CHARACTERS = 200
"""The longest form has twelve words."""

TIMED = ("staleness", "feedback")
COUNTED = ("requests per commit", "bytes per commit", "refetches per commit", "flickers")
COHERENT = "coherent"

FORMS: dict[str, str] = {
    "sometimes SITUATION": "The situation arises; if it does not, the answer is `unknown`.",
    "never SITUATION": "The situation does not arise.",
    "eventually GOAL within TIME": "The goal is reached within a time of the beginning.",
    "after SITUATION eventually GOAL within TIME": (
        "Each time that the situation arises, the goal is reached within a time of it."
    ),
    "always QUANTITY [of SCOPE] < TIME": "Every window, or every intent, stays below the bound.",
    "p99 QUANTITY [of SCOPE] < TIME": (
        "So many in a hundred stay below it; any whole percentage from `p1` to `p99`."
    ),
    "COUNT < NUMBER": "A count of the whole run stays below the bound.",
}
"""Every form of a property, and what it says; `<=` may stand for `<`."""

WORDS: dict[str, str] = {
    "GOAL": "a situation, or `coherent [of SCOPE]`: no view on screen shows old data",
    "QUANTITY": (
        "`staleness`, how long a view showed an old version of a row, or `feedback`, the time from"
        " asking for something to its first sign on the screen, or to its outcome if it never had"
        " another. What lasts until the end of the run counts as longer than it was seen"
    ),
    "SCOPE": "`ROLE views`, `client NAME`, or `view NAME` (not for feedback)",
    "COUNT": ", ".join(f"`{name}`" for name in COUNTED),
    "TIME": "a number and a unit, `800ms`",
    "NUMBER": "a number of at most nine digits, with up to three behind the point",
}
"""What stands for the capital words in `FORMS`."""

_UNITS_US = {"us": 1, "ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000}
_TIME = re.compile(r"(?P<number>[0-9]{1,9}(\.[0-9]{1,6})?)(?P<unit>us|ms|s|m|h)")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})?")
_QUANTILE = re.compile(r"p([1-9][0-9]?)")
_STARTS = ("sometimes", "never", "eventually", "after", "always", "p99", *COUNTED)

Kind = Literal["sometimes", "never", "eventually", "spread", "count"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which views or people a property is about: all, or those of one role, client or view."""

    kind: Literal["all", "role", "client", "view"] = "all"
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A property, taken apart.

    `subject` is a situation for sometimes and never, `staleness` or `feedback` for a spread, a
    count for a count, and the goal for eventually, with the situation that it follows in `after`.
    A spread asks that `percent` in a hundred stay below the bound; 100 are all. `bound` is in
    microseconds for a time and in thousandths for a number; `inclusive` tells that the bound
    itself will do.
    """

    text: str
    kind: Kind
    subject: str
    after: str = ""
    percent: int = 100
    scope: Scope = Scope()
    bound: int = 0
    inclusive: bool = False


class PropertyError(ValueError):
    """A line that is no property: what was expected, and a hint."""

    def __init__(self, *, expected: str, hint: str) -> None:
        super().__init__(f"expected {expected}; {hint}")
        self.expected = expected
        self.hint = hint


def parse(text: str) -> Property:
    """Return the property that a line states.

    Names of roles, clients and views are taken as they are; whoever knows them looks them up.

    Raises:
        PropertyError: with the first thing that is wrong.
    """
    if len(text) > MAX_CHARACTERS:
        raise PropertyError(
            expected=f"a property of at most {MAX_CHARACTERS} characters",
            hint="say one thing in each",
        )
    return _Parser(text.split()).parse()


class _Parser:
    """The words of a line, and how many of them have been read."""

    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._place = 0

    def parse(self) -> Property:
        read = self._property()
        if self._place < len(self._words):
            raise PropertyError(expected="the end of the property", hint="say one thing in each")
        return read

    def _property(self) -> Property:
        first = self._next("a property", f"it begins with one of: {', '.join(_STARTS)}")
        text = " ".join(self._words)
        quantile = _QUANTILE.fullmatch(first)
        if first in ("sometimes", "never"):
            kind: Literal["sometimes", "never"] = "never" if first == "never" else "sometimes"
            return Property(text=text, kind=kind, subject=self._situation())
        if first == "after":
            after = self._situation()
            self._word("eventually")
            return self._eventually(text, after)
        if first == "eventually":
            return self._eventually(text, "")
        if first == "always" or quantile:
            return self._spread(text, int(quantile[1]) if quantile else 100)
        self._place = 0
        return self._count(text)

    def _eventually(self, text: str, after: str) -> Property:
        goal, scope = self._one_of((*SOMETIMES, COHERENT), "a situation, or coherent"), Scope()
        if goal == COHERENT:
            scope = self._scope()
        self._word("within")
        return Property(
            text=text, kind="eventually", subject=goal, after=after, scope=scope,
            bound=self._time_us(), inclusive=True,
        )  # fmt: skip

    def _spread(self, text: str, percent: int) -> Property:
        subject = self._one_of(TIMED, "staleness or feedback")
        scope = self._scope()
        if subject == "feedback" and scope.kind == "view":
            raise PropertyError(
                expected="a role or a client", hint="feedback is about people and not about a view"
            )
        inclusive = self._comparison()
        return Property(
            text=text, kind="spread", subject=subject, percent=percent, scope=scope,
            bound=self._time_us(), inclusive=inclusive,
        )  # fmt: skip

    def _count(self, text: str) -> Property:
        for name in COUNTED:
            words = name.split()
            if self._words[: len(words)] == words:
                self._place = len(words)
                inclusive = self._comparison()
                return Property(
                    text=text, kind="count", subject=name, bound=self._thousandths(),
                    inclusive=inclusive,
                )  # fmt: skip
        raise PropertyError(expected="a property", hint=nearest(self._words[0], _STARTS))

    # Words

    def _next(self, expected: str, hint: str) -> str:
        if self._place == len(self._words):
            raise PropertyError(expected=expected, hint=hint)
        self._place += 1
        return self._words[self._place - 1]

    def _word(self, word: str) -> None:
        hint = f"write `{word}` after `{' '.join(self._words[: self._place])}`"
        if self._next(f"the word {word}", hint) != word:
            raise PropertyError(expected=f"the word {word}", hint=hint)

    def _one_of(self, names: Collection[str], expected: str) -> str:
        word = self._next(expected, f"one of: {', '.join(names)}")
        if word not in names:
            raise PropertyError(expected=expected, hint=nearest(word, list(names)))
        return word

    def _situation(self) -> str:
        return self._one_of(SOMETIMES, "a situation")

    def _scope(self) -> Scope:
        if self._words[self._place : self._place + 1] != ["of"]:
            return Scope()
        self._place += 1
        hint = "write `of therapist views`, `of client op-1` or `of view pending`"
        first = self._next("whose", hint)
        second = self._next("whose", hint)
        if second == "views":
            return Scope(kind="role", name=first)
        if first == "client":
            return Scope(kind="client", name=second)
        if first == "view":
            return Scope(kind="view", name=second)
        raise PropertyError(expected="a role, a client or a view", hint=hint)

    def _comparison(self) -> bool:
        expected = "a bound, < or <="
        word = self._next(expected, "write `< 800ms`, with blanks around the sign")
        if word not in ("<", "<="):
            raise PropertyError(expected=expected, hint="only upper bounds can be asked for")
        return word == "<="

    def _time_us(self) -> int:
        hint = "write a number and a unit: 500us, 20ms, 1.5s, 5m or 1h"
        match = _TIME.fullmatch(self._next("a time", hint))
        exact_us = Decimal(match["number"]) * _UNITS_US[match["unit"]] if match else Decimal("0.5")
        if exact_us != int(exact_us):
            raise PropertyError(expected="a time in whole microseconds", hint=hint)
        return int(exact_us)

    def _thousandths(self) -> int:
        hint = "write a number without a unit: 12 or 2.5"
        word = self._next("a number", hint)
        if not _NUMBER.fullmatch(word):
            raise PropertyError(expected="a number", hint=hint)
        return int(Decimal(word) * 1000)
