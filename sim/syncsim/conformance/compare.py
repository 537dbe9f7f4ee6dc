"""Two traces of one program: whether they are equal, and where they first differ."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from syncsim.conformance.clock import TooManyTurns
from syncsim.conformance.programs import Program
from syncsim.conformance.replay import replay


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
        return next((at for at, (ours, theirs) in enumerate(pairs) if ours != theirs), shorter)


def answer_of_model(program: str) -> str:
    """Return what the runner would write for a program, were the model the packages."""
    parsed = json.loads(program)
    try:
        answer = {"id": parsed["id"], "trace": replay(parsed)}
    except TooManyTurns as error:
        answer = {"id": parsed["id"], "error": str(error)}
    return json.dumps(answer, separators=(",", ":"), ensure_ascii=False)


def compare(program: str, packages: str, model: str) -> Mismatch | None:
    """Return how two answers for one program differ, None if they are equal.

    Answers that are equal as texts are equal; others may still differ in the order of members
    and in how a number is written, which means nothing.
    """
    if packages == model:
        return None
    theirs, ours = canonical(json.loads(packages)), canonical(json.loads(model))
    if theirs == ours:
        return None
    return Mismatch(program=json.loads(program), packages=theirs, model=ours)


def canonical(answer: dict[str, Any]) -> tuple[str, ...]:
    """Return the records of an answer, in one form for all that is equal."""
    if "error" in answer:
        return (f"error: {answer['error']}",)
    return tuple(json.dumps(_plain(record), sort_keys=True) for record in answer["trace"])


def _plain(value: Any) -> Any:
    """Return a value in which a whole number is an int, as JavaScript has only one kind."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    return value
