"""From the bytes of a YAML file to plain values, each with its line and column.

The parser's events are read one by one and turned into dicts, lists and scalars here, with
a stack of our own. So hostile nesting meets a limit and not the interpreter's, nothing is
ever constructed from a tag, an alias cannot multiply, and every value and key remembers
where it stood. Scalars follow the YAML 1.2 core schema with decimal numbers: `on` and `no`
are text. A key is always text, so a row may be called 1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from syncsim.errors import InputError, Problem, quoted
from syncsim.scenario import catalogue

FILE_BYTES = 1_000_000
"""A file a person wrote is a hundredth of this; a longer one describes generated work."""
MAX_DEPTH = 32
"""The format itself needs five levels; deeper text is a mistake or an attack."""
MAX_DIGITS = 19
"""Every 64-bit number has at most nineteen digits; turning more into a number costs time."""

KeyPath = tuple[str | int, ...]
Mark = tuple[int, int]

RULES: Mapping[str, tuple[str, str]] = {
    "too-large": (f"at most {FILE_BYTES:,} characters", "generated work belongs in `load`"),
    "empty-file": ("a mapping of keys", "start with `syncsim: 1`"),
    "binary-file": ("a text file", "give a YAML file in UTF-8"),
    "not-utf-8": ("text in UTF-8", "save the file as UTF-8"),
    "control-character": ("printable text", "remove the character or its escape"),
    "not-yaml": ("YAML", "look at this line and the one before it"),
    "many-documents": ("one YAML document", "put each scenario into a file of its own"),
    "yaml-directive": ("no directive", "remove the % line; the file is read as YAML 1.2"),
    "yaml-tag": ("a value without a tag", "remove the tag; a file only holds data"),
    "yaml-alias": (
        "values written out, without anchors and aliases",
        "write the value out; a range such as A1..A9 makes many rows at once",
    ),
    "too-deep": (f"at most {MAX_DEPTH} levels", "nothing in these files needs more than five"),
    "wrong-key": ("a key that is text", "write `key: value`"),
    "duplicate-key": ("each key once", "remove one of the two, or rename it"),
    "number-too-large": (f"at most {MAX_DIGITS} digits", "put it in quotes if it is a name"),
}
"""Per code of a problem with the text itself: what is expected, and the hint."""

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: Mapping[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """The values of one file and where each of them stands.

    `problems` are those found while reading that leave the rest of the file readable.
    """

    name: str
    data: Any
    values: Mapping[KeyPath, Mark]
    keys: Mapping[KeyPath, Mark]
    problems: tuple[tuple[Mark, Problem], ...]

    def at(self, path: KeyPath) -> Any:
        """Return the value at a path that exists."""
        value = self.data
        for part in path:
            value = value[part]
        return value

    def mark(self, path: KeyPath, *, key: bool = False) -> Mark:
        """Return line and column of a value, or of its key, or of the nearest around it."""
        if key and path in self.keys:
            return self.keys[path]
        while path and path not in self.values:
            path = path[:-1]
        return self.values[path]

    def place(self, mark: Mark) -> str:
        """Return a mark as `file:line:column`."""
        return f"{self.name}:{mark[0]}:{mark[1]}"


def read_tree(path: Path) -> Tree:
    """Return the values of a file; problems name the path as the user gave it.

    Raises:
        InputError: if it cannot be read, or is no plain YAML in UTF-8 within the limits.
    """
    return parse(decode(catalogue.read(path, FILE_BYTES), str(path)), str(path))


def decode(data: bytes, name: str) -> str:
    """Return the text of a file, which must be UTF-8.

    Raises:
        InputError: if it is binary or in another encoding.
    """
    if b"\0" in data:
        before = data[: data.index(b"\0")].decode("utf-8", "replace")
        _stop(name, _mark_after(before), "binary-file", "a zero byte")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        _stop(name, _mark_after(before), "not-utf-8", f"the byte {data[error.start]:#04x}")


def parse(text: str, name: str) -> Tree:
    """Return the values of a YAML text and their places.

    Raises:
        InputError: if it is not one plain YAML document without aliases, directives and
            control characters, within the limits of length and depth.
    """
    if len(text) > FILE_BYTES:
        _stop(name, (1, 1), "too-large", f"{len(text):,}")
    strange = _UNPRINTABLE.search(text)
    if strange:
        before = text[: strange.start()]
        _stop(name, _mark_after(before), "control-character", f"U+{ord(strange[0]):04X}")
    builder = _Builder(name)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.feed(event)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        _stop(name, where, "not-yaml", quoted(error.problem or error.context or ""))
    except (YAMLError, ValueError, OverflowError) as error:
        _stop(name, (1, 1), "not-yaml", quoted(str(error)))
    if builder.root is None:
        _stop(name, (1, 1), "empty-file", "nothing")
    return builder.tree()


def plain_value(text: str) -> str | int | float | bool | None:
    """Return what an unquoted scalar means.

    Raises:
        ValueError: for a number of more than nineteen digits.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        if len(text.lstrip("+-")) > MAX_DIGITS:
            raise ValueError(text)
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


