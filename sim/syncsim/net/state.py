"""What the net keeps of each client's link and socket, and whom it tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from syncsim.net.copies import Copies
from syncsim.net.dialler import Dialler
from syncsim.net.link import Link, Stream
from syncsim.net.messages import Message
from syncsim.net.unfaithful import FAITHFUL, Unfaithful


@dataclass(frozen=True, slots=True, eq=False)
class Transit:
    """A message under way: its record, when it was sent, and when it will arrive.

    `clear_us` is when it would arrive if there were no outage and nothing ahead of it.
    """

    message: Message
    sent: int
    sent_us: int
    clear_us: int
    due_us: int


@dataclass(slots=True)
class Socket:
    """One life of a WebSocket connection, as the path between both ends knows it."""

    epoch: int
    opened_us: int
    streams: dict[str, Stream]
    gateway: str = ""
    sent_us: int = 0
    whole: bool = True
    half_open: bool = False
    last_us: dict[str, int] = field(default_factory=dict)
    in_flight: dict[str, Transit] = field(default_factory=dict)


@dataclass(slots=True)
class Place:
    """The access link of one client, and what its page knows of its socket."""

    client: str
    link: Link
    dialler: Dialler
    up: bool = True
    silent: str = ""
    silences: int = 0
    quiet_since_us: int = 0
    quiet_until_us: int = 0
    is_calm: bool = False
    holds: bool = False
    held: list[tuple[Message, int, Socket | None]] = field(default_factory=list)
    slow_us: int = 0
    losing: str = ""
    unfaithful: Unfaithful = FAITHFUL
    copies: Copies = field(default_factory=Copies)
    http: dict[str, Transit] = field(default_factory=dict)
    socket: Socket | None = None
    epochs: int = 0
    attempts: int = 0


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

    def session_opened(self, client: str, epoch: int, seq: int) -> None:
        """A session began, as the backend sees it."""

    def session_closed(self, client: str) -> None:
        """A session ended, as the backend sees it."""
