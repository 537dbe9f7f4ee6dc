"""What stood beside a change on each screen, and which screens may have lacked something there.

A paint stands from its instant on, up to the one in which its row is painted again or its view
leaves the screen. Within an instant nothing is compared yet.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, NamedTuple

from syncsim.checks.evidence import Evidence
from syncsim.checks.learnt import Learnt, Lesson, painted_over
from syncsim.timelines.cells import NEVER
from syncsim.timelines.joins import (
    first_after,
    first_of,
    firsts,
    groups,
    groups_of_both,
    highest_so_far,
    last_before,
    previous,
    starts,
)
from syncsim.timelines.screens import OVERLAYS
from syncsim.timelines.tables import Table

if TYPE_CHECKING:
    from syncsim.timelines.tables import Ints, Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """Paints of rows in some version, in order, one entry each in every array.

    `is_made` tells whether a commit made the version, `is_over` whether anything pending is painted
    over it. `intent` and `author` are the codes of what asked for it and of whose client, `asked`
    is the `seq` of that, -1 if it is nobody's change. It stands at the ends of the instants from
    `begin` on and before `end`; `until` is the `seq` of what took its place.
    """

    seq: Ints
    at: Ints
    view: Ints
    entity: Ints
    version: Ints
    is_made: Mask
    is_over: Mask
    intent: Ints
    author: Ints
    asked: Ints
    begin: Ints
    end: Ints
    until: Ints

    def take(self, places: Ints | Mask) -> _Shown:
        """Return the paints at some places, or those of a mask."""
        return _Shown(**{each.name: getattr(self, each.name)[places] for each in fields(self)})

    def rows(self, *names: str) -> Iterator[tuple[int, ...]]:
        """Yield some columns, entry by entry."""
        return zip(*(getattr(self, name).tolist() for name in names), strict=True)


class _Change(NamedTuple):
    """A change that stood in a view of a client; texts are codes."""

    at: int
    intent: int
    author: int
    asked: int
    view: int
    entity: int
    begin: int
    end: int


class _Cells(NamedTuple):
    """The times for which rows stood in views, cell after cell and in order.

    `over` is the paint if anything pending was painted over the row, else -1. `of` tells by client
    and row which views it stood in, each with the first of its times and the last.
    """

    begin: list[int]
    end: list[int]
    over: list[int]
    of: dict[int, dict[int, list[tuple[int, int, int]]]]


class Beside:
    """What stood on the screens, and what each client had learnt from what it was shown.

    `taught` tells, by client, the rows and when it learnt of a version of them newer than all
    before; `newest`, by row, the newest version that anybody learnt of.
    """

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._names = evidence.timelines.paints.names
        shown = _shown(evidence)
        self._standing = shown.take(shown.begin < shown.end)
        made = shown.take(shown.is_made)
        self._lessons = made.take(firsts(made.at, made.entity, made.version))
        self.learnt = Learnt()
        self.taught: dict[str, list[tuple[int, str]]] = {}
        self.newest: dict[str, int] = {}
        # By client: the rows that it learnt of, and when first; all in codes.
        self._known: dict[int, dict[int, int]] = {}
        for seq, at, row, version in self._lessons.rows("seq", "at", "entity", "version"):
            self._known.setdefault(at, {}).setdefault(row, seq)
            client, entity = self._names[at], self._names[row]
            if self.learnt.add(client, entity, Lesson(seq, version, seq)):
                self.taught.setdefault(client, []).append((seq, entity))
                self.newest[entity] = max(version, self.newest.get(entity, -1))

    def met(self) -> Iterator[tuple[str, str]]:
        """Yield each client with each change that it saw beside a row known to the author.

        That is a row, or another copy of one, of which the author had been shown a version that a
        commit had made, before asking for the change.
        """
        import numpy as np

        cells = _cells(self._standing)
        met: set[tuple[int, int]] = set()
        changes = self._standing.take(self._standing.asked >= 0)
        # Of most changes the first paint is enough.
        first = firsts(changes.at, changes.intent)
        order = np.append(first, np.delete(np.arange(len(changes.seq)), first))
        for at, intent, *rest in changes.take(order).rows(*_Change._fields):
            if (at, intent) not in met and self._has_beside(_Change(at, intent, *rest), cells):
                met.add((at, intent))
                yield self._names[at], self._names[intent]

    def _has_beside(self, change: _Change, cells: _Cells) -> bool:
        """Tell whether a row that its author knew stood beside a change."""
        here, known = cells.of[change.at], self._known.get(change.author, {})
        fewer, more = (here, known) if len(here) < len(known) else (known, here)
        for row in fewer:
            if row not in more or known[row] >= change.asked:
                continue
            for view, first, last in here[row]:
                is_other = row != change.entity or view != change.view
                if is_other and self._stood(change, row, cells, first, last):
                    return True
        return False

    def _stood(self, change: _Change, row: int, cells: _Cells, first: int, last: int) -> bool:
        """Tell whether a row stood in a view at the times of a change, and not only as pending."""
        for place in range(bisect_right(cells.end, change.begin, first, last), last):
            if cells.begin[place] >= change.end:
                return False
            if cells.over[place] < 0:
                return True
            paint = self._evidence.history[cells.over[place]]
            author, entity = self._names[change.author], self._names[row]
            without = painted_over(paint, self._evidence)
            if self.learnt.newest(author, entity, before=change.asked, without=without):
                return True
        return False

    def in_doubt(self) -> dict[str, None]:
        """Return the clients whose screens may have lacked what the author of a change had seen.

        For that the author must have been shown something newer than a row, and have asked for
        something afterwards that the client saw before the row was painted again.
        """
        import numpy as np

        standing, changes = self._standing, self._standing.take(self._standing.asked >= 0)
        screen, screen_of_change = groups_of_both([standing.at], [changes.at])
        last = last_before(screen, standing.until, screen_of_change, changes.seq)
        asked = np.append(highest_so_far(screen_of_change, changes.asked), -1)[last]
        doubtful = standing.take(asked > self._newer())
        asked_by = self._asked_by(changes.take(np.isin(changes.at, doubtful.at)))
        clients: dict[str, None] = {}
        for at, row, version, until in doubtful.rows("at", "entity", "version", "until"):
            client, entity = self._names[at], self._names[row]
            for author in () if client in clients else self.learnt.who_know(entity):
                lesson = self.learnt.first_newer(author, entity, than=version)
                seqs, highest = asked_by.get((client, author), ([], []))
                place = bisect_left(seqs, until) - 1
                if lesson is not None and place >= 0 and highest[place] > lesson.seq:
                    clients[client] = None
        return clients

    def _newer(self) -> Ints:
        """Return when anybody was first shown something newer than each paint, `NEVER` if never."""
        import numpy as np

        lessons = self._lessons
        row, row_learnt = groups_of_both([self._standing.entity], [lessons.entity])
        last, highest = previous(row_learnt), highest_so_far(row_learnt, lessons.version)
        is_newest = (last < 0) | (lessons.version > highest[last])
        newest = lessons.take(is_newest)
        place = first_after(row, self._standing.version, row_learnt[is_newest], newest.version)
        return np.append(newest.seq, NEVER)[place]

    def _asked_by(self, changes: _Shown) -> dict[tuple[str, str], tuple[list[int], list[int]]]:
        """Return the changes that each client saw of each author.

        By both: the paints, and the last beside each at which a change up to there was asked for.
        """
        found: dict[tuple[str, str], tuple[list[int], list[int]]] = {}
        for seq, at, author, asked in changes.rows("seq", "at", "author", "asked"):
            seqs, highest = found.setdefault((self._names[at], self._names[author]), ([], []))
            seqs.append(seq)
            highest.append(max(asked, highest[-1] if highest else -1))
        return found


def _shown(evidence: Evidence) -> _Shown:
    """Return what was painted, and how long it stood."""
    import numpy as np

    timelines = evidence.timelines
    paints = timelines.paints
    cell = groups(paints.at, paints.view, paints.entity)
    until = np.append(paints.seq, NEVER)[first_after(cell, paints.seq, cell, paints.seq)]
    is_told = paints.version >= 0
    paints, until = paints.take(is_told), until[is_told]
    # What is painted where no view is on screen is over before it begins.
    left = np.append(timelines.views.left_seq, 0)[timelines.screen_of(paints)]
    until = np.minimum(until, left)
    moves = timelines.tables.of("row", "commit", "mount", "unmount", "paint")
    instants = np.append(moves.seq[np.diff(moves.time_us, prepend=-1) != 0], NEVER)
    is_made, intent, author, asked = _authors(evidence, paints)
    return _Shown(
        seq=paints.seq,
        at=paints.at,
        view=paints.view,
        entity=paints.entity,
        version=paints.version.astype(np.int64),
        is_made=is_made,
        is_over=paints.read[:, OVERLAYS] > 0,
        intent=intent,
        author=author,
        asked=asked,
        begin=np.searchsorted(instants, paints.seq, side="right"),
        end=np.searchsorted(instants, until, side="right"),
        until=until,
    )


def _authors(evidence: Evidence, paints: Table) -> tuple[Mask, Ints, Ints, Ints]:
    """Return whether a commit made what each paint shows; and of whose change: what, who, when.

    The code of the intent, that of its client, and the `seq` at which it was asked for. What is
    shown before it was asked for, as a damaged history may say, is nobody's.
    """
    import numpy as np

    commits, intents = evidence.tables.of("commit"), evidence.tables.of("intent")
    commits = commits.take(commits.version >= 0)
    row, row_made = groups_of_both(
        (paints.entity, paints.version), (commits.entity, commits.version)
    )
    commit = first_of(row, row_made)
    intent = np.append(commits.intent, -1)[commit]
    place = first_of(*groups_of_both([intent], [intents.intent]))
    asked = np.append(intents.seq, -1)[place]
    asked[asked > paints.seq] = -1
    return commit >= 0, intent, np.append(intents.at, -1)[place], asked


def _cells(standing: _Shown) -> _Cells:
    """Return when each row stood in each view, paint after paint as one time."""
    import numpy as np

    cell = groups(standing.at, standing.entity, standing.view)
    order = np.argsort(cell, kind="stable")
    stood, cell = standing.take(order), cell[order]
    is_first = starts(cell)
    goes_on = np.zeros(len(cell), dtype=bool)
    goes_on[1:] = stood.begin[1:] == stood.end[:-1]
    goes_on[1:] &= ~is_first[1:] & ~stood.is_over[1:] & ~stood.is_over[:-1]
    begins = np.flatnonzero(~goes_on)
    ends = np.append(begins[1:], len(cell))[: len(begins)] - 1
    bounds = np.append(np.flatnonzero(is_first[begins]), len(begins))
    of: dict[int, dict[int, list[tuple[int, int, int]]]] = {}
    views = stood.take(is_first).rows("at", "entity", "view")
    for (at, row, view), first, last in zip(
        views, bounds[:-1].tolist(), bounds[1:].tolist(), strict=True
    ):
        of.setdefault(at, {}).setdefault(row, []).append((view, first, last))
    over = np.where(stood.is_over, stood.seq, -1)[begins]
    return _Cells(stood.begin[begins].tolist(), stood.end[ends].tolist(), over.tolist(), of)
