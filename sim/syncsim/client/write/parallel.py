"""W0: every intent is sent at once."""

from __future__ import annotations

from syncsim.client.intent import Intent


class Parallel:
    """Hold nothing back."""

    def submit(self, intent: Intent) -> bool:
        """Send it."""
        return True

    def ended(self, intent: Intent) -> list[Intent]:
        """Release nothing: nothing waits."""
        return []
