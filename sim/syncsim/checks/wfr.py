"""WFR: whoever sees a change sees at least what its author had seen before making it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from syncsim.checks.beside import Beside
from syncsim.checks.evidence import Evidence, Intent, row_name, seconds
from syncsim.checks.learnt import Lesson, how_learnt, painted_over
from syncsim.checks.picked import picked
from syncsim.checks.prose import chose
from syncsim.checks.tally import Tally, taken_from
from syncsim.checks.verdict import Check, Failure, Finding, Story
from syncsim.history import Record
from syncsim.history.replay import Replay

Cell = tuple[str, str]
"""A view and a row in it."""


class _Shown(NamedTuple):
    """A row on a screen, and whose change it is: None for a row of the start."""

    paint: Record
    author: Intent | None


@dataclass(slots=True)
class _Client:
    """What is on one client's screen, and how it stands to what the authors had seen.

    `rows` has the copies on the screen by row and view. `held` tells, by author, how much of what
    that author learnt the screen was held against; in no row is it older than that, but for the
    cells in `behind`. `touched` are the cells that the instant touched.
    """

    name: str
    rows: dict[str, dict[str, _Shown]] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    behind: dict[Cell, None] = field(default_factory=dict)
    touched: dict[Cell, None] = field(default_factory=dict)

    def at(self, cell: Cell) -> _Shown | None:
        """Return what stands in a cell, None if nothing does."""
        view, entity = cell
        return self.rows.get(entity, {}).get(view)


def judge(evidence: Evidence) -> Finding:
    """Hold each screen against what the authors of the changes on it had seen."""
    return tally(evidence).finding()


def tally(evidence: Evidence) -> Tally:
    """Return what each client saw beside the changes of others, and of its own."""
    beside = Beside(evidence)
    watch = _Watch(evidence, beside)
    for client, intent in beside.met():
        watch.tally.meet(client, intent)
    for record in _records(evidence, beside.in_doubt()):
        if record.time_us != watch.now_us:
            watch.end_instant()
            watch.now_us = record.time_us
        watch.take(record)
    watch.end_instant()
    return taken_from(watch)


def _records(evidence: Evidence, clients: Collection[str]) -> Iterable[Record]:
    """Return, in order, what is painted at some clients, and what that depends on."""
    import numpy as np

    if not clients:
        return evidence.of("mount", "unmount")
    paints = evidence.timelines.paints
    codes = [code for name, code in paints.codes(paints.at).items() if name in clients]
    others = evidence.tables.of("row", "commit", "mount", "unmount")
    return picked(evidence, paints.take(np.isin(paints.at, codes)), others)


class _Watch:
    """The pass over the screens of which it is not clear that they lacked nothing.

    A later change of one author asks for all that an earlier one asks for. So a screen is held
    once against each thing that an author learns, when the first change comes that was made after
    it; and a row that is painted, against the newest that each author asks for. Only the rows that
    turn out to be behind are compared with single changes.
    """

    def __init__(self, evidence: Evidence, beside: Beside) -> None:
        self.now_us = 0
        self.tally = Tally(
            check="WFR",
            missing="no screen showed a change beside another row that its author had seen changed",
            held="every screen that showed a change showed what its author had seen, or newer",
        )
        self._evidence = evidence
        self._commits = evidence.commits_by_version
        self._learnt, self._taught, self._newest = beside.learnt, beside.taught, beside.newest
        self._replay = Replay(evidence.header)
        self._fields: dict[tuple[str, int], dict[str, object]] = {}
        self._clients: dict[str, _Client] = {}
        self._busy: dict[str, _Client] = {}
        self._told: set[tuple[str, str, str]] = set()

    def take(self, record: Record) -> None:
        """Take one record in; nothing is compared before the instant is over."""
        name, view, entity = record.at, record.view, record.entity
        if record.kind in ("row", "commit"):
            self._fields.setdefault((entity, record.version), (record.data or {})["fields"])
            return
        client = self._clients.get(name)
        if client is None:
            client = self._clients[name] = _Client(name)
        if record.kind != "paint":
            self._replay.apply(record)
            for copies in client.rows.values():
                copies.pop(view, None)
            return
        copies = client.rows.setdefault(entity, {})
        if record.version < 0:
            copies.pop(view, None)
            return
        if (name, view) in self._replay.screens:
            commit = self._commits.get((entity, record.version))
            author = self._evidence.intents.get(commit.intent) if commit else None
            # What is shown before it was asked for, as a damaged history may say, is nobody's.
            if author is not None and author.asked.seq > record.seq:
                author = None
            before = copies.get(view)
            shown = copies[view] = _Shown(record, author)
            # What is painted again as it was compares as it did before.
            if before is None or not _is_same(before, shown):
                client.touched[view, entity] = None
                self._busy[name] = client

    def end_instant(self) -> None:
        """Compare each row that the instant touched with the others on its screen."""
        for client in self._busy.values():
            for cell in client.touched:
                self._hold(client, cell)
            for cell in client.touched:
                self._look_behind(client, cell)
            self._compare_singly(client)
            client.touched.clear()
        self._busy.clear()

    def _hold(self, client: _Client, cell: Cell) -> None:
        """Hold a screen against what the author of a change had learnt since the last one."""
        change = client.at(cell)
        if change is None or change.author is None:
            return
        asked = change.author.asked
        taught = self._taught.get(asked.at, [])
        done, until = client.held.get(asked.at, 0), self._taught_before(change.author)
        if until <= done:
            return
        client.held[asked.at] = until
        for entity in dict.fromkeys(entity for _, entity in taught[done:until]):
            lesson = self._learnt.newest(asked.at, entity, before=asked.seq)
            assert lesson is not None, entity
            for view, beside in client.rows.get(entity, {}).items():
                if lesson.version > beside.paint.version:
                    client.behind[view, entity] = None

    def _taught_before(self, author: Intent) -> int:
        """Return how many things an author had learnt before asking."""
        return bisect_left(self._taught.get(author.asked.at, []), (author.asked.seq, ""))

    def _look_behind(self, client: _Client, cell: Cell) -> None:
        """Hold a row that was painted against what the changes on its screen ask for."""
        client.behind.pop(cell, None)
        shown = client.at(cell)
        if shown is None or shown.paint.version >= self._newest.get(shown.paint.entity, -1):
            return
        for author, until in client.held.items():
            before = self._taught[author][until - 1][0] + 1
            lesson = self._learnt.newest(author, shown.paint.entity, before=before)
            if lesson is not None and lesson.version > shown.paint.version:
                client.behind[cell] = None
                return

    def _compare_singly(self, client: _Client) -> None:
        """Compare the rows that are behind with the changes on their screen."""
        for cell in client.touched if client.behind else ():
            shown = client.at(cell)
            if shown is None:
                continue
            if shown.author is not None:
                for other in client.behind:
                    beside = client.at(other)
                    if beside is not None:
                        self._compare(client.name, shown, beside)
            if cell in client.behind:
                for copies in client.rows.values():
                    for change in copies.values():
                        self._compare(client.name, change, shown)

    def _lesson(self, author: Intent, beside: _Shown) -> Lesson | None:
        """Return the newest version of a row that an author had seen, None if of the start."""
        return self._learnt.newest(
            author.asked.at,
            beside.paint.entity,
            before=author.asked.seq,
            without=painted_over(beside.paint, self._evidence),
        )

    def _compare(self, client: str, change: _Shown, beside: _Shown) -> None:
        """Hold a row against what the author of a change on the same screen had seen of it."""
        author, paint = change.author, beside.paint
        if author is None or change is beside:
            return
        lesson = self._lesson(author, beside)
        if lesson is None or lesson.version <= paint.version:
            return
        if self._looks_same(paint, lesson.version):
            return
        if (client, author.id, paint.entity) not in self._told:
            self._told.add((client, author.id, paint.entity))
            tell = partial(self._story, self.now_us, client, change, beside, lesson)
            self.tally.stories.append(Failure(self.now_us, client, tell))

    def _looks_same(self, paint: Record, version: int) -> bool:
        """Tell whether a view would show the same of a row in a newer version.

        A row in a version that belongs neither on this screen nor would if it were up to date
        is nothing that the person could miss; nor is a field that the role may not see.
        """
        screen = self._replay.screens[paint.at, paint.view]
        looks = []
        for each in (paint.version, version):
            fields = self._fields.get((paint.entity, each))
            if fields is None:
                return False
            belongs = screen.test is None or screen.test(fields)
            looks.append(screen.project(paint.entity, fields) if belongs else None)
        return looks[0] == looks[1]

    def _story(
        self, now_us: int, client: str, change: _Shown, beside: _Shown, lesson: Lesson
    ) -> Story:
        author, paint, seen = change.author, beside.paint, change.paint
        assert author is not None, seen
        commit = self._commits[seen.entity, seen.version]
        row = row_name(paint.entity)
        return Story(
            text=(
                f"{how_learnt(self._evidence.history, author.asked.at, paint.entity, lesson)}."
                f" After that {chose(author)}, which the backend committed at"
                f" {seconds(commit.time_us)}. At {seconds(now_us)} {client}'s view"
                f" {seen.view} showed that change in version {seen.version} of"
                f" {row_name(seen.entity)}, and {client}'s view {paint.view} beside it showed"
                f" version {paint.version} of {row}, painted at {seconds(paint.time_us)}."
            ),
            records=tuple(sorted({lesson.seq, author.asked.seq, commit.seq, seen.seq, paint.seq})),
            at_us=now_us,
            client=client,
            entity=paint.entity,
        )


def _is_same(shown: _Shown, again: _Shown) -> bool:
    """Tell whether two paints of one row show one change and rest on the same intents."""
    overlays, others = ((each.paint.data or {}).get("overlays", []) for each in (shown, again))
    same_change = shown.paint.version == again.paint.version and shown.author is again.author
    return same_change and overlays == others


CHECK = Check(
    name="WFR",
    statement=(
        "A screen that shows a change never shows, at the same instant, another row or copy of a"
        " row in a version older than the newest one that the author of the change had been shown"
        " of it before asking."
    ),
    source=(
        "Writes Follow Reads of D. B. Terry et al., Session Guarantees for Weakly Consistent"
        " Replicated Data, PDIS 1994: a client is a session, each screen a server, and a server"
        " that holds a write must hold what its session had read before."
    ),
    needs=(
        "intent and commit records that share the intent's id, paint records with the version of"
        " the confirmed row, mount and unmount records, and the queries and projections in the"
        " header."
    ),
    proves_not=(
        "The other half of the guarantee, that a write is ordered after what its author had read,"
        " is not judged: a backend with one order of commits cannot do otherwise. What is not on"
        " the screen is not missed, such as a row that a list should hold but does not, and a row"
        " that would look the same in the newer version counts as seen. Only what the author saw"
        " counts, not what led to it; that is for CAUSAL."
    ),
    judge=judge,
)
