"""The gateways that clients' sockets end at, between them and the broker.

a new connection    is led to one of those that are up; which one is drawn
down                its sockets break, and their clients come back to others
cut off             it hears nothing of the broker; its sockets stay open, and nobody is told
idle time-out       it closes a connection on which nothing was sent for so long
full queue          it closes the connection of a client that does not keep up
frame too long      it closes the connection over it
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from syncsim.engine import Draws, Engine
from syncsim.net.ledger import TOO_BIG, Ledger
from syncsim.net.messages import BACKEND, Message
from syncsim.net.stacks import Heartbeat
from syncsim.net.state import Place, Socket

GATEWAY = "gateway-"
"""What the name of a gateway begins with; its number follows, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateways:
    """How many gateways there are, and what each allows a connection; 0 is any number or time.

    With `idle_us` a connection is closed on which nothing was sent for so long, heartbeats
    included. At most `queue` events wait to reach one client; one more closes its connection, and
    so does a frame longer than `max_frame_bytes`.
    """

    count: int = 1
    idle_us: int = 0
    queue: int = 0
    max_frame_bytes: int = 0

    def __post_init__(self) -> None:
        assert self.count > 0, self.count
        assert self.idle_us >= 0, self.idle_us
        assert self.queue >= 0, self.queue
        assert self.max_frame_bytes >= 0, self.max_frame_bytes

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the gateways, as faults call them."""
        return tuple(f"{GATEWAY}{number}" for number in range(1, self.count + 1))


ONE_GATEWAY = Gateways()


class Breaks(Protocol):
    """How connections end, for those that end them."""

    def drop(self, client: str, cause: int) -> None:
        """Break a client's connection somewhere along its path."""

    def half_open(self, client: str, cause: int) -> None:
        """Break a client's connection so that neither end is told."""

    def end(self, link: Place, socket: Socket, reason: str, cause: int) -> None:
        """End a connection at the gateway, which knows; the client learns of it later."""


class Entrance:
    """Leads connections to gateways, and breaks those of a gateway that has a fault."""

    def __init__(
        self,
        *,
        engine: Engine,
        draws: Draws,
        ledger: Ledger,
        spec: Gateways,
        heartbeat: Heartbeat,
        breaks: Breaks,
    ) -> None:
        self._engine = engine
        self._draws = draws
        self._ledger = ledger
        self._spec = spec
        self._heartbeat = heartbeat
        self._breaks = breaks
        self._names = spec.names
        self._down: dict[str, None] = {}
        self._cut: dict[str, None] = {}
        self._silent: dict[str, None] = {}

    def choose(self, attempt: str) -> str:
        """Return the gateway that a connection is led to, empty if none takes it."""
        up = [name for name in self._names if name not in self._down and name not in self._cut]
        if len(up) < 2:
            return up[0] if up else ""
        return up[self._draws.below(len(up), f"{attempt}/gateway")]

    def told(self, gateway: str) -> str:
        """Return the gateway as a record names it: where there is one alone, it is not told."""
        return gateway if len(self._names) > 1 else ""

    def takes(self, link: Place, socket: Socket, message: Message, sent: int) -> bool:
        """Tell whether a frame gets past the gateway; if not, it is lost, perhaps with the rest."""
        if socket.gateway in self._cut:
            self._ledger.lost(message, "silent", sent)
            return False
        if 0 < self._spec.max_frame_bytes < message.bytes:
            self._ledger.lost(message, TOO_BIG, sent)
            self._breaks.end(link, socket, TOO_BIG, sent)
            return False
        if message.sender != BACKEND or not self._is_full(link, socket):
            return True
        self._ledger.lost(message, "overflow", sent)
        if socket.gateway not in self._silent:
            self._breaks.end(link, socket, "overflow", sent)
        return False

    def _is_full(self, link: Place, socket: Socket) -> bool:
        """Tell whether as many frames as may wait to reach the client do."""
        most = self._spec.queue
        if not most or len(socket.in_flight) + len(link.held) < most:
            return False
        waiting = [each.message for each in socket.in_flight.values()]
        waiting += [message for message, _, on in link.held if on is socket]
        return sum(message.sender == BACKEND for message in waiting) >= most

    # The idle time-out

    def watch(self, link: Place, socket: Socket) -> None:
        """Close a connection when it has been idle; one with frequent heartbeats never is."""
        idle_us, beat_us = self._spec.idle_us, self._heartbeat.interval_us
        if idle_us and not 0 < beat_us <= idle_us:
            self._engine.after(idle_us, self._look, link, socket)

    def _look(self, link: Place, socket: Socket) -> None:
        if link.socket is not socket or not socket.whole:
            return
        now_us = self._engine.now_us
        due_us = max(socket.sent_us, self._beat_us(socket)) + self._spec.idle_us
        if due_us <= now_us:
            self._breaks.end(link, socket, "idle", -1)
        else:
            self._engine.after(due_us - now_us, self._look, link, socket)

    def _beat_us(self, socket: Socket) -> int:
        """Return when the last heartbeat came; they are computed from the opening on."""
        beat_us = self._heartbeat.interval_us
        past_us = self._engine.now_us - socket.opened_us
        return socket.opened_us + (past_us - past_us % beat_us if beat_us else 0)

    # Faults

    def go_down(self, gateway: str, links: Iterable[Place], cause: int) -> None:
        """Let a gateway restart: its connections end, and none is led to it."""
        self._down[gateway] = None
        for link, socket in _open(gateway, links):
            self._breaks.end(link, socket, "down", cause)

    def come_up(self, gateway: str) -> None:
        """Let a gateway be up again; nobody is led back to it who is elsewhere."""
        self._down.pop(gateway, None)

    def drop(self, gateway: str, links: Iterable[Place], cause: int, *, unnoticed: bool) -> None:
        """Break every connection of a gateway that goes on."""
        for link, _ in _open(gateway, links):
            if unnoticed:
                self._breaks.half_open(link.client, cause)
            else:
                self._breaks.drop(link.client, cause)

    def cut(self, gateway: str) -> None:
        """Cut a gateway off from the broker: what would pass it is lost, and nobody is told."""
        self._cut[gateway] = None

    def mend(self, gateway: str) -> None:
        """Let a gateway reach the broker again; what it missed is gone."""
        self._cut.pop(gateway, None)

    def be_silent(self, gateway: str) -> None:
        """Let a gateway lose what finds no room without a word."""
        self._silent[gateway] = None

    def be_honest(self, gateway: str) -> None:
        """Let a gateway close the connection again when its queue is full."""
        self._silent.pop(gateway, None)


def _open(gateway: str, links: Iterable[Place]) -> list[tuple[Place, Socket]]:
    """Return the connections of a gateway that both ends believe in and that work."""
    return [
        (link, link.socket)
        for link in links
        if link.socket is not None and link.socket.whole and link.socket.gateway == gateway
    ]
