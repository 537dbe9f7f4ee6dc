"""The client's end of the WebSocket: open it, and open it again after a close.

The waits are those of socket.io-client 4.8: 1 s doubling to 5 s, up to half of it more or
less (manager.ts, reconnectionDelay, reconnectionDelayMax, randomizationFactor).
"""

from __future__ import annotations

from syncsim.client.context import SECOND_US, Context
from syncsim.client.ports import Connect

RECONNECT = "reconnect"
DELAY_FIRST_US = SECOND_US
DELAY_MAX_US = 5 * SECOND_US
JITTER_PERCENT = 50


class Socket:
    """Whether the socket is open, and how often opening it has failed since it was."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.is_open = False
        self._failures = 0
        self._attempts = 0

    def connect(self) -> None:
        """Try to open the socket."""
        assert not self.is_open, self._context.name
        self._attempts += 1
        self._context.out.append(Connect(f"{self._context.name}/socket/{self._attempts}"))

    def opened(self) -> None:
        """The socket is open."""
        self.is_open = True
        self._failures = 0

    def closed(self) -> None:
        """The socket closed or failed to open: wait, then try again, for ever."""
        self.is_open = False
        delay_us = min(DELAY_FIRST_US << min(self._failures, 8), DELAY_MAX_US)
        self._failures += 1
        jitter_us = delay_us * JITTER_PERCENT // 100
        luck = f"{self._context.name}/socket/{self._attempts}/wait"
        self._context.set_timer(RECONNECT, delay_us - jitter_us, 2 * jitter_us, luck)
