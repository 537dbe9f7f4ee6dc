"""Programs over the whole surface of `programs.py`, made of bytes that Hypothesis draws.

Each choice takes the next byte, and a smaller byte is an earlier, simpler choice. Hypothesis
draws the bytes of many programs at once: it spends hundreds of microseconds on each example,
whatever its size, and of an example that consists of many draws it makes others by copying
parts, so that most of the programs come again and again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import length_hint
from typing import Any, NamedTuple

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from syncsim.conformance import programs as all_of
from syncsim.conformance.programs import Choices, Program

Step = dict[str, Any]
Row = bytes

STEPS_MAX = 20
OPTIONS_MAX = 4
ANSWERS_MAX = 3
WAITS_MAX = 3

BATCH = 32
"""Programs that are drawn together."""

BATCH_BYTES = 4_096
"""Of a hundred batches one needs more; its last programs are cut short then."""


class Drawn(NamedTuple):
    """A program and the bytes that chose it: a row of its own, then one for each step.

    A step may have come to nothing, so there can be fewer of them in the program.
    """

    program: Program
    rows: tuple[Row, ...]


def draw(batches: int, drawn_with: int) -> list[bytes]:
    """Return the bytes of so many batches; equal numbers give equal bytes."""
    drawn: list[bytes] = []
    # Hypothesis begins with the simplest of all, zeros alone.
    steady = settings(
        max_examples=batches + 1,
        # The seed alone says what is drawn, whatever profile is in force.
        derandomize=False,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    batch = st.binary(min_size=BATCH_BYTES, max_size=BATCH_BYTES)

    def keep(drawn_now: bytes) -> None:
        drawn.append(drawn_now)

    seed(drawn_with)(steady(given(batch)(keep)))()
    assert len(drawn) == batches + 1, "no batch comes twice"
    return drawn[1:]


def programs_of(batch: bytes) -> Iterator[Drawn]:
    """Yield the programs that the bytes of a batch choose, one after another."""
    left = iter(batch)
    for _ in range(BATCH):
        steps = 1 + (next(left, 0) * STEPS_MAX >> 8)
        unread: list[int] = []
        program = _Builder(_marked(left, steps + 1, unread)).program()
        places = [len(batch) - count for count in (*unread, length_hint(left))]
        yield Drawn(program, tuple(map(batch.__getitem__, map(slice, places, places[1:]))))


def program_of(rows: tuple[Row, ...]) -> Program:
    """Return the program that these rows choose; where one ends, the simplest follows."""
    return _Builder(iter([iter(row) for row in rows])).program()


def _marked(left: Iterator[int], rows: int, unread: list[int]) -> Iterator[Iterator[int]]:
    """Yield so many rows, all of the same bytes, and note how many are left before each."""
    for _ in range(rows):
        unread.append(length_hint(left))
        yield left


class _Builder:
    """Builds one program, and knows which observers and requests are there at each step."""

    def __init__(self, rows: Iterator[Iterator[int]]) -> None:
        self._bytes = next(rows)
        self._rows = rows
        self._mounted: list[str] = []
        self._mutating: list[str] = []
        self._requests: list[str] = []
        self._mutations = 0
        self._polls = False
        # What all observers and calls of one program have in common leads to places where
        # single options do not.
        self._habits: Step = {}

    def below(self, size: int) -> int:
        """Choose a number from 0 to below `size`; it shrinks to 0."""
        return next(self._bytes, 0) * size >> 8

    def one_in(self, n: int) -> bool:
        """Tell whether something happens that happens once in n times; it shrinks to no."""
        return self.below(n) == n - 1

    def pick(self, choices: Choices) -> Any:
        """Choose one of some values; it shrinks to the first."""
        return choices[self.below(len(choices))]

    def some(self, table: dict[str, Choices], most: int) -> Step:
        """Pick values for a few names of a table."""
        names = tuple(table)
        picked: Step = {}
        for _ in range(self.below(most + 1)):
            name = self.pick(names)
            picked[name] = self.pick(table[name])
        return picked

    def program(self) -> Program:
        """Return the program; one in eight is of Redux."""
        return self._redux_program() if self.one_in(8) else self._query_program()

    def _query_program(self) -> Program:
        queries = {}
        for key in all_of.KEYS[: 1 + self.below(len(all_of.KEYS))]:
            queries[key] = {"initial": self.pick(all_of.VALUES), "signal": self.one_in(3)}
        tail = self.below(256)
        if self.one_in(2):
            self._habits = self.some(all_of.QUERY_OPTIONS, 2)
        bad_start = [self._refusals(key) for key in queries if self.one_in(4)]
        steps = bad_start + self._steps(all_of.QUERY_STEPS, self._query_step)
        until = self._until(steps, tail)
        return {"id": "g", "queries": queries, "steps": steps, "until": until}

    def _redux_program(self) -> Program:
        thunks = {
            thunk: {"dispatchConditionRejection": True} for thunk in all_of.THUNKS if self.one_in(3)
        }
        reducer = self.pick(("latest-request", "last-write"))
        tail = self.below(256)
        steps = self._steps(all_of.REDUX_STEPS, self._redux_step)
        return {
            "id": "g",
            "kind": "redux",
            "reducer": reducer,
            "thunks": thunks,
            "steps": steps,
            "until": self._until(steps, tail),
        }

    def _steps(self, kinds: Choices, step_of: Callable[[str], Step | None]) -> list[Step]:
        steps: list[Step] = []
        at = 0
        for row in self._rows:
            self._bytes = row
            at += self.pick(all_of.GAPS_MS)
            step = step_of(self.pick(kinds))
            if step is not None:
                steps.append({"at": at, **step})
        return steps

    def _until(self, steps: list[Step], tail: int) -> int:
        """Return the end, not long after the last step if something goes on without end."""
        last: int = steps[-1]["at"] if steps else 0
        tails = all_of.TAILS_MS if self._polls else all_of.TAILS_MS + all_of.LONG_TAILS_MS
        return last + tails[tail * len(tails) >> 8]

    def _query_step(self, kind: str) -> Step | None:
        """Return a step of a kind, None if it would name an observer that is not there."""
        match kind:
            case "mount":
                return self._mount()
            case "mutate":
                return self._mutate()
            case "unmount" | "options":
                return self._observed(kind)
            case "unmountMutation":
                return self._unmount_mutation()
            case "setData" | "serverWrite":
                return self._write(kind)
            case "answers":
                return {"do": kind, "key": self.pick(all_of.KEYS), "list": self._answers()}
            case "reload":
                return self._reload()
            case "fetch" | "prefetch" | "ensure" | "invalidate" | "refetch" | "cancel":
                return self._call(kind)
            case "remove" | "reset":
                return self._call(kind)
            case _:
                return {"do": kind}

    def _call(self, kind: str) -> Step:
        """Return a call of a method of the client."""
        step: Step = {"do": kind}
        if kind in {"fetch", "prefetch", "ensure"}:
            step |= {"key": self.pick(all_of.KEYS), **self._query_options()}
            if kind == "ensure" and self.one_in(2):
                step["revalidateIfStale"] = True
            return step
        if not self.one_in(4):
            step["key"] = self.pick(all_of.PREFIXES)
        step |= self.some(all_of.FILTERS, 2)
        if kind == "invalidate" and self.one_in(2):
            step["refetchType"] = self.pick(("all", "none", "active", "inactive"))
        if kind in {"invalidate", "refetch"} and self.one_in(3):
            step["cancelRefetch"] = self.pick(all_of.FLAGS)
        if kind == "cancel":
            step |= self.some({"revert": all_of.FLAGS, "silent": all_of.FLAGS}, 2)
        return step

    def _reload(self) -> Step:
        self._mounted.clear()
        self._mutating.clear()
        return {"do": "reload", "persist": not self.one_in(4)}

    def _unmount_mutation(self) -> Step | None:
        if not self._mutating:
            return None
        observer = self.pick(tuple(self._mutating))
        self._mutating.remove(observer)
        return {"do": "unmountMutation", "observer": observer}

    def _query_options(self) -> Step:
        options = self._habits | self.some(all_of.QUERY_OPTIONS, OPTIONS_MAX)
        self._polls = self._polls or bool(options.get("refetchInterval"))
        return options

    def _mount(self) -> Step | None:
        free = [name for name in all_of.OBSERVERS if name not in self._mounted]
        if not free:
            return None
        self._mounted.append(free[0])
        key = self.pick(all_of.KEYS)
        return {"do": "mount", "observer": free[0], "key": key, **self._query_options()}

    def _observed(self, kind: str) -> Step | None:
        if not self._mounted:
            return None
        observer = self.pick(tuple(self._mounted))
        step: Step = {"do": kind, "observer": observer}
        if kind == "unmount":
            self._mounted.remove(observer)
            return step
        if self.one_in(3):
            step["key"] = self.pick(all_of.KEYS)
        return {**step, **self._query_options()}

    def _write(self, kind: str) -> Step:
        step: Step = {"do": kind, "key": self.pick(all_of.KEYS)}
        if kind == "serverWrite" or not self.one_in(8):
            step["value"] = self.pick(all_of.VALUES)
        if kind == "setData" and self.one_in(3):
            step["updatedAt"] = self.pick((0, 1, 50, 100, 1000))
        return step

    def _refusals(self, key: str) -> Step:
        """Return a step after which the first requests of a key fail."""
        answer = {"latency": self.pick(all_of.LATENCIES_MS), "fail": self.pick(all_of.ERRORS)}
        answers = [answer] * (1 + self.below(ANSWERS_MAX))
        return {"at": 0, "do": "answers", "key": key, "list": answers}

    def _answers(self) -> list[Step]:
        return [self._answer() for _ in range(1 + self.below(ANSWERS_MAX))]

    def _answer(self) -> Step:
        answer: Step = {"latency": self.pick(all_of.LATENCIES_MS)}
        if self.one_in(2):
            answer["fail"] = self.pick(all_of.ERRORS)
        if self.one_in(4):
            answer["read"] = self.pick((0, 1, 10, 50, 100, 500))
        if self.one_in(8):
            answer["hang"] = True
        if self.one_in(20):
            del answer["latency"]
            answer["hang"] = True
        return answer

    def _mutate(self) -> Step:
        self._mutations += 1
        step: Step = {"do": "mutate", "mutation": f"m{self._mutations}"}
        if self.one_in(3):
            step["observer"] = self.pick(all_of.MUTATION_OBSERVERS)
            if step["observer"] not in self._mutating:
                self._mutating.append(step["observer"])
        if self.one_in(8):
            step["throws"] = self.pick(all_of.HOOKS)
        if self.one_in(5):
            step["waits"] = {
                self.pick(all_of.HOOKS): self.pick((10, 0, 50, 100))
                for _ in range(1 + self.below(WAITS_MAX))
            }
        if self.one_in(2):
            step["settle"] = self._settle()
        if self.one_in(2):
            step["optimistic"] = self._optimistic()
        step |= self.some(all_of.MUTATION_OPTIONS, OPTIONS_MAX)
        if step.get("retry") is True:
            # Without any delay it could be tried again for ever at one time (omissions.py).
            step["retryDelay"] = max(step.get("retryDelay", 0), 10)
        # A mutation that hangs sets its gc timer again and again.
        self._polls = self._polls or step.get("retry") is True or "gcTime" in step
        if not self.one_in(4):
            step["answer"] = self._mutation_answer()
        if self.one_in(3):
            step["answers"] = [self._mutation_answer() for _ in range(1 + self.below(ANSWERS_MAX))]
        return step

    def _mutation_answer(self) -> Step:
        answer = self._answer()
        if self.one_in(2):
            answer["write"] = {self.pick(all_of.KEYS): self.pick(all_of.VALUES)}
        if self.one_in(4):
            answer["patch"] = {self.pick(all_of.KEYS): self.pick(all_of.PATCHES)}
        if self.one_in(3):
            answer["value"] = self.pick(all_of.VALUES)
        return answer

    def _optimistic(self) -> Step:
        optimistic: Step = {"key": self.pick(all_of.KEYS)}
        if self.one_in(2):
            optimistic["patch"] = self.pick(all_of.PATCHES)
        else:
            optimistic["value"] = self.pick(all_of.VALUES)
        if self.one_in(2):
            optimistic["cancel"] = True
        if self.one_in(2):
            optimistic["rollback"] = self.pick(("snapshot", "none"))
        return optimistic

    def _settle(self) -> Step:
        settle: Step = {"invalidate": self.pick((*all_of.PREFIXES, None))}
        if self.one_in(3):
            settle["guard"] = True
        if self.one_in(3):
            settle["await"] = True
        return settle

    def _redux_step(self, kind: str) -> Step | None:
        if kind == "set":
            return {"do": kind, "value": self.pick(all_of.VALUES)}
        if kind == "abort":
            if not self._requests:
                return None
            step: Step = {"do": kind, "request": self.pick(tuple(self._requests))}
            return {**step, "reason": self.pick(all_of.REASONS)} if self.one_in(2) else step
        request = f"q{len(self._requests) + 1}"
        self._requests.append(request)
        step = {"do": kind, "request": request}
        if self.one_in(3):
            step["thunk"] = self.pick(all_of.THUNKS)
        if self.one_in(2):
            step["condition"] = self.pick(all_of.CONDITIONS)
        if not self.one_in(4):
            step["answer"] = self._redux_answer()
        return step

    def _redux_answer(self) -> Step:
        answer: Step = {"latency": self.pick(all_of.LATENCIES_MS)}
        match self.pick(("value", "nothing", "fail", "reject", "hang")):
            case "value":
                answer["value"] = self.pick(all_of.VALUES)
            case "fail":
                answer["fail"] = self.pick(all_of.ERRORS)
            case "reject":
                answer["reject"] = self.pick(all_of.VALUES)
            case "hang":
                answer["hang"] = True
            case _:
                pass
        return answer
