"""WFR: whoever sees a change sees at least what its author had seen before making it."""

from __future__ import annotations

from typing import NamedTuple

from syncsim.checks.evidence import Evidence, Intent, row_name, seconds
from syncsim.checks.learnt import Learnt, Lesson, how_learnt, painted_over
from syncsim.checks.prose import chose
from syncsim.checks.tally import Tally
from syncsim.checks.verdict import Check, Finding, Story
from syncsim.history import Record
from syncsim.history.replay import Replay

Cell = tuple[str, str]
"""A view and a row in it."""


class _Shown(NamedTuple):
    """A row on a screen, and whose change it is: None for a row of the start."""

    paint: Record
    author: Intent | None


def judge(evidence: Evidence) -> Finding:
    """Compare the rows that each instant touched with the others on the same screen."""
    return tally(evidence).finding()


def tally(evidence: Evidence) -> Tally:
    """Return what each client saw beside the changes of others, and of its own."""
    watch = _Watch(evidence)
    for record in evidence.of("row", "commit", "mount", "unmount", "paint"):
        if record.time_us != watch.now_us:
            watch.end_instant()
            watch.now_us = record.time_us
        watch.take(record)
    watch.end_instant()
    return watch.tally


class _Watch:
    """The pass over the history."""

    def __init__(self, evidence: Evidence) -> None:
        self.now_us = 0
        self.tally = Tally(
            check="WFR",
            missing="no screen showed a change beside another row that its author had seen changed",
            held="every screen that showed a change showed what its author had seen, or newer",
        )
        self._evidence = evidence
        self._commits = evidence.commits_by_version
        self._learnt = Learnt()
        self._replay = Replay(evidence.header)
        self._fields: dict[tuple[str, int], dict[str, object]] = {}
        # By row: the newest version that anybody has been shown.
        self._newest: dict[str, int] = {}
        # By client: what is on its screen, by row and view.
        self._screens: dict[str, dict[str, dict[str, _Shown]]] = {}
        # By client: the cells that the instant touched, and whether each was compared before.
        self._touched: dict[str, dict[Cell, bool]] = {}
        self._told: set[tuple[str, str, str]] = set()

    def take(self, record: Record) -> None:
        """Take one record in; nothing is compared before the instant is over."""
        client, view, entity = record.at, record.view, record.entity
        if record.kind in ("row", "commit"):
            self._fields.setdefault((entity, record.version), (record.data or {})["fields"])
            return
        screen = self._screens.setdefault(client, {})
        if record.kind != "paint":
            self._replay.apply(record)
            for copies in screen.values():
                copies.pop(view, None)
            return
        copies = screen.setdefault(entity, {})
        if record.version < 0:
            copies.pop(view, None)
            return
        commit = self._commits.get((entity, record.version))
        if commit is not None:
            self._learnt.add(client, entity, Lesson(record.seq, record.version, record.seq))
            self._newest[entity] = max(record.version, self._newest.get(entity, -1))
        if (client, view) in self._replay.screens:
            author = self._evidence.intents.get(commit.intent) if commit else None
            before = copies.get(view)
            copies[view] = _Shown(record, author)
            # What is painted again as it was compares as it did before.
            if before is None or not _is_same(before.paint, record):
                touched = self._touched.setdefault(client, {})
                touched.setdefault((view, entity), before is not None and not _is_over(before))

    def end_instant(self) -> None:
        """Compare each row that the instant touched with every other on its screen."""
        for client, touched in self._touched.items():
            screen = self._screens[client]
            changes: list[tuple[Cell, _Shown]] | None = None
            for (view, entity), was_compared in touched.items():
                shown = screen[entity].get(view)
                if shown is None:
                    continue
                if shown.author is not None:
                    self._compare_change(client, screen, shown)
                # A change that stood here before has met this row, which now is as new as any.
                if was_compared and shown.paint.version >= self._newest.get(entity, -1):
                    continue
                if changes is None:
                    changes = _changes(screen)
                for cell, change in changes:
                    if cell not in touched:
                        self._compare(client, change, shown)
        self._touched.clear()

    def _compare_change(
        self, client: str, screen: dict[str, dict[str, _Shown]], change: _Shown
    ) -> None:
        """Compare a change with the rows on its screen of which its author had learnt."""
        assert change.author is not None, change
        known = self._learnt.rows(change.author.asked.at)
        fewer, more = (screen, known) if len(screen) < len(known) else (known, screen)
        for entity in fewer:
            if entity in more:
                for beside in screen[entity].values():
                    self._compare(client, change, beside)

    def _compare(self, client: str, change: _Shown, beside: _Shown) -> None:
        """Hold a row against what the author of a change on the same screen had seen of it."""
        author, paint = change.author, beside.paint
        if author is None or change is beside:
            return
        lesson = self._learnt.newest(
            author.asked.at,
            paint.entity,
            before=author.asked.seq,
            without=painted_over(paint, self._evidence),
        )
        if lesson is None:
            return
        self.tally.meet(client, (author.id, paint.entity))
        if lesson.version <= paint.version or self._looks_same(paint, lesson.version):
            return
        if (client, author.id, paint.entity) not in self._told:
            self._told.add((client, author.id, paint.entity))
            self.tally.stories.append(self._story(client, change, beside, lesson))

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

    def _story(self, client: str, change: _Shown, beside: _Shown, lesson: Lesson) -> Story:
        author, paint, seen = change.author, beside.paint, change.paint
        assert author is not None, seen
        commit = self._commits[seen.entity, seen.version]
        row = row_name(paint.entity)
        return Story(
            text=(
                f"{how_learnt(self._evidence.history, author.asked.at, paint.entity, lesson)}."
                f" After that {chose(author)}, which the backend committed at"
                f" {seconds(commit.time_us)}. At {seconds(self.now_us)} {client}'s view"
                f" {seen.view} showed that change in version {seen.version} of"
                f" {row_name(seen.entity)}, and {client}'s view {paint.view} beside it showed"
                f" version {paint.version} of {row}, painted at {seconds(paint.time_us)}."
            ),
            records=tuple(sorted({lesson.seq, author.asked.seq, commit.seq, seen.seq, paint.seq})),
            at_us=self.now_us,
            client=client,
            entity=paint.entity,
        )


def _changes(screen: dict[str, dict[str, _Shown]]) -> list[tuple[Cell, _Shown]]:
    """Return what is on a screen and somebody's change."""
    return [
        ((view, entity), shown)
        for entity, copies in screen.items()
        for view, shown in copies.items()
        if shown.author is not None
    ]


def _is_over(shown: _Shown) -> bool:
    """Tell whether pending intents were painted over a row; they decide what is compared."""
    return bool((shown.paint.data or {}).get("overlays"))


def _is_same(paint: Record, again: Record) -> bool:
    """Tell whether two paints of one row rest on the same version and the same intents."""
    overlays, others = ((each.data or {}).get("overlays", []) for each in (paint, again))
    return paint.version == again.version and overlays == others


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
