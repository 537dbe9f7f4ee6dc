"""What one component sees of the last mutation that it started (mutationObserver.ts)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from syncsim.client.cache.mutation import ActionType, Mutation, MutationState
from syncsim.client.cache.options import MutationHooks, MutationOptions
from syncsim.client.cache.promise import Promise
from syncsim.client.cache.subscribable import Subscribable

if TYPE_CHECKING:
    from syncsim.client.cache.query_client import QueryClient


class MutationObserver(Subscribable[Callable[[MutationState], object]]):
    """Starts mutations and follows the latest; it counts as mounted while somebody listens.

    The hooks of a single call are told last, and only if it is still mounted then.
    """

    def __init__(self, client: QueryClient, options: MutationOptions) -> None:
        super().__init__()
        self._client = client
        self._mutation: Mutation | None = None
        self._call_hooks = MutationHooks()
        self.options = client.default_mutation_options(options)
        self.current_result = MutationState()

    def on_unsubscribe(self) -> None:
        """Leave the mutation when the last listener has gone; it goes on alone."""
        if self._mutation is not None and not self.has_listeners():
            self._mutation.remove_observer(self)

    def mutate(self, variables: Any, call_hooks: MutationHooks) -> Promise:
        """Start a mutation and follow it; return the promise of its result."""
        self._call_hooks = call_hooks
        if self._mutation is not None:
            self._mutation.remove_observer(self)
        self._mutation = self._client.mutation_cache.build(self._client, self.options)
        self._mutation.add_observer(self)
        return self._mutation.execute(variables)

    def on_mutation_update(self, action: ActionType) -> None:
        """Follow the mutation: first the hooks of the call, then the listeners."""
        assert self._mutation is not None, "only the mutation itself tells of updates"
        # A new result each time, equal or not: who compares by identity sees every update.
        state = self.current_result = MutationState(*self._mutation.state)

        def tell() -> None:
            if self.has_listeners():
                self._tell_call_hooks(action, state)
            for listener in self.listeners:
                listener(state)

        self._client.environment.notify_manager.batch(tell)

    def _tell_call_hooks(self, action: ActionType, state: MutationState) -> None:
        hooks = self._call_hooks
        if action == "success":
            _call(hooks.on_success, state.data, state.variables, state.context)
            _call(hooks.on_settled, state.data, None, state.variables, state.context)
        elif action == "error":
            _call(hooks.on_error, state.error, state.variables, state.context)
            _call(hooks.on_settled, state.data, state.error, state.variables, state.context)


def _call(hook: Callable[..., Any] | None, *arguments: Any) -> None:
    if hook is not None:
        hook(*arguments)
