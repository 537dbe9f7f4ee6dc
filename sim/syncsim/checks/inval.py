"""INVAL: nothing on a screen is old, marked fresh, and beyond mending.

How it comes to that, for instance:

    op-1's accept commits      its event invalidates op-2's list: marked stale, will refetch
    op-2's own request fails   the snapshot is written back, and the list is marked fresh
    from here on               op-2's list is old, thinks it is not, and nobody will tell it
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from syncsim.checks.evidence import Evidence, row_name, seconds
from syncsim.checks.grace import Grace
from syncsim.checks.picked import about
from syncsim.checks.prose import why_lost
from syncsim.checks.screen_prose import Commits, change_of, differing, lasted
from syncsim.checks.stuck import sieve
from syncsim.checks.verdict import Check, Finding, Story, conclude
from syncsim.history import Record
from syncsim.history.replay import SLICE, Replay, Screen
from syncsim.staleness.underway import EVERYBODY, Underway


def judge(evidence: Evidence) -> Finding:
    """Watch every stale row, and after each instant ask whether anything can mend it.

    Only those clients are watched of which the columns do not tell already that all was well.
    """
    sieved = None if evidence.is_walked else sieve(evidence)
    watch = _Watch(evidence)
    take = watch.handlers()
    more = (kind for kind in take if kind not in Underway.KINDS)
    records = evidence.under_way_and(*more) if sieved is None or sieved.clients else ()
    for record in records if sieved is None else about(sieved.clients, records):
        if record.time_us != watch.now_us:
            watch.end_instant(record.time_us)
        take[record.kind](record)
    watch.finish(evidence.history.end_us)
    return conclude(
        "INVAL",
        seen=watch.seen if sieved is None else sieved.seen,
        stories=sorted(watch.stories, key=lambda story: (story.at_us, story.client)),
        missing="no view was ever stale",
        lacks=watch.unmarked() or evidence.lacks(fetch="message", fetched="message"),
        held="whenever a view was stale, it was marked so or something was on its way to mend it",
    )


@dataclass(slots=True)
class _Cell:
    """A row that a view shows old.

    `stuck_us` is since when nothing can mend it, -1 while something may. `failed_us` is since
    when it was first stuck for too long; `said` and `records` tell of it.
    """

    stuck_us: int = -1
    failed_us: int = -1
    said: str = ""
    records: tuple[int, ...] = ()


@dataclass(slots=True)
class _View:
    """A mounted view, its stale rows, and what was true when it was last looked at.

    `is_stuck` means that the view is marked fresh and nothing under way can mend it, so each
    of its stale rows is stuck. `has_new` means that a row became stale since then.
    """

    screen: Screen
    cells: dict[str, _Cell] = field(default_factory=dict)
    is_stuck: bool = False
    has_new: bool = False


class _Watch:
    """The pass over the history."""

    def __init__(self, evidence: Evidence) -> None:
        self.now_us = 0
        self.seen = 0
        self.stories: list[Story] = []
        self._owes = evidence.owes
        self._history = evidence.history
        self._grace: Grace[tuple[Screen, str, _Cell]] = Grace(evidence.paint_us)
        self._replay = Replay(evidence.header)
        self._underway = Underway()
        self._commits = Commits()
        self._views: dict[str, dict[str, _View]] = {}
        # By client and view: what marked it fresh; absent while it is marked stale.
        self._fresh: dict[tuple[str, str], int] = {}
        # Client and view of all whose fetches are on record, and of all that were ever stale.
        self._marked: dict[tuple[str, str], None] = {}
        self._stale: dict[tuple[str, str], None] = {}
        # By client and commit: the loss of its event. By client and row: its last event.
        self._lost: dict[tuple[str, int], int] = {}
        self._heard: dict[tuple[str, str], int] = {}
        # By client: how many rows of its views are stale.
        self._stale_rows: Counter[str] = Counter()
        # What the instant touched: by client, the cells.
        self._touched: dict[str, dict[tuple[str, str], None]] = {}

    # Records are taken in first; nothing is concluded before their instant is over.

    def handlers(self) -> dict[str, Callable[[Record], None]]:
        """Return by kind who takes a record in."""
        return {
            **dict.fromkeys(Underway.KINDS, self._prospects),
            **dict.fromkeys(("row", "ready", "paint"), self._screen),
            **dict.fromkeys(("mount", "unmount"), self._mount),
            **dict.fromkeys(("fetched", "freshen", "invalidate"), self._mark),
            "fetch_failed": self._failed,
            "commit": self._commit,
            "event": self._event,
            "lose": self._lose,
        }

    def _failed(self, record: Record) -> None:
        self._marked[record.at, record.view] = None
        self._prospects(record)

    def _prospects(self, record: Record) -> None:
        """Something that might mend a client's screen begins or ends."""
        client = self._underway.apply(record)
        for each in self._stale_rows if client == EVERYBODY else (client,):
            if self._stale_rows.get(each):
                self._touched.setdefault(each, {})

    def _screen(self, record: Record) -> None:
        """What a view shows, or should show, changes."""
        for screen, entity in self._replay.apply(record):
            self._touched.setdefault(screen.client, {})[screen.view, entity] = None

    def _mount(self, record: Record) -> None:
        """A view comes on screen or leaves it."""
        views = self._views.setdefault(record.at, {})
        view = views.pop(record.view, None)
        if view is not None:
            self._end_all(view, ended=True)
        self._replay.apply(record)
        screen = self._replay.screens.get((record.at, record.view))
        if screen is not None and screen.query != SLICE and self._owes(screen.client):
            views[record.view] = _View(screen)

    def _commit(self, record: Record) -> None:
        self._commits.apply(record)
        self._prospects(record)
        self._screen(record)

    def _mark(self, record: Record) -> None:
        """A view is marked fresh, or stale."""
        if record.kind == "fetched":
            self._prospects(record)
        if record.kind != "invalidate":
            self._marked[record.at, record.view] = None
        is_fresh = record.kind != "invalidate" and (record.data or {}).get("fresh", True)
        if is_fresh:
            self._fresh[record.at, record.view] = record.seq
        else:
            self._fresh.pop((record.at, record.view), None)
        if self._stale_rows.get(record.at):
            self._touched.setdefault(record.at, {})

    def unmarked(self) -> str:
        """Say which view was stale and has no fetch on record, empty if none was."""
        for client, view in self._stale:
            if (client, view) not in self._marked:
                return f"no record says when {client}'s view {view} was fetched"
        return ""

    def _event(self, record: Record) -> None:
        self._heard[record.at, record.entity] = record.seq

    def _lose(self, record: Record) -> None:
        self._prospects(record)
        if (record.data or {}).get("what") == "event":
            self._lost[record.at, record.lsn] = record.seq

    def end_instant(self, next_us: int) -> None:
        """Look at every client that the instant touched; nothing changes then until `next_us`."""
        for client, cells in self._touched.items():
            views = self._views.get(client)
            if not views:
                continue
            for name, entity in cells:
                view = views.get(name)
                if view is not None:
                    self._look(view, entity)
            stale = [view for view in views.values() if view.cells]
            is_quiet = bool(stale) and self._underway.is_quiet(client)
            for view in stale:
                self._ask(view, is_quiet=is_quiet)
        self._touched.clear()
        for stuck_us, (screen, entity, cell) in self._grace.over(next_us):
            if cell.stuck_us == stuck_us and cell.failed_us < 0:
                cell.failed_us = stuck_us
                cell.said, cell.records = self._tell(screen, entity, stuck_us)
        self.now_us = next_us

    def finish(self, end_us: int) -> None:
        """Conclude on what is stuck when the history ends."""
        self.end_instant(end_us)
        for views in self._views.values():
            for view in views.values():
                self._end_all(view, ended=False)

    def _look(self, view: _View, entity: str) -> None:
        """See whether one row has become stale, or is stale no longer."""
        stale = view.screen.is_stale(entity)
        if stale and entity not in view.cells:
            self.seen += 1
            self._stale[view.screen.client, view.screen.view] = None
            view.cells[entity] = _Cell()
            view.has_new = True
            self._stale_rows[view.screen.client] += 1
        elif not stale and entity in view.cells:
            self._end(view, entity, view.cells.pop(entity), ended=True)

    def _ask(self, view: _View, *, is_quiet: bool) -> None:
        """See whether the stale rows of a view are stuck now."""
        client, name = view.screen.client, view.screen.view
        is_stuck = (
            is_quiet
            and (client, name) in self._fresh
            and not self._underway.is_fetching(client, name)
        )
        if is_stuck == view.is_stuck and not view.has_new:
            return
        view.is_stuck, view.has_new = is_stuck, False
        for entity, stale in view.cells.items():
            if not is_stuck:
                stale.stuck_us = -1
            elif stale.stuck_us < 0:
                stale.stuck_us = self.now_us
                self._grace.begin(self.now_us, (view.screen, entity, stale))

    def _end_all(self, view: _View, *, ended: bool) -> None:
        for entity, stale in view.cells.items():
            self._end(view, entity, stale, ended=ended)

    def _end(self, view: _View, entity: str, stale: _Cell, *, ended: bool) -> None:
        """Conclude on a row that is stale no longer, left the screen, or outlived the record."""
        self._stale_rows[view.screen.client] -= 1
        stale.stuck_us = -1
        if stale.failed_us < 0:
            return
        self.stories.append(
            Story(
                text=f"{stale.said} {lasted(stale.failed_us, self.now_us, ended=ended)}",
                records=stale.records,
                at_us=stale.failed_us,
                client=view.screen.client,
                entity=entity,
            )
        )

    # The story

    def _tell(self, screen: Screen, entity: str, stuck_us: int) -> tuple[str, tuple[int, ...]]:
        """Tell of a row that is stuck: what it shows, and what erased the last chance."""
        painted = screen.shown.get(entity)
        shown = painted.fields if painted else None
        truth = screen.truth.get(entity)
        commit = self._commits.of_version(entity, screen.changed.get(entity, -1))
        since = f" since {change_of(commit)}" if commit else ""
        why, last = self._last_chance(screen, entity, commit)
        text = (
            f"{screen.client}'s view {screen.view} showed for {row_name(entity)}:"
            f" {differing(shown, truth)}; the backend held{since}: {differing(truth, shown)}."
            f" {why} From {seconds(stuck_us)} on the view was marked fresh and nothing under"
            f" way could mend it."
        )
        records = [commit.seq] if commit else []
        if painted:
            records.append(painted.seq)
        if last >= 0:
            records.append(last)
        return text, tuple(sorted(records))

    def _last_chance(self, screen: Screen, entity: str, commit: Record | None) -> tuple[str, int]:
        """Say what erased the last chance of a cell to be mended, and in which record."""
        client = screen.client
        after = commit.seq if commit else -1
        lsn = commit.lsn if commit else -1
        lost = self._lost.get((client, lsn), -1)
        marked = self._history[self._fresh[client, screen.view]]
        at = seconds(marked.time_us)
        if marked.seq > max(after, lost):
            if marked.kind == "freshen":
                what = (marked.data or {}).get("reason", "write")
                return f"At {at} a local {what} marked the view fresh, asking nobody.", marked.seq
            if marked.lsn < lsn:
                return (
                    f"A fetch that had read the backend at commit {marked.lsn}, before that change"
                    f" ({lsn}), arrived at {at} and marked the view fresh."
                ), marked.seq
            return f"A fetch of {at} had brought it; then older data was painted.", marked.seq
        if lost > after:
            loss = self._history[lost]
            when = seconds(loss.time_us)
            return f"The event that told of it was lost at {when} ({why_lost(loss)}).", lost
        heard = self._heard.get((client, entity), -1)
        if heard > after:
            when = seconds(self._history[heard].time_us)
            return f"Its event came at {when} and did not mark this view stale.", heard
        return f"No event about it was on its way to {client}.", -1


CHECK = Check(
    name="INVAL",
    statement=(
        "No row on a screen is stuck-stale: old in truth, in a query that is marked fresh, with no"
        " fetch, event, pending intent or armed trigger left that could mend it."
    ),
    source=(
        "The rule of a lease or invalidation cache that no invalidation is lost against a"
        " concurrent read: R. Nishtala et al., Scaling Memcache at Facebook, NSDI 2013; the flags"
        " of TanStack Query, query.ts."
    ),
    needs=(
        "commit and paint records, the marks of queries (fetched, invalidate, freshen), sends and"
        " fates of events, intents with outcomes, and arm and disarm records."
    ),
    proves_not=(
        "Anything under way counts as hope, even what in the end mends nothing, so a slow chain of"
        " failures passes here and shows in the windows. The copies in the slice store have no"
        " mark of freshness and are left to XVIEW and CONV."
    ),
    judge=judge,
)
