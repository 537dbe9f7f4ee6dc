"""What goes into the backend and what comes out of it."""

from __future__ import annotations

from typing import Any, NamedTuple

from syncsim.net.messages import EventBody, ItemResult, Message


class Request(NamedTuple):
    """A message from a client arrived."""

    message: Message


class Due(NamedTuple):
    """The backend's own clock says that an action is due on a row."""

    action: str
    entity: str


class Note(NamedTuple):
    """Something to write into the history."""

    kind: str
    peer: str = ""
    intent: str = ""
    entity: str = ""
    version: int = -1
    lsn: int = -1
    data: dict[str, Any] | None = None


class Reply(NamedTuple):
    """A response to send back over HTTP."""

    message: Message


class Publish(NamedTuple):
    """A change to tell every session but the one of `origin`."""

    name: str
    origin: str
    event: EventBody


class Alarm(NamedTuple):
    """A wish to be told at `at_us` that an action is due."""

    at_us: int
    due: Due


Input = Request | Due
Output = Note | Reply | Publish | Alarm

__all__ = ["Alarm", "Due", "Input", "ItemResult", "Note", "Output", "Publish", "Reply", "Request"]
