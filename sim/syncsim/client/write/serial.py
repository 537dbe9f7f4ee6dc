"""W1: intents on one row are sent one after the other, in the order they were asked."""

from __future__ import annotations

from syncsim.client.intent import Intent


class Serial:
    """Hold an intent back while an earlier one on any of its rows is under way."""

    def __init__(self) -> None:
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

    @staticmethod
    def _is_blocked(intent: Intent, earlier: list[Intent]) -> bool:
        rows = frozenset(change.entity for change in intent.changes)
        return any(change.entity in rows for other in earlier for change in other.changes)
