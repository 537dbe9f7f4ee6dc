"""Two traces of one program: whether they are equal, and where they first differ."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from syncsim.conformance.clock import TooManyTurns
from syncsim.conformance.programs import Program
from syncsim.conformance.replay import replay
from syncsim.conformance.trace import Record

_AS_IN_JAVASCRIPT = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
_SORTED = json.JSONEncoder(sort_keys=True, ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A program of which the model and the packages give different traces.

    A trace is a list of records, each as canonical JSON; a program that could not be run has
    a trace of one line that says why.
    """

    program: Program
    packages: tuple[str, ...]
    model: tuple[str, ...]

    @property
    def first_difference(self) -> int:
        """Return the number, from 0, of the first record that differs."""
        pairs = zip(self.packages, self.model, strict=False)
        shorter = min(len(self.packages), len(self.model))
        return next((at for at, (theirs, ours) in enumerate(pairs) if theirs != ours), shorter)


def trace_of_model(program: str) -> list[Record]:
    """Return the trace that the model gives of a program, from its text as the runner gets it."""
    try:
        return replay(json.loads(program))
    except TooManyTurns as error:
        return [[str(error)]]


def compare(program: str, answer: bytes, trace: list[Record]) -> Mismatch | None:
    """Return how the runner's answer and the model's trace differ, None if they are equal.

    The order of members and how a whole number is written mean nothing. Nearly always both are
    the same text, and then it need not be read.
    """
    _id, _, rest = answer.partition(b',"trace":')
    if rest == b"%b}" % _AS_IN_JAVASCRIPT.encode(trace).encode():
        return None
    parsed = json.loads(answer)
    theirs = parsed["trace"] if "trace" in parsed else [[parsed["error"]]]
    packages, model = canonical(theirs), canonical(trace)
    if packages == model:
        return None
    return Mismatch(program=json.loads(program), packages=packages, model=model)


def canonical(trace: list[Record]) -> tuple[str, ...]:
    """Return the records of a trace, in one form for all that is equal."""
    return tuple(_SORTED.encode(_plain(record)) for record in trace)


def _plain(value: Any) -> Any:
    """Return a value in which a whole number is an int, as JavaScript has only one kind."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    return value
