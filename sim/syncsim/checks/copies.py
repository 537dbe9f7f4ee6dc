"""Which clients showed two copies of a row that differed for long, found for all rows at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from syncsim.checks import excuses
from syncsim.checks.evidence import Evidence
from syncsim.timelines.cells import NEVER
from syncsim.timelines.joins import first_after, groups, groups_of_both, last_before, previous
from syncsim.timelines.rows import NO_ROW, Rows
from syncsim.timelines.screens import ROW
from syncsim.timelines.spans import is_countable, joined
from syncsim.timelines.tables import Table

if TYPE_CHECKING:
    from syncsim.timelines.tables import Ints, Mask


class Sieved(NamedTuple):
    """How many rows changed beside a copy, and the clients whose copies must be watched."""

    seen: int
    clients: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Copies:
    """All paints: the cell of each, and until when it stands as it was painted.

    `before` is the place of the paint before it of its cell, -1 for the first. A cell is a row in
    a view of a client; `row` numbers the rows of each client.
    """

    paints: Table
    number: Ints
    cell: Ints
    row: Ints
    before: Ints
    until_seq: Ints
    until_us: Ints


class _Rifts(NamedTuple):
    """Copies of rows that differ: one of the two paints, the other, and from when until when."""

    one: Ints
    other: Ints
    start_us: Ints
    end_us: Ints


def sieve(evidence: Evidence) -> Sieved:
    """Count the rows that changed beside a copy, and leave out the clients with nothing to tell.

    Two copies that differ no longer than a frame takes, or of which something under way excuses
    all but so much, are nothing to tell of. What an excuse is here is one for the check, too, but
    not the other way round.
    """
    copies = _copies(evidence)
    one, other = _together(copies)
    seen = _changed_beside(copies, one)
    paints, bound_us = copies.paints, evidence.paint_us
    if not is_countable(bound_us):
        return Sieved(seen, frozenset(paints.codes(paints.at)))
    rifts = _rifts(copies, one, other, evidence.rows, bound_us)
    if len(rifts.one):
        left = _without_excuse(evidence, copies, rifts, bound_us)
        rifts = _Rifts(*(column[left] for column in rifts))
    return Sieved(seen, frozenset(paints.codes(paints.at[rifts.one])))


def _copies(evidence: Evidence) -> _Copies:
    """Return what stood on the screens: a view that comes or goes takes all of its copies away."""
    import numpy as np

    table = evidence.screens
    paints, moves = table.take(table.is_of("paint")), table.take(table.is_of("mount", "unmount"))
    view, of_moves = groups_of_both((paints.at, paints.view), (moves.at, moves.view))
    cell = groups(view, paints.entity)
    before = previous(cell)
    until_seq = np.full(len(paints), NEVER)
    until_seq[before[before >= 0]] = paints.seq[before >= 0]
    moved = first_after(view, paints.seq, of_moves, moves.seq)
    off = moved >= 0
    until_seq[off] = np.minimum(until_seq[off], moves.seq[moved[off]])
    until_us, ends = np.full(len(paints), evidence.history.end_us), until_seq < NEVER
    until_us[ends] = table.time_us[np.searchsorted(table.seq, until_seq[ends])]
    return _Copies(
        paints=paints, number=paints.read[:, ROW], cell=cell, row=groups(paints.at, paints.entity),
        before=before, until_seq=until_seq, until_us=until_us,
    )  # fmt: skip


def _together(copies: _Copies) -> tuple[Ints, Ints]:
    """Return the paints of rows that stood in another view already, and the paints there."""
    import numpy as np

    paints, row, shown = copies.paints, copies.row, copies.number != NO_ROW
    # The cells of each row, row by row.
    first = np.unique(copies.cell, return_index=True)[1]
    cells = np.argsort(row[first], kind="stable")
    begin = np.searchsorted(row[first][cells], np.arange(row.max(initial=-1) + 2))
    count = np.diff(begin)
    ones, others = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    twice = np.flatnonzero(shown & (count[row] > 1))
    for place in range(int(count.max(initial=0))):
        one = twice[count[row[twice]] > place]
        cell = cells[begin[row[one]] + place]
        other = last_before(cell, paints.seq[one], copies.cell, paints.seq)
        stands = (other >= 0) & (cell != copies.cell[one])
        stands &= shown[other] & (copies.until_seq[other] > paints.seq[one])
        ones.append(one[stands])
        others.append(other[stands])
    return np.concatenate(ones), np.concatenate(others)


def _changed_beside(copies: _Copies, one: Ints) -> int:
    """Count the rows of which one copy changed while there was another, all clients together."""
    import numpy as np

    old = copies.before[one]
    changed = (old >= 0) & (copies.until_seq[old] == copies.paints.seq[one])
    changed &= copies.number[old] != NO_ROW
    changed &= copies.number[old] != copies.number[one]
    return len(np.unique(copies.paints.entity[one[changed]]))


def _rifts(copies: _Copies, one: Ints, other: Ints, rows: Rows, bound_us: int) -> _Rifts:
    """Return the copies that differed for longer than the bound, and when they did."""
    import numpy as np

    rifts = _Rifts(
        one, other, copies.paints.time_us[one],
        np.minimum(copies.until_us[one], copies.until_us[other]),
    )  # fmt: skip
    rifts = _longer(copies, rifts, copies.number[one] != copies.number[other], bound_us)[0]
    is_apart = are_apart(rows, copies.number[rifts.one], copies.number[rifts.other])
    return _longer(copies, rifts, is_apart, bound_us)[1]


def are_apart(rows: Rows, one: Ints, other: Ints) -> Mask:
    """Tell of rows, by their numbers, which differ from another on a field that both have."""
    import numpy as np

    pair = groups(one, other)
    first = np.unique(pair, return_index=True)[1]
    pairs = zip(one[first].tolist(), other[first].tolist(), strict=True)
    found = [_differ(rows.fields(a) or {}, rows.fields(b) or {}) for a, b in pairs]
    return np.array(found, dtype=bool)[pair]


def _longer(copies: _Copies, rifts: _Rifts, chosen: Mask, bound_us: int) -> tuple[_Rifts, _Rifts]:
    """Join what is chosen, and return what is part of a longer stretch, and those stretches."""
    import numpy as np

    rifts = _Rifts(*(column[chosen] for column in rifts))
    cells = copies.cell[rifts.one], copies.cell[rifts.other]
    pair = groups(np.minimum(*cells), np.maximum(*cells))
    group, start_us, end_us = joined(pair, rifts.start_us, rifts.end_us)
    is_long = end_us - start_us > bound_us
    group, start_us, end_us = group[is_long], start_us[is_long], end_us[is_long]
    parts = _Rifts(*(column[np.isin(pair, group)] for column in rifts))
    some = np.zeros(pair.max(initial=-1) + 1, dtype=np.int64)
    some[pair] = np.arange(len(pair))
    whole = _Rifts(rifts.one[some[group]], rifts.other[some[group]], start_us, end_us)
    return parts, whole


def _differ(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return any(name in other and other[name] != value for name, value in one.items())


def _without_excuse(evidence: Evidence, copies: _Copies, rifts: _Rifts, bound_us: int) -> Mask:
    """Tell which rifts may have gone without an excuse for longer than the bound."""
    paints, one, other = copies.paints, rifts.one, rifts.other
    at, fetches = paints.at[one], excuses.fetches(evidence)
    reaches = [fetches.reach(at, paints.view[one]), fetches.reach(at, paints.view[other])]
    left = excuses.outlast(rifts.start_us, rifts.end_us, reaches, bound_us)
    if left.any():
        reaches.append(excuses.events(evidence).reach(at, paints.entity[one]))
        left = excuses.outlast(rifts.start_us, rifts.end_us, reaches, bound_us)
    return left
