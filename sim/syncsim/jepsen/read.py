"""From a file of another tester to operations: EDN of Jepsen, or JSON as elle-cli reads it.

Either holds its events one after the other, with or without a bracket around them all. Nothing
is judged unless the whole file is understood: every problem is told at once, with its place.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeGuard

from syncsim.errors import HistoryError, Problem, nearest, quoted
from syncsim.jepsen import edn
from syncsim.jepsen.operations import HINT, TYPES, Operation, Rules
from syncsim.jepsen.values import DEPTH_MAX, Tagged, frozen

FILE_BYTES_MAX = 1_000_000_000
"""The file is held in memory as a whole; ten million operations fit."""

OPERATION_CHARACTERS_MAX = 1_000_000
"""One event is small; a longer line is not one, whatever it is."""

PROBLEMS_MAX = 100
"""After so many problems the rest of the file has nothing to add."""

INTEGER_MAX = 2**63
"""An index or a time beyond 64 bits was not written by a tester."""

Form = tuple[int, Any]
"""The offset of an event in the text, and what stands there."""


def read_file(path: Path) -> list[Operation]:
    """Read a history from a file.

    Raises:
        HistoryError: with every problem of the file, up to a hundred.
    """
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise _refused(str(path), "a readable file", error.strerror or "an error") from None
    if len(data) > FILE_BYTES_MAX:
        raise _refused(str(path), f"at most {FILE_BYTES_MAX} bytes", "more")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise HistoryError(
            Problem(
                code="wrong-encoding",
                place=f"{path}:{line}:{column}",
                expected="UTF-8",
                found=f"the byte 0x{data[error.start]:02x}",
                hint="save the history as UTF-8",
            )
        ) from None
    return read_text(text, str(path))


def read_text(text: str, name: str = "history") -> list[Operation]:
    """Read a history from a text; `name` stands for the file in problems.

    Raises:
        HistoryError: with every problem of the text, up to a hundred.
    """
    reading = _Reading(text, name)
    operations = [operation for operation in reading.operations() if operation is not None]
    if not operations and not reading.problems:
        raise _refused(name, "a history", "nothing")
    if reading.problems:
        raise HistoryError(reading.problems[:PROBLEMS_MAX])
    return operations


class _Reading:
    """One pass over one text."""

    def __init__(self, text: str, name: str) -> None:
        self.problems: list[Problem] = []
        self._text = text
        self._name = name
        # The offset at which each line begins.
        self._lines = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        self._numbered: bool | None = None
        self._rules = Rules()

    def operations(self) -> Iterator[Operation | None]:
        """Yield each event, None in place of one that has a problem."""
        rules = self._rules
        for count, (offset, form) in enumerate(self._forms()):
            before = len(self.problems)
            operation = self._operation(count, offset, form)
            if operation is None:
                rules.lose(form)
            else:
                self.problems.extend(rules.breaches(operation))
            yield operation if len(self.problems) == before else None
            if len(self.problems) >= PROBLEMS_MAX:
                return

    # From text to forms

    def _forms(self) -> Iterator[Form]:
        """Yield what stands in the text; after a fault go on with the next line, if one can."""
        text, end = self._text, len(self._text)
        is_json = self._is_json()
        skip = _json_gap if is_json else _edn_gap
        offset = skip(text, 0)
        inside = text.startswith("[", offset)
        offset = skip(text, offset + inside)
        while offset < end and len(self.problems) < PROBLEMS_MAX:
            if inside and text[offset] == "]":
                self._end(skip(text, offset + 1))
                return
            try:
                form, after = self._json(offset) if is_json else self._edn(offset)
            except edn.EdnError as fault:
                self._fault(fault)
                self._rules.lose(None)
                offset = text.find("\n", offset) + 1
                if inside or not offset:
                    return
                offset = skip(text, offset)
                continue
            yield offset, form
            offset = skip(text, after)
        if inside and not self.problems:
            self._fault(edn.EdnError(end, "']' at the end", "the end of the text", cut=True))

    def _is_json(self) -> bool:
        """Whether the first event is written with quoted names."""
        start = _edn_gap(self._text, 0)
        start = _edn_gap(self._text, start + self._text.startswith("[", start))
        return self._text.startswith("{", start) and self._text.startswith(
            '"', _json_gap(self._text, start + 1)
        )

    def _edn(self, offset: int) -> tuple[Any, int]:
        limit = min(len(self._text), offset + OPERATION_CHARACTERS_MAX)
        try:
            return edn.read(self._text, offset, limit)
        except edn.EdnError as fault:
            if fault.cut and limit < len(self._text):
                raise _too_long(offset) from None
            raise

    def _json(self, offset: int) -> tuple[Any, int]:
        try:
            form, after = _JSON.raw_decode(self._text, offset)
        except json.JSONDecodeError as error:
            cut = error.pos >= len(self._text.rstrip()) or error.msg.startswith("Unterminated")
            found = quoted(self._text[error.pos : error.pos + 10])
            raise edn.EdnError(error.pos, f"JSON ({error.msg})", found, cut=cut) from None
        except RecursionError:
            raise edn.EdnError(offset, f"at most {DEPTH_MAX} levels", "many more") from None
        except ValueError as error:
            raise edn.EdnError(offset, f"JSON ({error})", "something else") from None
        if after - offset > OPERATION_CHARACTERS_MAX:
            raise _too_long(offset)
        return form, after

    def _end(self, offset: int) -> None:
        if offset < len(self._text):
            found = quoted(self._text[offset : offset + 10])
            self._fault(edn.EdnError(offset, "nothing behind the last ']'", found))

    def _fault(self, fault: edn.EdnError) -> None:
        code = "cut-short" if fault.cut else "unreadable-history"
        hint = (
            "the test was interrupted or the file was cut; store it again"
            if fault.cut
            else "a history is the history.edn of Jepsen or JSON as elle-cli takes it"
        )
        self._add(fault.offset, code, fault.expected, fault.found, hint)

    # From a form to an event

    def _operation(self, count: int, offset: int, form: Any) -> Operation | None:
        """Return the event that a form describes, None if it describes none."""
        if isinstance(form, Tagged):  # a record: #jepsen.history.Op{...}
            form = form.value
        if not isinstance(form, dict):
            self._add(offset, "wrong-type", "an event, a map of its fields", quoted(form))
            return None
        before = len(self.problems)
        kind, process = form.get("type"), form.get("process")
        if kind not in TYPES:
            hint = nearest(kind, TYPES) if isinstance(kind, str) else f"one of: {', '.join(TYPES)}"
            self._add(offset, "unknown-type", "a type of event", quoted(kind), hint)
        if not isinstance(process, int | str) or isinstance(process, bool):
            expected = "a whole number or a name under 'process'"
            self._add(offset, "wrong-type", expected, quoted(process))
        function = form.get("f") or ""
        if not isinstance(function, str):
            self._add(offset, "wrong-type", "a name under 'f'", quoted(function))
        index = self._index(count, offset, form)
        time_ns = form.get("time")
        # Jepsen writes -1 where it does not know the time.
        if time_ns is not None and not _is_whole(time_ns, least=-1):
            self._add(offset, "wrong-type", "whole nanoseconds under 'time'", quoted(time_ns))
        value = self._value(offset, form.get("value"))
        if len(self.problems) > before:
            return None
        return Operation(
            index=index,
            time_ns=None if time_ns == -1 else time_ns,
            type=str(kind),
            process=process,  # type: ignore[arg-type]  # a wrong one was a problem above
            f=function,
            value=value,
            place=self._place(offset),
        )

    def _index(self, count: int, offset: int, form: dict[Any, Any]) -> int:
        """Return the index of an event; a history without any is numbered as it stands."""
        if self._numbered is None:
            self._numbered = "index" in form
        if not self._numbered and "index" not in form:
            return count
        index = form.get("index")
        if self._numbered and _is_whole(index, least=0):
            return index
        expected = "a whole number under 'index'" if self._numbered else "no index, as before"
        self._add(offset, "wrong-type", expected, quoted(index))
        return count

    def _value(self, offset: int, value: Any) -> Any:
        try:
            return frozen(value)
        except ValueError as error:
            self._add(offset, "unreadable-history", str(error), "many more")
            return None

    def _place(self, offset: int) -> str:
        line = bisect_right(self._lines, offset)
        return f"{self._name}:{line}:{offset - self._lines[line - 1] + 1}"

    def _add(self, offset: int, code: str, expected: str, found: str, hint: str = HINT) -> None:
        place = self._place(offset)
        self.problems.append(
            Problem(code=code, place=place, expected=expected, found=found, hint=hint)
        )


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("each key once")
    return made


def _no_constant(name: str) -> Any:
    raise ValueError(f"no {name}")


_JSON = json.JSONDecoder(object_pairs_hook=_each_once, parse_constant=_no_constant)


def _json_gap(text: str, offset: int) -> int:
    """Return the offset behind white space and commas."""
    while offset < len(text) and text[offset] in " \t\r\n,":
        offset += 1
    return offset


def _edn_gap(text: str, offset: int) -> int:
    """Return the offset behind white space, commas and comments."""
    offset = _json_gap(text, offset)
    while text.startswith(";", offset):
        end = text.find("\n", offset)
        offset = _json_gap(text, end if end >= 0 else len(text))
    return offset


def _is_whole(value: Any, least: int) -> TypeGuard[int]:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return is_number and least <= value < INTEGER_MAX


def _too_long(offset: int) -> edn.EdnError:
    return edn.EdnError(offset, f"at most {OPERATION_CHARACTERS_MAX} characters an event", "more")


def _refused(place: str, expected: str, found: str) -> HistoryError:
    return HistoryError(
        Problem(
            code="unreadable-history", place=place, expected=expected, found=found, hint=HINT
        )
    )  # fmt: skip
