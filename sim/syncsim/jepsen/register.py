"""Registers: is there an order of reads, writes and cas in which each took effect at one moment?

That is linearizability (M. Herlihy and J. Wing, ACM TOPLAS 12(3), 1990). It holds of a history
if it holds of each object alone, so where values are pairs of a key and a value, each key is
searched by itself. A register holds `nil` at first. An operation that failed had no effect; one
that ended as `info`, or not at all, may have had its effect at any later time, or never.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from syncsim.checks.verdict import STORIES_MAX, Finding, Status, Story
from syncsim.errors import HistoryError, Problem, nearest, quoted
from syncsim.jepsen.linearize import (
    ANYTHING,
    BoundError,
    Bounds,
    Effort,
    Move,
    Stuck,
    search,
    useful,
)  # fmt: skip
from syncsim.jepsen.operations import Call, Operation, calls
from syncsim.jepsen.values import words

FUNCTIONS = ("read", "write", "cas")

OPEN_TOLD = 5
"""Operations open at the same time that a story names; it gives the number of the others."""

NO_KEY = object()
"""The key of a history that has one register without a name."""


class _Step(NamedTuple):
    """What one call did to one register."""

    call: Call
    key: Any
    value: Any

    def __str__(self) -> str:
        function = self.call.invoke.f
        if function == "cas":
            old, new = self.value
            did = f"changed {words(old)} to {words(new)}"
        else:
            did = f"{'read' if function == 'read' else 'wrote'} {words(self.value)}"
        return f"process {self.call.invoke.process} {did} ({_events(self.call)})"


def judge_register(operations: Sequence[Operation], bounds: Bounds) -> Finding:
    """Return whether each register of a history is linearizable.

    Raises:
        HistoryError: if an operation is none of a register.
    """
    steps = _steps(calls(operations))
    by_key: dict[Any, list[_Step]] = {}
    for step in steps:
        by_key.setdefault(step.key, []).append(step)
    effort = Effort(bounds)
    stories: list[Story] = []
    failures, over, seen = 0, "", 0
    for key, of_key in by_key.items():
        moves = {_move(step): step for step in of_key}
        seen += sum(move.wants is not ANYTHING and move.end is not None for move in moves)
        try:
            stuck = search(useful(moves), None, effort)
        except BoundError as error:
            over = f"key {words(key)}: {error}" if key is not NO_KEY else str(error)
            break
        if stuck is not None:
            failures += 1
            if len(stories) < STORIES_MAX:
                stories.append(_story(key, stuck, moves))
    return _finding(len(by_key), seen, failures, stories, over)


def _finding(
    keys: int, seen: int, failures: int, stories: list[Story], over: str
) -> Finding:  # fmt: skip
    status = Status.PASS
    why = f"{seen} reads and cas of {keys} registers fit one order each"
    if stories:
        status, why = Status.FAIL, stories[0].text
    elif over:
        status, why = Status.UNKNOWN, f"the search was given up: {over}"
    elif not seen:
        status, why = Status.UNKNOWN, "no read and no cas succeeded, so any order would do"
    return Finding(
        check="linearizable",
        status=status,
        why=why,
        seen=seen,
        failures=failures,
        stories=tuple(stories),
    )


def _steps(made: list[Call]) -> list[_Step]:
    """Return what took or may have taken effect; reads that did not succeed tell nothing.

    A read is invoked with nil, or with a key and nil: that tells which of the two all are.
    """
    reads = [call for call in made if call.invoke.f == "read"]
    keyed = any(map(_is_keyed, reads)) or (not reads and all(map(_is_keyed, made)))
    problems = [problem for call in made for problem in _problems(call, keyed=keyed)]
    if problems:
        raise HistoryError(problems)
    steps = []
    for call in made:
        if call.outcome == "fail" or (call.outcome == "info" and call.invoke.f == "read"):
            continue
        # A write may come back without its value; what was read is known at the end only.
        event = call.end if call.end and call.invoke.f == "read" else call.invoke
        key, value = event.value if keyed else (NO_KEY, event.value)
        steps.append(_Step(call, key, value))
    return steps


def _problems(call: Call, *, keyed: bool) -> Iterator[Problem]:
    """Yield what makes a call none of a register."""
    function, value, end = call.invoke.f, call.invoke.value, call.end
    if function not in FUNCTIONS:
        yield Problem(
            code="unknown-function",
            place=call.invoke.place,
            expected="an operation of a register",
            found=quoted(function),
            hint=nearest(function, FUNCTIONS),
        )
    elif keyed and not _is_keyed(call):
        yield _wrong(call.invoke, "a key with a value, as elsewhere in this history")
    elif function == "cas" and not _is_pair(value):
        yield _wrong(call.invoke, "the old and the new value of a cas")
    elif keyed and function == "read" and end is not None and not _answers(end, value[0]):
        yield _wrong(end, f"the key {words(value[0])} and what was read")


def _answers(end: Operation, key: Any) -> bool:
    """Whether the end of a read that named its key names it again, if it is to be believed."""
    return end.type != "ok" or (_is_pair(end.value) and end.value[0] == key)


def _wrong(event: Operation, expected: str) -> Problem:
    return Problem(
        code="wrong-value",
        place=event.place,
        expected=expected,
        found=quoted(words(event.value)),
        hint="a register takes v to write, [old new] to cas, or [k v] and [k [old new]]",
    )


def _is_pair(value: Any) -> bool:
    return type(value) is tuple and len(value) == 2


def _is_keyed(call: Call) -> bool:
    """Whether the value of an invocation is a pair of a key and a value."""
    value = call.invoke.value
    return _is_pair(value) and (call.invoke.f != "cas" or _is_pair(value[1]))


def _move(step: _Step) -> Move:
    call = step.call
    wants, leaves = ANYTHING, step.value
    if call.invoke.f == "read":
        wants = step.value
    elif call.invoke.f == "cas":
        wants, leaves = step.value
    end = call.end.index if call.end and call.outcome == "ok" else None
    return Move(call.invoke.index, end, wants, leaves)


def _events(call: Call) -> str:
    if call.end is None:
        return f"operation {call.invoke.index}, which never ended"
    return f"operations {call.invoke.index} and {call.end.index}"


# The witness


def _story(key: Any, stuck: Stuck, moves: dict[Move, _Step]) -> Story:
    """Tell of the shortest beginning of a history that has no linearization."""
    step = moves[stuck.move]
    assert stuck.move.end is not None, "only an operation that ends can be stuck"
    begun = [move for move in moves if move.begin < stuck.move.end]
    others = [move for move in stuck.open if move is not stuck.move]
    told = others[-OPEN_TOLD:]
    held = " or ".join(words(value) for value in stuck.states)
    name = "" if key is NO_KEY else f" of key {words(key)}"
    text = f"{step}. Before that ended, the register{name} can only have held {held}."
    text += f" {_source(stuck.move, begun, moves)}"
    if told:
        text += f" Open at the same time: {'; '.join(str(moves[move]) for move in told)}"
        text += f"; and {len(others) - len(told)} more." if len(others) > len(told) else "."
    text += f" No order of the {len(begun)} operations begun by then explains that end."
    related = {record for move in (stuck.move, *told) for record in moves[move].call.records}
    return Story(
        text=f"{text[0].upper()}{text[1:]}",
        records=tuple(sorted(related)),
        at_us=step.call.at_us,
        client=f"process {step.call.invoke.process}",
        entity="" if key is NO_KEY else words(key),
    )


def _source(stuck: Move, begun: list[Move], moves: dict[Move, _Step]) -> str:
    """Say where the value that could not be had came from."""
    sources = [move for move in begun if not move.is_read and move.leaves == stuck.wants]
    if sources:
        return f"The last to write {words(stuck.wants)}: {moves[sources[-1]]}."
    first = "; it is what the register held at first" if stuck.wants is None else ""
    return f"Nobody had written {words(stuck.wants)}{first}."
