"""All mutations of a client, and who of a scope may run (mutationCache.ts)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from syncsim.client.cache.environment import Environment
from syncsim.client.cache.mutation import Mutation, MutationCacheEvent, MutationState
from syncsim.client.cache.options import MutationHooks, MutationOptions
from syncsim.client.cache.promise import Promise, wait_for_all
from syncsim.client.cache.subscribable import Subscribable

if TYPE_CHECKING:
    from syncsim.client.cache.query_client import QueryClient


class MutationCache(Subscribable[Callable[[MutationCacheEvent], object]]):
    """Keeps mutations in the order in which they were made; `hooks` are told of each."""

    def __init__(self, environment: Environment, hooks: MutationHooks | None = None) -> None:
        super().__init__()
        self._environment = environment
        self._mutations: list[Mutation] = []
        self.hooks = hooks or MutationHooks()

    def build(
        self, client: QueryClient, options: MutationOptions, state: MutationState | None = None
    ) -> Mutation:
        """Return a new mutation."""
        options = client.default_mutation_options(options)
        mutation = Mutation(self._environment, self, options, state)
        self._mutations.append(mutation)
        self.notify(MutationCacheEvent("added", mutation))
        return mutation

    def remove(self, mutation: Mutation) -> None:
        """Forget a mutation; the listeners are told even if it was forgotten before."""
        if mutation in self._mutations:
            self._mutations.remove(mutation)
        self.notify(MutationCacheEvent("removed", mutation))

    def can_run(self, mutation: Mutation) -> bool:
        """Tell whether no mutation of the same scope, made before, is pending."""
        pending = [other for other in self._scope_of(mutation) if other.state.status == "pending"]
        return not pending or pending[0] is mutation

    def run_next(self, mutation: Mutation) -> None:
        """Let the next paused mutation of the scope of one that is over go on."""
        for other in self._scope_of(mutation):
            if other is not mutation and other.state.is_paused:
                other.proceed()
                return

    def get_all(self) -> list[Mutation]:
        """Return all mutations, in the order in which they were made."""
        return list(self._mutations)

    def notify(self, event: MutationCacheEvent) -> None:
        """Tell the listeners, at once."""
        self._environment.notify_manager.tell(self.listeners, event)

    def resume_paused_mutations(self) -> Promise:
        """Let all paused mutations go on at once; only a scope keeps their order.

        Returns:
            The promise that all of them are over, well or badly.
        """
        paused = [mutation for mutation in self._mutations if mutation.state.is_paused]

        def resume() -> Promise:
            promises = [mutation.proceed().catch(_nothing) for mutation in paused]
            return wait_for_all(self._environment.scheduler, promises)

        return self._environment.notify_manager.batch(resume)

    def _scope_of(self, mutation: Mutation) -> list[Mutation]:
        scope = mutation.options.scope
        if scope is None:
            return []
        return [other for other in self._mutations if other.options.scope == scope]


def _nothing(_: object) -> None:
    """Drop a reason."""
