"""W2: intents are sent one after the other, in the order they were asked, whatever their rows.

Nothing overtakes anything, so the backend sees what the person did in the person's order. One
slow request holds up all that follow.
"""

from __future__ import annotations

from collections import deque

from syncsim.client.intent import Intent
from syncsim.client.write import given_up
from syncsim.design import Write


class Fifo:
    """Hold an intent back while any earlier one is under way."""

    def __init__(self, write: Write) -> None:
        self._design = write
        self._queue: deque[Intent] = deque()

    def submit(self, intent: Intent) -> bool:
        """Send it if the queue is empty; the head of the queue is under way."""
        self._queue.append(intent)
        return len(self._queue) == 1

    def ended(self, intent: Intent) -> list[Intent]:
        """Release the next in the queue."""
        head = self._queue.popleft()
        assert head is intent, (head.name, intent.name)
        return [self._queue[0]] if self._queue else []

    def give_up(self, refused: Intent) -> list[Intent]:
        """Take along what the design says, out of what waits behind the refused one."""
        assert self._queue[0] is refused, refused.name
        waiting = list(self._queue)[1:]
        lost = given_up(self._design, refused, waiting)
        self._queue = deque([refused, *(intent for intent in waiting if intent not in lost)])
        return lost
