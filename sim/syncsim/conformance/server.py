"""The server of a replay: one JSON value per key, and an answer for every request."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from syncsim.client.cache.promise import Promise, Rejection
from syncsim.client.cache.query import QueryFunctionContext
from syncsim.client.cache.utils import UNDEFINED, members_of
from syncsim.conformance.clock import Clock
from syncsim.conformance.trace import Trace

USUAL_ANSWER: dict[str, Any] = {"latency": 100}


class Server:
    """Reads and writes when its time has come, and answers when the program says."""

    def __init__(self, queries: dict[str, Any], clock: Clock, trace: Trace) -> None:
        self._clock = clock
        self._trace = trace
        # As text, so that no two answers share a part, as with real responses.
        self._values: dict[str, str] = {}
        self._answers: dict[str, list[dict[str, Any]]] = {}
        self._asked: dict[str, int] = {}
        self._listening: list[str] = [key for key, query in queries.items() if query.get("signal")]
        for key, query in queries.items():
            if "initial" in query:
                self.write(key, query["initial"])

    def value(self, key: str) -> Any:
        """Return the value of a key, null if nobody ever wrote one."""
        return json.loads(self._values.get(key, "null"))

    def write(self, key: str, value: Any) -> None:
        """Replace the value of a key."""
        self._values[key] = json.dumps(value)

    def will_answer(self, key: str, answers: list[dict[str, Any]]) -> None:
        """Have these answers ready for the next requests of a key."""
        self._answers.setdefault(key, []).extend(answers)

    def read(self, context: QueryFunctionContext) -> Promise:
        """Take one request for the value of a key; return the promise of the answer."""
        key = "/".join(context.query_key)
        n = self._asked[key] = self._asked.get(key, 0) + 1
        ready = self._answers.get(key)
        answer = ready.pop(0) if ready else USUAL_ANSWER
        self._trace.add("request", key, n)
        return _Request(self._clock, self._trace, key, n).send(
            answer, context, lambda: self.value(key), listens=key in self._listening
        )

    def mutate(self, mutation: str, n: int, answer: dict[str, Any]) -> Promise:
        """Take one attempt of a mutation; return the promise of the answer."""
        promise = Promise(self._clock)

        def write() -> None:
            for key, value in answer.get("write", {}).items():
                self.write(key, value)
            for key, fields in answer.get("patch", {}).items():
                self.write(key, {**members_of(self.value(key)), **fields})
            self._trace.add("write", mutation, n)

        def reply() -> None:
            self._trace.add("reply", mutation, n, _how(answer))
            if "fail" in answer:
                promise.reject(Rejection(answer["fail"]))
            else:
                promise.resolve(answer.get("value"))

        self._clock.later(_point_of(answer), write)
        if not answer.get("hang"):
            self._clock.set_timeout(reply, answer["latency"])
        return promise


class _Request:
    """One request: it is open until it is answered or, if it heeds its signal, aborted."""

    def __init__(self, clock: Clock, trace: Trace, key: str, n: int) -> None:
        self._clock = clock
        self._trace = trace
        self._name = (key, n)
        self._is_open = True
        self._value: Any = UNDEFINED
        self._promise = Promise(clock)

    def send(
        self,
        answer: dict[str, Any],
        context: QueryFunctionContext,
        look_up: Callable[[], Any],
        *,
        listens: bool,
    ) -> Promise:
        """Set the points at which the server reads and answers."""

        def read() -> None:
            self._value = look_up()
            self._trace.add("read", *self._name, self._value)

        signal = context.signal if listens else context.watched_signal
        signal.on_abort(lambda: self._abort(listens=listens))
        self._clock.later(_point_of(answer), read)
        if not answer.get("hang"):
            self._clock.set_timeout(lambda: self._answer(answer), answer["latency"])
        return self._promise

    def _abort(self, *, listens: bool) -> None:
        if self._is_open:
            self._trace.add("abort", *self._name)
            if listens:
                self._is_open = False
                self._promise.reject(Rejection("AbortError"))

    def _answer(self, answer: dict[str, Any]) -> None:
        if self._is_open:
            self._is_open = False
            self._trace.add("answer", *self._name, _how(answer))
            if "fail" in answer:
                self._promise.reject(Rejection(answer["fail"]))
            else:
                self._promise.resolve(self._value)


def _how(answer: dict[str, Any]) -> str:
    return "fail" if "fail" in answer else "ok"


def _point_of(answer: dict[str, Any]) -> int:
    """Return when, after the request, the server reads or writes."""
    point: int = answer.get("read", answer.get("latency", 0) // 2)
    return point
