"""Small histories at random, true ones and damaged ones, and how to hold a check to its twin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from hypothesis import settings
from hypothesis import strategies as st

from syncsim.checks.evidence import Evidence
from syncsim.history import History, Record
from tests.checks.notation import HEADER, rebuilt

EXAMPLES = 20_000 if settings().max_examples >= 1_000 else 200
"""Histories drawn for each twin; the profile `thorough` draws a hundred times as many."""

CLIENTS = ("op-1", "op-2", "th-1")
ROWS = ("appointment/A1", "appointment/A2")
VIEWS = ("pending", "slice")
STATUS = ("pending", "accepted", "done")
RESULTS = ("ok", "ok", "refused", "unknown")

NUMBERED = st.integers(0, 3)


class Move(NamedTuple):
    """One thing that happens; what the numbers choose depends on the kind."""

    kind: str
    one: int
    two: int
    three: int
    later: bool


class Writer:
    """Carries moves out on a tiny backend and three screens, and writes down what happens.

    A screen may be painted in any version that there is, however old; that is all the harm a
    true history needs.
    """

    clients: tuple[str, ...] = CLIENTS
    views: tuple[str, ...] = VIEWS

    def __init__(self, header: dict[str, Any] = HEADER) -> None:
        self.history = History(header)
        self._now_us = 0
        self._lsn = 0
        self._held: dict[str, list[str]] = {}
        self._asked: list[Record] = []
        self._committed: dict[str, tuple[int, int]] = {}
        self._open: list[tuple[str, str]] = []
        for entity in ROWS:
            self._hold("row", entity, STATUS[0])
        for client in self.clients:
            for view in self.views:
                self._mount("mount", client, view)

    def carry_out(self, move: Move) -> None:
        """Carry out one move; one for which nothing is at hand does nothing."""
        self._now_us += 1000 * move.later
        client = self.clients[move.one % len(self.clients)]
        getattr(self, move.kind)(move, client, ROWS[move.two % 2])

    def ask(self, move: Move, client: str, entity: str) -> Record:
        name = f"i{len(self._asked)}"
        status = STATUS[move.three % 3]
        data = {"action": "accept", "entities": [entity], "status": status}
        self._asked.append(self._note("intent", at=client, intent=name, entity=entity, data=data))
        data = {"fields": {"status": status}, "views": list(VIEWS)}
        self._note("overlay", at=client, intent=name, entity=entity, data=data)
        return self._asked[-1]

    def write(self, move: Move, client: str, entity: str) -> None:
        """Ask, commit and answer, with nothing in between."""
        asked = self.ask(move, client, entity)
        self._commit(asked)
        self._now_us += 1000 * move.later
        self._answer(asked, "ok")

    def relay(self, move: Move, client: str, entity: str) -> None:
        """Write, having seen the newest version of some row."""
        self._paint(client, "slice", ROWS[move.three % 2], 0)
        self.write(move, client, entity)

    def commit(self, move: Move, client: str, entity: str) -> None:
        asked = self._any_asked(move)
        if asked and asked.intent not in self._committed:
            self._commit(asked)

    def answer(self, move: Move, client: str, entity: str) -> None:
        asked = self._any_asked(move)
        if asked:
            self._answer(asked, RESULTS[move.three])

    def own(self, move: Move, client: str, entity: str) -> None:
        """Commit something that nobody asked for."""
        self._hold("commit", entity, STATUS[move.three % 3])

    def paint(self, move: Move, client: str, entity: str) -> None:
        self._paint(client, VIEWS[move.two // 2], entity, move.three)

    def look(self, move: Move, client: str, entity: str) -> None:
        """Paint all rows in one instant."""
        for each, back in zip(ROWS, (move.three, move.two), strict=True):
            self._paint(client, "slice", each, back)

    def mount(self, move: Move, client: str, entity: str) -> None:
        self._mount("mount", client, VIEWS[move.two // 2])

    def unmount(self, move: Move, client: str, entity: str) -> None:
        self._mount("unmount", client, VIEWS[move.two // 2])

    def fetch(self, move: Move, client: str, entity: str) -> None:
        message = f"f{len(self.history)}"
        self._open.append((client, message))
        self._note("fetch", at=client, message=message, view=VIEWS[move.two // 2])

    def fetched(self, move: Move, client: str, entity: str) -> None:
        if self._open:
            self._fetched(*self._open.pop(move.two % len(self._open)), move.three)

    def read(self, move: Move, client: str, entity: str) -> None:
        """Fetch, with nothing in between."""
        self.fetch(move, client, entity)
        self._now_us += 1000 * move.later
        self._fetched(*self._open.pop(), move.three)

    def _any_asked(self, move: Move) -> Record | None:
        return self._asked[(move.two + 4 * move.one) % len(self._asked)] if self._asked else None

    def _note(self, kind: str, **fields: Any) -> Record:
        return self.history[self.history.append(self._now_us, kind, **fields)]

    def _fetched(self, client: str, message: str, back: int) -> None:
        """End a fetch that the backend has answered with what it holds, or held before."""
        point = max(self._lsn - back, len(ROWS))
        self._note("fetched", at=client, message=message, lsn=point)

    def _mount(self, kind: str, client: str, view: str) -> None:
        query, _, row_id = view.partition("/")
        data = {"query": None if view == "slice" else query, "id": row_id}
        self._note(kind, at=client, view=view, data=data)

    def _hold(
        self,
        kind: str,
        entity: str,
        status: str,
        asked: Record | None = None,
        *,
        overdue: bool = False,
    ) -> None:
        held = self._held.setdefault(entity, [])
        held.append(status)
        self._lsn += 1
        intent, peer = (asked.intent, asked.at) if asked else ("", "")
        data = {"fields": {"id": entity.partition("/")[2], "status": status, "overdue": overdue}}
        self._note(
            kind, at="backend", peer=peer, intent=intent, entity=entity, version=len(held),
            lsn=self._lsn, data=data,
        )  # fmt: skip
        if asked:
            self._committed[intent] = (len(held), self._lsn)

    def _commit(self, asked: Record) -> None:
        self._hold("commit", asked.entity, (asked.data or {})["status"], asked)

    def _answer(self, asked: Record, result: str) -> None:
        version, lsn = self._committed.get(asked.intent, (-1, -1)) if result == "ok" else (-1, -1)
        self._note(
            "outcome", at=asked.at, intent=asked.intent, entity=asked.entity, version=version,
            lsn=lsn, data={"result": result},
        )  # fmt: skip

    def _paint(self, client: str, view: str, entity: str, back: int) -> None:
        """Paint a row in its newest version or an older one, with what its client has pending.

        With `back` 3 the row is gone from the view.
        """
        held = self._held[entity]
        version = max(len(held) - back, 1)
        told = {record.intent for record in self.history.of("outcome")}
        over = [r for r in self._asked if (r.at, r.entity) == (client, entity)]
        over = [r for r in over if r.intent not in told][-back - 1 :]
        fields: dict[str, Any] | None = {"id": entity.partition("/")[2]}
        if back == 3:
            version, fields, over = -1, None, []
        else:
            status = (over[-1].data or {})["status"] if over else held[version - 1]
            fields = {**(fields or {}), "status": status}
        data = {"fields": fields, "overlays": [r.intent for r in over]}
        self._note("paint", at=client, view=view, entity=entity, version=version, data=data)


KINDS = (
    "ask", "ask", "commit", "commit", "answer", "own", "write", "write", "write", "write",
    "paint", "paint", "paint", "look", "look", "look", "look", "relay", "relay", "unmount",
)  # fmt: skip


def true_histories(
    *more: str, kinds: Sequence[str] = KINDS, least: int = 16, writer: type[Writer] = Writer
) -> Any:
    """Return a strategy for histories that are as they were written, of some kinds of moves.

    They are not too short: nothing goes wrong in a handful of moves.
    """
    names = (*kinds, *more)
    # One number for a whole move is drawn several times as fast as each of its parts.
    number = st.integers(0, len(names) * len(CLIENTS) * 4 * 4 * 2 - 1)
    move = number.map(lambda drawn: _move(names, drawn))
    moves = st.lists(move, min_size=least, max_size=2 * least)
    return moves.map(lambda drawn: _written(drawn, writer))


def _move(names: Sequence[str], drawn: int) -> Move:
    """Return the move that a number stands for."""
    drawn, kind = divmod(drawn, len(names))
    drawn, one = divmod(drawn, len(CLIENTS))
    drawn, two = divmod(drawn, 4)
    later, three = divmod(drawn, 4)
    return Move(names[kind], one, two, three, bool(later))


def histories(*more: str, **how: Any) -> Any:
    """Return a strategy for true and damaged histories; the arguments are as for true ones."""
    damage = st.tuples(st.sampled_from(DAMAGES), st.integers(0, 59), NUMBERED)
    true = true_histories(*more, **how)
    return st.one_of(true, st.builds(_damaged, true, st.lists(damage, min_size=1, max_size=3)))


def ended(history: History) -> History:
    """Return a history that says at its end that the run is over."""
    end = history[len(history) - 1]._replace(
        kind="phase", at="", peer="", view="", entity="", intent="", message="", version=-1,
        lsn=-1, cause=-1, data={"phase": "end"},
    )  # fmt: skip
    return rebuilt(history, [*history, end])


def cut(history: History, most: int, is_one: Callable[[Record], bool]) -> History:
    """Return the beginning of a history, up to so many records of a sort."""
    records, left = [], most
    for record in history:
        left -= is_one(record)
        if left < 0:
            break
        records.append(record)
    return rebuilt(history, records)


def evidence(history: History) -> Evidence:
    """Return what a check is given."""
    return Evidence(history)


def _written(moves: list[Move], make: type[Writer]) -> History:
    writer = make()
    for move in moves:
        writer.carry_out(move)
    return writer.history


DAMAGES = ("drop", "version", "lsn", "intent", "place")


def _damaged(history: History, damages: list[tuple[str, int, int]]) -> History:
    """Return a history with records lost, moved, or with a wrong number or intent in them."""
    records = list(history)
    for damage, where, much in damages:
        # The rows of the start stay as they are: without them nothing is judged at all.
        place = len(ROWS) + where % (len(records) - len(ROWS))
        record = records[place]
        if damage == "drop":
            if len(records) > len(ROWS) + 1:
                del records[place]
        elif damage == "place":
            to = max(len(ROWS), place - 2 * much - 1)
            records.insert(to, records.pop(place)._replace(time_us=records[to].time_us))
        elif damage == "intent":
            if record.kind in ("commit", "outcome"):
                records[place] = record._replace(intent=f"i{much}")
        elif getattr(record, damage) > 0:
            wrong = max(getattr(record, damage) + much - 1, 0)
            records[place] = record._replace(**{damage: wrong})
    return rebuilt(history, records)
