"""Which rows of which clients may have been painted wrongly for long, found for all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from syncsim.checks.evidence import Evidence
from syncsim.timelines.cells import NEVER, Views
from syncsim.timelines.joins import first_of, firsts, groups, groups_of_both, latest, starts
from syncsim.timelines.rows import NO_ROW, Fields, Rows
from syncsim.timelines.screens import ROW
from syncsim.timelines.spans import first_of_at_least, is_countable, joined
from syncsim.timelines.tables import Data, Table

if TYPE_CHECKING:
    from syncsim.timelines.tables import Ints, Mask

SPREAD_MAX = 256
"""Overlays of a row, times the cells that it had; of a row with more nothing is worked out."""

FREE, MAY, MUST = range(3)
"""Whether a cell shows nothing pending, may show a pending change, or should unless it was off."""

SHOWN, BASE, PENDING = range(3)
"""What of a cell changes."""

OK, FAILED, UNCLEAR = range(3)
"""What became of an intent, if it was the same for all of its rows."""


class Pairs(NamedTuple):
    """Clients, each with a row, as codes."""

    at: Ints
    entity: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """What views showed and were told while on screen, and the cells that this makes.

    A cell is a row in a view from its mount on, a pair a client and a row. `cell` is of the
    records, `screen_of` and `pair_of` are of the cells.
    """

    table: Table
    cell: Ints
    screen_of: Ints
    pair_of: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layers:
    """The overlays, with the numbers of the rows that they set and the views that they are for.

    `views` says which of the `lists` of views is that of each.
    `ended_us` is when the intent ended, and `is_ok` whether well. Of its commit for the row there
    are the time, the lsn and the version. Times are `NEVER` and numbers -1 of what was not.
    `is_clear` is false where an intent was painted, committed or ended more than once, or ended
    differently for different rows.
    """

    table: Table
    pair: Ints
    sets: Ints
    views: Ints
    lists: list[tuple[str, ...]]
    ended_us: Ints
    is_ok: Mask
    is_clear: Mask
    committed_us: Ints
    lsn: Ints
    version: Ints


class _Moments(NamedTuple):
    """When something about a cell changes.

    `row` is what the cell shows, was told, or what is pending on it; `mode` is of the latter.
    """

    cell: Ints
    time_us: Ints
    seq: Ints
    step: Ints
    what: Ints
    row: Ints
    mode: Ints


def suspects(evidence: Evidence) -> Pairs | None:
    """Return the clients and rows of which there may be something to tell; None for all.

    What is left out was right after each instant, or wrong for no longer than a frame takes. If
    no view was looked at, that must be told of all.
    """
    import numpy as np

    views = evidence.timelines.views
    table = evidence.screens.take(evidence.screens.is_of("paint", "base"))
    screen = evidence.timelines.screen_of(table)
    is_judged = screen >= 0
    is_judged[is_judged] = views.ready_seq[screen[is_judged]] < NEVER
    table, screen = table.take(is_judged), screen[is_judged]
    looked = (table.time_us >= views.ready_us[screen]) & (table.time_us < views.left_us[screen])
    if not is_countable(evidence.paint_us) or not looked.any():
        return None
    overlays, lists = _overlays(evidence)
    at = np.concatenate((table.at, overlays.at))
    entity = np.concatenate((table.entity, overlays.entity))
    pair, count = groups(at, entity), len(table)
    cell = groups(screen, table.entity)
    first = np.unique(cell, return_index=True)[1]
    cells = _Cells(table=table, cell=cell, screen_of=screen[first], pair_of=pair[:count][first])
    layers = _layers(evidence, overlays, lists, pair[count:])
    is_left = _unclear(cells, layers, int(pair.max(initial=-1)) + 1)
    pending = _pending(evidence, cells, layers, is_left)
    is_left[cells.pair_of[_wrong(evidence, cells, pending)]] = True
    places = np.flatnonzero(is_left[pair])
    places = places[firsts(pair[places])]
    return Pairs(at[places], entity[places])


def _overlays(evidence: Evidence) -> tuple[Table, list[tuple[str, ...]]]:
    """Return the overlays, and the lists of views that the second of what is read stands for."""
    number, lists = evidence.rows.number, dict[tuple[str, ...], int]()

    def read(data: Data) -> tuple[int, int]:
        views = tuple(data.get("views", ()))
        return number(data.get("fields")), lists.setdefault(views, len(lists))

    return evidence.tables.of("overlay", read=read), [*lists]


def _layers(evidence: Evidence, table: Table, lists: list[tuple[str, ...]], pair: Ints) -> _Layers:
    """Return the overlays with what became of them."""
    import numpy as np

    def result(data: Data) -> tuple[int]:
        if data.get("items") or not data.get("result"):
            return (UNCLEAR,)
        return (OK if data["result"] == "ok" else FAILED,)

    outcomes, commits = evidence.tables.of("outcome", read=result), evidence.tables.of("commit")
    # What nobody asked for is of no overlay.
    commits = commits.take(commits.intent > 0)
    ended, ends_once = _only(table.intent, outcomes.intent)
    keys = (table.intent, table.entity), (commits.intent, commits.entity)
    committed, commits_once = _only(*groups_of_both(*keys))
    results, again = np.append(outcomes.read[:, 0], FAILED)[ended], groups(pair, table.intent)
    is_clear = ends_once & commits_once & (results != UNCLEAR) & (np.bincount(again)[again] == 1)
    return _Layers(
        table=table, pair=pair, sets=table.read[:, 0], views=table.read[:, 1], lists=lists,
        ended_us=np.append(outcomes.time_us, NEVER)[ended], is_ok=results == OK,
        committed_us=np.append(commits.time_us, NEVER)[committed],
        lsn=np.append(commits.lsn, -1)[committed],
        version=np.append(commits.version, -1)[committed],
        is_clear=is_clear,
    )  # fmt: skip


def _only(group: Ints, of_group: Ints) -> tuple[Ints, Mask]:
    """Return the place of the other of each group, -1 for none, and whether it is the only one."""
    import numpy as np

    count = 1 + int(group.max(initial=-1))
    return first_of(group, of_group), np.bincount(of_group, minlength=count)[group] <= 1


def _unclear(cells: _Cells, layers: _Layers, pairs: int) -> Mask:
    """Tell of each pair whether its overlays are too many or too odd to be gone into."""
    import numpy as np

    spread = np.bincount(layers.pair, minlength=pairs) * np.bincount(cells.pair_of, minlength=pairs)
    unclear: Mask = spread > SPREAD_MAX
    unclear[layers.pair[~layers.is_clear]] = True
    return unclear


def _pending(evidence: Evidence, cells: _Cells, layers: _Layers, is_left: Mask) -> _Moments:
    """Return when an overlay came on the cells of its row, when it ended, and when it was over.

    An overlay that ended well is over when the view is told of the commit. Pairs of which two
    overlays were on at a time are added to those that are left.
    """
    import numpy as np

    # Each overlay with each cell of its pair.
    order = np.argsort(cells.pair_of, kind="stable")
    begin = np.searchsorted(cells.pair_of[order], np.arange(len(is_left) + 1))
    of_pair = np.where(is_left, 0, np.diff(begin))[layers.pair]
    one = np.repeat(np.arange(len(of_pair)), of_pair)
    nth = np.arange(len(one)) - np.repeat(np.cumsum(of_pair) - of_pair, of_pair)
    cell = order[begin[layers.pair[one]] + nth]

    begun_us = layers.table.time_us[one]
    ended_us = np.maximum(begun_us, layers.ended_us[one])
    told_us = np.maximum(ended_us, _told_us(evidence, cells, layers, one, cell))
    over_us = np.where(layers.is_ok[one], told_us, ended_us)
    last_us = np.full(len(of_pair), -1)
    np.maximum.at(last_us, one, over_us)
    order = np.lexsort((layers.table.seq, layers.pair))
    overlaps = last_us[order[:-1]] > layers.table.time_us[order[1:]]
    overlaps &= layers.pair[order[:-1]] == layers.pair[order[1:]]
    is_left[layers.pair[order[1:][overlaps]]] = True

    is_on = _is_on(evidence.timelines.views, cells, layers, one, cell)
    modes = np.where(is_on, MUST, MAY), np.full(len(one), MAY), np.full(len(one), FREE)
    return _Moments(
        cell=np.tile(cell, 3),
        time_us=np.concatenate((begun_us, ended_us, over_us)),
        seq=np.tile(layers.table.seq[one], 3),
        step=np.repeat(np.arange(3), len(one)),
        what=np.full(3 * len(one), PENDING),
        row=np.tile(layers.sets[one], 3),
        mode=np.concatenate(modes),
    )


def _told_us(evidence: Evidence, cells: _Cells, layers: _Layers, one: Ints, cell: Ints) -> Ints:
    """Return before when no cell can have been told of the commit of an overlay.

    It is told by a read of its view that has seen as much, or by a row as new.
    """
    import numpy as np

    views, reads = evidence.timelines.views, evidence.tables.of("fetched")
    screen = cells.screen_of[cell]
    keys = (views.at[screen], views.view[screen]), (reads.at, reads.view)
    view, of_reads = groups_of_both(*keys)
    read = first_of_at_least(view, layers.lsn[one], of_reads, reads.lsn)
    read_us = np.append(reads.time_us, NEVER)[read]
    # A view that was never read counts as read up to -1.
    read_us[layers.lsn[one] < 0] = 0
    is_base = cells.table.is_of("base")
    bases = cells.table.take(is_base)
    base = first_of_at_least(cell, layers.version[one], cells.cell[is_base], bases.version)
    base_us = np.append(bases.time_us, NEVER)[base]
    told_us: Ints = np.maximum(layers.committed_us[one], np.minimum(read_us, base_us))
    return told_us


def _is_on(views: Views, cells: _Cells, layers: _Layers, one: Ints, cell: Ints) -> Mask:
    """Tell of overlays and cells whether the overlay is for the view of the cell."""
    import numpy as np

    view = views.view[cells.screen_of[cell]]
    both = groups(layers.views[one], view)
    first = np.unique(both, return_index=True)[1]
    names, lists = layers.table.names, layers.views[one[first]].tolist()
    found = [
        names[code] in layers.lists[of]
        for of, code in zip(lists, view[first].tolist(), strict=True)
    ]
    return np.array(found, dtype=bool)[both]


def _wrong(evidence: Evidence, cells: _Cells, pending: _Moments) -> Ints:
    """Return the cells that may have been wrong for longer than a frame takes."""
    import numpy as np

    views, table = evidence.timelines.views, cells.table
    none = np.zeros(len(table), dtype=np.int64)
    painted = _Moments(
        cell=cells.cell, time_us=table.time_us, seq=table.seq, step=none,
        what=np.where(table.is_of("paint"), SHOWN, BASE), row=table.read[:, ROW], mode=none,
    )  # fmt: skip
    moments = _Moments(*map(np.concatenate, zip(painted, pending, strict=True)))
    order = np.lexsort((moments.step, moments.seq, moments.time_us, moments.cell))
    moments = _Moments(*(column[order] for column in moments))
    first = starts(moments.cell)

    def state(what: int, column: Ints) -> Ints:
        last = latest(moments.what == what, first)
        return np.where(last >= 0, column[last], 0)

    shown, base = state(SHOWN, moments.row), state(BASE, moments.row)
    mode = state(PENDING, moments.mode)
    sets = np.where(mode == FREE, NO_ROW, state(PENDING, moments.row))
    screen = cells.screen_of[moments.cell]
    next_us = np.append(moments.time_us[1:], NEVER)
    next_us[:-1][first[1:]] = NEVER
    start_us = np.maximum(moments.time_us, views.ready_us[screen])
    end_us = np.minimum(next_us, views.left_us[screen]).clip(max=evidence.history.end_us)
    lasts = start_us < end_us
    # Most are right at a glance. Who owes no rows may show none.
    is_right = ~views.owes_rows[screen] & (shown == NO_ROW)
    is_right |= (mode != MUST) & (shown == base)

    def doubtful() -> Ints:
        """Return the moments that are not found right, of cells that are so for long."""
        places = np.flatnonzero(lasts & ~is_right)
        cell, from_us, until_us = joined(moments.cell[places], start_us[places], end_us[places])
        return places[np.isin(moments.cell[places], cell[until_us - from_us > evidence.paint_us])]

    # Who may show a change mostly does, as if he had to; so much holds of many moments at once.
    left = doubtful()
    left = left[(mode[left] != FREE) & (shown[left] != base[left])]
    must = np.full(len(left), MUST)
    is_right[left] = _are_right(evidence.rows, shown[left], base[left], sets[left], must)
    left = doubtful()
    is_right[left] = _are_right(evidence.rows, shown[left], base[left], sets[left], mode[left])
    return moments.cell[doubtful()]


def _are_right(rows: Rows, shown: Ints, base: Ints, sets: Ints, mode: Ints) -> Mask:
    """Tell of each state of a cell whether it is as it may be; see `Overlays.what_is_wrong`."""
    import numpy as np

    same = groups(shown, base, sets, mode)
    first = np.unique(same, return_index=True)[1]
    states = [column[first].tolist() for column in (shown, base, sets, mode)]
    used = np.unique(np.concatenate(states[:3])).tolist() if len(first) else []
    fields = {number: rows.fields(number) for number in used}
    right = [
        _is_right(fields[row], fields[told], fields[change], how)
        for row, told, change, how in zip(*states, strict=True)
    ]
    return np.array(right, dtype=bool)[same]


def _is_right(shown: Fields | None, base: Fields | None, sets: Fields | None, mode: int) -> bool:
    """Tell whether a cell is right; if it must show a change, then also if it need not."""
    if mode == FREE and (shown is None or base is None):
        return shown is base
    if mode == MUST and shown is not None and sets is None:
        return False
    if shown is None or base is None:
        return True
    changed = sets or {}
    for name, value in shown.items():
        if mode == MUST and name in changed:
            is_allowed = value == changed[name]
        else:
            is_allowed = value == base.get(name) or (name in changed and value == changed[name])
        if not is_allowed:
            return False
    return True
