"""When windows open and close, for all cells at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from syncsim.staleness.coherence import Old
from syncsim.staleness.window import END, LEFT, PAINTED, REVERTED
from syncsim.timelines.cells import NEVER, Cells, Timelines
from syncsim.timelines.joins import groups, last_before, latest, starts
from syncsim.timelines.rows import NO_ROW

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]

ENDINGS = (PAINTED, REVERTED, LEFT, END)
_PAINTED, _REVERTED, _LEFT, _END = range(4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Windows, cell by cell and in order of their opening.

    `run` numbers the stretches in which a cell was stale; one has one window or more. `regressed`
    tells that a paint spoilt what had been right. `ended` are places in `ENDINGS`. `belongs` tells
    whether the row belonged in the view at the end.
    """

    run: Ints
    screen: Ints
    entity: Ints
    version: Ints
    commit_us: Ints
    start_seq: Ints
    start_us: Ints
    regressed: Mask
    end_seq: Ints
    end_us: Ints
    ended: Ints
    belongs: Mask

    def __len__(self) -> int:
        return len(self.run)

    def take(self, places: Any) -> Opened:
        """Return the windows at some places, or those of a mask."""
        return Opened(**{each.name: getattr(self, each.name)[places] for each in fields(self)})


class Openings(NamedTuple):
    """The windows of a history in the order in which they ended, and what each view lacked when.

    `is_on` tells which views came on screen with a complete frame, and `on_us` when.
    """

    windows: Opened
    old: list[Old]
    is_on: Mask
    on_us: Ints


def openings(lines: Timelines) -> Openings:
    """Return when windows opened and closed."""
    import numpy as np

    on_seq = _on(lines)
    is_on = on_seq < lines.views.left_seq
    frames = _from_first_frames(lines, on_seq, is_on)
    runs = _runs(lines, frames)
    windows, old = _opened(lines, frames, runs)
    # Those that leave together with their view leave in the order in which it came to lack them.
    again = [key[runs.opens][windows.run] for key in reversed(frames.place)]
    order = np.lexsort((*again, runs.again[windows.run], windows.end_seq))
    return Openings(windows.take(order), old, is_on, lines.views.ready_us)


def _on(lines: Timelines) -> Ints:
    """Return, for each view, the last record of the instant in which it was ready, or `NEVER`.

    The paints of its first frame must not look like regressions. The end of the run ends its
    instant, too.
    """
    import numpy as np

    views = lines.views
    on_seq = views.ready_seq.copy()
    for table in (lines.screens, lines.store.table):
        until = np.searchsorted(table.time_us, views.ready_us, side="right") - 1
        if len(table):
            np.maximum(on_seq, table.seq[until], out=on_seq, where=until >= 0)
    ends = [
        (record.seq, record.time_us)
        for record in lines.history.of("phase")
        if (record.data or {}).get("phase") == "end"
    ]
    for seq, time_us in reversed(ends):
        on_seq[(views.ready_us == time_us) & (views.ready_seq < seq)] = seq
    on_seq[views.ready_seq == NEVER] = NEVER
    return on_seq


class _Frames(NamedTuple):
    """The events of the cells from the first frame of their view on, which is one event.

    `place` has the keys by which a view that comes on screen goes through its rows.
    """

    events: Cells
    is_first: Mask
    place: tuple[Ints, Ints, Ints]


def _from_first_frames(lines: Timelines, on_seq: Ints, is_on: Mask) -> _Frames:
    import numpy as np

    cells = lines.cells.take(is_on[lines.cells.screen])
    begins = starts(cells.cell)
    is_early = cells.seq <= on_seq[cells.screen]
    is_first = is_early.copy()
    is_first[:-1] &= ~is_early[1:] | begins[1:]
    # First the rows that belong there, since they last came to, then others that are shown.
    is_in = cells.truth != NO_ROW
    came = ~cells.is_paint & is_in & (_before(cells.truth, begins, NO_ROW) == NO_ROW)
    painted = latest(cells.is_paint, begins)
    is_new = cells.is_paint & (_before(painted, begins, -1) < 0)
    source = np.where(is_in, latest(came, begins), latest(is_new, begins))
    kept = ~is_early | is_first
    events, is_first = cells.take(kept), is_first[kept]
    source = np.where(is_first, source[kept], -1)
    screen = events.screen
    events = replace(
        events,
        seq=np.where(is_first, on_seq[screen], events.seq),
        time_us=np.where(is_first, lines.views.ready_us[screen], events.time_us),
    )
    keys = ((~is_in[kept]).astype(np.int64), cells.seq[source], cells.rank[source])
    by_group, by_seq, by_rank = (np.where(source >= 0, key, 0) for key in keys)
    return _Frames(events, is_first, (by_group, by_seq, by_rank))


def _before(column: Any, begins: Mask, first: Any) -> Any:
    """Return what a column had at the event before of the same cell, `first` if there is none."""
    import numpy as np

    moved = np.roll(column, 1)
    moved[begins] = first
    return moved


class _Runs(NamedTuple):
    """The stretches in which a cell was stale.

    `run` is the stretch of each event that is stale or ends one. `opens` are the places of their
    first events, `last` of their last, `shuts` of those that end them, -1 if none does. `more` is
    the mask of the events at which a further window opens, `lags` that of paints that leave the
    cell stale. `again` orders the rows that leave together.
    """

    run: Ints
    opens: Ints
    last: Ints
    shuts: Ints
    more: Mask
    lags: Mask
    again: Ints


