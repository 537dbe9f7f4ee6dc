"""Small histories of two screens, of what they show and how they hear of changes."""

from __future__ import annotations

from typing import Any

from syncsim.history import Record
from tests.checks.notation import DOMAIN, HEADER
from tests.checks.twins.histories import RESULTS, ROWS, STATUS, Move, Writer

BOUNDS = {"paint_us": 50_000, "gap_us": 100_000, "deaf_us": 100_000}
WAITS_US = (20_000, 50_000, 50_001, 200_000)
TRIGGERS = ("poll", "focus")
REASONS = ("fence", "response", "rollback", "rollback")


class Screens(Writer):
    """Carries moves out on a tiny backend and two screens, which begin up to date."""

    clients = ("op-1", "th-1")
    views = ("pending", "one/A1", "slice")

    def __init__(self) -> None:
        super().__init__(HEADER | {"bounds": BOUNDS})
        self._way: list[Record] = []
        for client in self.clients:
            for view in self.views:
                self._bring(client, view, self._lsn, is_fresh=True)
                self._note("ready", at=client, view=view)

    def wait(self, move: Move, client: str, entity: str) -> None:
        self._now_us += WAITS_US[move.three]

    # What the backend does, and how a client hears of it.

    def change(self, move: Move, client: str, entity: str) -> None:
        """Commit something that nobody asked for; some roles may not see all of it."""
        status = self._held[entity][-1] if move.three == 3 else STATUS[move.three]
        self._hold("commit", entity, status, overdue=move.three == 3)

    def refuse(self, move: Move, client: str, entity: str) -> None:
        asked = self._any_asked(move)
        if asked:
            entity = asked.entity if move.three else ""
            self._note("refuse", at="backend", peer=asked.at, intent=asked.intent, entity=entity)

    def publish(self, move: Move, client: str, entity: str) -> None:
        """Send an event of the last commit, or of the row of another one."""
        made = list(self.history.of("row", "commit"))[-1]
        name = f"e{len(self.history)}"
        row = made if move.three else made._replace(entity=entity)
        sent = self._note(
            "send", at="backend", peer=client, message=name, entity=row.entity,
            version=row.version, lsn=row.lsn, data={"what": "event"},
        )  # fmt: skip
        self._way.append(sent)

    def arrive(self, move: Move, client: str, entity: str) -> None:
        sent = self._any_on_its_way(move)
        if sent:
            self._note("receive", at=sent.peer, peer=sent.at, message=sent.message)
            self._hear(sent)

    def hear(self, move: Move, client: str, entity: str) -> None:
        """Be told of a row over the socket."""
        self._hear(self._row(entity, move.three // 2)._replace(peer=client))

    def lose(self, move: Move, client: str, entity: str) -> None:
        sent = self._any_on_its_way(move)
        if sent:
            self._lose(sent)

    def miss(self, move: Move, client: str, entity: str) -> None:
        """Change a row and lose the event that tells of it."""
        self.change(move, client, entity)
        self.publish(move, client, entity)
        self._lose(self._way.pop())

    # What a client does.

    def ask(self, move: Move, client: str, entity: str) -> Record:
        """Ask, and paint it over the rows of some views; it may take the row away."""
        name = f"i{len(self._asked)}"
        status = STATUS[move.three % 3]
        data = {"action": "accept", "entities": [entity], "status": status}
        asked = self._note("intent", at=client, intent=name, entity=entity, data=data)
        self._asked.append(asked)
        self._note("send", at=client, peer="backend", intent=name, data={"what": "mutate"})
        self._overlay(asked, move)
        return asked

    def overlay(self, move: Move, client: str, entity: str) -> None:
        asked = self._any_asked(move)
        if asked:
            self._overlay(asked, move)

    def unlay(self, move: Move, client: str, entity: str) -> None:
        asked = self._any_asked(move)
        if asked:
            self._unlay(asked, REASONS[move.three])

    def settle(self, move: Move, client: str, entity: str) -> None:
        """Answer the last, take its overlay off, and paint what the server had told."""
        told = {record.intent for record in self.history.of("outcome")}
        waiting = [asked for asked in self._asked if asked.intent not in told]
        if waiting:
            asked = waiting[-1]
            self._answer(asked, RESULTS[move.three])
            self._unlay(asked, "response" if move.three < 2 else "rollback")
            for view in self.views:
                self._paint_base(asked.at, view, asked.entity)

    def fetch(self, move: Move, client: str, entity: str) -> None:
        message = f"f{len(self.history)}"
        view = self.views[move.two % 3]
        self._open.append((client, message))
        self._note("fetch", at=client, message=message, view=view, data={"trigger": "event"})

    def fetched(self, move: Move, client: str, entity: str) -> None:
        """End a fetch, with rows that may be old."""
        if self._open:
            client, message = self._open.pop(move.two % len(self._open))
            (view,) = (r.view for r in self.history.of("fetch") if r.message == message)
            point = max(self._lsn - move.three // 2, len(ROWS))
            self._bring(client, view, point, message, is_fresh=move.one > 0)

    def failed(self, move: Move, client: str, entity: str) -> None:
        if self._open:
            place = move.two % len(self._open)
            client, message = self._open[place] if move.three else self._open.pop(place)
            (view,) = (r.view for r in self.history.of("fetch") if r.message == message)
            kind = "fetch_cancelled" if move.three == 3 else "fetch_failed"
            data = {"reason": "retrying" if move.three == 1 else "timeout"}
            self._note(kind, at=client, view=view, message=message, data=data)

    def invalidate(self, move: Move, client: str, entity: str) -> None:
        self._note("invalidate", at=client, view=self.views[move.two % 3])

    def freshen(self, move: Move, client: str, entity: str) -> None:
        self._note("freshen", at=client, view=self.views[move.two % 3], data={"reason": "rollback"})

    def arm(self, move: Move, client: str, entity: str) -> None:
        self._note("arm", at=client, data={"trigger": TRIGGERS[move.two % 2]})

    def disarm(self, move: Move, client: str, entity: str) -> None:
        self._note("disarm", at=client, data={"trigger": TRIGGERS[move.two % 2]})

    def forget(self, move: Move, client: str, entity: str) -> None:
        asked = self._any_asked(move)
        if asked:
            self._note("forget", at=asked.at, intent=asked.intent)

    def open(self, move: Move, client: str, entity: str) -> None:
        self._note("open", at=client, data={"epoch": move.three})

    def close(self, move: Move, client: str, entity: str) -> None:
        self._note("close", at=client, data={"epoch": move.three})

    def deaf(self, move: Move, client: str, entity: str) -> None:
        self._note("deaf", at=client, data={"epoch": move.three})

    # What is on a screen.

    def paint(self, move: Move, client: str, entity: str) -> None:
        """Paint a row as the backend has it, as it had it, with what is pending, or not at all."""
        view = self.views[move.two % 3]
        row = self._row(entity, move.three == 1)
        over = [r for r in self._asked if (r.at, r.entity) == (client, entity)]
        over = over[-1:] if move.three == 2 else []
        more = {name: (r.data or {})[name] for r in over for name in ("status",)}
        fields = self._fields_at(client, view, row) if move.three < 2 else self._all_of(client, row)
        fields = None if move.three == 3 or fields is None else {**fields, **more}
        data = {"fields": fields, "overlays": [r.intent for r in over]}
        self._note("paint", at=client, view=view, entity=entity, version=row.version, data=data)

    def base(self, move: Move, client: str, entity: str) -> None:
        self._base(client, self.views[move.two % 3], self._row(entity, move.three // 2))

    def refresh(self, move: Move, client: str, entity: str) -> None:
        """Be told of a view as it is, and paint it."""
        self._bring(client, self.views[move.two % 3], self._lsn, is_fresh=move.three > 0)

    def mount(self, move: Move, client: str, entity: str) -> None:
        view = self.views[move.two % 3]
        self._mount("mount", client, view)
        if move.three:
            self.refresh(move, client, entity)
        if move.three > 1:
            self.ready(move, client, entity)

    def unmount(self, move: Move, client: str, entity: str) -> None:
        self._mount("unmount", client, self.views[move.two % 3])

    def ready(self, move: Move, client: str, entity: str) -> None:
        self._note("ready", at=client, view=self.views[move.two % 3])

    def _any_on_its_way(self, move: Move) -> Record | None:
        return self._way.pop(move.two % len(self._way)) if self._way else None

    def _hear(self, told: Record) -> None:
        self._note("event", at=told.peer, entity=told.entity, version=told.version, lsn=told.lsn)

    def _lose(self, sent: Record) -> None:
        self._note(
            "lose", at=sent.peer, peer=sent.at, message=sent.message, entity=sent.entity,
            version=sent.version, lsn=sent.lsn, data={"what": "event", "reason": "away"},
        )  # fmt: skip

    def _overlay(self, asked: Record, move: Move) -> None:
        fields = {"status": (asked.data or {})["status"]} if move.three else None
        data = {"fields": fields, "views": list(self.views[: move.two + 1])}
        self._note("overlay", at=asked.at, intent=asked.intent, entity=asked.entity, data=data)

    def _unlay(self, asked: Record, reason: str) -> None:
        self._note(
            "unlay", at=asked.at, intent=asked.intent, entity=asked.entity, data={"reason": reason}
        )

    def _row(self, entity: str, back: int = 0) -> Record:
        rows = [r for r in self.history.of("row", "commit") if r.entity == entity]
        return rows[max(len(rows) - 1 - back, 0)]

    def _all_of(self, client: str, row: Record) -> dict[str, Any]:
        role = HEADER["clients"][client]["role"]
        names = DOMAIN["projections"][f"{role}/appointment"]
        return {name: (row.data or {})["fields"][name] for name in names}

    def _fields_at(self, client: str, view: str, row: Record) -> dict[str, Any] | None:
        """Return a row as a view would show it, None if it would not."""
        fields = self._all_of(client, row)
        belongs = {
            "pending": fields["status"] == "pending",
            "one/A1": fields["id"] == "A1",
            "slice": True,
        }
        return fields if belongs[view] else None

    def _base(self, client: str, view: str, row: Record) -> None:
        fields = self._fields_at(client, view, row)
        version = row.version if fields else -1
        self._note(
            "base", at=client, view=view, entity=row.entity, version=version,
            data={"fields": fields},
        )  # fmt: skip

    def _paint_base(self, client: str, view: str, entity: str) -> None:
        """Paint a row as the server has told of it last."""
        told = [
            record
            for record in self.history.of("base")
            if (record.at, record.view, record.entity) == (client, view, entity)
        ]
        data = {"fields": (told[-1].data or {})["fields"], "overlays": []}
        version = told[-1].version
        self._note("paint", at=client, view=view, entity=entity, version=version, data=data)

    def _bring(
        self, client: str, view: str, point: int, message: str = "", *, is_fresh: bool
    ) -> None:
        """Tell a client of all rows of a view as they were at a commit, and paint them."""
        name = message or f"f{len(self.history)}"
        if not message:
            self._note("fetch", at=client, view=view, message=name, data={"trigger": "mount"})
        self._note(
            "fetched", at=client, view=view, message=name, lsn=point, data={"fresh": is_fresh}
        )
        for entity in ROWS:
            rows = [r for r in self.history.of("row", "commit") if r.entity == entity]
            self._base(client, view, [r for r in rows if r.lsn <= point][-1])
            self._paint_base(client, view, entity)
