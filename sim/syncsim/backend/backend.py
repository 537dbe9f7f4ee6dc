"""The booking backend: guards, versions, idempotency, audit log and change feed.

A plain state machine. It takes one input at one time and returns what it causes; it draws
nothing, waits for nothing and knows neither the network nor the simulation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from syncsim.backend.merge import merge_rule
from syncsim.backend.ports import Alarm, Due, Input, Note, Output, Publish, Reply
from syncsim.backend.store import Store, initial_change
from syncsim.design import Merge
from syncsim.domain import (
    SYSTEM_ROLE,
    Action,
    Change,
    Domain,
    Fields,
    Row,
    allows,
    changes,
    id_of,
    type_of,
)
from syncsim.net.messages import (
    BATCH_ITEM_BYTES,
    REPLY_BYTES,
    SUPERSEDED,
    EventBody,
    ItemResult,
    Message,
    MutateBody,
    QueryBody,
    ResultBody,
    RowsBody,
)
from syncsim.net.net import BACKEND

FORBIDDEN = "forbidden"
NOT_FOUND = "not-found"
CONFLICT = "version-conflict"
ILLEGAL = "illegal-state"

ARRIVAL = Merge()


class Asker(NamedTuple):
    """Who asked for a change, and in which request."""

    client: str
    role: str
    user: str
    intent: str
    request: str


class Backend:
    """The one authority on every row.

    `users` gives each client's role and user, as its access token would. `push` is whether
    commits are published, `audit` whether they are entered in the audit log, `merge` how two
    writes of one row are put in order.
    """

    def __init__(
        self,
        *,
        domain: Domain,
        users: Mapping[str, tuple[str, str]],
        push: bool,
        audit: bool,
        merge: Merge = ARRIVAL,
    ) -> None:
        self._domain = domain
        self._users = users
        self._push = push
        self._audit = audit
        self._store = Store(domain)
        self._answers: dict[str, ResultBody] = {}
        self._merge = merge_rule(merge)
        self._decided: dict[str, int] = {}

    def start(self, rows: Iterable[tuple[str, Fields]]) -> list[Output]:
        """Fill the store and set the alarms of the backend's own clock."""
        out: list[Output] = []
        for entity, fields in rows:
            for row in self._store.commit([initial_change(entity, fields)]):
                out.append(Note("row", "", "", entity, 1, row.lsn, {"fields": row.fields}))
            for name, due_field in self._domain.clock.items():
                due_us = fields.get(due_field)
                if due_us is not None and type_of(entity) == self._domain.actions[name].entity:
                    out.append(Alarm(due_us, Due(name, entity)))
        return out

    def handle(self, event: Input) -> list[Output]:
        """Take one input and return what it causes, in order."""
        if isinstance(event, Due):
            return self._due(event)
        message = event.message
        if isinstance(message.body, QueryBody):
            return [self._query(message, message.body)]
        assert isinstance(message.body, MutateBody), message
        return self._mutate(message, message.body)

    def _query(self, message: Message, body: QueryBody) -> Output:
        role, user = self._users[message.sender]
        rows, size = self._store.view(role, user, body.query, body.row_id)
        lsn = self._store.lsn
        decided = self._decided.get(message.sender, 0)
        answer = RowsBody(message.name, rows, lsn, decided, self._merge.clock)
        return self._reply(message, "rows", answer, REPLY_BYTES + size, lsn)

    def _mutate(self, message: Message, body: MutateBody) -> list[Output]:
        out: list[Output] = []
        answer = self._answers.get(body.key) if body.key else None
        if answer is None:
            items = []
            made: list[Row] = []
            for entity in body.entities:
                item, rows = self._apply(message, body, entity, out)
                items.append(item)
                made += rows
            answer = ResultBody(message.name, tuple(items), tuple(made), self._store.lsn)
            if body.number:
                self._decided[message.sender] = body.number
            if body.key:
                self._answers[body.key] = answer
        size = REPLY_BYTES + BATCH_ITEM_BYTES * len(answer.items)
        size += sum(row.bytes for row in answer.rows)
        answer = answer._replace(request=message.name, clock=self._merge.clock)
        out.append(self._reply(message, "result", answer, size, answer.lsn))
        return out

    def _apply(
        self, message: Message, body: MutateBody, entity: str, out: list[Output]
    ) -> tuple[ItemResult, list[Row]]:
        """Commit or refuse the action on one row."""
        role, user = self._users[message.sender]
        action = self._domain.actions[body.action]
        row = self._store.get(entity)
        reason = self._objection(action, role, user, row, body.if_match.get(entity))
        result = "refused"
        asker = Asker(message.sender, role, user, message.intent, message.name)
        wanted: list[Change] = []
        if row is not None and not reason:
            wanted = self._wanted(action, row, asker, body.args)
            reason = self._merge.admit(wanted, body.stamp, has_version=entity in body.if_match)
            result = SUPERSEDED if reason == SUPERSEDED else result
        if row is None or reason:
            version = row.version if row else -1
            facts = {"action": action.name, "reason": reason, "role": role, "user": user}
            out.append(Note("refuse", message.sender, message.intent, entity, version, -1, facts))
            seen = self._store.project(role, row) if row else None
            return ItemResult(entity, result, reason, version, seen), []
        made = self._commit(action, row, asker, wanted, out)
        visible = [self._store.project(role, new) for new in made]
        seen = visible[0]
        return (
            ItemResult(entity, "ok", "", made[0].version, seen),
            [new for new in visible if new is not None],
        )

    def _objection(
        self, action: Action, role: str, user: str, row: Row | None, if_match: int | None
    ) -> str:
        """Return why an action must be refused, empty if it may go ahead."""
        if role not in action.roles:
            return FORBIDDEN
        if row is None:
            return NOT_FOUND
        if if_match is not None and if_match != row.version:
            return CONFLICT
        assert row.fields is not None, row.entity
        if not allows(self._domain, action, row.fields, user, self._store.fields):
            return ILLEGAL
        return ""

    def _wanted(
        self, action: Action, row: Row, asker: Asker, args: Mapping[str, str]
    ) -> list[Change]:
        """Return what an action would change."""
        assert row.fields is not None, row.entity
        return changes(
            self._domain,
            action,
            row.entity,
            row.fields,
            user=asker.user,
            intent=asker.intent,
            args=args,
        )

    def _commit(
        self,
        action: Action,
        row: Row,
        asker: Asker,
        wanted: list[Change],
        out: list[Output],
    ) -> list[Row]:
        made = self._store.commit(wanted)
        who = {"action": action.name, "role": asker.role, "user": asker.user}
        for new in made:
            out.append(
                Note(
                    "commit", asker.client, asker.intent, new.entity, new.version, new.lsn,
                    {**who, "fields": new.fields},
                )
            )  # fmt: skip
        lsn = made[0].lsn
        if self._audit:
            version = made[0].version
            out.append(Note("audit", asker.client, asker.intent, row.entity, version, lsn, who))
        if self._push:
            named = tuple((new.entity, new.version) for new in made)
            event = EventBody(action.name, asker.intent, lsn, named, self._merge.clock)
            out.append(Publish(f"{asker.request}/{id_of(row.entity)}", asker.client, event))
        return made

    def _due(self, due: Due) -> list[Output]:
        """Take an action of the backend's own clock, if its guard still holds."""
        action = self._domain.actions[due.action]
        row = self._store.get(due.entity)
        assert row is not None, due
        assert row.fields is not None, due
        out: list[Output] = []
        if allows(self._domain, action, row.fields, "", self._store.fields):
            clock = Asker("", SYSTEM_ROLE, "", "", f"{SYSTEM_ROLE}/{due.action}")
            self._commit(action, row, clock, self._wanted(action, row, clock, {}), out)
        return out

    @staticmethod
    def _reply(message: Message, what: str, body: object, size: int, lsn: int) -> Reply:
        return Reply(
            Message(
                f"{message.name}/reply", BACKEND, message.sender, what, body, size,
                message.intent, message.entity, -1, lsn, message.view,
            )
        )  # fmt: skip
