"""A history written by hand that looks like a run, for tests of what people see.

Three clients and six rows. Op-1 accepts A1 in peace. Both operators accept A2: op-2 is
refused and rolled back. Driver dr-1 is offline from 3 s to 7 s and misses the change of A3.
A request of op-2 for A4 is lost. Op-1 hears of A5 and does nothing, so it shows the old A5 to
the end.
"""

from __future__ import annotations

from typing import Any

from syncsim.domain import BOOKING
from syncsim.history import History, compile_conditions
from tests.checks.notation import history as of_line

MS = 1_000
SECOND = 1_000_000
HOP = 30 * MS
FRAME = 16 * MS

CLIENTS = {
    "op-1": {"role": "operator", "user": "olga"},
    "op-2": {"role": "operator", "user": "omar"},
    "dr-1": {"role": "driver", "user": "dana"},
}
QUERY_OF = {"operator": "pending", "driver": "my-trips"}


def header(**changes: Any) -> dict[str, Any]:
    """Return the header of the sample run, with some entries replaced."""
    return {
        "scenario": "seed/sample",
        "title": "Two operators and a driver who goes offline",
        "seed": 7,
        "design": {"name": "enhanced", "push": True},
        "network": {"name": "office"},
        "domain": BOOKING.facts(),
        "clients": CLIENTS,
        "bounds": {"settle_us": 8 * SECOND, "paint_us": 50 * MS},
        "checks": ["CONV", "ROLL", "DONE"],
        "sometimes": ["refusal"],
        **changes,
    }


