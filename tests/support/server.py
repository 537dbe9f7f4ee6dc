"""A backend without a network: requests go in as calls, answers and notes come back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from syncsim.backend import Backend, Settings
from syncsim.backend.ports import Alarm, Due, Input, Note, Output, Publish, Reply, Request
from syncsim.domain import BOOKING, Domain
from syncsim.net import BACKEND
from syncsim.net.messages import Message, MutateBody, QueryBody, ResultBody, RowsBody, Stamp
from syncsim.scenario.scenario import Row

USERS = {
    "op-1": ("operator", "op-1"),
    "op-2": ("operator", "op-2"),
    "th-1": ("therapist", "th-1"),
    "th-2": ("therapist", "th-2"),
    "dr-1": ("driver", "dr-1"),
}


class Did(NamedTuple):
    """What one request caused: notes by kind, publications and the answer."""

    outputs: list[Output]

    def notes(self, kind: str) -> list[Note]:
        """Return the notes of a kind."""
        return [out for out in self.outputs if isinstance(out, Note) and out.kind == kind]

    @property
    def published(self) -> list[Publish]:
        """Return the publications."""
        return [out for out in self.outputs if isinstance(out, Publish)]

    @property
    def reply(self) -> Message:
        """Return the one response."""
        (reply,) = [out for out in self.outputs if isinstance(out, Reply)]
        return reply.message

    @property
    def answer(self) -> ResultBody:
        """Return the answer to a mutate request."""
        body = self.reply.body
        assert isinstance(body, ResultBody), body
        return body


class Server:
    """A backend of the booking application that holds some rows."""

    def __init__(
        self,
        rows: Iterable[Row],
        *,
        domain: Domain = BOOKING,
        now_us: int = 0,
        **settings: Any,
    ) -> None:
        self.now_us = now_us
        self.backend = Backend(domain=domain, users=USERS, settings=Settings(**settings))
        self.started = self.backend.start(
            [(f"{row.entity}/{row.id}", dict(row.fields)) for row in rows]
        )
        self._asked = 0

    @property
    def alarms(self) -> list[Alarm]:
        """Return the alarms that the backend wished for at the start."""
        return [out for out in self.started if isinstance(out, Alarm)]

    def ask(
        self,
        client: str,
        action: str,
        *entities: str,
        args: Mapping[str, str] | None = None,
        key: str = "",
        if_match: Mapping[str, int] | None = None,
        intent: str = "",
        number: int = 0,
        stamp: Stamp | None = None,
    ) -> Did:
        """Ask for an action; a bare id means an appointment."""
        self._asked += 1
        intent = intent or f"i{self._asked}"
        named = tuple(name if "/" in name else f"appointment/{name}" for name in entities)
        body = MutateBody(action, named, args or {}, key, if_match or {}, number, stamp)
        return self._tell(Request(_message(f"{intent}/1", client, "mutate", body, intent)))

    def rows(self, client: str, query: str, row_id: str = "") -> dict[str, Any]:
        """Return the fields of the rows of a view, as a client is told them."""
        return {row.entity: row.fields for row in self.view(client, query, row_id).rows}

    def view(self, client: str, query: str, row_id: str = "") -> RowsBody:
        """Return the answer to a query."""
        self._asked += 1
        body = QueryBody(query, row_id)
        message = _message(f"q{self._asked}", client, "query", body, "")
        answer = self._tell(Request(message)).reply.body
        assert isinstance(answer, RowsBody), answer
        return answer

    def tell(self, event: Input, now_us: int | None = None) -> Did:
        """Hand the backend an input, at a new time if one is given."""
        self.now_us = self.now_us if now_us is None else now_us
        return self._tell(event)

    def strike(self, action: str, entity: str) -> Did:
        """Let an alarm go off, long after it was due."""
        return self.tell(Due(action, entity), self.now_us + 10_000_000)

    def _tell(self, event: Input) -> Did:
        return Did(self.backend.handle(self.now_us, event))


def _message(name: str, client: str, what: str, body: Any, intent: str) -> Message:
    return Message(name, client, BACKEND, what, body, 450, intent, view="the view")
