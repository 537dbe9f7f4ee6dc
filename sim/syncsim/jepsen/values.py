"""What a value of an outside history is: nothing, a whole number, text, or a tuple of values.

In Python 1, 1.0 and True are equal; in a history they are three values. So all that is none of
these four, a fraction, a truth value, a set, a map, is a `Tagged` value and equals only its like.
Every value can be a key of a dictionary.
"""

from __future__ import annotations

from typing import Any, NamedTuple

DEPTH_MAX = 64
"""An operation is four or five deep; a thousand brackets are an attack, not a history."""

WORDS_CHARACTERS = 60
"""A value in a story is cut to this: a list of a thousand elements is not read by anyone."""


class Tagged(NamedTuple):
    """A value with the name of its kind: `float`, `bool`, `set`, `map`, or an EDN tag."""

    tag: str
    value: Any


def frozen(value: Any, depth: int = 0) -> Any:
    """Return what a reader made of a text as a value of a history.

    Lists become tuples. Sets and maps become tuples in the order of their text, because a set
    has no order of its own and two equal ones must be equal here.

    Raises:
        ValueError: if it is nested too deeply.
    """
    kind = type(value)
    if kind is int or kind is str or value is None:
        return value
    if depth > DEPTH_MAX:
        raise ValueError(f"at most {DEPTH_MAX} levels")
    if kind is tuple or kind is list:
        # Lists of numbers are most of what a history holds.
        return tuple([e if type(e) is int else frozen(e, depth + 1) for e in value])
    if kind is bool or kind is float:
        return Tagged(kind.__name__, value)
    if kind is dict:
        pairs = [(frozen(k, depth + 1), frozen(v, depth + 1)) for k, v in value.items()]
        return Tagged("map", tuple(sorted(pairs, key=repr)))
    assert isinstance(value, Tagged), "a reader makes nothing else"
    inside = frozen(value.value, depth + 1)
    if value.tag == "set":
        inside = tuple(sorted(inside, key=repr))
    return Tagged(value.tag, inside)


def words(value: Any) -> str:
    """Write a value for a story, much as EDN would: `nil`, `3`, `[1 2]`."""
    text = _text(value)
    return text if len(text) <= WORDS_CHARACTERS else f"{text[: WORDS_CHARACTERS - 3]}..."


def _text(value: Any) -> str:
    match value:
        case None:
            return "nil"
        case Tagged("bool", truth):
            return "true" if truth else "false"
        case Tagged("float", number):
            return str(number)
        case Tagged(tag, inside):
            return f"#{tag} {_text(inside)}"
        case tuple():
            # Only what can be seen is written: a list may have a million elements.
            inside = " ".join(_text(element) for element in value[:WORDS_CHARACTERS])
            return f"[{inside}]"
        case _:
            text = str(value)[:WORDS_CHARACTERS]
            return "".join(char if char.isprintable() else "?" for char in text)
