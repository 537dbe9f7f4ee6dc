"""The network between the clients and the backend.

HTTP requests and responses travel separately, may overtake each other and may be lost. A
WebSocket keeps order in each direction and never loses a single frame, unless a scenario wants
it unfaithful; it loses its tail when the connection breaks, and then the sender cannot know what
arrived.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from syncsim.engine import Draws, Engine
from syncsim.history import History
from syncsim.net.copies import DOUBLED, copy_of
from syncsim.net.dialler import Dialler
from syncsim.net.gateways import ONE_GATEWAY, Entrance, Gateways
from syncsim.net.ledger import Ledger, code_of
from syncsim.net.link import Link
from syncsim.net.messages import BACKEND, Message, direction_of
from syncsim.net.outages import Outages
from syncsim.net.profile import MILLION, Profile
from syncsim.net.silence import SYN_GIVES_UP_US, SYN_WAITS_US, Silences
from syncsim.net.stacks import HEARTBEAT_CLOSE, SOCKET_IO, Stack
from syncsim.net.state import Listener, Place, Socket, Transit
from syncsim.net.unfaithful import FAITHFUL, Unfaithful

IN_FLIGHT_MAX = 100_000
"""Messages under way on one link; more is a loop, not a workload."""

CUT_STEPS = 1 << 16
"""The break of a connection lies at one of so many points along the path."""


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
        stack: Stack = SOCKET_IO,
        gateways: Gateways = ONE_GATEWAY,
        unfaithful: Unfaithful = FAITHFUL,
    ) -> None:
        self._engine = engine
        self._draws = draws
        self._ledger = Ledger(engine, history)
        self._profile = profile
        self._stack = stack
        self._links: dict[str, Place] = {}
        for client in clients:
            dialler = Dialler(client, stack, draws, engine, partial(self._redial, client))
            access = Link(profile.access, draws, client)
            self._links[client] = Place(client, access, dialler, unfaithful=unfaithful)
        self._listener = listener
        self.backend_up = True
        self._silences = Silences(engine, self._ledger, stack.heartbeat, self)
        self.entrance = Entrance(
            engine=engine,
            draws=draws,
            ledger=self._ledger,
            spec=gateways,
            heartbeat=stack.heartbeat,
            breaks=self,
        )
        self._outages = Outages(engine, draws, profile.access, profile.outages, self._silences)
        for link in self._links.values():
            self._outages.plan(link)

    # HTTP

    def http(self, message: Message, cause: int) -> None:
        """Send one half of an HTTP exchange; a request may go out a second time."""
        link = self._link_of(message)
        sent = self._ledger.sent(message, cause)
        reason = self._http_fate(link, message)
        if reason:
            self._ledger.lost(message, reason, sent)
            return
        copy = link.copies.of_request(message)
        if copy is not None:
            self._engine.after(link.copies.by_us, self.http, copy, sent)
        if link.holds:
            self._hold(link, message, sent, None)
        else:
            self._carry_http(link, message, sent)

    def _carry_http(self, link: Place, message: Message, sent: int) -> None:
        assert message.name not in link.http, message.name
        assert len(link.http) < IN_FLIGHT_MAX, message.name
        stream = link.link.stream(direction_of(message), message.name)
        due_us = stream.send(self._engine.now_us, message.bytes, message.name)
        if due_us is None:
            self._ledger.lost(message, "lossy", sent)
            return
        now_us = self._engine.now_us
        clear_us = due_us + link.slow_us
        due_us = max(due_us, self._outages.resumes_us(link, now_us)) + link.slow_us
        self._plan_http(link, Transit(message, sent, now_us, clear_us, due_us))

    def _plan_http(self, link: Place, transit: Transit) -> None:
        link.http[transit.message.name] = transit
        wait_us = transit.due_us - self._engine.now_us
        self._engine.after(wait_us, self._arrive_http, link, transit)

    def _http_fate(self, link: Place, message: Message) -> str:
        """Return why the message will be lost, empty if it will arrive."""
        if not link.up:
            return "offline"
        leg = "request" if message.recipient == BACKEND else "response"
        if link.silent in (direction_of(message), "both"):
            return "silent"
        if link.copies.is_replaced(message):
            return "reset"
        if link.losing in (leg, "both"):
            return "lossy"
        loss_ppm = self._profile.http_loss_ppm
        if loss_ppm and self._draws.below(MILLION, f"{message.name}/loss") < loss_ppm:
            return "lossy"
        return ""

    def _arrive_http(self, link: Place, transit: Transit) -> None:
        message, sent = transit.message, transit.sent
        if link.http.get(message.name) is not transit:
            return
        del link.http[message.name]
        if message.recipient == BACKEND and not self.backend_up:
            lost = self._ledger.lost(message, "down", sent)
            delay_us = self._delay_us(f"{message.name}/reset")
            self._engine.after(delay_us, self._reset, link, message, lost)
            return
        received = self._ledger.received(message, sent)
        if message.recipient != BACKEND:
            message = link.copies.as_asked(message)
        self._listener.message_arrived(message, received)

    def _reset(self, link: Place, message: Message, cause: int) -> None:
        """Tell a client that the backend's machine refused its connection."""
        if link.up and not link.silent:
            self._listener.request_refused(link.copies.as_asked(message), cause)

    # WebSocket

    def connect(self, client: str, cause: int) -> None:
        """Begin a handshake, and another one after a wait whenever it fails or its socket closes.

        The listener is told when a socket opens and closes, but not of the tries in between.
        """
        link = self._links[client]
        link.dialler.tries()
        link.attempts += 1
        trips = 2 * self._profile.handshake_rtts
        attempt = f"{client}/socket/{link.attempts}"
        delay_us = trips * self._profile.delay_us + self._jitter_us(attempt)
        self._engine.after(delay_us, self._connected, link, link.attempts, cause)

    def _connected(self, link: Place, attempt: int, cause: int, retry: int = 0) -> None:
        """End a handshake, well or not; on a silent path, ask again before that."""
        if link.attempts != attempt:
            return
        if link.up and (link.silent or self._outages.is_on(link)):
            self._ask_again(link, cause, retry)
            return
        gateway = self.entrance.choose(f"{link.client}/socket/{attempt}")
        if not link.up or not self.backend_up or not gateway:
            link.dialler.failed(cause)
            return
        assert link.socket is None, link.client
        link.dialler.opened()
        link.epochs += 1
        streams = {
            BACKEND: link.link.stream("up", f"socket/{link.epochs}"),
            link.client: link.link.stream("down", f"socket/{link.epochs}"),
        }
        link.socket = Socket(link.epochs, self._engine.now_us, streams, gateway)
        self.entrance.watch(link, link.socket)
        told = self.entrance.told(gateway)
        seq = self._ledger.opened(link.client, link.epochs, cause, told)
        self._listener.session_opened(link.client, link.epochs, seq)
        self._listener.socket_opened(link.client, seq)

    def _ask_again(self, link: Place, cause: int, retry: int) -> None:
        """Wait for the next retry of a handshake that nobody answers, or give the try up."""
        patience_us = self._stack.connect_timeout_us or SYN_GIVES_UP_US
        waited_us, next_us = SYN_WAITS_US[retry : retry + 2]
        if next_us < patience_us:
            self._engine.after(
                next_us - waited_us, self._connected, link, link.attempts, cause, retry + 1
            )
        else:
            wait_us = patience_us - waited_us
            self._engine.after(wait_us, self._try_failed, link, link.attempts, cause)

    def _try_failed(self, link: Place, attempt: int, cause: int) -> None:
        if link.attempts == attempt:
            link.dialler.failed(cause)

    def _redial(self, client: str, cause: int) -> None:
        self.connect(client, cause)

    @property
    def links(self) -> Iterable[Place]:
        """Return the links of all clients."""
        return self._links.values()

    def dialler(self, client: str) -> Dialler:
        """Return what decides when a client's page tries to connect."""
        return self._links[client].dialler

    def leave(self, client: str, cause: int) -> None:
        """Let a client's page be gone: its socket closes at once, and its tries end."""
        link = self._links[client]
        link.dialler.leave()
        link.attempts += 1
        socket, link.socket = link.socket, None
        if socket is None:
            return
        for name, transit in list(socket.in_flight.items()):
            if transit.message.recipient == client:
                del socket.in_flight[name]
                self._ledger.lost(transit.message, "dropped", cause)
        if socket.whole and not link.silent:
            self._engine.after(self._profile.delay_us, self.session_closed, link, socket)
        socket.whole = socket.half_open = False
        self._ledger.closed(link.client, socket.epoch, "reload", cause)

    def frame(self, message: Message, cause: int) -> None:
        """Send a frame on an open connection, in order behind those sent before it.

        An event may be told a second time, if the connection lives until then.
        """
        link = self._link_of(message)
        sent = self._ledger.sent(message, cause)
        socket = link.socket
        if socket is None or not socket.whole:
            self._ledger.lost(message, "dropped", sent)
            if socket is not None and socket.half_open:
                self._silences.resend_in_vain(link, socket, message)
            return
        copy = link.copies.of_frame(message)
        if copy is not None:
            self._engine.after(link.copies.by_us, self._tell_again, link, socket, copy, sent)
        if link.silent in (direction_of(message), "both"):
            self._ledger.lost(message, "silent", sent)
        elif not self.entrance.takes(link, socket, message, sent):
            return
        elif link.holds:
            self._hold(link, message, sent, socket)
        else:
            self._carry_frame(link, socket, message, sent)

    def _tell_again(self, link: Place, socket: Socket, copy: Message, cause: int) -> None:
        if link.socket is socket and socket.whole:
            self.frame(copy, cause)

    def _carry_frame(self, link: Place, socket: Socket, message: Message, sent: int) -> None:
        """Carry a frame; on an unfaithful connection perhaps twice, or not at all."""
        if link.unfaithful.drops(self._draws, message.name):
            self._ledger.lost(message, "unfaithful", sent)
            return
        self._put_frame(link, socket, message, sent)
        if socket.whole and link.unfaithful.duplicates(self._draws, message.name):
            copy = copy_of(message, DOUBLED)
            self._put_frame(link, socket, copy, self._ledger.sent(copy, sent))

    def _put_frame(self, link: Place, socket: Socket, message: Message, sent: int) -> None:
        assert len(socket.in_flight) < IN_FLIGHT_MAX, message.name
        now_us = socket.sent_us = self._engine.now_us
        due_us = socket.streams[message.recipient].send(now_us, message.bytes, message.name)
        if due_us is None:
            self._ledger.lost(message, "dropped", sent)
            self.drop(link.client, sent)
            return
        last_us = socket.last_us.get(message.recipient, 0)
        planned_us = max(due_us, last_us, self._outages.resumes_us(link, now_us))
        socket.last_us[message.recipient] = planned_us
        late_us = link.unfaithful.late_us(self._draws, message.name)
        self._plan_frame(socket, Transit(message, sent, now_us, due_us, planned_us + late_us))

    def _plan_frame(self, socket: Socket, transit: Transit) -> None:
        socket.in_flight[transit.message.name] = transit
        self._engine.after(
            transit.due_us - self._engine.now_us, self._arrive_frame, socket, transit
        )

    def _arrive_frame(self, socket: Socket, transit: Transit) -> None:
        message = transit.message
        if socket.in_flight.get(message.name) is transit:
            del socket.in_flight[message.name]
            self._listener.message_arrived(message, self._ledger.received(message, transit.sent))

    def missed(self, message: Message, cause: int, reason: str = "away") -> None:
        """Record that a change was published and not sent: its recipient was away, or why else."""
        self._ledger.lost(message, reason, cause)

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
        self._engine.after(server_us, self.session_closed, link, socket)
        self._engine.after(client_us, self.client_closed, link, socket, "dropped", cause)

    def cut(self, client: str, cause: int) -> None:
        """Take a client's link down: everything under way on it is lost, both ends know."""
        link = self._links[client]
        link.up = False
        for transit in link.http.values():
            self._ledger.lost(transit.message, "offline", cause)
        link.http.clear()
        socket = link.socket
        if socket is None:
            return
        self._silences.lose_frames(socket, "offline", cause)
        if socket.whole or socket.half_open:
            socket.whole = False
            self.session_closed(link, socket)
            self.client_closed(link, socket, "offline", cause)

    def mend(self, client: str) -> None:
        """Bring a client's link up again."""
        self._links[client].up = True

    def half_open(self, client: str, cause: int) -> None:
        """Break a client's WebSocket so that neither end is told, as a lost NAT entry does."""
        link = self._links[client]
        if link.socket is not None and link.socket.whole:
            self._silences.go_deaf(link, link.socket, cause)

    def silence(self, client: str, direction: str, cause: int) -> None:
        """Let all that goes `up`, `down` or in `both` directions vanish, and tell nobody.

        A socket whose client hears nothing any more is half-open from now on. One whose
        client is not heard lives on if the silence ends before a heartbeat is missed.
        """
        self._silences.begin(self._links[client], direction, cause)

    def speak(self, client: str) -> None:
        """End a silence; connections that it broke stay broken."""
        self._links[client].silent = ""

    def hold(self, client: str) -> None:
        """Keep back what is sent from now on, both ways, and lose nothing."""
        self._links[client].holds = True

    def release(self, client: str) -> None:
        """Let go what was held, in the order of sending."""
        link = self._links[client]
        link.holds = False
        held, link.held = link.held, []
        for message, sent, socket in held:
            if not link.up:
                self._ledger.lost(message, "offline", sent)
            elif link.silent in (direction_of(message), "both"):
                self._ledger.lost(message, "silent", sent)
            elif socket is None:
                self._carry_http(link, message, sent)
            elif socket.whole:
                self._carry_frame(link, socket, message, sent)
            else:
                self._ledger.lost(message, "dropped", sent)

    def calm(self, clients: Iterable[str]) -> None:
        """End the outages of some clients' links for good, and let what waited try again.

        Their connections are faithful from now on.
        """
        for client in clients:
            link = self._links[client]
            link.unfaithful = FAITHFUL
            began_us = self._outages.end(link)
            if began_us is None:
                continue
            for transit in list(link.http.values()):
                if transit.sent_us >= began_us:
                    self._plan_http(link, self._sooner(link, transit, 0))
            socket = link.socket
            if socket is not None and socket.whole:
                self._hurry(link, socket, began_us)

    def _hurry(self, link: Place, socket: Socket, began_us: int) -> None:
        """Bring forward the frames that were sent during an outage, in order."""
        last_us: dict[str, int] = {}
        for transit in list(socket.in_flight.values()):
            recipient = transit.message.recipient
            planned = transit
            if transit.sent_us >= began_us:
                planned = self._sooner(link, transit, last_us.get(recipient, 0))
                socket.last_us[recipient] = planned.due_us
                self._plan_frame(socket, planned)
            last_us[recipient] = planned.due_us

    def _sooner(self, link: Place, transit: Transit, last_us: int) -> Transit:
        """Return a transit as it is now that its outage is shorter than was known."""
        resumes_us = self._outages.resumes_us(link, transit.sent_us)
        return replace(transit, due_us=max(transit.clear_us, resumes_us, last_us))

    def slow(self, client: str, extra_us: int) -> None:
        """Delay every HTTP message of a client by so much more, from now on."""
        self._links[client].slow_us = extra_us

    def lose(self, client: str, leg: str) -> None:
        """Lose the requests, the responses or both of a client, from now on; '' to stop."""
        self._links[client].losing = leg

    def double(self, client: str, leg: str, by_us: int) -> None:
        """Let a client's requests, its events or both arrive twice, from now on; '' to stop."""
        copies = self._links[client].copies
        copies.leg, copies.by_us = leg, by_us

    def crash(self, cause: int) -> None:
        """Take the backend down: sessions end, requests are refused, what was sent travels on."""
        self.backend_up = False
        for link in self._links.values():
            if link.socket is not None and link.socket.whole:
                self.end(link, link.socket, "down", cause)

    def end(self, link: Place, socket: Socket, reason: str, cause: int) -> None:
        """End a connection at the gateway; the client learns of it behind what still arrives."""
        client_us = self._break(link, socket, 0, cause)
        self.session_closed(link, socket)
        self._engine.after(client_us, self.client_closed, link, socket, reason, cause)

    def _break(self, link: Place, socket: Socket, point: int, cause: int) -> int:
        """Lose what has not passed `point`; return when the client learns of the break, from now.

        `point` counts from the backend, in steps of the path. A frame to the client has
        passed it if it has travelled that share of its way.
        """
        socket.whole = False
        now_us = self._engine.now_us
        learns_us = self._profile.delay_us * (CUT_STEPS - point) // CUT_STEPS
        for transit in list(socket.in_flight.values()):
            message, due_us = transit.message, transit.due_us
            share = point if message.sender == BACKEND else CUT_STEPS - point
            if (now_us - transit.sent_us) * CUT_STEPS >= share * (due_us - transit.sent_us):
                learns_us = max(learns_us, due_us - now_us)
            else:
                del socket.in_flight[message.name]
                self._ledger.lost(message, "dropped", cause)
        return learns_us

    def _hold(self, link: Place, message: Message, sent: int, socket: Socket | None) -> None:
        assert len(link.held) < IN_FLIGHT_MAX, message.name
        link.held.append((message, sent, socket))

    # What an end learns

    def session_closed(self, link: Place, socket: Socket) -> None:
        """Tell the backend that a session is over, unless the client has a newer one."""
        if link.epochs == socket.epoch:
            self._listener.session_closed(link.client)

    def client_closed(self, link: Place, socket: Socket, reason: str, cause: int) -> None:
        """Tell a client that its socket closed, unless it knows, and begin its way back."""
        if link.socket is not socket:
            return
        link.socket = None
        seq = self._ledger.closed(link.client, socket.epoch, reason, cause)
        self._listener.socket_closed(link.client, seq)
        link.dialler.closed(HEARTBEAT_CLOSE if reason == "silent" else code_of(reason), seq)

    # Shared

    def _link_of(self, message: Message) -> Place:
        client = message.sender if message.recipient == BACKEND else message.recipient
        return self._links[client]

    def _delay_us(self, name: str) -> int:
        return self._profile.delay_us + self._jitter_us(name)

    def _jitter_us(self, name: str) -> int:
        jitter_us = self._profile.jitter_us
        return self._draws.exponential_us(jitter_us, name) if jitter_us else 0
