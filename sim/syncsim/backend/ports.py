"""What goes into the backend and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from syncsim.net.messages import EVENT_BYTES, FIELD_BYTES, EventBody, ItemResult, Message, Patch


class Request(NamedTuple):
    """A message from a client arrived; a query goes to a replica, or to the primary for -1."""

    message: Message
    replica: int = -1


class Due(NamedTuple):
    """The backend's own clock says that an action is due on a row."""

    action: str
    entity: str


class Copied(NamedTuple):
    """Every commit up to `lsn` has reached a replica."""

    replica: int
    lsn: int


class SetClock(NamedTuple):
    """The backend's own clock is ahead by so much, behind if negative, and drifts from now on."""

    skew_us: int
    drift_ppm: int = 0


class Trap(NamedTuple):
    """The process will die at the next commit: before it answers, or after; '' takes it back."""

    after: Literal["commit", "reply", ""]


class Crash(NamedTuple):
    """The process died. Commits of the last `loses_us` had not reached the disk."""

    loses_us: int = 0


class Boot(NamedTuple):
    """The process runs again."""


class Expire(NamedTuple):
    """The access token of a client is good no more, until it is refreshed."""

    client: str


class Shed(NamedTuple):
    """A message arrived that the backend has no time for: it answers 503, and when to return."""

    message: Message
    retry_after_us: int = 0


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
    """A change to tell every session but the one of `origin`.

    `patches` says what changed as each role sees it, None where the feed does not carry that.
    """

    name: str
    origin: str
    event: EventBody
    patches: Mapping[str, tuple[Patch, ...]] | None = None

    def told_to(self, role: str) -> tuple[EventBody, int]:
        """Return the event as a role is told it, and its size in bytes."""
        if self.patches is None:
            return self.event, EVENT_BYTES
        patches = self.patches[role]
        size = EVENT_BYTES + FIELD_BYTES * sum(len(patch.fields) for patch in patches)
        return self.event._replace(patches=patches), size


class Alarm(NamedTuple):
    """A wish to be told at `at_us` that an action is due."""

    at_us: int
    due: Due


class Replicate(NamedTuple):
    """A commit is on its way to every replica; `name` says what made it."""

    lsn: int
    name: str


class Died(NamedTuple):
    """The trap has sprung: the process died in the middle of what it was doing."""


Input = Request | Due | Copied | SetClock | Trap | Crash | Boot | Expire | Shed
Output = Note | Reply | Publish | Alarm | Replicate | Died

__all__ = [
    "Alarm", "Boot", "Copied", "Crash", "Died", "Due", "Expire", "Input", "ItemResult", "Note",
    "Output", "Publish", "Replicate", "Reply", "Request", "SetClock", "Shed", "Trap",
]  # fmt: skip
