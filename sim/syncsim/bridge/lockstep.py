"""A client that is a process: it is handed one input at one time and says what that causes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from syncsim.bridge import answers
from syncsim.bridge.answers import BadAnswerError, Said, shown
from syncsim.bridge.carried import NotCarriedError, check_design, not_carried
from syncsim.bridge.messages import PROTOCOL, Facts, ToldRows, message_of, origin_of
from syncsim.bridge.names import RequestNames
from syncsim.bridge.process import Process
from syncsim.bridge.tanstack import refuse_other_designs, tanstack_command
from syncsim.client.picture import Picture
from syncsim.client.ports import Ask, Connect, Input, Note, Output, Request
from syncsim.design import Design
from syncsim.domain import Domain, Row
from syncsim.net.messages import BATCH_ITEM_BYTES, REQUEST_BYTES, MutateBody, QueryBody

TANSTACK = "tanstack"

EXCHANGES_AT_ONCE_MAX = 100_000
"""Inputs of one client at one moment; more of them cause one another for ever."""

_OUTPUTS = ("note", "query", "mutate", "connect")

_encode = json.JSONEncoder(separators=(",", ":")).encode


def command_of(
    runs: str | tuple[str, ...], design: Design, domain: Domain, place: str
) -> list[str]:
    """Return the command of a client of another make.

    Raises:
        ClientError: if what it needs is not there, or it cannot play this design.
    """
    if runs == TANSTACK:
        refuse_other_designs(design, domain, place)
        return tanstack_command()
    check_design(design, place)
    assert not isinstance(runs, str), runs
    return list(runs)


class LockstepClient:
    """One dashboard in a process of its own."""

    def __init__(
        self,
        *,
        name: str,
        role: str,
        user: str,
        domain: Domain,
        design: Design,
        command: Sequence[str],
    ) -> None:
        self.role = role
        self.picture = Picture(role=role, user=user, domain=domain)
        self._name = name
        self._user = user
        self._domain = domain
        self._id = 0
        self._now_us = 0
        self._at_once = 0
        self._wake_us: int | None = None
        self._origin = "start"
        self._is_connected = False
        self._asked: set[str] = set()
        self._names = RequestNames(name)
        self._told = ToldRows()
        self._process = Process(command, f"client {name}")
        try:
            self._greet(design)
        except BaseException:
            self.close()
            raise

    def handle(self, now_us: int, event: Input, cause: int) -> list[Output]:
        """Take one input and return what it causes, in order.

        Raises:
            ClientError: if the process breaks off or does not keep the protocol.
        """
        self._origin = origin_of(event)
        if isinstance(event, Ask):
            self._asked.add(event.intent)
        try:
            message = {**message_of(event, self._told), "at_us": now_us, "cause": cause}
            self._count(now_us)
            said = self._exchange(message)
            wake_us = answers.wake_of(said, now_us)
            out = [self._output(each, cause) for each in answers.outputs_of(said)]
        except BadAnswerError as error:
            raise self._process.error(error.expected, error.found) from None
        except NotCarriedError as error:
            raise not_carried(f"client {self._name}", error.expected, error.found) from None
        self._wake_us = wake_us
        return out

    @property
    def wake_us(self) -> int | None:
        """Return when the client wants to be woken, None if nothing is planned."""
        return self._wake_us

    def close(self) -> None:
        """End the process."""
        self._process.close()

    def _greet(self, design: Design) -> None:
        hello = {
            "do": "hello",
            "protocol": PROTOCOL,
            "client": self._name,
            "role": self.role,
            "user": self._user,
            "design": design.facts(),
            "domain": self._domain.facts(),
        }
        try:
            greeting = self._exchange(hello)
            answers.check_greeting(greeting, PROTOCOL)
        except BadAnswerError as error:
            raise self._process.error(error.expected, error.found) from None
        self._told.is_remembered = greeting.get("remembers_rows", False)

    def _exchange(self, message: Facts) -> Said:
        self._id += 1
        line = _encode({"id": self._id, **message}).encode()
        return answers.read_answer(self._process.exchange(line), self._id)

    def _count(self, now_us: int) -> None:
        """See that time goes on: without a delay an answer could cause the next for ever."""
        self._at_once = self._at_once + 1 if now_us == self._now_us else 1
        self._now_us = now_us
        if self._at_once > EXCHANGES_AT_ONCE_MAX:
            expected = f"at most {EXCHANGES_AT_ONCE_MAX} inputs at one moment"
            raise BadAnswerError(expected, f"one more at {now_us} us")

    def _output(self, said: Said, cause: int) -> Output:
        led_by = said.get("cause", cause)
        if type(led_by) is not int or not 0 <= led_by <= cause:
            raise BadAnswerError(f"a record up to {cause} under 'cause'", shown(led_by))
        kind = answers.choice(said, "do", _OUTPUTS)
        if kind == "note":
            note = Note(**answers.note_fields(said, self._domain), cause=led_by)
            self._show(note)
            return note
        if kind == "query":
            return self._query(said, led_by)
        return self._mutate(said, led_by) if kind == "mutate" else self._connect(led_by)

    def _connect(self, cause: int) -> Connect:
        if self._is_connected:
            raise BadAnswerError("one 'connect' for all time: a lost socket is opened again", "two")
        self._is_connected = True
        return Connect(cause)

    def _query(self, said: Said, cause: int) -> Request:
        query = answers.choice(said, "query", self._domain.queries_of(self.role))
        view = answers.text(said, "view") or query
        name = answers.text(said, "name")
        if name:
            name = self._names.given(name)
        else:
            name = self._names.usual(f"{self._name}:{view}@{self._origin}")
        body = QueryBody(query, answers.text(said, "row"))
        return Request(name, "query", body, REQUEST_BYTES, "", "", view, cause)

    def _mutate(self, said: Said, cause: int) -> Request:
        action = self._domain.actions[answers.choice(said, "action", tuple(self._domain.actions))]
        rows = answers.entities(said, "rows", action.entity)
        if len(rows) > 1 and not action.batch:
            raise BadAnswerError(
                f"one row under 'rows', as for every {action.name}", f"{len(rows)}"
            )
        intent = answers.text(said, "intent", None)
        if intent not in self._asked:
            raise BadAnswerError("an intent that the person has asked for", shown(intent))
        self._check_author(said)
        body = MutateBody(
            action.name, rows, answers.texts(said, "with"), answers.text(said, "key"),
            self._versions(said),
        )  # fmt: skip
        missing = [name for name in action.arguments if name not in body.args]
        if missing:
            raise BadAnswerError(f"'{missing[0]}' under 'with'", "nothing")
        size = REQUEST_BYTES + BATCH_ITEM_BYTES * len(rows)
        target = "" if action.batch else rows[0]
        name = answers.text(said, "name")
        name = self._names.given(name, intent) if name else self._names.usual(f"{intent}/1")
        return Request(name, "mutate", body, size, intent, target, "", cause)

    def _check_author(self, said: Said) -> None:
        """See that a client that says who acts says the truth."""
        author = {"role": self.role, "user": self._user}
        if said.get("by", author) != author:
            raise BadAnswerError(f"{self._user} as {self.role} under 'by'", shown(said["by"]))

    @staticmethod
    def _versions(said: Said) -> dict[str, int]:
        value = said.get("if_match", {})
        if not isinstance(value, dict) or not all(type(each) is int for each in value.values()):
            raise BadAnswerError("versions by row under 'if_match'", shown(value))
        return value

    def _show(self, note: Note) -> None:
        """Keep what is on screen, for people who act on what they see."""
        views = self.picture.views
        if note.kind == "unmount":
            views.pop(note.view, None)
        if note.kind != "paint":
            return
        data: dict[str, Any] = note.data or {}
        rows = views.setdefault(note.view, {})
        if data["fields"] is None and not data["overlays"]:
            rows.pop(note.entity, None)
        else:
            overlays = tuple(data["overlays"])
            rows[note.entity] = Row(note.entity, note.version, -1, data["fields"], 0, overlays)
