"""What the lockstep protocol carries, as lists; all else is refused, never passed over in silence.

A client of another make that is not told of something would play on as if it had not happened,
and its run would say nothing about the scenario. So an input, a member of a message or a setting
of a design that is not listed here ends the run with an error. Whoever adds one to the running
side adds it to the protocol (`messages.py`, `schema.py`, the guide) and to these lists, or leaves
it refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from syncsim.bridge.answers import shown
from syncsim.bridge.process import ClientError
from syncsim.design import Design
from syncsim.domain import Row
from syncsim.errors import Problem
from syncsim.net.messages import EventBody, ItemResult, ResultBody, RowsBody

BODIES: dict[type, tuple[str, ...]] = {
    RowsBody: ("request", "rows", "lsn"),
    ResultBody: ("request", "items", "rows", "lsn"),
    EventBody: ("action", "intent", "lsn", "rows"),
    ItemResult: ("entity", "result", "reason", "version", "row"),
    Row: ("entity", "version", "lsn", "fields", "bytes", "overlays"),
}
"""The members of what arrives that a client is told; any other must have its default.

The last two of a row are not told: a message needs no size, and the backend paints nothing.
"""

ANY = None

SETTINGS: dict[str, tuple[Any, ...] | None] = {
    "name": ANY,
    "title": ANY,
    "simplifies": ANY,
    "source": ANY,
    "read.strategy": ("manual", "invalidate", "generation"),
    "read.stale_time_us": ANY,
    "read.refresh_every_us": ANY,
    "read.retries": ANY,
    "read.timeout_us": ANY,
    "overlay.strategy": ANY,
    "overlay.cancel_fetches": ANY,
    "write.strategy": ANY,
    "write.sent_by": ANY,
    "write.idempotency_key": ANY,
    "write.if_match": ANY,
    "write.retries": ANY,
    "write.timeout_us": ANY,
    "recovery.strategy": ("nothing", "invalidate-all"),
    "merge.strategy": ("arrival",),
    "store": ANY,
    "push": ANY,
    "audit": ANY,
    "keep_newest": ANY,
}
"""The settings of a design under which the messages are those of the protocol, and their values.

How a client shows and sends what is pending is its own affair; how the feed, the backend and the
socket behave is not. Any other setting must have its default.
"""


class NotCarriedError(Exception):
    """The protocol has no word for this: what it has words for, and what it was."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(expected, found)
        self.expected = expected
        self.found = found


def check_body(body: Any) -> None:
    """See that what arrived holds nothing that the protocol has no word for.

    Raises:
        NotCarriedError: if it does.
    """
    kind = type(body)
    carried = BODIES.get(kind)
    if carried is None:
        known = ", ".join(each.__name__ for each in BODIES)
        raise NotCarriedError(f"one of {known}", f"a {kind.__name__}")
    if kind._fields == carried:
        return
    for name, value in body._asdict().items():
        if name not in carried and value != kind._field_defaults.get(name, MISSING):
            raise NotCarriedError(f"a {kind.__name__} without '{name}'", shown(value))


def check_design(design: Design, place: str) -> None:
    """See that a client of another make can be told of all that a design asks for.

    Raises:
        ClientError: if the design has a setting that changes the messages.
    """
    for path, value, default in settings_of(design):
        values = SETTINGS.get(path, (default,))
        if values is not ANY and value not in values:
            known = " or ".join(str(each) for each in values)
            raise not_carried(place, f"a design whose {path} is {known}", shown(value))


def settings_of(design: Any, prefix: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield the settings of a design: path, value, and the value that it has by default."""
    for each in fields(design):
        value, path = getattr(design, each.name), f"{prefix}{each.name}"
        if is_dataclass(value):
            yield from settings_of(value, f"{path}.")
        else:
            yield path, value, each.default


def not_carried(place: str, expected: str, found: str) -> ClientError:
    """Return the error of something that a client of another make cannot be told."""
    return ClientError(
        Problem(
            code="not-carried",
            place=place,
            expected=f"what the lockstep protocol carries, {expected}",
            found=found,
            hint="leave `runs` out for this client, so that the model plays it",
        )
    )
