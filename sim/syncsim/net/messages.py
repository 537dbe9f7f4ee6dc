"""What travels between clients and backend, and what it weighs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

BACKEND = "backend"
"""The place that the other end of every link has."""

REQUEST_BYTES = 450
"""An HTTP/1.1 request of a browser with cookies and a bearer token, without its body."""
REPLY_BYTES = 250
"""The status line and headers of a JSON response."""
EVENT_BYTES = 120
"""A change event of the app as JSON in one WebSocket frame."""
BATCH_ITEM_BYTES = 30
"""One row id, or one item's result, in a batch."""
FIELD_BYTES = 30
"""One changed field in a change event: its name and its value."""
RESUME_BYTES = 80
"""What a client says of its cursor in one frame, and the answer to it."""
ACK_BYTES = 40
"""The number of the last event heard, in one frame."""
AUDIT_BYTES = 60
"""The name of one view and the hash of what is held of it."""
NAME_BYTES = 40
"""The name of a query and its argument, where several are asked for at once."""
SUPERSEDED = "superseded"
"""The result of a write that is allowed, but asked for before another one that is there."""


class Stamp(NamedTuple):
    """When a write was asked for: a time, a tick within that time, and a name for what is equal."""

    time_us: int
    tick: int = 0
    client: str = ""


class Message(NamedTuple):
    """One message on its way.

    `name` says what caused it, not when it was sent, and is unique in a run; its luck hangs
    on the name. `what` is query, rows, mutate, result, event, refresh, token, resume,
    resumed, audit, audited, checkpoint, whole or error.
    """

    name: str
    sender: str
    recipient: str
    what: str
    body: Any
    bytes: int
    intent: str = ""
    entity: str = ""
    version: int = -1
    lsn: int = -1
    view: str = ""


class QueryBody(NamedTuple):
    """Ask for the rows of a view, as they are at commit `after` or later."""

    query: str
    row_id: str
    after: int = -1


class RowsBody(NamedTuple):
    """The rows of a view, as they were at commit `lsn`.

    `last_intent` is the number of the asker's last intent that had been decided by then, and
    `clock` what the backend's hybrid clock showed, where the design has such things.
    """

    request: str
    rows: tuple[Any, ...]
    lsn: int
    last_intent: int = 0
    clock: Stamp | None = None


class CheckpointBody(NamedTuple):
    """Ask for several views as they are at one commit, which is `after` or later."""

    queries: tuple[QueryBody, ...]
    after: int = -1


class WholeBody(NamedTuple):
    """The rows of each view that was asked for, all of them as they were at one commit."""

    request: str
    views: tuple[RowsBody, ...]
    clock: Stamp | None = None


class MutateBody(NamedTuple):
    """Ask for an action on rows.

    `key` makes a repeated request have its effect once, empty for none. `if_match` gives
    the version each row must still have, empty for any. `number` counts the intents of this
    client, and `stamp` says when this one was asked for, where the design needs them.
    """

    action: str
    entities: tuple[str, ...]
    args: Mapping[str, str]
    key: str
    if_match: Mapping[str, int]
    number: int = 0
    stamp: Stamp | None = None


class ItemResult(NamedTuple):
    """The answer for one row: ok, refused or superseded, and the row as it is now, if visible.

    A write is superseded if it is allowed, but one with a later time stamp was there before.
    """

    entity: str
    result: str
    reason: str
    version: int
    row: Any


class ResultBody(NamedTuple):
    """The answer to a mutate request: one result a row, and every row it changed."""

    request: str
    items: tuple[ItemResult, ...]
    rows: tuple[Any, ...]
    lsn: int
    clock: Stamp | None = None


class Patch(NamedTuple):
    """What one commit changed of a row, as far as the role of the one who is told sees it.

    A row that is new has all its fields in it, and any row where the feed carries rows.
    """

    entity: str
    version: int
    lsn: int
    fields: Mapping[str, Any]


class EventBody(NamedTuple):
    """Told to every other client after a commit; it names the rows but does not hold them.

    `patches` say what changed of each row, where the design's feed carries changes. `offset` is
    the number of the event where the feed keeps events, else 0, and `previous` that of the
    event before it.
    """

    action: str
    intent: str
    lsn: int
    rows: tuple[tuple[str, int], ...]
    clock: Stamp | None = None
    patches: tuple[Patch, ...] = ()
    offset: int = 0
    previous: int = 0


class AckBody(NamedTuple):
    """Said by a client over its socket: it has the event of this number."""

    offset: int


class ResumeBody(NamedTuple):
    """Said by a client over its new socket: all events up to this number are known, -1 for none."""

    cursor: int


class ResumedBody(NamedTuple):
    """Told behind the events that were missed: whether they were all of them.

    `offset` is the number of the last event before the session; those after it are told live.
    """

    is_whole: bool
    offset: int


class AuditBody(NamedTuple):
    """Ask which views are not what the backend has: query, row id and digest of each."""

    views: tuple[tuple[str, str, str], ...]


class AuditedBody(NamedTuple):
    """The places in the question of the views that differ."""

    request: str
    differ: tuple[int, ...]


UNAUTHORIZED = 401
UNAVAILABLE = 503


class RefreshBody(NamedTuple):
    """Ask for a new access token."""


class TokenBody(NamedTuple):
    """A new access token."""

    request: str


class ErrorBody(NamedTuple):
    """An answer that is none: 401 for a token that is good no more, 503 for a busy backend.

    `retry_after_us` is when a client is asked to come back, 0 if nothing is said of that.
    """

    request: str
    status: int
    retry_after_us: int = 0


def direction_of(message: Message) -> Literal["up", "down"]:
    """Return which way a message goes on the access link."""
    return "up" if message.recipient == BACKEND else "down"
