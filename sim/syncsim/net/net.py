"""The network between the clients and the backend.

HTTP requests and responses travel separately, may overtake each other and may be lost. A
WebSocket keeps order in each direction and never loses a single frame; it loses its tail
when the connection breaks, and then the sender cannot know what arrived.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from syncsim.engine import Draws, Engine
from syncsim.history import History
from syncsim.net.messages import Message
from syncsim.net.profile import MILLION, Profile

BACKEND = "backend"
IN_FLIGHT_MAX = 100_000
"""Messages under way on one link; more is a loop, not a workload."""

RECONNECT_FIRST_US = 1_000_000
RECONNECT_MAX_US = 5_000_000
RECONNECT_JITTER_PERCENT = 50
"""The waits of socket.io-client 4.8: 1 s doubling to 5 s, up to half of it more or less
(manager.ts, reconnectionDelay, reconnectionDelayMax, randomizationFactor)."""

CUT_STEPS = 1 << 16
"""The break of a connection lies at one of so many points along the path."""


@dataclass(slots=True)
class _Socket:
    """One life of a WebSocket connection, as the path between both ends knows it."""

    epoch: int
    whole: bool = True
    last_us: dict[str, int] = field(default_factory=dict)
    in_flight: dict[str, tuple[Message, int, int]] = field(default_factory=dict)


@dataclass(slots=True)
class _Link:
    """The access link of one client."""

    client: str
    up: bool = True
    slow_us: int = 0
    losing: str = ""
    http: dict[str, Message] = field(default_factory=dict)
    socket: _Socket | None = None
    epochs: int = 0
    attempts: int = 0
    failures: int = 0


class Listener(Protocol):
    """What the net tells the world; `seq` is the record that says so."""

    def message_arrived(self, message: Message, seq: int) -> None:
        """A message reached its recipient."""

    def request_refused(self, message: Message, seq: int) -> None:
        """The backend's machine refused a request, and its client was told."""

    def socket_opened(self, client: str, seq: int) -> None:
        """A socket opened, as the client sees it."""

    def socket_closed(self, client: str, seq: int) -> None:
        """A socket closed, as the client sees it."""

    def session_opened(self, client: str) -> None:
        """A session began, as the backend sees it."""

    def session_closed(self, client: str) -> None:
        """A session ended, as the backend sees it."""


