"""What goes into a client and what comes out of it.

The same inputs and outputs serve every world: virtual time, a real process in lockstep, and
real sockets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from syncsim.client.picture import Picture

# Inputs


class Start(NamedTuple):
    """The page is loaded; these views come on screen.

    `luck` is a number of 64 bits drawn for this client, since clients draw nothing themselves.
    """

    views: tuple[str, ...]
    luck: int = 0


class Ask(NamedTuple):
    """The person asks for an action on a row, or on all fitting rows of a batch action."""

    intent: str
    action: str
    row_id: str
    args: Mapping[str, str]


class Show(NamedTuple):
    """The person switches to other views."""

    step: str
    views: tuple[str, ...]


class Open(NamedTuple):
    """The person opens one row beside what is shown."""

    step: str
    row_id: str


class Close(NamedTuple):
    """The person closes the row that is open."""

    step: str


class Refresh(NamedTuple):
    """The person asks for fresh data of everything on screen."""

    step: str


class Received(NamedTuple):
    """A response or an event arrived. `origin` names what set it off."""

    body: Any
    origin: str


class Failed(NamedTuple):
    """A request came to nothing, and the client was told so."""

    request: str
    reason: str


class Wake(NamedTuple):
    """A timer of the page is due."""


class Woke(NamedTuple):
    """The machine was asleep until now; timers that were due meanwhile are late."""


class SocketOpened(NamedTuple):
    """The WebSocket is open."""


class SocketClosed(NamedTuple):
    """The WebSocket closed; it will be opened again without being asked for."""


class Online(NamedTuple):
    """The browser says that it is online."""


class Offline(NamedTuple):
    """The browser says that it is offline."""


class Hidden(NamedTuple):
    """The tab is behind others from now on."""


class Shown(NamedTuple):
    """The tab is in front again."""


class Reload(NamedTuple):
    """The page is loaded anew. Its socket is gone, and what it had only in memory."""


class SetClock(NamedTuple):
    """The clock of the machine is `skew_us` ahead from now on, and gains `drift_ppm`."""

    skew_us: int
    drift_ppm: int


Input = (
    Start | Ask | Show | Open | Close | Refresh | Received | Failed | Wake | SocketOpened
    | SocketClosed | Online | Offline | Woke | Reload | Hidden | Shown | SetClock
)  # fmt: skip

# Outputs. `cause` is the record that led to it: that of the input, or, for what a timer sets
# off, that of the input which had set the timer.


class Note(NamedTuple):
    """Something to write into the history."""

    kind: str
    intent: str = ""
    message: str = ""
    entity: str = ""
    version: int = -1
    lsn: int = -1
    view: str = ""
    data: dict[str, Any] | None = None
    cause: int = -1


class Request(NamedTuple):
    """An HTTP request to send to the backend."""

    name: str
    what: str
    body: Any
    bytes: int
    intent: str = ""
    entity: str = ""
    view: str = ""
    cause: int = -1


class Connect(NamedTuple):
    """A wish for a WebSocket, and for another one whenever it is lost."""

    cause: int = -1


class Frame(NamedTuple):
    """Something to send to the backend over the socket; lost if that is closed."""

    name: str
    what: str
    body: Any
    bytes: int
    cause: int = -1


Output = Note | Request | Connect | Frame


class Dashboard(Protocol):
    """A client as its world sees it, whatever it is made of."""

    role: str
    picture: Picture

    def handle(self, now_us: int, event: Input, cause: int) -> list[Output]:
        """Take one input at one time and return what it causes, in order.

        `cause` is the record of the input; outputs give it back.
        """

    @property
    def wake_us(self) -> int | None:
        """When the client wants to be handed `Wake`, None if nothing is planned."""

    def close(self) -> None:
        """End what the client holds outside the run; it is told nothing more."""
