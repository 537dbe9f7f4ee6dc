"""The search for a linearization: one register, its moves, and every state it may be in.

Just-in-time linearization (G. Lowe, Testing for linearizability, Concurrency and Computation
29(4), 2017) on the search of J. M. Wing and C. Gong (JPDC 17, 1993). The events are taken in
order of time. A configuration is a value of the register and the set of open operations that have
already taken effect. When an operation ends, each configuration in which it has not taken effect
is carried on by others that are open until it has; where none is left, the history up to this
end has no linearization, and every shorter prefix has one.

Three facts keep the configurations few, and none of them loses a linearization:

- A read changes nothing, so it takes effect as soon as the register holds what it returned.
- An operation that may never have happened (`info`) need not happen before somebody waits for
  what it writes, and of two that do the same the older one may be taken.
- A configuration in which fewer of them have happened can do all that one with more of them can.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

ANYTHING = object()
"""What a write waits for; no value of a history is equal to it."""

STATES_MAX = 1_000_000
"""Configurations kept at once."""

STEPS_MAX = 50_000_000
"""Configurations made and compared in all: a minute or two."""

MEMORY_BYTES_MAX = 1_000_000_000
"""Estimated memory of the configurations kept at once."""

STATE_BYTES = 260
"""Measured on CPython 3.11: a pair, its set of open operations up to 60, and its table entry."""

STEPS_BETWEEN_LOOKS = 1_000
"""Steps between two looks at the deadline, which costs more than a step."""

STATES_TOLD = 5
"""Possible values of the register that a witness names."""


def never() -> bool:
    """Return False: the deadline of a caller who has all the time in the world."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much a search may cost; `is_over` is asked now and then whether time is up."""

    states: int = STATES_MAX
    steps: int = STEPS_MAX
    memory_bytes: int = MEMORY_BYTES_MAX
    is_over: Callable[[], bool] = never


class Move(NamedTuple):
    """One operation on the register, and the positions of its events in the history.

    It can take effect while the register holds `wants`, and leaves `leaves` behind. `end` is None
    for one that may take effect at any time or never.
    """

    begin: int
    end: int | None
    wants: Any
    leaves: Any

    @property
    def is_read(self) -> bool:
        """Whether it changes nothing."""
        return self.wants is not ANYTHING and self.wants == self.leaves


class Stuck(NamedTuple):
    """Where no linearization goes on: the move that ends, those open, and what may be held."""

    move: Move
    open: tuple[Move, ...]
    states: tuple[Any, ...]


class BoundError(Exception):
    """A search has cost all it may; the argument says which bound was met."""


