"""The steps of a program that concern mutations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from syncsim.client.cache.environment import Environment
from syncsim.client.cache.mutation import Mutation, MutationCacheEvent, MutationState
from syncsim.client.cache.mutation_observer import MutationObserver
from syncsim.client.cache.options import MutationHooks, MutationOptions
from syncsim.client.cache.promise import Promise, Rejection
from syncsim.client.cache.query_client import QueryClient
from syncsim.client.cache.utils import EVERY_QUERY, UNDEFINED, QueryFilters, members_of
from syncsim.conformance.clock import Clock
from syncsim.conformance.query_steps import Step, given_options
from syncsim.conformance.server import USUAL_ANSWER, Server
from syncsim.conformance.trace import Trace, mutation_dump, mutation_flags

OPTIONS = {
    "scope": "scope",
    "retry": "retry",
    "retryDelay": "retry_delay_ms",
    "networkMode": "network_mode",
    "gcTime": "gc_time_ms",
}


@dataclass(slots=True, kw_only=True, eq=False)
class View:
    """A mutation observer on the screen, and the result that was painted last."""

    observer: MutationObserver
    painted: MutationState | None = None
    unsubscribe: Callable[[], None] = lambda: None


class MutationSteps:
    """Runs mutations with every hook traced."""

    _client: QueryClient
    _environment: Environment

    def __init__(self, clock: Clock, trace: Trace, server: Server) -> None:
        self._clock = clock
        self._trace = trace
        self._server = server
        self._steps: dict[str, Step] = {}
        self._attempts: dict[str, int] = {}
        self._views: dict[str, View] = {}
        self._names: dict[Mutation, str] = {}
        # The mutation that is being made: the cache tells of it before it has its variables.
        self._making = ""

    def open_page(self, client: QueryClient) -> None:
        """Take a new client; stored mutations find their functions through its defaults."""
        self._client = client
        self._environment = client.environment
        self._views.clear()
        for step in self._steps.values():
            if step.get("defaults", True):
                client.set_mutation_defaults(_key_of(step), self._options(step))
        client.mutation_cache.subscribe(self._on_cache_event)
        client.mutation_cache.hooks = self._cache_hooks()

    def _on_cache_event(self, event: MutationCacheEvent) -> None:
        mutation = event.mutation
        if event.type == "added":
            variables = mutation.state.variables
            self._names[mutation] = variables["mutation"] if variables else self._making
        flags = mutation_flags(mutation.state)
        self._trace.add("mutation", self._names[mutation], event.action or event.type, flags)

    def mutate(self, step: Step) -> Promise:
        """Run a mutation, by an observer if the step names one."""
        name = self._making = step["mutation"]
        self._steps[name] = step
        variables = {"mutation": name}
        if "observer" in step:
            return self._observer(step).mutate(variables, self._call_hooks(name))
        cache = self._client.mutation_cache
        return cache.build(self._client, self._options(step)).execute(variables)

    def unmount_mutation(self, step: Step) -> None:
        """Let a mutation observer go."""
        self._views.pop(step["observer"]).unsubscribe()

    def dump(self) -> dict[str, Any]:
        """Return what the client knows of its mutations."""
        mutations = self._client.mutation_cache.get_all()
        return {self._names[mutation]: mutation_dump(mutation) for mutation in mutations}

    def _observer(self, step: Step) -> MutationObserver:
        """Return the observer, made with its first mutation, whose options it keeps."""
        name = step["observer"]
        if name not in self._views:
            view = View(observer=MutationObserver(self._client, self._options(step)))
            self._views[name] = view
            batch_calls = self._environment.notify_manager.batch_calls
            view.unsubscribe = view.observer.subscribe(
                batch_calls(lambda _: self._paint(name, view))
            )
        return self._views[name].observer

    def _paint(self, name: str, view: View) -> None:
        result = view.observer.current_result
        if self._views.get(name) is view and result is not view.painted:
            view.painted = result
            self._trace.add("mutationPaint", name, mutation_flags(result))

    def _options(self, step: Step) -> MutationOptions:
        return MutationOptions(
            mutation_key=_key_of(step),
            mutation_fn=lambda variables: self._send(variables["mutation"]),
            on_mutate=lambda variables: self._hook(variables, "onMutate", self._on_mutate),
            on_success=lambda _data, variables, _context: self._hook(variables, "onSuccess"),
            on_error=lambda _error, variables, context: self._hook(
                variables, "onError", lambda step: self._roll_back(step, context)
            ),
            on_settled=lambda _data, _error, variables, _context: self._hook(
                variables, "onSettled", self._settle
            ),
            **given_options(step, OPTIONS),
        )

    def _cache_hooks(self) -> MutationHooks:
        return MutationHooks(
            on_mutate=lambda variables: self._hook(variables, "cache.onMutate"),
            on_success=lambda _data, variables, _context: self._hook(variables, "cache.onSuccess"),
            on_error=lambda _error, variables, _context: self._hook(variables, "cache.onError"),
            on_settled=lambda _data, _error, variables, _context: self._hook(
                variables, "cache.onSettled"
            ),
        )

    def _call_hooks(self, name: str) -> MutationHooks:
        return MutationHooks(
            on_success=lambda *_: self._note(name, "call.onSuccess"),
            on_error=lambda *_: self._note(name, "call.onError"),
            on_settled=lambda *_: self._note(name, "call.onSettled"),
        )

    def _note(self, name: str, hook: str, *facts: Any) -> None:
        self._trace.add("hook", name, hook, self._client.is_mutating(), *facts)

    def _hook(
        self,
        variables: dict[str, str],
        hook: str,
        work: Callable[[Step], Promise | None] = lambda _: None,
    ) -> Promise | None:
        """Say so, throw or wait if the step asks for it, and do the work of the hook."""
        name = variables["mutation"]
        self._note(name, hook)
        step = self._steps[name]
        if step.get("throws") == hook:
            raise Rejection(f"{hook} threw")
        wait_ms = step.get("waits", {}).get(hook)
        if wait_ms is None:
            return work(step)
        waited = Promise(self._clock)
        self._clock.set_timeout(waited.resolve, wait_ms)
        return waited.then(lambda _: work(step))

    def _send(self, name: str) -> Promise:
        n = self._attempts[name] = self._attempts.get(name, 0) + 1
        self._note(name, "fn", n)
        step = self._steps[name]
        answers = step.get("answers", [])
        usual = step.get("answer", USUAL_ANSWER)
        return self._server.mutate(name, n, answers[n - 1] if n <= len(answers) else usual)

    def _on_mutate(self, step: Step) -> Promise | None:
        """Apply an optimistic change, after the fetches that would overwrite it are cancelled."""
        if "optimistic" not in step:
            return None
        optimistic = step["optimistic"]
        if not optimistic.get("cancel"):
            return Promise.resolved(self._clock, self._apply(optimistic))
        filters = QueryFilters(key=optimistic["key"].split("/"))
        return self._client.cancel_queries(filters).then(lambda _: self._apply(optimistic))

    def _apply(self, optimistic: dict[str, Any]) -> dict[str, Any]:
        """Write what the server is expected to say; return what the roll-back will need."""
        key = optimistic["key"].split("/")
        snapshot = self._client.get_query_data(key)
        data = optimistic.get("value", UNDEFINED)
        if "patch" in optimistic:
            known = snapshot is not UNDEFINED
            data = {**members_of(snapshot), **optimistic["patch"]} if known else UNDEFINED
        self._client.set_query_data(key, data)
        return {"snapshot": snapshot}

    def _roll_back(self, step: Step, context: Any) -> None:
        optimistic = step.get("optimistic", {})
        if optimistic.get("rollback") == "snapshot":
            snapshot = UNDEFINED if context is UNDEFINED else context["snapshot"]
            self._client.set_query_data(optimistic["key"].split("/"), snapshot)

    def _settle(self, step: Step) -> Promise | None:
        settle = step.get("settle")
        if settle is None or (settle.get("guard") and self._client.is_mutating() != 1):
            return None
        prefix = settle.get("invalidate")
        filters = EVERY_QUERY if prefix is None else QueryFilters(key=prefix.split("/"))
        done = self._client.invalidate_queries(filters)
        return done if settle.get("await") else None


def _key_of(step: Step) -> list[str]:
    """Return a mutation key; the mutations of one observer have one key."""
    return ["mutation", step["observer"] if "observer" in step else step["mutation"]]
