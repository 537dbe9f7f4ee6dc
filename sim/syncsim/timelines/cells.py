"""Every row in every view, with what it should have shown and what it did, through a history.

A cell is one row in one view while that is on screen. Its events are the changes of what it should
show and the paints; between two of them it stays as it is. The same is known of each cell after
each record by `history.replay`, one record at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from syncsim.history import Records
from syncsim.history.replay import SLICE
from syncsim.timelines.joins import first_after, groups, last_before, latest, starts
from syncsim.timelines.rows import NO_ROW, Rows
from syncsim.timelines.screens import OVERLAYS, ROW, screens
from syncsim.timelines.tables import Table, Tables
from syncsim.timelines.truth import Lens, Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]

NEVER = 2**62 + 1
"""The `seq` and the time of what did not happen: later than any time that a file may hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """The views that were on screen, in the order of mounting: one entry each.

    `at` and `view` are codes. `owes_rows` is false for what need show no rows, `is_slice` true for
    a slice store, which no figure counts. `ready_seq` is the first `ready` record, `left_seq` the
    record that took the view off; `NEVER` if there was none, and likewise the times.
    """

    at: Ints
    view: Ints
    queries: Sequence[str]
    lenses: Sequence[Lens]
    owes_rows: Mask
    is_slice: Mask
    mount_seq: Ints
    mount_us: Ints
    ready_seq: Ints
    ready_us: Ints
    left_seq: Ints
    left_us: Ints

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The events of all cells, cell by cell and in order.

    `cell` numbers the cells; `screen` is the place of the view in `Views`. `is_paint` tells paints
    from changes of what should be shown. Of the state after an event: `truth` and `shown` are
    numbers of rows, `changed` and `changed_us` the version and the time of the last change of the
    truth (-1 before any), `painted` the version of the last paint (-1 before any or of none),
    `overlays` how many pending intents are painted over the row. `version` is that of the event.
    `rank` orders what a mount finds.
    """

    cell: Ints
    screen: Ints
    entity: Ints
    seq: Ints
    rank: Ints
    time_us: Ints
    version: Ints
    is_paint: Mask
    truth: Ints
    shown: Ints
    changed: Ints
    changed_us: Ints
    painted: Ints
    overlays: Ints

    def __len__(self) -> int:
        return len(self.cell)

    def take(self, places: Any) -> Cells:
        """Return the events at some places, or those of a mask."""
        return Cells(**{each.name: getattr(self, each.name)[places] for each in fields(self)})

    def is_stale(self, views: Views) -> Mask:
        """Tell after each event whether the cell is old, if its view is ready.

        A row with the client's own pending intents on it is ahead of the backend, not behind, as
        long as the row under them is not old. A slice store owes no rows; it is compared only
        where it shows one.
        """
        differs = (self.shown != self.truth) & (
            views.owes_rows[self.screen] | (self.shown != NO_ROW)
        )
        stale: Mask = differs & ((self.overlays == 0) | (self.painted < self.changed.clip(min=0)))
        return stale


class Timelines:
    """The views and the cells of a history, each made when it is first asked for."""

    def __init__(self, history: Records) -> None:
        self.history = history
        self.tables = Tables(history)
        self.rows = Rows()

    @cached_property
    def screens(self) -> Table:
        """Return what came on the screens and what clients were told of rows, in order."""
        return screens(self.tables, self.rows)

    @cached_property
    def paints(self) -> Table:
        """Return what was painted, in order."""
        return self.screens.take(self.screens.is_of("paint"))

    @cached_property
    def bases(self) -> Table:
        """Return what clients were told of rows, in order."""
        return self.screens.take(self.screens.is_of("base"))

    @cached_property
    def store(self) -> Store:
        """Return what the backend held."""
        return Store(self.history.header, self.tables, self.rows)

    def screen_of(self, table: Table) -> Ints:
        """Return the view on screen that each record is about, -1 if there is none."""
        import numpy as np

        views = self.views
        key = groups(np.concatenate((views.at, table.at)), np.concatenate((views.view, table.view)))
        of_views, of_records = key[: len(views)], key[len(views) :]
        found = last_before(of_records, table.seq, of_views, views.mount_seq)
        if len(views):
            found[views.left_seq[found] < table.seq] = -1
        return found

    @cached_property
    def views(self) -> Views:
        """Return the views that were ever on screen."""
        import numpy as np

        moves = self.screens.take(self.screens.is_of("mount", "unmount", "ready"))
        key = groups(moves.at, moves.view)
        mounts = np.flatnonzero(moves.is_of("mount"))

        clients: dict[str, dict[str, str]] = self.history.header.get("clients", {})
        lenses, queries = [], []
        for record in self.history.of("mount"):
            data, who = record.data or {}, clients.get(record.at, {})
            query = data.get("query") or ""
            queries.append(query or SLICE)
            argument, role, user = data.get("id", ""), who.get("role", ""), who.get("user", "")
            lenses.append(Lens(query, argument, role, user))
        ready_seq, ready_us = _next(moves, key, mounts, np.flatnonzero(moves.is_of("ready")))
        left_seq, left_us = _next(moves, key, mounts, np.flatnonzero(~moves.is_of("ready")))
        is_late = ready_seq > left_seq
        ready_seq[is_late] = ready_us[is_late] = NEVER
        return Views(
            at=moves.at[mounts],
            view=moves.view[mounts],
            queries=queries,
            lenses=lenses,
            owes_rows=np.array([self.store.owes_rows(lens) for lens in lenses], dtype=bool),
            is_slice=np.array([query == SLICE for query in queries], dtype=bool),
            mount_seq=moves.seq[mounts],
            mount_us=moves.time_us[mounts],
            ready_seq=ready_seq,
            ready_us=ready_us,
            left_seq=left_seq,
            left_us=left_us,
        )

    @cached_property
    def cells(self) -> Cells:
        """Return the changes of what each cell should show, and its paints, in one order."""
        import numpy as np

        paints = self.paints
        screen = self.screen_of(paints)
        on = screen >= 0
        screen, paints = screen[on], paints.take(on)
        parts = [
            self._truths(screen, paints),
            _Part(
                screen=screen, entity=paints.entity, seq=paints.seq,
                rank=np.zeros(len(screen), dtype=np.int64),
                time_us=paints.time_us, since_us=paints.time_us, version=paints.version,
                number=paints.read[:, ROW], overlays=paints.read[:, OVERLAYS],
                is_paint=np.ones(len(screen), dtype=bool),
            ),
        ]  # fmt: skip
        return _in_order(parts)

    def _truths(self, screen: Ints, paints: Table) -> _Part:
        """Return the changes of what each view should show, and what it should from the start on.

        Of a view that owes no rows only those that it ever paints matter.
        """
        import numpy as np

        store, views = self.store, self.views
        order = np.lexsort((paints.entity, screen))
        painted, until = paints.entity[order], np.searchsorted(screen[order], range(len(views) + 1))
        entity, is_own = store.table.entity, np.zeros(len(self.tables.names), dtype=bool)
        bounds = zip(views.mount_seq.tolist(), views.left_seq.tolist(), strict=True)
        # By view, first what its mount finds and then what is committed: places and rows there.
        places, numbers = [], []
        for view, (mount_seq, left_seq) in enumerate(bounds):
            seen = store.seen(views.lenses[view])
            found = store.held(mount_seq)
            found = found[seen.numbers[found] != NO_ROW]
            changes = seen.changes_between(mount_seq, left_seq)
            if not views.owes_rows[view]:
                own = painted[until[view] : until[view + 1]]
                is_own[own] = True
                found, changes = (each[is_own[entity[each]]] for each in (found, changes))
                is_own[own] = False
            places += [found, changes]
            numbers += [seen.numbers[found], seen.numbers[changes]]
        counts = [*map(len, places)]
        none: Ints = np.zeros(0, dtype=np.int64)
        place, number = (np.concatenate([none, *each]) for each in (places, numbers))
        part = np.repeat(np.arange(len(places)), counts)
        view_of, at_mount = part // 2, part % 2 == 0
        rank = np.concatenate([none, *map(np.arange, counts)])
        table = store.table.take(place)
        return _Part(
            screen=view_of, entity=table.entity, number=number, version=table.version,
            seq=np.where(at_mount, views.mount_seq[view_of], table.seq), rank=rank * at_mount,
            time_us=np.where(at_mount, views.mount_us[view_of], table.time_us),
            since_us=table.time_us, overlays=np.zeros(len(place), dtype=np.int64),
            is_paint=np.zeros(len(place), dtype=bool),
        )  # fmt: skip


class _Part(NamedTuple):
    """Some events of cells; `since_us` is when the truth that they bring was committed."""

    screen: Ints
    entity: Ints
    seq: Ints
    rank: Ints
    time_us: Ints
    since_us: Ints
    version: Ints
    number: Ints
    overlays: Ints
    is_paint: Mask


def _in_order(parts: Sequence[_Part]) -> Cells:
    """Return the events cell by cell, with the state after each."""
    import numpy as np

    whole = _Part._make(map(np.concatenate, zip(*parts, strict=True)))
    cell = groups(whole.screen, whole.entity)
    order = np.lexsort((whole.rank, whole.seq, cell))
    event, cell = _Part._make(column[order] for column in whole), cell[order]
    first = starts(cell)
    truth, paint = latest(~event.is_paint, first), latest(event.is_paint, first)

    def known(column: Ints, places: Ints, missing: int) -> Ints:
        return np.where(places >= 0, column[places], missing)

    return Cells(
        cell=cell, screen=event.screen, entity=event.entity, seq=event.seq, rank=event.rank,
        time_us=event.time_us, version=event.version, is_paint=event.is_paint,
        truth=known(event.number, truth, NO_ROW), shown=known(event.number, paint, NO_ROW),
        changed=known(event.version, truth, -1), changed_us=known(event.since_us, truth, -1),
        painted=known(event.version, paint, -1), overlays=known(event.overlays, paint, 0),
    )  # fmt: skip


def _next(moves: Table, key: Ints, mounts: Ints, others: Ints) -> tuple[Ints, Ints]:
    """Return `seq` and time of the first of other moves of each view after it was mounted."""
    import numpy as np

    found = first_after(key[mounts], moves.seq[mounts], key[others], moves.seq[others])
    if not len(others):
        return np.full(len(mounts), NEVER), np.full(len(mounts), NEVER)
    places = others[found]
    return (
        np.where(found >= 0, moves.seq[places], NEVER),
        np.where(found >= 0, moves.time_us[places], NEVER),
    )
