"""When each end of a connection finds out that the other end can no longer be heard.

Nothing is sent to find out: the heartbeats of a connection that works are not simulated, since
nobody can see them, and the one that fails to come is computed.
"""

from __future__ import annotations

from typing import Protocol

from syncsim.engine import Engine
from syncsim.net.ledger import Ledger
from syncsim.net.messages import BACKEND, Message, direction_of
from syncsim.net.stacks import SECOND, Heartbeat
from syncsim.net.state import Place, Socket

KERNEL_GIVES_UP_US = 924_600_000
"""So long Linux resends what nobody acknowledges before it gives a connection up, with a
time-out of 200 ms at first and 15 retries (ip-sysctl, tcp_retries2)."""

SYN_GIVES_UP_US = 127 * SECOND
"""When Linux stops waiting for an answer to the last of its retries of a handshake."""
SYN_WAITS_US = (*(((1 << n) - 1) * SECOND for n in range(7)), SYN_GIVES_UP_US)
"""When Linux asks for a connection while nobody answers: at once, and after 1, 3, 7, 15, 31 and
63 s (RFC 6298, 2.1; ip-sysctl, tcp_syn_retries)."""


def heartbeat_closes_us(heartbeat: Heartbeat, opened_us: int, silent_us: int) -> int | None:
    """Return when the client counts a connection dead that went silent at `silent_us`.

    Pings come every interval from the opening on. The last that was answered, or heard, came
    before the silence; what should have followed it had an interval and a time-out to come. So
    it takes between the time-out and both together. None if nobody pings: then a client that
    sends nothing never finds out.
    """
    assert opened_us <= silent_us, (opened_us, silent_us)
    if heartbeat.pinged_by == "nobody":
        return None
    heard = (silent_us - opened_us) // heartbeat.interval_us
    return opened_us + heard * heartbeat.interval_us + heartbeat.dead_after_us


class Ends(Protocol):
    """The two ends of a connection, and what each may learn."""

    def session_closed(self, link: Place, socket: Socket) -> None:
        """The backend learns that the connection is over."""

    def client_closed(self, link: Place, socket: Socket, reason: str, cause: int) -> None:
        """The client learns that the connection is over."""


class Silences:
    """Lets what is sent vanish, and each end find out when its heartbeat or its kernel does."""

    def __init__(self, engine: Engine, ledger: Ledger, heartbeat: Heartbeat, ends: Ends) -> None:
        self._engine = engine
        self._ledger = ledger
        self._heartbeat = heartbeat
        self._ends = ends

    def begin(self, link: Place, direction: str, cause: int) -> None:
        """Let all that goes `up`, `down` or in `both` directions vanish, and tell nobody."""
        link.silent = direction
        link.silences += 1
        for transit in list(link.http.values()):
            if direction in (direction_of(transit.message), "both"):
                del link.http[transit.message.name]
                self._ledger.lost(transit.message, "silent", cause)
        socket = link.socket
        if socket is None or not socket.whole:
            return
        if direction != "up":
            self.go_deaf(link, socket, cause)
            return
        closes_us = self.closes_us(socket)
        if closes_us is not None:
            wait_us = closes_us - self._engine.now_us
            self._engine.after(wait_us, self._found_mute, link, socket, link.silences, cause)

    def closes_us(self, socket: Socket) -> int | None:
        """Return when a socket would be closed that went silent now, None if never."""
        return heartbeat_closes_us(self._heartbeat, socket.opened_us, self._engine.now_us)

    def go_deaf(self, link: Place, socket: Socket, cause: int) -> None:
        """Make a socket half-open: both ends believe in it until they miss a heartbeat."""
        assert socket.whole, link.client
        socket.whole = False
        socket.half_open = True
        self.lose_frames(socket, "silent", cause)
        seq = self._ledger.deaf(link.client, socket.epoch, cause)
        closes_us = self.closes_us(socket)
        if closes_us is not None:
            wait_us = closes_us - self._engine.now_us
            self._engine.after(wait_us, self._ends.session_closed, link, socket)
            self._engine.after(wait_us, self._found_deaf, link, socket, seq)

    def lose_frames(self, socket: Socket, reason: str, cause: int) -> None:
        """Lose everything that is under way on a socket."""
        for transit in socket.in_flight.values():
            self._ledger.lost(transit.message, reason, cause)
        socket.in_flight.clear()

    def resend_in_vain(self, link: Place, socket: Socket, message: Message) -> None:
        """Let the kernel of the end that sent into a half-open socket give it up, in the end."""
        if socket.last_us.get(message.recipient, 0) < 0:
            return
        socket.last_us[message.recipient] = -1
        if message.sender == BACKEND:
            self._engine.after(KERNEL_GIVES_UP_US, self._ends.session_closed, link, socket)
        else:
            self._engine.after(KERNEL_GIVES_UP_US, self._found_deaf, link, socket, -1)

    def _found_deaf(self, link: Place, socket: Socket, cause: int) -> None:
        if link.socket is socket:
            self._ends.client_closed(link, socket, "silent", cause)

    def _found_mute(self, link: Place, socket: Socket, silence: int, cause: int) -> None:
        """Close a socket whose client has not been heard for too long."""
        if link.silent and link.silences == silence and link.socket is socket and socket.whole:
            self.lose_frames(socket, "silent", cause)
            socket.whole = False
            self._ends.session_closed(link, socket)
            self._ends.client_closed(link, socket, "silent", cause)
