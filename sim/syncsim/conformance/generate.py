"""Hypothesis strategies for programs over the whole surface of `programs.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from syncsim.conformance import programs as all_of
from syncsim.conformance.programs import Choices, Program

Step = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]

STEPS_MAX = 16
OPTIONS_MAX = 4
ANSWERS_MAX = 3

_SAMPLED: dict[Choices, st.SearchStrategy[Any]] = {}


def any_program() -> st.SearchStrategy[Program]:
    """Return the strategy of all programs; one in eight is of Redux."""
    return _any_program()


@st.composite
def _any_program(draw: Draw) -> Program:
    build = _Builder(draw)
    if build.one_in(8):
        return build.redux_program()
    return build.query_program()


class _Builder:
    """Builds one program, and knows which observers and requests are there at each step."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._mounted: list[str] = []
        self._mutating: list[str] = []
        self._requests: list[str] = []
        self._mutations = 0
        self._polls = False

    def one_in(self, n: int) -> bool:
        """Tell whether something happens that happens once in n times; it shrinks to no."""
        return bool(self._draw(_UP_TO[n]) == n - 1)

    def pick(self, choices: Choices) -> Any:
        """Pick one of some values; it shrinks to the first."""
        return choices[self._draw(_UP_TO[len(choices)])]

    def some(self, table: dict[str, Choices], most: int) -> Step:
        """Pick values for a few names of a table."""
        names = tuple(table)
        picked: Step = {}
        for _ in range(self._draw(_UP_TO[most + 1])):
            name = self.pick(names)
            picked[name] = self.pick(table[name])
        return picked

    def query_program(self) -> Program:
        """Return a program of queries and mutations."""
        queries = {}
        for key in all_of.KEYS[: self._draw(_UP_TO[len(all_of.KEYS)]) + 1]:
            queries[key] = {"initial": self.pick(all_of.VALUES), "signal": self.one_in(3)}
        steps = self._steps(all_of.QUERY_STEPS, self._query_step)
        return {"id": "g", "queries": queries, "steps": steps, "until": self._until(steps)}

    def redux_program(self) -> Program:
        """Return a program of one slice and its thunks."""
        thunks = {
            thunk: {"dispatchConditionRejection": True}
            for thunk in all_of.THUNKS
            if self.one_in(3)
        }
        steps = self._steps(all_of.REDUX_STEPS, self._redux_step)
        return {
            "id": "g",
            "kind": "redux",
            "reducer": self.pick(("latest-request", "last-write")),
            "thunks": thunks,
            "steps": steps,
            "until": self._until(steps),
        }

    def _steps(self, kinds: Choices, step_of: Callable[[str], Step | None]) -> list[Step]:
        steps: list[Step] = []
        at = 0
        for _ in range(1 + self._draw(_UP_TO[STEPS_MAX])):
            at += self.pick(all_of.GAPS_MS)
            step = step_of(self.pick(kinds))
            if step is not None:
                steps.append({"at": at, **step})
        return steps

    def _until(self, steps: list[Step]) -> int:
        last: int = steps[-1]["at"] if steps else 0
        if not self._polls and self.one_in(12):
            return last + all_of.LONG_TAIL_MS
        tail_ms: int = self.pick(all_of.TAILS_MS)
        return last + tail_ms

    def _query_step(self, kind: str) -> Step | None:
        """Return a step of a kind, None if it would name an observer that is not there."""
        match kind:
            case "mount":
                return self._mount()
            case "unmount" | "options" if self._mounted:
                return self._observed(kind)
            case "fetch" | "prefetch" | "ensure":
                step = {"do": kind, "key": self.pick(all_of.KEYS), **self._query_options()}
                if kind == "ensure" and self.one_in(2):
                    step["revalidateIfStale"] = True
                return step
            case "invalidate" | "refetch" | "cancel" | "remove" | "reset":
                return self._filtered(kind)
            case "setData" | "serverWrite":
                return self._write(kind)
            case "answers":
                count = 1 + self._draw(_UP_TO[ANSWERS_MAX])
                answers = [self._answer() for _ in range(count)]
                return {"do": kind, "key": self.pick(all_of.KEYS), "list": answers}
            case "mutate":
                return self._mutate()
            case "unmountMutation" if self._mutating:
                observer = self.pick(tuple(self._mutating))
                self._mutating.remove(observer)
                return {"do": kind, "observer": observer}
            case "reload":
                self._mounted.clear()
                self._mutating.clear()
                return {"do": kind, "persist": not self.one_in(4)}
            case "unmount" | "options" | "unmountMutation":
                return None
            case _:
                return {"do": kind}

    def _query_options(self) -> Step:
        options = self.some(all_of.QUERY_OPTIONS, OPTIONS_MAX)
        self._polls = self._polls or bool(options.get("refetchInterval"))
        return options

    def _mount(self) -> Step | None:
        free = [name for name in all_of.OBSERVERS if name not in self._mounted]
        if not free:
            return None
        self._mounted.append(free[0])
        key = self.pick(all_of.KEYS)
        return {"do": "mount", "observer": free[0], "key": key, **self._query_options()}

    def _observed(self, kind: str) -> Step:
        observer = self.pick(tuple(self._mounted))
        step: Step = {"do": kind, "observer": observer}
        if kind == "unmount":
            self._mounted.remove(observer)
            return step
        if self.one_in(3):
            step["key"] = self.pick(all_of.KEYS)
        return {**step, **self._query_options()}

    def _filtered(self, kind: str) -> Step:
        step: Step = {"do": kind}
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

    def _write(self, kind: str) -> Step:
        step: Step = {"do": kind, "key": self.pick(all_of.KEYS)}
        if kind == "serverWrite" or not self.one_in(8):
            step["value"] = self.pick(all_of.VALUES)
        if kind == "setData" and self.one_in(3):
            step["updatedAt"] = self.pick((0, 1, 50, 100, 1000))
        return step

    def _answer(self) -> Step:
        answer: Step = {"latency": self.pick(all_of.LATENCIES_MS)}
        if self.one_in(3):
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
        if self.one_in(4):
            step["observer"] = self.pick(all_of.MUTATION_OBSERVERS)
            if step["observer"] not in self._mutating:
                self._mutating.append(step["observer"])
        step |= self.some(all_of.MUTATION_OPTIONS, OPTIONS_MAX)
        if step.get("retry") is True:
            # Without any delay it could be tried again for ever at one time (omissions.py).
            step["retryDelay"] = max(step.get("retryDelay", 0), 10)
            self._polls = True
        if not self.one_in(4):
            step["answer"] = self._mutation_answer()
        if self.one_in(3):
            count = 1 + self._draw(_UP_TO[ANSWERS_MAX])
            step["answers"] = [self._mutation_answer() for _ in range(count)]
        if self.one_in(2):
            step["optimistic"] = self._optimistic()
        if self.one_in(2):
            step["settle"] = self._settle()
        if self.one_in(5):
            step["waits"] = {
                self.pick(all_of.HOOKS): self.pick((10, 0, 50, 100))
                for _ in range(1 + self._draw(_UP_TO[ANSWERS_MAX]))
            }
        if self.one_in(8):
            step["throws"] = self.pick(all_of.HOOKS)
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


_UP_TO = [st.integers(min_value=0, max_value=max(0, size - 1)) for size in range(128)]
"""The strategy of the numbers below each size, made once."""
