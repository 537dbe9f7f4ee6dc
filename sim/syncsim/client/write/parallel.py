"""W0: every intent is sent at once."""

from __future__ import annotations

from syncsim.client.mutation import Mutation


class Parallel:
    """Hold nothing back."""

    def submit(self, mutation: Mutation) -> bool:
        """Send it."""
        return True

    def ended(self, mutation: Mutation) -> list[Mutation]:
        """Release nothing: nothing waits."""
        return []
