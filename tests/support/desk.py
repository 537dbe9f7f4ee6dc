"""A dashboard without a world: inputs go in by hand, outputs come back, time passes when told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from syncsim.client import Client, ports
from syncsim.client.ports import Connect, Input, Note, Output, Request
from syncsim.design import Design
from syncsim.domain import BOOKING, Row
from syncsim.net.messages import EventBody, ItemResult, ResultBody, RowsBody
from tests.support.scenarios import appointment

PENDING = "appointments/list/pending"
ACTIVE = "appointments/list/active"
REJECTIONS = "rejections/review"

FRAME_US = 16_000


def row(
    name: str, version: int = 1, lsn: int | None = None, role: str = "operator", **fields: Any
) -> Row:
    """Return an appointment as a role sees it; its lsn is its version where none is given."""
    whole = {**appointment(name)[0].fields, **fields}
    visible = {field: whole[field] for field in BOOKING.projections[role, "appointment"]}
    return Row(f"appointment/{name}", version, version if lsn is None else lsn, visible, 100)


class Desk:
    """One client, the time, and everything it put out since it was last looked at.

    `cause` is the record that the inputs from now on are said to follow from.
    """

    def __init__(self, design: Design, role: str = "operator", name: str = "op-1") -> None:
        self.client = Client(name=name, role=role, user=name, domain=BOOKING, design=design)
        self.now_us = 0
        self.cause = -1
        self.out: list[Output] = []

    def tell(self, event: Input) -> list[Output]:
        """Hand the client an input and return what comes back."""
        made = self.client.handle(self.now_us, event, self.cause)
        self.out += made
        return made

    def wait(self, time_us: int = FRAME_US) -> list[Output]:
        """Let time pass, one frame if nothing is said; return what the timers set off."""
        made: list[Output] = []
        end_us = self.now_us + time_us
        while (due_us := self.client.wake_us) is not None and due_us <= end_us:
            self.now_us = due_us
            made += self.tell(ports.Wake())
        self.now_us = end_us
        return made

    def look(self) -> list[Output]:
        """Return what came out since the last look."""
        made, self.out = self.out, []
        return made

    # Inputs that every test needs

    def start(self, *views: str) -> list[Output]:
        """Load the page with these views, the pending list if none are named."""
        return self.tell(ports.Start(views or ("pending",)))

    def rows(
        self, request: Request | str, *rows: Row, lsn: int = 0, last_intent: int = 0
    ) -> list[Output]:
        """Answer a fetch; the read point is the newest row's if none is given."""
        name = request if isinstance(request, str) else request.name
        read = lsn or max((row.lsn for row in rows), default=1)
        return self.tell(ports.Received(RowsBody(name, rows, read, last_intent), f"{name}/reply"))

    def ready(self, *rows: Row, views: Iterable[str] = ("pending",)) -> None:
        """Load the page, answer every view with the same rows, and paint."""
        for request in requests(self.start(*views)):
            self.rows(request, *rows)
        self.wait()
        self.look()

    def ask(self, intent: str, action: str, row_id: str = "", **args: str) -> list[Output]:
        """Let the person ask for an action."""
        return self.tell(ports.Ask(intent, action, row_id, args))

    def ok(self, request: Request, *rows: Row) -> list[Output]:
        """Answer a mutate request with a commit of these rows."""
        items = (ItemResult(rows[0].entity, "ok", "", rows[0].version, rows[0]),)
        return self._result(request, ResultBody(request.name, items, rows, rows[0].lsn))

    def refuse(self, request: Request, current: Row, reason: str = "illegal-state") -> list[Output]:
        """Answer a mutate request with a refusal and the row as it is."""
        items = (ItemResult(current.entity, "refused", reason, current.version, current),)
        return self._result(request, ResultBody(request.name, items, (), current.lsn))

    def _result(self, request: Request, body: ResultBody) -> list[Output]:
        return self.tell(ports.Received(body, request.intent))

    def event(self, action: str, *rows: tuple[str, int], intent: str = "other/1") -> list[Output]:
        """Tell of a change by another client over the socket; `rows` are (id, version)."""
        named = tuple((f"appointment/{name}", version) for name, version in rows)
        return self.tell(ports.Received(EventBody(action, intent, 9, named), intent))


def notes(out: Iterable[Output], *kinds: str) -> list[Note]:
    """Return the notes of these kinds, all if none are named."""
    return [each for each in out if isinstance(each, Note) and (not kinds or each.kind in kinds)]


def brief(out: Iterable[Output]) -> list[str]:
    """Return the kinds of the notes, in order."""
    return [note.kind for note in notes(out)]


def requests(out: Iterable[Output], what: str = "") -> list[Request]:
    """Return the requests sent, of one sort if named."""
    return [each for each in out if isinstance(each, Request) and what in ("", each.what)]


def connects(out: Iterable[Output]) -> list[Connect]:
    """Return the wishes for a socket."""
    return [each for each in out if isinstance(each, Connect)]


def painted(out: Iterable[Output], view: str = PENDING) -> dict[str, Any]:
    """Return, by row id, the status that each row was painted with in a view, None if gone."""
    return {
        note.entity.partition("/")[2]: (note.data or {})["fields"]
        and (note.data or {})["fields"]["status"]
        for note in notes(out, "paint")
        if note.view == view
    }
