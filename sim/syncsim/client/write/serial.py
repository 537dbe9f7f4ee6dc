"""W1: intents on one row are sent one after the other, in the order they were asked."""

from __future__ import annotations

from syncsim.client.intent import Intent
from syncsim.client.write import given_up, share_rows
from syncsim.design import Write


class Serial:
    """Hold an intent back while an earlier one on any of its rows is under way."""

    def __init__(self, write: Write) -> None:
        self._design = write
        self._waiting: list[Intent] = []
        self._under_way: list[Intent] = []

    def submit(self, intent: Intent) -> bool:
        """Send it if no row of it is busy or awaited by an earlier intent."""
        if self._is_blocked(intent, [*self._under_way, *self._waiting]):
            self._waiting.append(intent)
            return False
        self._under_way.append(intent)
        return True

    def ended(self, intent: Intent) -> list[Intent]:
        """Release the intents that waited for this one only, in order."""
        self._under_way.remove(intent)
        released: list[Intent] = []
        waiting: list[Intent] = []
        for other in self._waiting:
            if self._is_blocked(other, [*self._under_way, *waiting]):
                waiting.append(other)
            else:
                self._under_way.append(other)
                released.append(other)
        self._waiting = waiting
        return released

    def give_up(self, refused: Intent) -> list[Intent]:
        """Take along what the design says, out of all that waits."""
        lost = given_up(self._design, refused, self._waiting)
        self._waiting = [intent for intent in self._waiting if intent not in lost]
        return lost

    @staticmethod
    def _is_blocked(intent: Intent, earlier: list[Intent]) -> bool:
        return any(share_rows(intent, other) for other in earlier)
