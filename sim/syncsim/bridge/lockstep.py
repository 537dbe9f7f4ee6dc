"""A client that is a process: it is handed one input at one time and says what that causes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from syncsim.bridge import answers
from syncsim.bridge.answers import BadAnswerError, Said
from syncsim.bridge.messages import PROTOCOL, Facts, message_of, origin_of
from syncsim.bridge.process import ClientError, Process
from syncsim.bridge.tanstack import refuse_other_designs, tanstack_command
from syncsim.client.picture import Picture
from syncsim.client.ports import Connect, Input, Note, Output, Request
from syncsim.design import Design
from syncsim.domain import Domain, Row
from syncsim.net.messages import BATCH_ITEM_BYTES, REQUEST_BYTES, MutateBody, QueryBody

TANSTACK = "tanstack"

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
        self._wake_us: int | None = None
        self._origin = "start"
        self._named: dict[str, int] = {}
        self._process = Process(command, f"client {name}")
        try:
            self._greet(design)
        except ClientError:
            self.close()
            raise

    def handle(self, now_us: int, event: Input, cause: int) -> list[Output]:
        """Take one input and return what it causes, in order.

        Raises:
            ClientError: if the process breaks off or does not keep the protocol.
        """
        self._origin = origin_of(event)
        message = {**message_of(event), "at_us": now_us, "cause": cause}
        try:
            said = self._exchange(message)
            wake_us = answers.wake_of(said, now_us)
            out = [self._output(each, cause) for each in answers.outputs_of(said)]
        except BadAnswerError as error:
            raise self._process.error(error.expected, error.found) from None
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
            said = self._exchange(hello)
            if said.get("protocol") != PROTOCOL:
                found = f"protocol {said.get('protocol')!r}"
                raise BadAnswerError(f"a client that speaks protocol {PROTOCOL}", found)
        except BadAnswerError as error:
            raise self._process.error(error.expected, error.found) from None

    def _exchange(self, message: Facts) -> Said:
        self._id += 1
        line = _encode({"id": self._id, **message}).encode()
        return answers.read_answer(self._process.exchange(line), self._id)

    def _output(self, said: Said, cause: int) -> Output:
        led_by = said.get("cause", cause)
        if type(led_by) is not int or not 0 <= led_by <= cause:
            raise BadAnswerError(f"a record up to {cause} under 'cause'", repr(led_by)[:80])
        kind = answers.choice(said, "do", ("note", "query", "mutate", "connect"))
        if kind == "note":
            note = Note(**answers.note_fields(said, self._domain), cause=led_by)
            self._show(note)
            return note
        if kind == "query":
            return self._query(said, led_by)
        return self._mutate(said, led_by) if kind == "mutate" else Connect(led_by)

    def _query(self, said: Said, cause: int) -> Request:
        query = answers.choice(said, "query", self._domain.queries_of(self.role))
        view = answers.text(said, "view") or query
        name = answers.text(said, "name") or f"{self._name}:{view}@{self._origin}"
        body = QueryBody(query, answers.text(said, "row"))
        return Request(self._unique(name), "query", body, REQUEST_BYTES, "", "", view, cause)

    def _mutate(self, said: Said, cause: int) -> Request:
        action = self._domain.actions[answers.choice(said, "action", tuple(self._domain.actions))]
        rows = answers.entities(said, "rows", action.entity)
        intent = answers.text(said, "intent", None)
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
        name = self._unique(answers.text(said, "name") or f"{intent}/1")
        return Request(name, "mutate", body, size, intent, target, "", cause)

    def _check_author(self, said: Said) -> None:
        """See that a client that says who acts says the truth."""
        author = {"role": self.role, "user": self._user}
        if said.get("by", author) != author:
            raise BadAnswerError(f"{self._user} as {self.role} under 'by'", repr(said["by"])[:80])

    @staticmethod
    def _versions(said: Said) -> dict[str, int]:
        value = said.get("if_match", {})
        if not isinstance(value, dict) or not all(type(each) is int for each in value.values()):
            raise BadAnswerError("versions by row under 'if_match'", repr(value)[:80])
        return value

    def _unique(self, name: str) -> str:
        """Return the name, numbered from its second use on: no two messages share one."""
        count = self._named.get(name, 0) + 1
        self._named[name] = count
        return name if count == 1 else self._unique(f"{name}#{count}")

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
