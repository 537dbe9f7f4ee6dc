"""Runs a program on the model and gives its trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from syncsim.client.cache.promise import Promise
from syncsim.client.cache.utils import UNDEFINED
from syncsim.conformance.clock import Clock
from syncsim.conformance.mutation_steps import MutationSteps
from syncsim.conformance.query_steps import QuerySteps, Step
from syncsim.conformance.redux_steps import ReduxSteps
from syncsim.conformance.server import Server
from syncsim.conformance.trace import Record, Trace

Take = Callable[[Step], Promise | None]


def replay(program: dict[str, Any]) -> list[Record]:
    """Return the trace of a program, exactly as the packages give it.

    Raises:
        TooManyTurns: if the program never comes to its end.
    """
    clock = Clock()
    trace = Trace(clock)
    is_redux = program.get("kind") == "redux"
    start = _start_redux if is_redux else _start_queries
    steps, dump = start(program, clock, trace)
    show = _type_of if is_redux else _value_of
    for order, step in enumerate(program["steps"]):
        clock.later(step["at"], _taking(steps[step["do"]], step, order, trace, show))
    clock.run(program["until"], trace.end_turn)
    trace.add("final", *dump())
    return trace.records


def _taking(
    take: Take, step: Step, order: int, trace: Trace, show: Callable[[Any], Any]
) -> Callable[[], None]:
    def run() -> None:
        promise = take(step)
        if promise is not None:
            trace.settles(promise, f"{step['do']}:{order}", order, show)

    return run


def _start_queries(
    program: dict[str, Any], clock: Clock, trace: Trace
) -> tuple[dict[str, Take], Callable[[], list[Any]]]:
    server = Server(program.get("queries", {}), clock, trace)
    mutations = MutationSteps(clock, trace, server)
    queries = QuerySteps(clock, trace, server, mutations.open_page)
    steps: dict[str, Take] = {
        "mount": queries.mount,
        "unmount": queries.unmount,
        "options": queries.options,
        "invalidate": queries.invalidate,
        "refetch": queries.refetch,
        "cancel": queries.cancel,
        "remove": queries.remove,
        "reset": queries.reset,
        "fetch": queries.fetch,
        "prefetch": queries.prefetch,
        "ensure": queries.ensure,
        "setData": queries.set_data,
        "serverWrite": queries.server_write,
        "answers": queries.answers,
        "online": queries.online,
        "offline": queries.offline,
        "focus": queries.focus,
        "blur": queries.blur,
        "count": queries.count,
        "resume": queries.resume,
        "store": queries.store,
        "restore": queries.restore,
        "reload": queries.reload,
        "mutate": mutations.mutate,
        "unmountMutation": mutations.unmount_mutation,
    }
    return steps, lambda: [queries.dump(), mutations.dump()]


def _start_redux(
    program: dict[str, Any], clock: Clock, trace: Trace
) -> tuple[dict[str, Take], Callable[[], list[Any]]]:
    redux = ReduxSteps(program, clock, trace)
    steps: dict[str, Take] = {
        "dispatch": redux.dispatch,
        "abort": redux.abort,
        "set": redux.set,
    }
    return steps, lambda: [redux.state()]


def _value_of(value: Any) -> Any:
    return None if value is UNDEFINED else value


def _type_of(action: Any) -> str:
    text: str = action.type
    return text
