"""What goes into a client and what comes out of it.

The same inputs and outputs serve every world: virtual time, a real process in lockstep, and
real sockets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

# Inputs


class Start(NamedTuple):
    """The page is loaded; these views come on screen."""

    views: tuple[str, ...]


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


class Fired(NamedTuple):
    """A timer that the client had set went off."""

    key: str


class SocketOpened(NamedTuple):
    """The WebSocket is open."""


class SocketClosed(NamedTuple):
    """The WebSocket closed, or failed to open."""


class Online(NamedTuple):
    """The browser says that it is online."""


class Offline(NamedTuple):
    """The browser says that it is offline."""


Input = (
    Start | Ask | Show | Open | Close | Refresh | Received | Failed | Fired | SocketOpened
    | SocketClosed | Online | Offline
)  # fmt: skip

# Outputs


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


class Request(NamedTuple):
    """An HTTP request to send to the backend."""

    name: str
    what: str
    body: Any
    bytes: int
    intent: str = ""
    entity: str = ""
    view: str = ""


class SetTimer(NamedTuple):
    """A wish for `Fired(key)` after a delay, plus a drawn share of `spread_us`.

    Setting a key again replaces the timer. `luck` names the draw.
    """

    key: str
    delay_us: int
    spread_us: int = 0
    luck: str = ""


class ClearTimer(NamedTuple):
    """The timer of this key is not wanted any more."""

    key: str


class Connect(NamedTuple):
    """A wish for a WebSocket; `attempt` names it."""

    attempt: str


Output = Note | Request | SetTimer | ClearTimer | Connect
