"""W0: every intent is sent at once."""

from __future__ import annotations

from syncsim.client.intent import Intent
from syncsim.design import Write


class Parallel:
    """Hold nothing back."""

    def __init__(self, write: Write) -> None:
        """Need nothing."""

    def submit(self, intent: Intent) -> bool:
        """Send it."""
        return True

    def ended(self, intent: Intent) -> list[Intent]:
        """Release nothing: nothing waits."""
        return []

    def give_up(self, refused: Intent) -> list[Intent]:
        """Take nothing along: what came after it is under way already."""
        return []
