"""The events of an outside history, and the calls that two of them make together.

An event is one line of a Jepsen history: a client invokes, or hears ok, fail or info. The words
and rules are those of the README of jepsen-io/history: a process has one open operation; fail
means that it certainly had no effect; after info a process id never invokes again. Events of
processes that are no whole numbers, such as `nemesis`, tell of faults and are not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from syncsim.errors import Problem, quoted
from syncsim.jepsen.values import words

TYPES = ("invoke", "ok", "fail", "info")

HINT = "see the README of jepsen-io/history for the rules of a history"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One event of a history.

    `index` rises from event to event; `time_ns` is since the start of the test, None if it was
    not written. `place` is `file:line:column`, for problems.
    """

    index: int
    time_ns: int | None
    type: str
    process: int | str
    f: str
    value: Any
    place: str

    @property
    def is_client(self) -> bool:
        """Whether a client did this, and not the nemesis."""
        return isinstance(self.process, int)


class Call(NamedTuple):
    """One operation of a client from its invocation to its end, None if it never ended."""

    invoke: Operation
    end: Operation | None

    @property
    def outcome(self) -> str:
        """Return ok, fail or info; an operation without an end is info, it may have happened."""
        return self.end.type if self.end else "info"

    @property
    def at_us(self) -> int:
        """Return when it was invoked, 0 if nobody wrote that down."""
        return (self.invoke.time_ns or 0) // 1000

    @property
    def records(self) -> tuple[int, ...]:
        """Return the indices of its events."""
        return (self.invoke.index, self.end.index) if self.end else (self.invoke.index,)

    def __str__(self) -> str:
        when = f"operations {self.invoke.index} to {self.end.index}" if self.end else (
            f"operation {self.invoke.index}, never ended"
        )  # fmt: skip
        return f"process {words(self.invoke.process)}, {when}"


def calls(operations: Iterable[Operation]) -> list[Call]:
    """Return the calls of the clients, in order of invocation; the history keeps the rules."""
    made: list[Call] = []
    waiting: dict[int | str, int] = {}
    for operation in operations:
        if not operation.is_client:
            continue
        if operation.type == "invoke":
            waiting[operation.process] = len(made)
            made.append(Call(operation, None))
        else:
            number = waiting.pop(operation.process)
            made[number] = Call(made[number].invoke, operation)
    return made


class Rules:
    """What each event may be, given those before it; tells every breach and goes on."""

    def __init__(self) -> None:
        self._index = -1
        self._time_ns = 0
        self._seen: set[int] = set()
        self._waiting: dict[int | str, Operation] = {}
        self._retired: dict[int | str, int] = {}
        # What a line that could not be read said of these is not known; None stands for all.
        self._doubtful: set[Any] = set()

    def lose(self, form: Any) -> None:
        """Take note of an event that could not be read, if anything, of which process it was.

        What follows from one fault is not told as another.
        """
        process = form.get("process") if isinstance(form, dict) else None
        self._doubtful.add(process if isinstance(process, int | str) else None)

    def breaches(self, event: Operation) -> Iterator[Problem]:
        """Yield what is wrong with the next event of the history."""
        yield from self._order(event)
        if not event.is_client:
            return
        opened = self._waiting.pop(event.process, None)
        is_doubtful = None in self._doubtful or event.process in self._doubtful
        self._doubtful.discard(event.process)
        if event.type == "invoke":
            if opened is not None and not is_doubtful:
                yield _breach(
                    event,
                    "process-busy",
                    f"the end of operation {opened.index} before process {event.process} goes on",
                    "another invocation",
                )
            if event.process in self._retired:
                info = self._retired[event.process]
                yield _breach(
                    event,
                    "process-retired",
                    f"no invocation by process {event.process} after its info {info}",
                    "one",
                    "a client that goes on after info takes a new process id",
                )
            self._waiting[event.process] = event
            return
        if event.type == "info":
            self._retired[event.process] = event.index
        if is_doubtful:
            return
        if opened is None:
            expected = f"an invocation by process {event.process} before its {event.type}"
            yield _breach(event, "never-invoked", expected, "none that is open")
        elif opened.f != event.f:
            expected = f"the end of '{opened.f}', as invoked at {opened.index}"
            yield _breach(event, "other-function", expected, quoted(event.f))

    def _order(self, event: Operation) -> Iterator[Problem]:
        if event.index in self._seen:
            expected = "each index once"
            yield _breach(event, "duplicate-index", expected, f"{event.index} again")
        elif event.index < self._index:
            expected = f"an index above {self._index}"
            yield _breach(event, "index-back", expected, f"{event.index}")
        self._seen.add(event.index)
        self._index = max(self._index, event.index)
        if event.time_ns is not None:
            if event.time_ns < self._time_ns:
                expected = f"a time of {self._time_ns} ns or later"
                yield _breach(event, "time-back", expected, f"{event.time_ns}")
            self._time_ns = max(self._time_ns, event.time_ns)


def _breach(
    event: Operation, code: str, expected: str, found: str, hint: str = HINT
) -> Problem:  # fmt: skip
    return Problem(code=code, place=event.place, expected=expected, found=found, hint=hint)
