"""How often programs exercised each step, option and branch, so that agreement is not empty.

Steps and options are counted in the programs, branches in the traces: what happened to
queries, mutations and requests. And the lines of the model that a sample of the programs
never ran are listed, with the hope that there are none.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import syncsim.client.cache
import syncsim.client.redux_toolkit
from syncsim.conformance.programs import Program
from syncsim.conformance.trace import Record

_MODEL = tuple(
    Path(folder)
    for package in (syncsim.client.cache, syncsim.client.redux_toolkit)
    for folder in package.__path__
)
_NOT_OPTIONS = ("do", "at", "key", "observer", "mutation", "request", "thunk")
_WHOLE = ("fail", "reason", "reject", "value", "write", "patch", "invalidate")
"""Of these only that they are there counts, not what they say."""

_PREFIXES = {"mutate": "mutation ", "dispatch": "thunk ", "abort": "abort "}


class Exercise:
    """Counts what was exercised."""

    def __init__(self) -> None:
        self.programs = 0
        self.records = 0
        self.steps: Counter[str] = Counter()
        self.options: Counter[str] = Counter()
        self.branches: Counter[str] = Counter()

    def add(self, program: Program, trace: list[Record]) -> None:
        """Count one program and its trace."""
        options: list[str] = []
        for step in program["steps"]:
            prefix = _PREFIXES.get(step["do"], "")
            for name, value in step.items():
                if name not in _NOT_OPTIONS:
                    _name_options(options, prefix + name, name, value)
        self.programs += 1
        self.records += len(trace)
        self.steps.update([step["do"] for step in program["steps"]])
        self.options.update(options)
        self.branches.update(map(_branch, trace))

    def add_all(self, other: Exercise) -> None:
        """Count what another has counted."""
        self.programs += other.programs
        self.records += other.records
        self.steps.update(other.steps)
        self.options.update(other.options)
        self.branches.update(other.branches)


def _name_options(names: list[str], path: str, name: str, value: Any) -> None:
    """Name an option: with its value if that is a word, with its parts if it has any."""
    if name in _WHOLE:
        names.append(path)
    elif isinstance(value, dict):
        for part, inner in value.items():
            if part not in _NOT_OPTIONS:
                _name_options(names, f"{path}.{part}", part, inner)
    elif isinstance(value, list):
        for item in value:
            _name_options(names, path, name, item)
    elif isinstance(value, bool | str):
        names.append(f"{path} {_words(value)}")
    else:
        names.append(f"{path} number")


@lru_cache(maxsize=None, typed=True)
def _words(value: bool | str) -> str:  # noqa: FBT001 - the value is the argument
    return json.dumps(value)


def _branch(record: Record) -> str:
    """Return what kind of thing a record says has happened."""
    if len(record) == 1:
        return "no end"
    kind: str = record[1]
    name = _BRANCHES.get(kind)
    return kind if name is None else name(record)


def _event(record: Record) -> str:
    if record[2] != "updated":
        return f"query {record[2]}"
    flags = record[5]
    manual = " (manual)" if flags.get("manual") else ""
    return f"query {record[4]}{manual}: {flags['status']}, {flags['fetchStatus']}"


def _mutation(record: Record) -> str:
    flags = record[4]
    return f"mutation {record[3]}: {flags['status']}{' paused' * flags['isPaused']}"


def _paint(record: Record) -> str:
    screen = record[3]
    stale = " stale" if screen["isStale"] else ""
    return f"paint {screen['status']}, {screen['fetchStatus']}{stale}"


def _action(record: Record) -> str:
    flags = [name for name, value in sorted(record[4].items()) if value is True]
    return " ".join(["action", record[2].split("/")[-1], *flags])


_BRANCHES: dict[str, Callable[[Record], str]] = {
    "event": _event,
    "mutation": _mutation,
    "hook": lambda record: f"hook {record[3]}",
    "answer": lambda record: f"answer {record[-1]}",
    "reply": lambda record: f"reply {record[-1]}",
    "paint": _paint,
    "settled": lambda record: f"settled {record[2].split(':')[0]} {record[3]}",
    "action": _action,
}

Lines = dict[tuple[str, int], None]
"""Lines of the model, each with the name of its file."""


def lines_run(run: Callable[[], object]) -> Lines:
    """Run something; return the lines of the model's functions that it ran."""
    files = dict.fromkeys(map(str, _files()))
    # Of each function the lines that have not run yet; once all have, it runs at full speed.
    left: dict[CodeType, dict[int, None]] = {}

    def on_call(frame: FrameType, _event: str, _argument: object) -> Any:
        code = frame.f_code
        lines = left.get(code)
        if lines is None:
            lines = left[code] = _lines_of(code) if code.co_filename in files else {}
        if not lines:
            return None

        def on_line(inner: FrameType, event: str, _argument: object) -> Any:
            if event == "line":
                lines.pop(inner.f_lineno, None)
            return on_line

        return on_line

    before = sys.gettrace()
    sys.settrace(on_call)
    try:
        run()
    finally:
        sys.settrace(before)
    return {
        (Path(code.co_filename).name, line): None
        for code, lines in left.items()
        if code.co_filename in files
        for line in _lines_of(code)
        if line not in lines
    }


def lines_never_run(ran: Lines) -> list[str]:
    """Return the lines of the model, as `file:line`, that are not among those that ran."""
    return [
        f"{path.name}:{line}"
        for path in _files()
        for line in _lines_in_functions(path)
        if (path.name, line) not in ran
    ]


def _files() -> list[Path]:
    return [path for folder in _MODEL for path in sorted(folder.glob("*.py"))]


def _lines_in_functions(path: Path) -> list[int]:
    """Return the lines of a file that run when its functions are called."""
    lines: dict[int, None] = {}
    waiting = [compile(path.read_text("utf-8"), str(path), "exec")]
    while waiting:
        code = waiting.pop()
        waiting.extend(part for part in code.co_consts if isinstance(part, CodeType))
        is_function = bool(code.co_flags & 0x0001)  # CO_OPTIMIZED: neither module nor class
        if is_function:
            lines |= _lines_of(code)
    return sorted(lines)


def _lines_of(code: CodeType) -> dict[int, None]:
    """Return the lines of a function, but for its first."""
    first = code.co_firstlineno
    return {line: None for _, _, line in code.co_lines() if line and line != first}
