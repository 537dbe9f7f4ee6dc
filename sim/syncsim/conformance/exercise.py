"""How often programs exercised each step, option and branch, so that agreement is not empty.

Steps and options are counted in the programs, branches in the traces: what happened to
queries, mutations and requests. And the lines of the model that a sample of the programs
never ran are listed, with the hope that there are none.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
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
        self.programs += 1
        for step in program["steps"]:
            self.steps[step["do"]] += 1
            for name, value in step.items():
                if name not in _NOT_OPTIONS:
                    prefix = _PREFIXES.get(step["do"], "")
                    self.options.update(_option(f"{prefix}{name}", value))
        self.records += len(trace)
        self.branches.update(map(_branch, trace))


def _option(name: str, value: Any) -> Iterator[str]:
    """Yield the names of an option: with its value if that is a word, with its parts if not."""
    last = name.rsplit(".", maxsplit=1)[-1].rsplit(" ", maxsplit=1)[-1]
    if last in _WHOLE:
        yield name
    elif isinstance(value, dict):
        for part, inner in value.items():
            if part not in _NOT_OPTIONS:
                yield from _option(f"{name}.{part}", inner)
    elif isinstance(value, list):
        for item in value:
            yield from _option(name, item)
    elif isinstance(value, bool | str):
        yield f"{name} {json.dumps(value)}"
    else:
        yield f"{name} number"


def _branch(record: Record) -> str:
    """Return what kind of thing a record says has happened."""
    if len(record) == 1:
        return "no end"
    _time, kind, *facts = record
    match kind:
        case "event" if facts[0] == "updated":
            flags = facts[3]
            manual = " (manual)" if flags.get("manual") else ""
            return f"query {facts[2]}{manual}: {flags['status']}, {flags['fetchStatus']}"
        case "event":
            return f"query {facts[0]}"
        case "mutation":
            flags = facts[2]
            return f"mutation {facts[1]}: {flags['status']}{' paused' * flags['isPaused']}"
        case "hook":
            return f"hook {facts[1]}"
        case "answer" | "reply":
            return f"{kind} {facts[-1]}"
        case "paint":
            screen = facts[1]
            stale = " stale" if screen["isStale"] else ""
            return f"paint {screen['status']}, {screen['fetchStatus']}{stale}"
        case "settled":
            return f"settled {facts[0].split(':')[0]} {facts[1]}"
        case "action":
            flags = [name for name, value in sorted(facts[2].items()) if value is True]
            return " ".join(["action", facts[0].split("/")[-1], *flags])
        case _:
            return str(kind)


def lines_never_run(run: Callable[[], None]) -> list[str]:
    """Run something; return the lines of the model, as `file:line`, that it did not run."""
    seen: dict[str, dict[int, None]] = {}

    def on_call(frame: FrameType, _event: str, _argument: object) -> Any:
        lines = seen.get(frame.f_code.co_filename)
        if lines is None:
            return None

        def on_line(inner: FrameType, event: str, _argument: object) -> Any:
            if event == "line":
                lines[inner.f_lineno] = None
            return on_line

        lines[frame.f_lineno] = None
        return on_line

    files = [path for folder in _MODEL for path in sorted(folder.glob("*.py"))]
    for path in files:
        seen[str(path)] = {}
    before = sys.gettrace()
    sys.settrace(on_call)
    try:
        run()
    finally:
        sys.settrace(before)
    return [
        f"{path.name}:{line}"
        for path in files
        for line in _lines_in_functions(path)
        if line not in seen[str(path)]
    ]


def _lines_in_functions(path: Path) -> list[int]:
    """Return the lines of a file that run when its functions are called."""
    lines: dict[int, None] = {}
    waiting = [compile(path.read_text("utf-8"), str(path), "exec")]
    while waiting:
        code = waiting.pop()
        inner = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
        waiting.extend(inner)
        is_function = bool(code.co_flags & 0x0001)  # CO_OPTIMIZED: neither module nor class
        if is_function:
            first = code.co_firstlineno
            lines.update({line: None for _, _, line in code.co_lines() if line and line != first})
    return sorted(lines)