@dataclass(slots=True)
class _Frame:
    """A mapping or list that is still being filled."""

    container: dict[str, Any] | list[Any]
    path: KeyPath
    key: str | None = None


@dataclass(slots=True)
class _Builder:
    """Fills plain values from events, and keeps where each one stood."""

    name: str
    root: Any = None
    values: dict[KeyPath, Mark] = field(default_factory=dict)
    keys: dict[KeyPath, Mark] = field(default_factory=dict)
    problems: list[tuple[Mark, Problem]] = field(default_factory=list)
    stack: list[_Frame] = field(default_factory=list)
    documents: int = 0

    def tree(self) -> Tree:
        return Tree(
            name=self.name,
            data=self.root,
            values=self.values,
            keys=self.keys,
            problems=tuple(self.problems),
        )

    def feed(self, event: Event) -> None:
        """Take the next event of the parser."""
        match event:
            case DocumentStartEvent():
                self._document(event)
            case AliasEvent():
                self._no_alias(event)
            case ScalarEvent():
                self._plain_node(event)
                self._scalar(event)
            case MappingStartEvent():
                self._plain_node(event)
                self._open({}, event)
            case SequenceStartEvent():
                self._plain_node(event)
                self._open([], event)
            case MappingEndEvent() | SequenceEndEvent():
                self.stack.pop()

    def _document(self, event: DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            _stop(self.name, _mark(event), "many-documents", "a second one")
        if event.version or event.tags:
            _stop(self.name, _mark(event), "yaml-directive", "a % line above")

    def _plain_node(self, event: Any) -> None:
        """Refuse what is neither text nor structure: anchors and tags."""
        if event.anchor is not None:
            self._no_alias(event)
        if event.tag is not None:
            self._report(_mark(event), "yaml-tag", quoted(str(event.tag)))

    def _no_alias(self, event: Any) -> NoReturn:
        _stop(self.name, _mark(event), "yaml-alias", quoted(str(event.anchor)))

    def _open(self, container: dict[str, Any] | list[Any], event: Event) -> None:
        if len(self.stack) == MAX_DEPTH:
            _stop(self.name, _mark(event), "too-deep", "one more")
        path = self._attach(container, _mark(event))
        self.stack.append(_Frame(container, path))

    def _scalar(self, event: ScalarEvent) -> None:
        mark = _mark(event)
        strange = _UNPRINTABLE.search(event.value)
        if strange:
            self._report(mark, "control-character", f"U+{ord(strange[0]):04X}")
        frame = self.stack[-1] if self.stack else None
        if frame is not None and isinstance(frame.container, dict) and frame.key is None:
            self._key(frame, frame.container, event.value, mark)
            return
        if not event.value and frame is not None and frame.key is not None:
            # The parser puts an empty value where the next thing begins.
            mark = self.keys[(*frame.path, frame.key)]
        value: Any = event.value
        if event.implicit[0]:
            try:
                value = plain_value(event.value)
            except ValueError:
                self._report(mark, "number-too-large", quoted(event.value))
        self._attach(value, mark)

    def _key(self, frame: _Frame, container: dict[str, Any], key: str, mark: Mark) -> None:
        path = (*frame.path, key)
        if key in container:
            again = f"{quoted(key)} again, after line {self.keys[path][0]}"
            self._report(mark, "duplicate-key", again)
        frame.key = key
        self.keys[path] = mark

    def _attach(self, value: Any, mark: Mark) -> KeyPath:
        """Put a value into the innermost container; return its path."""
        path: KeyPath = ()
        if not self.stack:
            self.root = value
        else:
            frame = self.stack[-1]
            if isinstance(frame.container, list):
                path = (*frame.path, len(frame.container))
                frame.container.append(value)
            elif frame.key is None:
                _stop(self.name, mark, "wrong-key", "a list or a mapping")
            else:
                path = (*frame.path, frame.key)
                frame.container[frame.key] = value
                frame.key = None
        self.values[path] = mark
        return path

    def _report(self, mark: Mark, code: str, found: str) -> None:
        self.problems.append((mark, _problem(self.name, mark, code, found)))


def _mark(event: Any) -> Mark:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _mark_after(before: str) -> Mark:
    """Return the mark of the character that follows a text."""
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _problem(name: str, mark: Mark, code: str, found: str) -> Problem:
    expected, hint = RULES[code]
    place = f"{name}:{mark[0]}:{mark[1]}"
    return Problem(code=code, place=place, expected=expected, found=found, hint=hint)


def _stop(name: str, mark: Mark, code: str, found: str) -> NoReturn:
    raise InputError(_problem(name, mark, code, found))
