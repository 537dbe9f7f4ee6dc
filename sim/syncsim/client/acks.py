"""Acknowledging events where the broker tells each at least once, and ignoring what is told again.

Events are numbered and come in order. One that is told again has a number that was heard:

    12 heard, 13 heard, 13's acknowledgement is lost with the socket
    the next socket brings 13, which is known, and 14, which is new

What is told again is ignored whatever the read strategy is, and acknowledged again.
"""

from __future__ import annotations

from syncsim.client.context import Context
from syncsim.client.ports import Frame
from syncsim.net.messages import ACK_BYTES, AckBody, EventBody

REDELIVERY = "redelivery"
"""What is armed while the broker keeps what this client does not hear."""


class Acks:
    """The number of the last event that a page has heard. A page that is loaded knows of none."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._is_used = context.design.feed.delivery == "at-least-once"
        self._newest = 0

    def is_news(self, event: EventBody) -> bool:
        """Acknowledge an event, and tell whether it was not heard before."""
        if not self._is_used:
            return True
        assert event.offset > 0, event
        is_news = event.offset > self._newest
        self._newest = max(self._newest, event.offset)
        context = self._context
        name = context.unique(f"{context.name}:ack/{event.offset}")
        body = AckBody(self._newest)
        context.out.append(Frame(name, "ack", body, ACK_BYTES, context.page.cause))
        return is_news

    def on_open(self) -> None:
        """What the broker kept is on its way, ahead of all that is new."""
        if self._is_used:
            self._context.arm(REDELIVERY, armed=False)

    def on_close(self) -> None:
        """What is published from now on is kept."""
        if self._is_used:
            self._context.arm(REDELIVERY, armed=True)
