"""Acknowledging events where the broker tells each at least once, and ignoring what is told again.

Events are numbered. One that is told again has a number that was heard:

    12 heard, 14 heard, 14's acknowledgement is lost with the socket; a gateway had dropped 13
    the next socket brings 13, which is new, and 14, which is known

What is told again is ignored whatever the read strategy is, and acknowledged again. Each number
is acknowledged by itself, since one that is missing would otherwise count as heard.
"""

from __future__ import annotations

from syncsim.client.context import Context
from syncsim.client.ports import Frame
from syncsim.net.messages import ACK_BYTES, AckBody, EventBody

REDELIVERY = "redelivery"
"""What is armed while the broker keeps what this client does not hear."""
HEARD_MAX = 100_000
"""Numbers that are remembered; what is older was acknowledged long ago."""


class Acks:
    """The numbers of the events that a page has heard. A page that is loaded knows of none."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._is_used = context.design.feed.delivery == "at-least-once"
        self._heard: dict[int, None] = {}

    def is_news(self, event: EventBody) -> bool:
        """Acknowledge an event, and tell whether it was not heard before."""
        if not self._is_used:
            return True
        assert event.offset > 0, event
        is_news = event.offset not in self._heard
        self._heard[event.offset] = None
        if len(self._heard) > HEARD_MAX:
            del self._heard[next(iter(self._heard))]
        context = self._context
        name = context.unique(f"{context.name}:ack/{event.offset}")
        body = AckBody(event.offset)
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
