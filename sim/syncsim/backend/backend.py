"""The booking backend: guards, versions, idempotency, audit log and change feed.

A plain state machine. It takes one input at one time and returns what it causes; it draws
nothing, waits for nothing and knows neither the network nor the simulation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from syncsim.backend.alarms import Alarms
from syncsim.backend.journal import Entry, Journal
from syncsim.backend.merge import merge_rule
from syncsim.backend.outlet import Outlet
from syncsim.backend.patches import patches_of
from syncsim.backend.ports import (
    Boot,
    Copied,
    Crash,
    Died,
    Due,
    Expire,
    Input,
    Note,
    Output,
    Publish,
    Replicate,
    Reply,
    Request,
    SetClock,
    Shed,
    Trap,
)
from syncsim.backend.replicas import Replicas
from syncsim.backend.settings import Settings
from syncsim.backend.store import Store, blank, initial_change
from syncsim.domain import (
    SYSTEM_ROLE,
    Action,
    Change,
    Domain,
    Fields,
    Row,
    allows,
    changes,
    digest,
    id_of,
    type_of,
)
from syncsim.history.vocabulary import REWIND
from syncsim.net.messages import (
    AUDIT_BYTES,
    BACKEND,
    BATCH_ITEM_BYTES,
    REPLY_BYTES,
    SUPERSEDED,
    UNAUTHORIZED,
    UNAVAILABLE,
    AuditBody,
    AuditedBody,
    CheckpointBody,
    ErrorBody,
    EventBody,
    ItemResult,
    Message,
    MutateBody,
    QueryBody,
    RefreshBody,
    ResultBody,
    RowsBody,
    TokenBody,
    WholeBody,
)

FORBIDDEN = "forbidden"
NOT_FOUND = "not-found"
CONFLICT = "version-conflict"
ILLEGAL = "illegal-state"


class Asker(NamedTuple):
    """Who asked for a change, and in which request."""

    client: str
    role: str
    user: str
    intent: str
    request: str


class Backend:
    """The one authority on every row.

    `users` gives each client's role and user, as its access token would.
    """

    def __init__(
        self, *, domain: Domain, users: Mapping[str, tuple[str, str]], settings: Settings
    ) -> None:
        self._domain = domain
        self._users = users
        self._settings = settings
        self._now_us = 0
        self._store = Store(domain)
        self._answers: dict[str, ResultBody] = {}
        self._replicas = Replicas(domain, settings.replicas)
        self._journal = Journal(settings.journal_us)
        self._alarms = Alarms()
        self._outlet = Outlet(has_outbox=settings.outbox)
        self._trap = ""
        self._lost: list[Entry] = []
        self._expired: dict[str, bool] = {}
        self._wrote_us: dict[str, int] = {}
        self._struck: dict[Due, int] = {}
        self._handlers: dict[type, Callable[[Any], list[Output]]] = {
            Request: self._request,
            Due: self._due,
            Copied: self._copied,
            SetClock: self._set_clock,
            Trap: self._set_trap,
            Crash: self._crash,
            Boot: self._boot,
            Expire: self._expire,
            Shed: self._shed,
        }
        self._merge = merge_rule(settings.merge)
        self._decided: dict[str, int] = {}

    def start(self, rows: Iterable[tuple[str, Fields]]) -> list[Output]:
        """Fill the store and set the alarms of the backend's own clock."""
        out: list[Output] = []
        made: list[Row] = []
        for entity, fields in rows:
            for row in self._store.commit([initial_change(entity, fields)]):
                made.append(row)
                out.append(Note("row", "", "", entity, 1, row.lsn, {"fields": row.fields}))
            out += self._planned(entity, fields)
        self._replicas.start(made)
        return out

    def _planned(self, entity: str, fields: Fields) -> list[Output]:
        """Plan what the backend's own clock will do about a row."""
        return [
            self._alarms.plan(self._now_us, Due(name, entity), fields[due_field])
            for name, due_field in self._domain.clock.items()
            if type_of(entity) == self._domain.actions[name].entity
            and fields.get(due_field) is not None
        ]

    @property
    def lsn(self) -> int:
        """Return the number of the last commit."""
        return self._store.lsn

    def handle(self, now_us: int, event: Input) -> list[Output]:
        """Take one input and return what it causes, in order."""
        self._now_us = now_us
        return self._handlers[type(event)](event)

    def _request(self, event: Request) -> list[Output]:
        message = event.message
        if isinstance(message.body, RefreshBody):
            self._expired.pop(message.sender, None)
            return [self._reply(message, "token", TokenBody(message.name), REPLY_BYTES, -1)]
        if message.sender in self._expired:
            error = ErrorBody(message.name, UNAUTHORIZED)
            return [self._reply(message, "error", error, REPLY_BYTES, -1)]
        if isinstance(message.body, AuditBody):
            return [self._audit(message, message.body)]
        if isinstance(message.body, CheckpointBody):
            return [self._checkpoint(message, message.body, event.replica)]
        if isinstance(message.body, QueryBody):
            return [self._query(message, message.body, event.replica)]
        assert isinstance(message.body, MutateBody), message
        return self._until_trap(self._mutate(message, message.body))

    def _query(self, message: Message, body: QueryBody, replica: int) -> Output:
        store = self._copy_for(message.sender, body.after, replica)
        answer, size = self._read(message, body, store)
        return self._reply(message, "rows", answer, REPLY_BYTES + size, store.lsn)

    def _checkpoint(self, message: Message, body: CheckpointBody, replica: int) -> Output:
        """Read all views from one copy at one moment, and so at one commit."""
        store = self._copy_for(message.sender, body.after, replica)
        read = [self._read(message, query, store) for query in body.queries]
        views, size = tuple(rows for rows, _ in read), sum(size for _, size in read)
        answer = WholeBody(message.name, views, self._merge.clock)
        return self._reply(message, "whole", answer, REPLY_BYTES + size, store.lsn)

    def _read(self, message: Message, body: QueryBody, store: Store) -> tuple[RowsBody, int]:
        """Return the rows of a view as the asker may see them, and their size."""
        role, user = self._users[message.sender]
        rows, size = store.view(role, user, body.query, body.row_id)
        decided = self._decided.get(message.sender, 0)
        return RowsBody(message.name, rows, store.lsn, decided, self._merge.clock), size

    def _audit(self, message: Message, body: AuditBody) -> Output:
        """Tell which views of a client are not what the primary has."""
        role, user = self._users[message.sender]
        differ = tuple(
            place
            for place, (query, row_id, held) in enumerate(body.views)
            if digest(self._store.view(role, user, query, row_id)[0]) != held
        )
        size = REPLY_BYTES + AUDIT_BYTES * len(differ)
        return self._reply(message, "audited", AuditedBody(message.name, differ), size, -1)

    def _copy_for(self, client: str, after: int, replica: int) -> Store:
        """Return the copy that answers a query: the primary, or a replica that is new enough."""
        if replica < 0:
            return self._store
        settings, copy = self._settings, self._replicas.store(replica)
        if settings.fresh_by == "token" and copy.lsn < after:
            return self._store
        wrote_us = self._wrote_us.get(client, -1)
        is_recent = wrote_us >= 0 and self._now_us - wrote_us < settings.primary_window_us
        return self._store if settings.fresh_by == "primary-window" and is_recent else copy

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
                # A request may come again after later ones.
                before = self._decided.get(message.sender, 0)
                self._decided[message.sender] = max(before, body.number)
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
        last_lsn = self._store.lsn
        before = {change.entity: self._store.get(change.entity) for change in wanted}
        made = self._store.commit(wanted)
        lsn = made[0].lsn
        self._journal.add(Entry(self._now_us, lsn, last_lsn, before))
        if asker.client:
            self._wrote_us[asker.client] = self._now_us
        who = {"action": action.name, "role": asker.role, "user": asker.user}
        self._note_commits(asker, made, who, out)
        if self._settings.audit:
            version = made[0].version
            out.append(Note("audit", asker.client, asker.intent, row.entity, version, lsn, who))
        if self._settings.push:
            named = tuple((new.entity, new.version) for new in made)
            event = EventBody(action.name, asker.intent, lsn, named, self._merge.clock)
            name = f"{asker.request}/{id_of(row.entity)}"
            patches = None
            if self._settings.payload != "ids":
                roles = (role for role, _ in self._users.values())
                base = before if self._settings.payload == "changes" else {}
                patches = patches_of(self._store, roles, made, base)
            self._publish(Publish(name, asker.client, event, patches), out)
        return made

    def _note_commits(self, asker: Asker, made: list[Row], who: Fields, out: list[Output]) -> None:
        for new in made:
            out.append(
                Note(
                    "commit", asker.client, asker.intent, new.entity, new.version, new.lsn,
                    {**who, "fields": new.fields},
                )
            )  # fmt: skip
        if len(self._replicas):
            self._replicas.committed(made[0].lsn, made)
            out.append(Replicate(made[0].lsn, f"{asker.request}/{id_of(made[0].entity)}"))

    def _publish(self, publish: Publish, out: list[Output]) -> None:
        """Hand an event out, or keep it until every replica has its commit."""
        if self._settings.fresh_by == "hold-event" and len(self._replicas):
            self._outlet.hold(publish)
        else:
            out.append(publish)

    def _copied(self, event: Copied) -> list[Output]:
        self._replicas.copied(event.replica, event.lsn)
        return [*self._outlet.release(self._replicas.lsn)]

    # The clock

    def _set_clock(self, event: SetClock) -> list[Output]:
        return [*self._alarms.set_clock(self._now_us, event.skew_us, event.drift_ppm)]

    def _due(self, due: Due) -> list[Output]:
        """Take an action of the backend's own clock, if its guard still holds."""
        action = self._domain.actions[due.action]
        row = self._store.get(due.entity)
        out: list[Output] = []
        if row is None or not self._alarms.strike(self._now_us, due):
            return out
        assert row.fields is not None, due
        if allows(self._domain, action, row.fields, "", self._store.fields):
            # A crash may undo what the clock did, and then it does it again.
            count = self._struck[due] = self._struck.get(due, 0) + 1
            name = f"{SYSTEM_ROLE}/{due.action}" + (f"#{count}" if count > 1 else "")
            clock = Asker("", SYSTEM_ROLE, "", "", name)
            self._commit(action, row, clock, self._wanted(action, row, clock, {}), out)
        return self._until_trap(out)

    # Crashes

    def _set_trap(self, event: Trap) -> list[Output]:
        self._trap = event.after
        return []

    def _until_trap(self, out: list[Output]) -> list[Output]:
        """Return what gets out of the process; with the trap set, a commit is the last thing."""
        if not self._trap or not any(isinstance(o, Note) and o.kind == "commit" for o in out):
            return out
        self._outlet.cut_off(out)
        gone = (Publish,) if self._trap == "reply" else (Publish, Reply)
        self._trap = ""
        return [*(each for each in out if not isinstance(each, gone)), Died()]

    def _crash(self, event: Crash) -> list[Output]:
        self._outlet.crash()
        if event.loses_us:
            self._lost += self._journal.cut(self._now_us - event.loses_us)
        return []

    def _boot(self, _: Boot) -> list[Output]:
        """Go back to what the disk has kept, and publish what the outbox has kept."""
        lost, self._lost = self._lost, []
        kept_lsn = lost[0].last_lsn if lost else self._store.lsn
        out: list[Output] = [*self._outlet.boot(kept_lsn)]
        if lost:
            self._answers = {
                key: answer for key, answer in self._answers.items() if answer.lsn <= kept_lsn
            }
            self._go_back(lost, kept_lsn, out)
        return out

    def _go_back(self, lost: list[Entry], kept_lsn: int, out: list[Output]) -> None:
        """Undo lost commits by new versions: nobody may see a version number a second time.

        A row that a lost commit had made is gone: its fields are empty from now on.
        """
        before: dict[str, Row | None] = {}
        for entry in lost:
            for entity, row in entry.before.items():
                before.setdefault(entity, row)
        planned = []
        for entity, row in before.items():
            kept = (row.fields if row else None) or blank(self._store.fields(entity) or {})
            planned.append(Change(entity, kept, created=False))
        made = self._store.commit(planned)
        assert made[0].lsn > kept_lsn, "versions and commits never go back"
        out.append(Note("rewind", lsn=kept_lsn))
        nobody = Asker("", SYSTEM_ROLE, "", "", f"{REWIND}/{kept_lsn}")
        who = {"action": REWIND, "role": SYSTEM_ROLE, "user": ""}
        self._note_commits(nobody, made, who, out)
        for new in made:
            out += self._planned(new.entity, new.fields or {})

    # Refusing to answer

    def _expire(self, event: Expire) -> list[Output]:
        self._expired[event.client] = True
        return []

    def _shed(self, event: Shed) -> list[Output]:
        message = event.message
        error = ErrorBody(message.name, UNAVAILABLE, event.retry_after_us)
        return [self._reply(message, "error", error, REPLY_BYTES, -1)]

    @staticmethod
    def _reply(message: Message, what: str, body: object, size: int, lsn: int) -> Reply:
        return Reply(
            Message(
                f"{message.name}/reply", BACKEND, message.sender, what, body, size,
                message.intent, message.entity, -1, lsn, message.view,
            )
        )  # fmt: skip