def _runs(lines: Timelines, frames: _Frames) -> _Runs:
    import numpy as np

    events = frames.events
    begins = starts(events.cell)
    stale = events.is_stale(lines.views)
    was = _before(stale, begins, first=False)
    opens = stale & ~was
    run = np.cumsum(opens) - 1
    is_last = stale.copy()
    is_last[:-1] &= ~stale[1:] | begins[1:]
    places = np.flatnonzero(opens)
    shuts = np.full(len(places), -1)
    ending = np.flatnonzero(was & ~stale)
    shuts[run[ending]] = ending
    lags = stale & was & events.is_paint
    again = events.seq[places]
    np.maximum.at(again, run[lags], events.seq[lags])
    more = stale & was & ~events.is_paint
    return _Runs(run, places, np.flatnonzero(is_last), shuts, more, lags, again)


def _opened(lines: Timelines, frames: _Frames, runs: _Runs) -> tuple[Opened, list[Old]]:
    """Return the windows, and what their views lacked meanwhile."""
    import numpy as np

    events, views = frames.events, lines.views
    is_open = runs.more.copy()
    is_open[runs.opens] = True
    places = np.flatnonzero(is_open)
    run, screen = runs.run[places], events.screen[places]
    version, commit_us = _lacked(lines, frames, places)
    was_shown = _before(events.shown, starts(events.cell), NO_ROW) != NO_ROW
    shut = runs.shuts[run]
    is_shut = shut >= 0
    final = np.where(is_shut, shut, runs.last[run])
    has_left = views.left_seq[screen] < NEVER
    left_us = np.where(has_left, views.left_us[screen], lines.history.end_us)
    by_paint = np.where(events.is_paint[final], _PAINTED, _REVERTED)
    windows = Opened(
        run=run,
        screen=screen,
        entity=events.entity[places],
        version=version,
        commit_us=commit_us,
        start_seq=events.seq[places],
        start_us=events.time_us[places],
        # A slice store owes no rows: one that comes on screen old was not right before.
        regressed=events.is_paint[places]
        & ~frames.is_first[places]
        & (views.owes_rows[screen] | was_shown[places]),
        end_seq=np.where(is_shut, events.seq[final], views.left_seq[screen]),
        end_us=np.where(is_shut, events.time_us[final], left_us),
        ended=np.where(is_shut, by_paint, np.where(has_left, _LEFT, _END)),
        belongs=events.truth[final] != NO_ROW,
    )
    return windows, [*_lacking(events, runs, windows)]


def _lacked(lines: Timelines, frames: _Frames, places: Ints) -> tuple[Ints, Ints]:
    """Return the version that a cell lacks when a window opens, and when that was committed.

    Of a row that never concerned its view it is the last version committed at all.
    """
    import numpy as np

    events, table = frames.events, lines.store.table
    by_commit = ~events.is_paint[places] & ~frames.is_first[places]
    version = np.where(by_commit, events.version[places], events.changed[places])
    commit_us = np.where(by_commit, events.time_us[places], events.changed_us[places])
    foreign = np.flatnonzero(commit_us < 0)
    asked = places[foreign]
    entity = groups(np.concatenate((table.entity, events.entity[asked])))
    until = events.seq[asked] + frames.is_first[asked]
    held = last_before(entity[len(table) :], until, entity[: len(table)], table.seq)
    is_held = held >= 0
    version[foreign] = np.where(is_held, _at(table.version, held), 0)
    commit_us[foreign] = np.where(is_held, _at(table.time_us, held), events.time_us[asked])
    return version, commit_us


def _at(column: Any, places: Ints) -> Any:
    """Return a column at some places; anything where a place is -1."""
    return column[places] if len(column) else places


def _lacking(events: Cells, runs: _Runs, windows: Opened) -> Iterator[Old]:
    """Close windows that a paint mends while a newer one stays open, and yield what was lacking.

    The newest stays open until the view is right: version 2 of a row may be painted in a list that
    version 2 does not belong to.
    """
    import numpy as np

    count = len(runs.opens)
    first = np.searchsorted(windows.run, np.arange(count + 1))
    has_lag = np.zeros(count, dtype=bool)
    has_lag[runs.run[runs.lags]] = True
    single = (np.diff(first) == 1) | ~has_lag
    until_us = np.where(windows.ended == _END, NEVER, windows.end_us)
    columns = (windows.screen, windows.start_us, until_us, windows.commit_us)
    whole = zip(*(column[first[:-1]].tolist() for column in columns), strict=True)
    for run, (old, is_single) in enumerate(
        zip(map(Old._make, whole), single.tolist(), strict=True)
    ):
        if is_single:
            yield old
        else:
            yield from _parts(events, runs, windows, run, range(first[run], first[run + 1]))


def _parts(events: Cells, runs: _Runs, windows: Opened, run: int, own: range) -> Iterator[Old]:
    """Close the windows of one run as they are mended, and yield what was lacking."""
    lacking: list[int] = []
    coming = iter(own)
    screen, since_us = int(windows.screen[own[0]]), int(windows.start_us[own[0]])
    for place in range(runs.opens[run], runs.last[run] + 1):
        if not runs.lags[place]:
            lacking.append(next(coming))
            continue
        seen = sum(windows.version[lacking[:-1]] <= events.version[place])
        mended = lacking[:seen]
        if not mended:
            continue
        yield Old(screen, since_us, int(events.time_us[place]), int(windows.commit_us[mended[0]]))
        since_us = int(events.time_us[place])
        lacking = lacking[seen:]
        windows.end_seq[mended], windows.end_us[mended] = events.seq[place], events.time_us[place]
        windows.ended[mended] = _PAINTED
        windows.belongs[mended] = events.truth[place] != NO_ROW
    until_us = NEVER if windows.ended[lacking[0]] == _END else int(windows.end_us[lacking[0]])
    yield Old(screen, since_us, until_us, int(windows.commit_us[lacking[0]]))
