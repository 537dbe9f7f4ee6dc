"""A network without parts behind it: messages go in, and what the parts would be told comes out."""

from __future__ import annotations

from syncsim.engine import Draws, Engine
from syncsim.history import History, Record
from syncsim.net import BACKEND, Net, Profile
from syncsim.net.gateways import ONE_GATEWAY, Gateways
from syncsim.net.messages import Message
from syncsim.net.stacks import SOCKET_IO, Stack
from syncsim.net.unfaithful import FAITHFUL, Unfaithful
from tests.support.scenarios import EVEN

CLIENTS = ("op-1", "op-2")


class Wire:
    """A net with an engine, writing down who was told what and when.

    `arrived` holds (time, name), `resets` too; `sockets` holds (time, client, is open), and so
    does `sessions` for what the backend is told.
    """

    def __init__(
        self,
        profile: Profile = EVEN,
        seed: int = 1,
        stack: Stack = SOCKET_IO,
        gateways: Gateways = ONE_GATEWAY,
        unfaithful: Unfaithful = FAITHFUL,
    ) -> None:
        self.engine = Engine()
        self.history = History()
        self.arrived: list[tuple[int, str]] = []
        self.resets: list[tuple[int, str]] = []
        self.sockets: list[tuple[int, str, bool]] = []
        self.sessions: list[tuple[int, str, bool]] = []
        self.net = Net(
            engine=self.engine,
            draws=Draws(seed),
            history=self.history,
            profile=profile,
            clients=CLIENTS,
            listener=self,
            stack=stack,
            gateways=gateways,
            unfaithful=unfaithful,
        )

    def message_arrived(self, message: Message, seq: int) -> None:
        """Write down a message that reached its recipient."""
        self.arrived.append((self.now_us, message.name))

    def request_refused(self, message: Message, seq: int) -> None:
        """Write down a request that was refused."""
        self.resets.append((self.now_us, message.name))

    def socket_opened(self, client: str, seq: int) -> None:
        """Write down a socket that opened."""
        self.sockets.append((self.now_us, client, True))

    def socket_closed(self, client: str, seq: int) -> None:
        """Write down a socket that closed."""
        self.sockets.append((self.now_us, client, False))

    def session_opened(self, client: str, epoch: int, seq: int) -> None:
        """Write down a session that began."""
        self.sessions.append((self.now_us, client, True))

    def session_closed(self, client: str) -> None:
        """Write down a session that ended."""
        self.sessions.append((self.now_us, client, False))

    @property
    def now_us(self) -> int:
        """Return the virtual time."""
        return self.engine.now_us

    def run(self, until_us: int) -> None:
        """Let time pass."""
        self.engine.run(until_us)

    def open(self, client: str = "op-1") -> None:
        """Open a socket and wait until it is open."""
        told = len(self.sockets)
        self.net.connect(client, -1)
        while len(self.sockets) == told:
            self.run(self.now_us + 1_000)

    def records(self, *kinds: str) -> list[Record]:
        """Return what the net wrote into the history."""
        return list(self.history.of(*kinds))

    def lost(self) -> list[tuple[int, str, str]]:
        """Return when, what and why messages were lost."""
        return [(r.time_us, r.message, (r.data or {})["reason"]) for r in self.records("lose")]


def request(name: str, client: str = "op-1") -> Message:
    """Return a request of a client."""
    return Message(name, client, BACKEND, "query", None, 450)


def response(name: str, client: str = "op-1") -> Message:
    """Return a response to a client."""
    return Message(name, BACKEND, client, "rows", None, 900)


def event(name: str, client: str = "op-1") -> Message:
    """Return a change event for a client."""
    return Message(name, BACKEND, client, "event", None, 120)
