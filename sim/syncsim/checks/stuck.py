"""Which clients may have shown a row that was stuck, found for all views at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from syncsim.checks import excuses
from syncsim.checks.evidence import Evidence
from syncsim.timelines.cells import NEVER, Cells, Views
from syncsim.timelines.joins import groups, starts
from syncsim.timelines.spans import Reach, is_countable
from syncsim.timelines.tables import Data

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]


class Sieved(NamedTuple):
    """How often a row became stale, and the clients that must be watched for whether it stuck."""

    seen: int
    clients: frozenset[str]


class _Stale(NamedTuple):
    """Rows that were stale at the end of some instant: in which view, and from when until when."""

    screen: Ints
    start_us: Ints
    end_us: Ints


def sieve(evidence: Evidence) -> Sieved:
    """Count the rows that became stale, and leave out the clients with nothing to tell.

    A row is stuck while its view is marked fresh and nothing under way can mend it. One that has
    not been so for longer than a frame takes is nothing to tell of.
    """
    import numpy as np

    lines, bound_us = evidence.timelines, evidence.paint_us
    views, names = lines.views, lines.tables.names
    stale = _stale(evidence)
    clients = np.unique(views.at[stale.screen])
    if is_countable(bound_us) and _are_marked(evidence, views, stale):
        is_long = stale.end_us - stale.start_us > bound_us
        spans = _Stale._make(column[is_long] for column in stale)
        left = _without_excuse(evidence, views, spans, bound_us)
        clients = np.unique(views.at[spans.screen[left]])
    return Sieved(len(stale.screen), frozenset(names[code] for code in clients.tolist()))


def _stale(evidence: Evidence) -> _Stale:
    """Return when each row was stale, as seen at the ends of the instants."""
    import numpy as np

    views = evidence.timelines.views
    names = evidence.tables.names
    owing = np.array([evidence.owes(names[code]) for code in views.at.tolist()], dtype=bool)
    cells = evidence.timelines.cells
    cells = cells.take((owing & ~views.is_slice & (views.ready_seq < NEVER))[cells.screen])
    time_us = np.maximum(cells.time_us, views.ready_us[cells.screen])
    begins = starts(cells.cell)
    # Of the events of one instant only the last counts, and of those before the first frame.
    is_last = np.ones(len(cells), dtype=bool)
    is_last[:-1] = begins[1:] | (time_us[1:] != time_us[:-1])
    # A view that leaves in this instant is not looked at any more.
    is_last &= time_us < views.left_us[cells.screen]
    cells, time_us = cells.take(is_last), time_us[is_last]
    return _spans(cells, time_us, views, evidence.history.end_us)


def _spans(cells: Cells, time_us: Ints, views: Views, end_us: int) -> _Stale:
    import numpy as np

    stale, begins = cells.is_stale(views), starts(cells.cell)
    was = np.roll(stale, 1)
    was[begins] = False
    left_us = np.minimum(views.left_us[cells.screen], end_us)
    # A row is right again with the next event of its cell, or gone with its view.
    until_us = np.where(np.append(begins[1:], True), left_us, np.roll(time_us, -1))
    is_last = stale.copy()
    is_last[:-1] &= ~stale[1:] | begins[1:]
    opens = stale & ~was
    return _Stale(cells.screen[opens], time_us[opens], until_us[is_last])


def _are_marked(evidence: Evidence, views: Views, stale: _Stale) -> bool:
    """Tell whether a record says, of every view that was stale, when it was fetched."""
    import numpy as np

    screen = np.unique(stale.screen)
    marks = evidence.tables.of("fetched", "freshen", "fetch_failed")
    key = groups(
        np.concatenate((marks.at, views.at[screen])),
        np.concatenate((marks.view, views.view[screen])),
    )
    return bool(np.isin(key[len(marks) :], key[: len(marks)]).all())


def _without_excuse(evidence: Evidence, views: Views, spans: _Stale, bound_us: int) -> Mask:
    """Tell which rows may have been stuck for longer than the bound."""
    import numpy as np

    at, view = views.at[spans.screen], views.view[spans.screen]
    anything = np.zeros(len(at), dtype=np.int64)
    reaches = [
        _when_marked_stale(evidence, at, view),
        excuses.fetches(evidence).reach(at, view),
    ]
    left = excuses.outlast(spans.start_us, spans.end_us, reaches, bound_us)
    for under_way in (excuses.events, excuses.intents, excuses.triggers):
        if left.any():
            found = under_way(evidence)
            found = found._replace(of=np.zeros(len(found.of), dtype=np.int64))
            reaches.append(found.reach(at, anything))
            left = excuses.outlast(spans.start_us, spans.end_us, reaches, bound_us)
    return left


def _when_marked_stale(evidence: Evidence, at: Ints, view: Ints) -> tuple[Reach, Ints]:
    """Return how far the stretches reach in which each view was not marked fresh."""
    import numpy as np

    def read(data: Data) -> tuple[bool]:
        return (bool(data.get("fresh", True)),)

    marks = evidence.tables.of("fetched", "freshen", "invalidate", read=read)
    marks = marks.take(np.isin(marks.at, at) & np.isin(marks.view, view))
    fresh = (marks.read[:, 0] == 1) & ~marks.is_of("invalidate")
    count = len(marks)
    key = groups(np.concatenate((marks.at, at)), np.concatenate((marks.view, view)))
    order = np.argsort(key[:count], kind="stable")
    of_view, time_us, fresh = key[:count][order], marks.time_us[order], fresh[order]
    end_us = evidence.history.end_us
    is_last = np.append(of_view[1:] != of_view[:-1], True)[: len(order)]
    until_us = np.where(is_last, end_us, np.roll(time_us, -1))
    # Before its first mark a view is not fresh.
    own = np.arange(1 + int(key.max(initial=-1)))
    begun_us = np.full(len(own), end_us)
    np.minimum.at(begun_us, of_view, time_us)
    stale = ~fresh
    reach = Reach(
        np.concatenate((of_view[stale], own)),
        np.concatenate((time_us[stale], np.zeros(len(own), dtype=np.int64))),
        np.concatenate((until_us[stale], begun_us)),
    )
    return reach, key[count:]