class Net:
    """Carries messages, and breaks in the ways that a scenario asks for."""

    def __init__(
        self,
        *,
        engine: Engine,
        draws: Draws,
        history: History,
        profile: Profile,
        clients: tuple[str, ...],
        listener: Listener,
    ) -> None:
        self._engine = engine
        self._draws = draws
        self._history = history
        self._profile = profile
        self._links = {client: _Link(client) for client in clients}
        self._listener = listener
        self.backend_up = True

    # HTTP

    def http(self, message: Message, cause: int) -> None:
        """Send one half of an HTTP exchange."""
        link = self._link_of(message)
        sent = self._note_send(message, cause)
        reason = self._http_fate(link, message)
        if reason:
            self._note_lose(message, reason, sent)
            return
        assert message.name not in link.http, message.name
        assert len(link.http) < IN_FLIGHT_MAX, message.name
        link.http[message.name] = message
        delay_us = self._delay_us(message.name) + link.slow_us
        self._engine.after(delay_us, self._arrive_http, link, message, sent)

    def _http_fate(self, link: _Link, message: Message) -> str:
        """Return why the message will be lost, empty if it will arrive."""
        if not link.up:
            return "offline"
        leg = "request" if message.recipient == BACKEND else "response"
        if link.losing in (leg, "both"):
            return "lossy"
        loss_ppm = self._profile.http_loss_ppm
        if loss_ppm and self._draws.below(MILLION, f"{message.name}/loss") < loss_ppm:
            return "lossy"
        return ""

    def _arrive_http(self, link: _Link, message: Message, sent: int) -> None:
        if link.http.pop(message.name, None) is None:
            return
        if message.recipient == BACKEND and not self.backend_up:
            lost = self._note_lose(message, "down", sent)
            delay_us = self._delay_us(f"{message.name}/reset")
            self._engine.after(delay_us, self._reset, link, message, lost)
            return
        self._listener.message_arrived(message, self._note_receive(message, sent))

    def _reset(self, link: _Link, message: Message, cause: int) -> None:
        """Tell a client that the backend's machine refused its connection."""
        if link.up:
            self._listener.request_refused(message, cause)

    # WebSocket

    def connect(self, client: str, cause: int) -> None:
        """Begin a handshake, and another one after a wait whenever it fails or its socket closes.

        The listener is told when a socket opens and closes, but not of the tries in between.
        """
        link = self._links[client]
        link.attempts += 1
        trips = 2 * self._profile.handshake_rtts
        attempt = f"{client}/socket/{link.attempts}"
        delay_us = trips * self._profile.delay_us + self._jitter_us(attempt)
        self._engine.after(delay_us, self._connected, link, cause)

    def _connected(self, link: _Link, cause: int) -> None:
        if not link.up or not self.backend_up:
            self._connect_later(link, cause)
            return
        assert link.socket is None or not link.socket.whole, link.client
        link.failures = 0
        link.epochs += 1
        link.socket = _Socket(link.epochs)
        seq = self._history.append(
            self._engine.now_us, "open", link.client, BACKEND, cause, data={"epoch": link.epochs}
        )
        self._listener.session_opened(link.client)
        self._listener.socket_opened(link.client, seq)

    def _connect_later(self, link: _Link, cause: int) -> None:
        wait_us = min(RECONNECT_FIRST_US << min(link.failures, 8), RECONNECT_MAX_US)
        link.failures += 1
        jitter_us = wait_us * RECONNECT_JITTER_PERCENT // 100
        luck = f"{link.client}/socket/{link.attempts}/wait"
        wait_us += self._draws.below(2 * jitter_us, luck) - jitter_us
        self._engine.after(wait_us, self.connect, link.client, cause)

    def frame(self, message: Message, cause: int) -> None:
        """Send a frame on an open connection, in order behind those sent before it."""
        link = self._link_of(message)
        sent = self._note_send(message, cause)
        socket = link.socket
        if socket is None or not socket.whole:
            self._note_lose(message, "dropped", sent)
            return
        assert len(socket.in_flight) < IN_FLIGHT_MAX, message.name
        now_us = self._engine.now_us
        due_us = max(
            now_us + self._delay_us(message.name), socket.last_us.get(message.recipient, 0)
        )
        socket.last_us[message.recipient] = due_us
        socket.in_flight[message.name] = (message, now_us, due_us)
        self._engine.after(due_us - now_us, self._arrive_frame, socket, message, sent)

    def _arrive_frame(self, socket: _Socket, message: Message, sent: int) -> None:
        if socket.in_flight.pop(message.name, None) is not None:
            self._listener.message_arrived(message, self._note_receive(message, sent))

    def missed(self, message: Message, cause: int) -> None:
        """Record that a change was published while its recipient was away."""
        self._note_lose(message, "away", cause)

    # Faults

    def drop(self, client: str, cause: int) -> None:
        """Break a client's WebSocket somewhere along the path, at a drawn point.

        Frames that had passed the point still arrive, ahead of the news of the break; the
        rest is lost. Each end learns of the break when the news reaches it.
        """
        link = self._links[client]
        socket = link.socket
        if socket is None or not socket.whole:
            return
        point = self._draws.below(CUT_STEPS, f"{client}/socket/{socket.epoch}/cut")
        client_us = self._break(link, socket, point, cause)
        server_us = self._profile.delay_us * point // CUT_STEPS
        self._engine.after(server_us, self._session_closed, link, socket)
        self._engine.after(client_us, self._client_closed, link, socket, "dropped", cause)

    def cut(self, client: str, cause: int) -> None:
        """Take a client's link down: everything under way on it is lost, both ends know."""
        link = self._links[client]
        link.up = False
        for message in list(link.http.values()):
            self._note_lose(message, "offline", cause)
        link.http.clear()
        socket = link.socket
        if socket is None:
            return
        for message, _, _ in socket.in_flight.values():
            self._note_lose(message, "offline", cause)
        socket.in_flight.clear()
        if socket.whole:
            socket.whole = False
            self._session_closed(link, socket)
            self._client_closed(link, socket, "offline", cause)

    def mend(self, client: str) -> None:
        """Bring a client's link up again."""
        self._links[client].up = True

    def slow(self, client: str, extra_us: int) -> None:
        """Delay every HTTP message of a client by so much more, from now on."""
        self._links[client].slow_us = extra_us

    def lose(self, client: str, leg: str) -> None:
        """Lose the requests, the responses or both of a client, from now on; '' to stop."""
        self._links[client].losing = leg

    def crash(self, cause: int) -> None:
        """Take the backend down: sessions end, requests are refused, what was sent travels on."""
        self.backend_up = False
        for link in self._links.values():
            socket = link.socket
            if socket is not None and socket.whole:
                client_us = self._break(link, socket, 0, cause)
                self._session_closed(link, socket)
                self._engine.after(client_us, self._client_closed, link, socket, "down", cause)

    def _break(self, link: _Link, socket: _Socket, point: int, cause: int) -> int:
        """Lose what has not passed `point`; return when the client learns of the break, from now.

        `point` counts from the backend, in steps of the path. A frame to the client has
        passed it if it has travelled that share of its way.
        """
        socket.whole = False
        now_us = self._engine.now_us
        learns_us = self._profile.delay_us * (CUT_STEPS - point) // CUT_STEPS
        for message, sent_us, due_us in list(socket.in_flight.values()):
            share = point if message.sender == BACKEND else CUT_STEPS - point
            if (now_us - sent_us) * CUT_STEPS >= share * (due_us - sent_us):
                learns_us = max(learns_us, due_us - now_us)
            else:
                del socket.in_flight[message.name]
                self._note_lose(message, "dropped", cause)
        return learns_us

    def _session_closed(self, link: _Link, socket: _Socket) -> None:
        if link.epochs == socket.epoch:
            self._listener.session_closed(link.client)

    def _client_closed(self, link: _Link, socket: _Socket, reason: str, cause: int) -> None:
        assert link.socket is socket, link.client
        link.socket = None
        seq = self._history.append(
            self._engine.now_us,
            "close",
            link.client,
            BACKEND,
            cause,
            data={"epoch": socket.epoch, "reason": reason},
        )
        self._listener.socket_closed(link.client, seq)
        self._connect_later(link, seq)

    # Shared

    def _link_of(self, message: Message) -> _Link:
        client = message.sender if message.recipient == BACKEND else message.recipient
        return self._links[client]

    def _delay_us(self, name: str) -> int:
        return self._profile.delay_us + self._jitter_us(name)

    def _jitter_us(self, name: str) -> int:
        jitter_us = self._profile.jitter_us
        return self._draws.exponential_us(jitter_us, name) if jitter_us else 0

    def _note_send(self, message: Message, cause: int) -> int:
        data = {"what": message.what, "bytes": message.bytes}
        return self._note("send", message.sender, message.recipient, message, cause, data)

    def _note_receive(self, message: Message, sent: int) -> int:
        return self._note("receive", message.recipient, message.sender, message, sent, None)

    def _note_lose(self, message: Message, reason: str, cause: int) -> int:
        data = {"reason": reason, "what": message.what}
        return self._note("lose", message.recipient, message.sender, message, cause, data)

    def _note(
        self,
        kind: str,
        at: str,
        peer: str,
        message: Message,
        cause: int,
        data: dict[str, Any] | None,
    ) -> int:
        return self._history.append(
            self._engine.now_us, kind, at, peer, cause, message.intent, message.name,
            message.entity, message.version, message.lsn, message.view, data,
        )  # fmt: skip