class Tape:
    """Takes records in any order of time and makes a history of them.

    The rows are the backend's; calls must come in the order in which the backend acts.
    """

    def __init__(self, head: dict[str, Any]) -> None:
        self.head = head
        self.lsn = 0
        self.rows: dict[str, tuple[int, dict[str, Any]]] = {}
        self.held: dict[tuple[str, str], dict[str, int]] = {}
        self._records: list[tuple[int, str, int, dict[str, Any]]] = []
        self._messages = 0

    def add(self, time_us: int, kind: str, cause: int = -1, **fields: Any) -> int:
        """Add a record and return its number on the tape, for use as a cause."""
        self._records.append((time_us, kind, cause, fields))
        return len(self._records) - 1

    def history(self) -> History:
        """Return everything in order of time."""
        history = History(self.head)
        order = sorted(range(len(self._records)), key=lambda n: self._records[n][0])
        place = {number: seq for seq, number in enumerate(order)}
        for number in order:
            time_us, kind, cause, fields = self._records[number]
            history.append(time_us, kind, cause=place.get(cause, -1), **fields)
        return history

    def row(self, name: str, **changes: Any) -> None:
        """Put a row into the backend at the start."""
        fields = dict(BOOKING.entities["appointment"].fields, id=name, therapist="tara")
        fields.update(changes)
        self.lsn += 1
        entity = f"appointment/{name}"
        self.rows[entity] = (1, fields)
        data = {"fields": fields}
        self.add(0, "row", at="backend", entity=entity, version=1, lsn=self.lsn, data=data)

    def message(
        self, start_us: int, sender: str, to: str, what: str, *, lost: str = "",
        cause: int = -1, size: int = 300, name: str = "", **fields: Any,
    ) -> int:  # fmt: skip
        """Send a message and let it arrive one hop later, or be lost there."""
        self._messages += 1
        name = name or f"m{self._messages}"
        data = {"what": what, "bytes": size}
        sent = self.add(
            start_us, "send", cause, at=sender, peer=to, message=name, data=data, **fields
        )
        kind = "lose" if lost else "receive"
        end = {"reason": lost, "what": what} if lost else None
        return self.add(
            start_us + HOP, kind, sent, at=to, peer=sender, message=name, data=end, **fields
        )

    def fetch(self, start_us: int, client: str, trigger: str, cause: int = -1) -> None:
        """Fetch the client's view and paint what changed."""
        view = self.view(client)
        asked = self.add(
            start_us, "fetch", cause, at=client, view=view, message=f"q{len(self._records)}",
            data={"trigger": trigger, "generation": 0},
        )  # fmt: skip
        got = self.message(start_us, client, "backend", "query", cause=asked, view=view)
        back = self.message(
            start_us + HOP, "backend", client, "rows", cause=got, view=view, lsn=self.lsn,
            size=2400,
        )  # fmt: skip
        end_us = start_us + 2 * HOP
        done = self.add(
            end_us, "fetched", back, at=client, view=view, lsn=self.lsn,
            data={"fresh": True},
        )  # fmt: skip
        self._take(end_us, client, view, done)

    def _take(self, time_us: int, client: str, view: str, cause: int) -> None:
        who = self.head["clients"][client]
        where = BOOKING.queries[QUERY_OF[who["role"]]].where
        meets = compile_conditions(where, {"$user": who["user"]})
        held = self.held.setdefault((client, view), {})
        first = not held
        for entity, (version, fields) in self.rows.items():
            inside = meets(fields)
            if held.get(entity) == version or (not inside and entity not in held):
                continue
            held[entity] = version
            seen = self.projected(client, fields) if inside else None
            self.base(time_us, client, view, entity, version, seen, cause)
        if first:
            self.add(time_us + FRAME, "ready", cause, at=client, view=view)

    def base(
        self, time_us: int, client: str, view: str, entity: str, version: int,
        fields: dict[str, Any] | None, cause: int,
    ) -> None:  # fmt: skip
        """Tell a client a row and paint it one frame later."""
        told = self.add(
            time_us, "base", cause, at=client, view=view, entity=entity, version=version,
            data={"fields": fields},
        )  # fmt: skip
        self.paint(time_us + FRAME, client, view, entity, version, fields, told)

    def paint(
        self, time_us: int, client: str, view: str, entity: str, version: int,
        fields: dict[str, Any] | None, cause: int, overlays: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        """Show a row, with overlays in it."""
        data = {"fields": fields, "overlays": list(overlays)}
        self.add(
            time_us, "paint", cause, at=client, view=view, entity=entity, version=version,
            data=data,
        )  # fmt: skip

    def act(
        self, start_us: int, client: str, name: str, action: str, row: str,
        changes: dict[str, Any], *, refused: str = "", lost: str = "",
        seen: tuple[int, dict[str, Any]] | None = None, away: tuple[str, ...] = (),
        deaf: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        """Let a person act, with an overlay, a request, and events to the others.

        `seen` is the row that the person looks at, if it is not the backend's own.
        """
        view, entity = self.view(client), f"appointment/{row}"
        version, old = seen or self.rows[entity]
        data = {"action": action, "entities": [entity], "args": {}}
        asked = self.add(start_us, "intent", at=client, intent=name, entity=entity, data=data)
        on = {"intent": name, "entity": entity}
        over = {"fields": changes, "views": [view]}
        laid = self.add(start_us, "overlay", asked, at=client, version=version, data=over, **on)
        ahead = self.projected(client, {**old, **changes})
        self.paint(start_us + FRAME, client, view, entity, version, ahead, laid, (name,))
        got = self.message(
            start_us, client, "backend", "mutate", name=f"{name}/1", cause=asked, lost=lost, **on
        )
        end_us = start_us + 2 * HOP
        if lost:
            end_us = start_us + 500 * MS
            result = {"result": "unknown", "reason": "timeout"}
        elif refused:
            data = {"action": action, "reason": refused, **CLIENTS[client]}
            got = self.add(
                start_us + HOP, "refuse", got, at="backend", peer=client, version=version,
                data=data, **on,
            )  # fmt: skip
            result = {"result": "refused", "reason": refused}
        else:
            got = self.commit(start_us + HOP, client, name, action, entity, changes, got)
            made = got
            result = {"result": "ok"}
        if not lost:
            got = self.message(start_us + HOP, "backend", client, "result", cause=got, **on)
        self.add(end_us, "outcome", got, at=client, data=result, **on)
        reason = "rollback" if refused or lost else "response"
        gone = self.add(end_us, "unlay", got, at=client, data={"reason": reason}, **on)
        if refused or lost:
            shown = self.projected(client, old)
            self.paint(end_us + FRAME, client, view, entity, version, shown, gone)
            self.fetch(end_us, client, "settle", gone)
            return
        if client not in deaf:
            self.fetch(end_us, client, "settle", gone)
        self.publish(start_us + HOP, client, entity, name, made, away, deaf)

    def commit(
        self, time_us: int, client: str, intent: str, action: str, entity: str,
        changes: dict[str, Any], cause: int,
    ) -> int:  # fmt: skip
        """Commit a change of one row with its audit entry."""
        version, old = self.rows[entity]
        self.lsn += 1
        fields = {**old, **changes}
        self.rows[entity] = (version + 1, fields)
        who = {"action": action, **CLIENTS[client]}
        made = self.add(
            time_us, "commit", cause, at="backend", peer=client, intent=intent, entity=entity,
            version=version + 1, lsn=self.lsn, data={**who, "fields": fields},
        )  # fmt: skip
        self.add(time_us, "audit", made, at="backend", lsn=self.lsn, intent=intent, data=who)
        return made

    def publish(
        self, time_us: int, actor: str, entity: str, intent: str, cause: int,
        away: tuple[str, ...], deaf: tuple[str, ...],
    ) -> None:  # fmt: skip
        """Send an event to every other client; those away miss it, the deaf ignore it."""
        others = [client for client in self.head["clients"] if client != actor]
        on = {"entity": entity, "version": self.rows[entity][0], "lsn": self.lsn}
        data = {"to": len(others)}
        made = self.add(time_us, "publish", cause, at="backend", intent=intent, data=data, **on)
        for client in others:
            if client in away:
                gone = {"reason": "away", "what": "event"}
                self.add(
                    time_us, "lose", made, at=client, peer="backend", message=intent,
                    intent=intent, data=gone, **on,
                )  # fmt: skip
                continue
            got = self.message(time_us, "backend", client, "event", cause=made, intent=intent, **on)
            told = self.add(time_us + HOP, "event", got, at=client, intent=intent, **on)
            if client not in deaf:
                self.add(
                    time_us + HOP, "invalidate", told, at=client, view=self.view(client),
                    data={"reason": "event"},
                )  # fmt: skip
                self.fetch(time_us + HOP, client, "event", told)

    def view(self, client: str) -> str:
        """Return the one view that a client of the sample shows."""
        who = self.head["clients"][client]
        if who["role"] == "operator":
            return "appointments/list/pending"
        return f"appointments/list/driver/{who['user']}"

    def projected(self, client: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Return a row as the role of a client sees it."""
        role = CLIENTS[client]["role"]
        return {name: fields[name] for name in BOOKING.projections[role, "appointment"]}


def sample(**changes: Any) -> History:
    """Return the sample run; `changes` replace entries of its header."""
    tape = Tape(header(**changes))
    for number in range(1, 7):
        driven = number in (3, 6)
        status = "therapist_accepted" if driven else "pending"
        tape.row(f"A{number}", status=status, driver="dana" if driven else None)
    tape.add(0, "phase", data={"phase": "safety"})
    for client in CLIENTS:
        view = tape.view(client)
        query = QUERY_OF[CLIENTS[client]["role"]]
        tape.add(0, "mount", at=client, view=view, data={"query": query})
        tape.add(3 * HOP, "open", at=client, peer="backend", data={"epoch": 1})
        tape.fetch(0, client, "mount")
    accepted = {"status": "therapist_accepted"}
    tape.act(1 * SECOND, "op-1", "accept-A1", "accept", "A1", accepted)
    seen = tape.rows["appointment/A2"]
    tape.act(2 * SECOND, "op-1", "accept-A2", "accept", "A2", accepted)
    tape.act(
        2 * SECOND + 15 * MS, "op-2", "accept-A2-too", "accept", "A2", accepted,
        refused="illegal", seen=seen,
    )  # fmt: skip
    tape.add(3 * SECOND, "fault", at="dr-1", data={"verb": "partition", "until_us": 7 * SECOND})
    tape.add(3 * SECOND, "close", at="dr-1", data={"epoch": 1, "reason": "offline"})
    tape.act(
        4 * SECOND, "op-1", "assign-A3", "assign_driver", "A3", {"driver": "dora"}, away=("dr-1",)
    )
    tape.add(7 * SECOND, "heal", at="dr-1", data={"verb": "partition"})
    tape.add(7 * SECOND + 200 * MS, "open", at="dr-1", data={"epoch": 2})
    tape.fetch(7 * SECOND + 200 * MS, "dr-1", "reconnect")
    tape.act(8 * SECOND, "op-2", "accept-A4", "accept", "A4", accepted, lost="lossy")
    tape.act(9 * SECOND, "op-2", "accept-A5", "accept", "A5", accepted, deaf=("op-1",))
    tape.act(
        10 * SECOND, "dr-1", "confirm-A6", "accept_trip", "A6", {"status": "confirmed"},
        deaf=("op-1",),
    )  # fmt: skip
    tape.add(12 * SECOND, "phase", data={"phase": "settle"})
    tape.add(20 * SECOND, "phase", data={"phase": "end"})
    return tape.history()


def told_old() -> History:
    """Return a run in which the server tells an old row, and the screen shows the new one."""
    return of_line(
        "A1 op-1.mount(one/A1) op-1:one/A1<A1.1 op-1:one/A1=A1.1 @100 op-1?i1:accept(A1)"
        " @180 +A1{status=accepted}/i1 $i1 @200 op-1!i1=ok op-1:one/A1<A1.2 op-1:one/A1=A1.2"
        " @300 op-1:one/A1<A1.1 @900 end",
        checks=["RYW", "DONE"],
    )
