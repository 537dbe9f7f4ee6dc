"""One mutation, from onMutate to onSettled and what it leaves behind (mutation.ts).

The order is the point. Hooks of the cache come before the mutation's own; each is waited for;
and the mutation counts as pending until the last of them is done.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from syncsim.client.cache.options import MutationOptions
from syncsim.client.cache.promise import AsyncFunction, Promise, Rejection, run_async
from syncsim.client.cache.removable import Removable
from syncsim.client.cache.retryer import Retryer, RetryerConfig
from syncsim.client.cache.utils import UNDEFINED, strictly_equal

if TYPE_CHECKING:
    from syncsim.client.cache.environment import Environment
    from syncsim.client.cache.mutation_cache import MutationCache
    from syncsim.client.cache.mutation_observer import MutationObserver

_HookCall = tuple[Callable[..., Any] | None, tuple[Any, ...]]
"""A hook, if there is one, and how the mutation ended, for its first arguments."""

ActionType = Literal["pending", "success", "error", "failed", "pause", "continue"]


class MutationState(NamedTuple):
    """What is known of a mutation. `context` is what its onMutate returned."""

    context: Any = UNDEFINED
    data: Any = UNDEFINED
    error: Rejection | None = None
    failure_count: int = 0
    failure_reason: Rejection | None = None
    is_paused: bool = False
    status: str = "idle"
    variables: Any = UNDEFINED
    submitted_at: int = 0


class MutationCacheEvent(NamedTuple):
    """Something happened to a mutation; `action` says what updated it."""

    type: Literal["added", "removed", "updated"]
    mutation: Mutation
    action: ActionType | None = None


class Mutation(Removable):
    """One entry of the mutation cache."""

    def __init__(
        self,
        environment: Environment,
        cache: MutationCache,
        options: MutationOptions,
        state: MutationState | None = None,
    ) -> None:
        assert options.is_defaulted, "stored mutations find their functions in the defaults"
        super().__init__(environment.scheduler)
        self._environment = environment
        self._cache = cache
        self._observers: list[MutationObserver] = []
        self._retryer: Retryer | None = None
        self.options = options
        self.state = MutationState() if state is None else state
        self.update_gc_time(options.gc_time_ms)
        self.schedule_gc()

    def add_observer(self, observer: MutationObserver) -> None:
        """Take an observer; the mutation is in use now."""
        assert observer not in self._observers, "an observer makes the mutation that it watches"
        self._observers.append(observer)
        self.clear_gc_timeout()

    def remove_observer(self, observer: MutationObserver) -> None:
        """Let an observer go; the mutation itself goes on."""
        self._observers = [other for other in self._observers if other is not observer]
        self.schedule_gc()

    def optional_remove(self) -> None:
        """Leave the cache if nobody observes the mutation; one that is pending stays."""
        if not self._observers:
            if self.state.status == "pending":
                self.schedule_gc()
            else:
                self._cache.remove(self)

    def proceed(self) -> Promise:
        """Go on after a pause, or after a reload (`continue`, a reserved word here)."""
        if self._retryer is not None:
            return self._retryer.proceed()
        assert self.state.status == "pending", "only what is paused goes on"
        return self.execute(self.state.variables)

    def execute(self, variables: Any) -> Promise:
        """Run the mutation; return the promise of what the function returned."""
        return run_async(self._environment.scheduler, self._life(variables))

    def _life(self, variables: Any) -> AsyncFunction:
        retryer = self._retryer = self._new_retryer(variables)
        is_restored = self.state.status == "pending"
        is_paused = not retryer.can_start()
        try:
            if is_restored:
                self._continue()
            else:
                self._submit(UNDEFINED, variables, is_paused=is_paused)
                if self._cache.hooks.on_mutate is not None:
                    yield self._call(self._cache.hooks.on_mutate, variables)
                answer = yield self._call(self.options.on_mutate, variables)
                context = UNDEFINED if answer is None else answer
                if not strictly_equal(context, self.state.context):
                    self._submit(context, variables, is_paused=is_paused)
            if self.state.is_paused and retryer.can_start():
                self._continue()
            data = yield retryer.start()
            for hook, result in self._success_hooks(data):
                yield self._call(hook, *result, variables, self.state.context)
            self._success(data)
        except Rejection as error:
            for hook, result in self._error_hooks(error):
                # A hook that throws does not keep the others from being told.
                with contextlib.suppress(Rejection):
                    yield self._call(hook, *result, variables, self.state.context)
            self._error(error)
            self._over(retryer)
            raise
        self._over(retryer)
        return data

    def _over(self, retryer: Retryer) -> None:
        assert self.state.status in {"success", "error"}, "all hooks have been called"
        if self._retryer is retryer:
            self._retryer = None
        self._cache.run_next(self)

    def _new_retryer(self, variables: Any) -> Retryer:
        options = self.options

        def send() -> Any:
            if options.mutation_fn is None:
                raise Rejection("No mutationFn found")
            return options.mutation_fn(variables)

        return Retryer(
            self._environment,
            RetryerConfig(
                fn=send,
                retry=0 if options.retry is None else options.retry,
                retry_delay_ms=options.retry_delay_ms,
                network_mode=options.network_mode,
                can_run=lambda: self._cache.can_run(self),
                on_fail=self._failed,
                on_pause=self._pause,
                on_continue=self._continue,
            ),
        )

    def _success_hooks(self, data: Any) -> tuple[_HookCall, ...]:
        hooks, own = self._cache.hooks, self.options
        return (
            (hooks.on_success, (data,)),
            (own.on_success, (data,)),
            (hooks.on_settled, (data, None)),
            (own.on_settled, (data, None)),
        )

    def _error_hooks(self, error: Rejection) -> tuple[_HookCall, ...]:
        hooks, own = self._cache.hooks, self.options
        return (
            (hooks.on_error, (error,)),
            (own.on_error, (error,)),
            (hooks.on_settled, (UNDEFINED, error)),
            (own.on_settled, (UNDEFINED, error)),
        )

    def _call(self, hook: Callable[..., Any] | None, *arguments: Any) -> Promise:
        """Call a hook; waiting takes a microtask even where there is none."""
        answer = None if hook is None else hook(*arguments)
        return Promise.resolved(self._environment.scheduler, answer)

    def _submit(self, context: Any, variables: Any, *, is_paused: bool) -> None:
        state = MutationState(
            context=context,
            is_paused=is_paused,
            status="pending",
            variables=variables,
            submitted_at=self._environment.scheduler.now_ms(),
        )
        self._dispatch("pending", state)

    def _success(self, data: Any) -> None:
        state = self.state._replace(
            data=data,
            error=None,
            failure_count=0,
            failure_reason=None,
            is_paused=False,
            status="success",
        )
        self._dispatch("success", state)

    def _error(self, error: Rejection) -> None:
        state = self.state._replace(
            data=UNDEFINED,
            error=error,
            failure_count=self.state.failure_count + 1,
            failure_reason=error,
            is_paused=False,
            status="error",
        )
        self._dispatch("error", state)

    def _failed(self, failure_count: int, reason: Rejection) -> None:
        state = self.state._replace(failure_count=failure_count, failure_reason=reason)
        self._dispatch("failed", state)

    def _pause(self) -> None:
        self._dispatch("pause", self.state._replace(is_paused=True))

    def _continue(self) -> None:
        self._dispatch("continue", self.state._replace(is_paused=False))

    def _dispatch(self, action: ActionType, state: MutationState) -> None:
        """Move to the next state, and tell the observers and the cache."""
        self.state = state

        def tell() -> None:
            for observer in self._observers:
                observer.on_mutation_update(action)
            self._cache.notify(MutationCacheEvent("updated", self, action))

        self._environment.notify_manager.batch(tell)
