"""EDN, as far as the histories of Jepsen hold it: read with bounds, never evaluated.

EDN is the data notation of Clojure (the format is described at github.com/edn-format/edn).
Maps become dictionaries, vectors and lists tuples; a keyword or a symbol becomes its text without
the colon, as JSON, which has neither, would write it. A tagged literal or a record, such as
`#jepsen.history.Op{...}`, becomes a `Tagged` value: its name is kept and means nothing here.
Namespaced maps, metadata, regular expressions and `##Inf` are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from syncsim.errors import quoted
from syncsim.jepsen.values import DEPTH_MAX, Tagged

INTEGER_DIGITS_MAX = 40
"""Twice the digits of a 64-bit number; turning millions of digits into a number takes minutes."""

ATOMS_KEPT = 65_536
"""The same keywords and small numbers come again and again; this many stay parsed."""


class EdnError(ValueError):
    """A text is not EDN that we read: where, what would be, and what is there.

    `cut` means that the text ended too early, so the fault may be in how it was stored.
    """

    def __init__(self, offset: int, expected: str, found: str, *, cut: bool = False) -> None:
        super().__init__(offset, expected, found)
        self.offset = offset
        self.expected = expected
        self.found = found
        self.cut = cut


_TOKEN = re.compile(
    r"""
      (?P<skip> [\s,]+ | ;[^\n]* )
    | (?P<atom> [^\s,;"'`~@^{}\[\]()\\\#][^\s,;"`~@^{}\[\]()\\]* )
    | (?P<open> \#?\{ | \[ | \( )
    | (?P<close> [\]})] )
    | (?P<string> "[^"\\]*(?:\\.[^"\\]*)*" )
    | (?P<unclosed> " )
    | (?P<discard> \#_ )
    | (?P<tag> \#[A-Za-z][\w.$/*+!?<>=-]* )
    | (?P<char> \\(?:newline|space|tab|return|formfeed|backspace|u[0-9A-Fa-f]{4}|\S) )
    | (?P<bad> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_INTEGER = re.compile(r"[+-]?[0-9]+N?")
_FLOAT = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?M?")
_HEXADECIMAL = re.compile(r"0[xX][0-9a-fA-F]+")
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)

_CLOSERS = {"{": "}", "#{": "}", "[": "]", "(": ")"}
_CONSTANTS = {"nil": None, "true": True, "false": False}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "\\": "\\", "/": "/"}
_CHARACTERS = {
    "newline": "\n", "space": " ", "tab": "\t", "return": "\r", "formfeed": "\f",
    "backspace": "\b",
}  # fmt: skip


@dataclass(slots=True)
class _Open:
    """A bracket, tag or discard that waits for what belongs to it."""

    kind: str
    offset: int
    items: list[Any] = field(default_factory=list)


def read(text: str, start: int, limit: int) -> tuple[Any, int]:
    """Return the first form at or after `start` and the offset behind it.

    Raises:
        EdnError: if there is none before `limit`, or it is not one.
    """
    waiting: list[_Open] = []
    for token in _TOKEN.finditer(text, start, limit):
        kind = token.lastgroup
        if kind == "skip":
            continue
        if kind == "atom":
            value = _atom_at(token[0], token.start())
        elif kind == "open" or kind == "discard" or kind == "tag":  # noqa: PLR1714 - the hot path
            if len(waiting) >= DEPTH_MAX:
                raise EdnError(token.start(), f"at most {DEPTH_MAX} levels", "one more")
            waiting.append(_Open(token[0], token.start()))
            continue
        elif kind == "close":
            value = _closed(waiting, token[0], token.start())
        else:
            value = _rare(kind, token[0], token.start(), limit)
        while waiting:
            top = waiting[-1]
            if top.kind in _CLOSERS:
                top.items.append(value)
                break
            waiting.pop()
            if top.kind == "#_":
                break
            value = Tagged(top.kind[1:], value)
        else:
            return value, token.end()
    where = waiting[0].offset if waiting else limit
    what = f"the end of what begins with {quoted(waiting[0].kind)}" if waiting else "a value"
    raise EdnError(where, what, "the end of the text", cut=True)


def _closed(waiting: list[_Open], bracket: str, offset: int) -> Any:
    """Return the collection that a bracket closes."""
    if not waiting or _CLOSERS.get(waiting[-1].kind) != bracket:
        wanted = _CLOSERS.get(waiting[-1].kind, "a value") if waiting else "a value"
        raise EdnError(offset, quoted(wanted) if waiting else wanted, quoted(bracket))
    top = waiting.pop()
    if top.kind in ("[", "("):
        return tuple(top.items)
    if top.kind == "#{":
        return Tagged("set", tuple(top.items))
    return _map(top)


def _map(top: _Open) -> dict[Any, Any]:
    items = top.items
    if len(items) % 2:
        raise EdnError(top.offset, "a map with a value for each key", "a key without a value")
    try:
        made = dict(zip(items[::2], items[1::2], strict=True))
    except TypeError:
        raise EdnError(top.offset, "keys that are no maps", "a map as a key") from None
    if len(made) * 2 != len(items):
        raise EdnError(top.offset, "each key once", "a key that comes twice")
    return made


def _rare(kind: str | None, token: str, offset: int, limit: int) -> Any:
    """Return a string or a character, or say what else stands there."""
    if kind == "string":
        return _string(token, offset) if "\\" in token else token[1:-1]
    if kind == "char":
        name = token[1:]
        if len(name) == 5:
            return Tagged("char", chr(int(name[1:], 16)))
        return Tagged("char", _CHARACTERS.get(name, name))
    if kind == "unclosed":
        raise EdnError(offset, "the closing quote of a string", f"none before {limit}", cut=True)
    raise EdnError(offset, "a value", quoted(token))


def _string(token: str, offset: int) -> str:
    def plain(escape: re.Match[str]) -> str:
        name = escape[1]
        if len(name) == 5:
            return chr(int(name[1:], 16))
        if name not in _ESCAPES:
            raise EdnError(offset + 1 + escape.start(), "an escape of EDN", quoted(escape[0]))
        return _ESCAPES[name]

    return _ESCAPE.sub(plain, token[1:-1])


def _atom_at(token: str, offset: int) -> Any:
    try:
        return _atom(token)
    except ValueError as error:
        raise EdnError(offset, str(error), quoted(token)) from None


@lru_cache(maxsize=ATOMS_KEPT)
def _atom(token: str) -> Any:
    """Return a number, a constant, or the text of a keyword or a symbol."""
    if token in _CONSTANTS:
        return _CONSTANTS[token]
    if token[0] == ":":
        if len(token) == 1 or token[1] == ":":
            raise ValueError("a keyword with a name")
        return token[1:]
    if not token[0].isdecimal() and not (token[0] in "+-" and token[1:2].isdecimal()):
        return token
    if len(token) > INTEGER_DIGITS_MAX:
        raise ValueError(f"a number of at most {INTEGER_DIGITS_MAX} characters")
    if _INTEGER.fullmatch(token):
        return int(token.rstrip("N"))
    if _FLOAT.fullmatch(token):
        return float(token.rstrip("M"))
    if _HEXADECIMAL.fullmatch(token):
        return int(token, 16)
    raise ValueError("a number")
