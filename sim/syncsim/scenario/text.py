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

FILE_BYTES = 1_000_000
"""A file a person wrote is a hundredth of this; a longer one describes generated work."""
MAX_DEPTH = 32
"""The format itself needs five levels; deeper text is a mistake or an attack."""
MAX_DIGITS = 18
"""Whole numbers of up to eighteen digits fit 64 bits everywhere they may travel."""

Path = tuple[str | int, ...]
Mark = tuple[int, int]

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
    values: Mapping[Path, Mark]
    keys: Mapping[Path, Mark]
    problems: tuple[tuple[Mark, Problem], ...]

    def at(self, path: Path) -> Any:
        """Return the value at a path that exists."""
        value = self.data
        for part in path:
            value = value[part]
        return value

    def mark(self, path: Path, *, key: bool = False) -> Mark:
        """Return line and column of a value, or of its key, or of the nearest around it."""
        if key and path in self.keys:
            return self.keys[path]
        while path and path not in self.values:
            path = path[:-1]
        return self.values[path]

    def place(self, mark: Mark) -> str:
        """Return a mark as `file:line:column`."""
        return _place(self.name, mark)


def decode(data: bytes, name: str) -> str:
    """Return the text of a file, which must be UTF-8.

    Raises:
        InputError: if it is binary or in another encoding.
    """
    if b"\0" in data:
        where = data.index(b"\0")
        _stop(name, _mark_at(data[:where].decode("utf-8", "replace")), "binary-file",
              "a text file", "a zero byte", "give a YAML file in UTF-8")  # fmt: skip
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        _stop(name, _mark_at(before), "not-utf-8", "text in UTF-8",
              f"the byte {data[error.start]:#04x}", "save the file as UTF-8")  # fmt: skip


def parse(text: str, name: str) -> Tree:
    """Return the values of a YAML text and their places.

    Raises:
        InputError: if it is not one plain YAML document without aliases, tags, directives
            and control characters, within the limits of length and depth.
    """
    if len(text) > FILE_BYTES:
        _stop(name, (1, 1), "too-large", f"at most {FILE_BYTES:,} characters", f"{len(text):,}",
              "generated work belongs in `load`")  # fmt: skip
    strange = _UNPRINTABLE.search(text)
    if strange:
        _stop(name, _mark_at(text[: strange.start()]), "control-character", "printable text",
              f"U+{ord(strange[0]):04X}", "remove the character")  # fmt: skip
    builder = _Builder(name)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.feed(event)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        found = quoted(error.problem or "something else")
        _stop(name, where, "not-yaml", "YAML", found, "look at the line and the one before it")
    except (YAMLError, ValueError, OverflowError) as error:
        _stop(name, (1, 1), "not-yaml", "YAML", quoted(str(error)), "check the escapes in it")
    if builder.root is None:
        _stop(name, (1, 1), "empty-file", "a mapping of keys", "nothing",
              "start with `syncsim: 1`")  # fmt: skip
    return builder.tree()


def plain_value(text: str) -> str | int | float | bool | None:
    """Return what an unquoted scalar means.

    Raises:
        ValueError: for a number of more than eighteen digits.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        if len(text) > MAX_DIGITS:
            raise ValueError("a number of more than eighteen digits")
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


@dataclass(slots=True)
class _Frame:
    """A mapping or list that is still being filled."""

    container: dict[str, Any] | list[Any]
    path: Path
    key: str | None = None


@dataclass(slots=True)
class _Builder:
    """Fills plain values from events, and keeps where each one stood."""

    name: str
    root: Any = None
    values: dict[Path, Mark] = field(default_factory=dict)
    keys: dict[Path, Mark] = field(default_factory=dict)
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
            _stop(self.name, _mark(event), "many-documents", "one YAML document", "a second one",
                  "put each scenario into a file of its own")  # fmt: skip
        if event.version or event.tags:
            _stop(self.name, _mark(event), "yaml-directive", "no directive", "a % line",
                  "remove it; the file is read as YAML 1.2")  # fmt: skip

    def _plain_node(self, event: Any) -> None:
        if event.anchor is not None:
            self._no_alias(event)
        if event.tag is not None:
            self._report(_mark(event), "yaml-tag", "a value without a tag",
                         quoted(str(event.tag)), "remove the tag; a file only holds data")  # fmt: skip

    def _no_alias(self, event: Any) -> NoReturn:
        _stop(self.name, _mark(event), "yaml-alias", "values written out",
              f"the anchor or alias {quoted(str(event.anchor))}",
              "write the value out; a range such as A1..A9 makes many rows at once")  # fmt: skip

    def _open(self, container: dict[str, Any] | list[Any], event: Event) -> None:
        if len(self.stack) == MAX_DEPTH:
            _stop(self.name, _mark(event), "too-deep", f"at most {MAX_DEPTH} levels",
                  "one more", "a scenario needs five")  # fmt: skip
        path = self._attach(container, _mark(event))
        self.stack.append(_Frame(container, path))

    def _scalar(self, event: ScalarEvent) -> None:
        mark = _mark(event)
        if _UNPRINTABLE.search(event.value):
            self._report(mark, "control-character", "printable text", quoted(event.value),
                         "remove the escape")  # fmt: skip
        frame = self.stack[-1] if self.stack else None
        if frame is not None and isinstance(frame.container, dict) and frame.key is None:
            self._key(frame, frame.container, event.value, mark)
            return
        value: Any = event.value
        if event.implicit[0]:
            try:
                value = plain_value(event.value)
            except ValueError:
                self._report(mark, "number-too-large", f"at most {MAX_DIGITS} digits",
                             quoted(event.value), "put it in quotes if it is a name")  # fmt: skip
        self._attach(value, mark)

    def _key(self, frame: _Frame, container: dict[str, Any], key: str, mark: Mark) -> None:
        path = (*frame.path, key)
        if key in container:
            line = self.keys[path][0]
            self._report(mark, "duplicate-key", "each key once", quoted(key),
                         f"the first is on line {line}")  # fmt: skip
        frame.key = key
        self.keys[path] = mark

    def _attach(self, value: Any, mark: Mark) -> Path:
        """Put a value into the innermost container; return its path."""
        path: Path = ()
        if not self.stack:
            self.root = value
        else:
            frame = self.stack[-1]
            if isinstance(frame.container, list):
                path = (*frame.path, len(frame.container))
                frame.container.append(value)
            elif frame.key is None:
                _stop(self.name, mark, "wrong-key", "a key that is text", "a list or a mapping",
                      "write `key: value`")  # fmt: skip
            else:
                path = (*frame.path, frame.key)
                frame.container[frame.key] = value
                frame.key = None
        self.values[path] = mark
        return path

    def _report(self, mark: Mark, code: str, expected: str, found: str, hint: str) -> None:
        self.problems.append((mark, _problem(self.name, mark, code, expected, found, hint)))


def _mark(event: Any) -> Mark:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _mark_at(before: str) -> Mark:
    """Return the mark of the character that follows a text."""
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _place(name: str, mark: Mark) -> str:
    return f"{name}:{mark[0]}:{mark[1]}"


def _problem(
    name: str, mark: Mark, code: str, expected: str, found: str, hint: str
) -> Problem:
    place = _place(name, mark)
    return Problem(code=code, place=place, expected=expected, found=found, hint=hint)


def _stop(name: str, mark: Mark, code: str, expected: str, found: str, hint: str) -> NoReturn:
    raise InputError(_problem(name, mark, code, expected, found, hint))