@dataclass(slots=True)
class Effort:
    """What the searches of one history have cost so far."""

    bounds: Bounds
    steps: int = 0

    def step(self, steps: int, states: int, open_moves: int) -> None:
        """Count configurations made or compared, with so many kept and operations open.

        Raises:
            BoundError: if a bound is met.
        """
        before = self.steps // STEPS_BETWEEN_LOOKS
        self.steps += steps
        if self.steps // STEPS_BETWEEN_LOOKS > before and self.bounds.is_over():
            raise BoundError("the time allowed was over")
        if self.steps > self.bounds.steps:
            raise BoundError(f"more than {self.bounds.steps} steps were needed")
        if states > self.bounds.states:
            raise BoundError(f"more than {self.bounds.states} states had to be kept at once")
        if states * (STATE_BYTES + open_moves // 8) > self.bounds.memory_bytes:
            raise BoundError(f"about {self.bounds.memory_bytes} bytes of states were in memory")


def search(moves: Sequence[Move], initial: Any, effort: Effort) -> Stuck | None:
    """Return where every linearization of the moves ends, None if there is one.

    Raises:
        BoundError: if the search would cost more than it may.
    """
    register = _Register(initial, effort)
    for move, is_end in _events(moves):
        if not is_end:
            register.begin(move)
        elif not register.end(move):
            return Stuck(move, tuple(register.open), register.values)
    return None


def useful(moves: Iterable[Move]) -> list[Move]:
    """Return the moves without those that may never have happened and that nobody waited for.

    Nobody read what they would have written, so a linearization that has them has a twin that
    does not.
    """
    kept = [move for move in moves if move.end is not None or not move.is_read]
    wanted = {move.wants for move in kept}
    return [move for move in kept if move.end is not None or move.leaves in wanted]


def _events(moves: Sequence[Move]) -> Iterator[tuple[Move, bool]]:
    events = [(move.begin, False, number) for number, move in enumerate(moves)]
    events += [
        (move.end, True, number) for number, move in enumerate(moves) if move.end is not None
    ]
    for _, is_end, number in sorted(events):
        yield moves[number], is_end


Configurations = dict[tuple[Any, int], list[int]]
"""By value and finite operations done, as bits: the least sets of infinite ones done."""


class _Register:
    """The configurations after the events so far."""

    def __init__(self, initial: Any, effort: Effort) -> None:
        self._effort = effort
        self._kept: Configurations = {(initial, 0): [0]}
        self._held: tuple[Any, ...] = (initial,)
        self._bits: dict[Move, int] = {}
        self._free: list[int] = []
        # Of the open reads, those that wait for a value, as bits; of the rest, how many wait.
        self._readers: dict[Any, int] = {}
        self._waiting: dict[Any, int] = {}
        self._changes: dict[Move, int] = {}
        # Those that may never happen, by what they do, the oldest first.
        self._ghosts: dict[tuple[Any, Any], list[int]] = {}

    @property
    def open(self) -> Iterator[Move]:
        """Yield the moves that have begun and not ended."""
        yield from self._bits

    @property
    def values(self) -> tuple[Any, ...]:
        """Return what the register may have held before the last event."""
        return self._held

    def begin(self, move: Move) -> None:
        """Open an operation; a read that finds its value has taken effect at once."""
        # With none given back, as many bits are in use as operations are open.
        bit = self._free.pop() if self._free else 1 << len(self._bits)
        self._bits[move] = bit
        if move.is_read:
            self._readers[move.wants] = self._readers.get(move.wants, 0) | bit
            here = [key for key in self._kept if key[0] == move.wants]
            for value, done in here:
                _add_all(self._kept, (value, done | bit), self._kept.pop((value, done)))
            return
        if move.wants is not ANYTHING:
            self._waiting[move.wants] = self._waiting.get(move.wants, 0) + 1
        if move.end is None:
            self._ghosts.setdefault((move.wants, move.leaves), []).append(bit)
        else:
            self._changes[move] = bit

    def end(self, move: Move) -> bool:
        """Close an operation; False if it cannot have taken effect in any configuration."""
        bit = self._bits[move]
        reached: Configurations = {}
        seen: Configurations = {}
        frontier: deque[tuple[Any, int, int]] = deque()
        states = sum(map(len, self._kept.values()))
        for (value, done), ghosts in self._kept.items():
            if done & bit:
                reached[value, done] = ghosts
                continue
            seen[value, done] = ghosts
            frontier.extend((value, done, ghost) for ghost in ghosts)
        while frontier:
            for value, done, ghost in self._next(*frontier.popleft()):
                goal = reached if done & bit else seen
                compared = len(goal.get((value, done), ()))
                if _add(goal, value, done, ghost):
                    states += 1
                    if goal is seen:
                        frontier.append((value, done, ghost))
                self._effort.step(1 + compared, states, len(self._bits))
        if not reached:
            self._held = tuple(dict.fromkeys(value for value, _ in self._kept))[:STATES_TOLD]
            return False
        self._kept = {}
        for (value, done), ghosts in reached.items():
            _add_all(self._kept, (value, done & ~bit), ghosts)
        self._close(move, bit)
        return True

    def _close(self, move: Move, bit: int) -> None:
        del self._bits[move]
        self._free.append(bit)
        if move.is_read:
            self._readers[move.wants] &= ~bit
            if not self._readers[move.wants]:
                del self._readers[move.wants]
            return
        del self._changes[move]
        if move.wants is not ANYTHING:
            self._waiting[move.wants] -= 1
            if not self._waiting[move.wants]:
                del self._waiting[move.wants]

    def _next(self, value: Any, done: int, ghost: int) -> Iterator[tuple[Any, int, int]]:
        """Yield the configurations that one more operation makes of this one."""
        for move, bit in self._changes.items():
            if not done & bit and (move.wants is ANYTHING or move.wants == value):
                left = move.leaves
                yield left, done | bit | self._readers.get(left, 0), ghost
        for (wants, leaves), bits in self._ghosts.items():
            if wants is not ANYTHING and wants != value:
                continue
            readers = self._readers.get(leaves, 0)
            if not readers & ~done and leaves not in self._waiting:
                continue
            bit = next((bit for bit in bits if not ghost & bit), 0)
            if bit:
                yield leaves, done | readers, ghost | bit


def _add(kept: Configurations, value: Any, done: int, ghost: int) -> bool:
    """Keep a configuration; False if one with fewer ghosts is kept already."""
    least = kept.get((value, done))
    if least is None:
        kept[value, done] = [ghost]
        return True
    if any(other & ghost == other for other in least):
        return False
    kept[value, done] = [other for other in least if other & ghost != ghost]
    kept[value, done].append(ghost)
    return True


def _add_all(kept: Configurations, key: tuple[Any, int], ghosts: list[int]) -> None:
    if key not in kept:
        kept[key] = ghosts
        return
    for ghost in ghosts:
        _add(kept, *key, ghost)
