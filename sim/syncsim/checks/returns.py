"""Which rows in which views showed a value again after another one, found for all at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from syncsim.checks.copies import are_apart
from syncsim.checks.evidence import Evidence
from syncsim.timelines.joins import groups, groups_of_both, last_before, starts
from syncsim.timelines.rows import LACKS, NO_ROW, Rows
from syncsim.timelines.screens import ROW
from syncsim.timelines.tables import Table

if TYPE_CHECKING:
    from syncsim.timelines.tables import Ints, Mask


class Sieved(NamedTuple):
    """The paints of cells in which a value came back, and how many others changed, by client."""

    paints: Table
    changed: dict[str, int]


class _Shown(NamedTuple):
    """The rows that cells showed, stay by stay on screen, and each only when it is another.

    `place` is that of the paint; `is_judged` tells whether it says anything that a row is there.
    """

    place: Ints
    stay: Ints
    number: Ints
    is_judged: Mask


def sieve(evidence: Evidence) -> Sieved:
    """Find the cells in which any field, or whether the row is there, is again what it was."""
    import numpy as np

    paints = evidence.screens.take(evidence.screens.is_of("paint"))
    shown = _shown(evidence, paints)
    is_there = (shown.number != NO_ROW).astype(np.int64)
    moved, back = _moves(shown.stay, is_there, shown.is_judged)
    changes, returns = [shown.place[moved]], [shown.place[back]]
    two, more = _rows(shown)
    is_apart = are_apart(evidence.rows, shown.number[two[:, 0]], shown.number[two[:, 1]])
    changes.append(shown.place[two[is_apart, 0]])
    for codes in _columns(evidence.rows, shown.number[more]):
        moved, back = _moves(shown.stay[more], codes, codes >= 0)
        changes.append(shown.place[more[moved]])
        returns.append(shown.place[more[back]])
    cell = groups(paints.at, paints.view, paints.entity)
    is_back = np.isin(cell, cell[np.concatenate(returns)])
    changed = np.concatenate(changes)
    changed = changed[~is_back[changed]]
    others = changed[np.unique(cell[changed], return_index=True)[1]]
    clients, counts = np.unique(paints.at[others], return_counts=True)
    return Sieved(
        paints.take(is_back),
        {paints.names[code]: n for code, n in zip(clients.tolist(), counts.tolist(), strict=True)},
    )


def _shown(evidence: Evidence, paints: Table) -> _Shown:
    """Return what cells showed; with each move of a view all begins anew."""
    import numpy as np

    moves = evidence.screens.take(evidence.screens.is_of("mount", "unmount"))
    view, of_moves = groups_of_both((paints.at, paints.view), (moves.at, moves.view))
    move = last_before(view, paints.seq, of_moves, moves.seq)
    stay = groups(view, move, paints.entity)
    place = np.argsort(stay, kind="stable")
    number = paints.read[place, ROW]
    is_other = starts(stay[place])
    is_other[1:] |= number[1:] != number[:-1]
    place, number = place[is_other], number[is_other]
    screen = evidence.timelines.screen_of(paints)[place]
    # The slice store owes no rows, so whether one is there tells nothing.
    is_judged = screen >= 0
    is_judged[is_judged] = evidence.timelines.views.owes_rows[screen[is_judged]]
    return _Shown(place, stay[place], number, is_judged)


def _moves(stay: Ints, codes: Ints, chosen: Mask) -> tuple[Ints, Ints]:
    """Return where a value is another than before, and where it is the one before that again."""
    import numpy as np

    places = np.flatnonzero(chosen)
    is_other = starts(stay[places])
    is_other[1:] |= codes[places[1:]] != codes[places[:-1]]
    places = places[is_other]
    stay, codes = stay[places], codes[places]
    moved = places[1:][stay[1:] == stay[:-1]]
    back = places[2:][(stay[2:] == stay[:-2]) & (codes[2:] == codes[:-2])]
    return moved, back


def _rows(shown: _Shown) -> tuple[Ints, Ints]:
    """Return, by stay, the rows where there were two, side by side, and where there were more."""
    import numpy as np

    places = np.flatnonzero(shown.number != NO_ROW)
    stay, number = shown.stay[places], shown.number[places]
    is_other = starts(stay)
    # A row that comes back as it was is no other.
    is_other[1:] |= number[1:] != number[:-1]
    places, stay = places[is_other], stay[is_other]
    count = np.bincount(stay)[stay] if len(stay) else stay
    return places[count == 2].reshape(-1, 2), places[count > 2]


def _columns(rows: Rows, number: Ints) -> Iterator[Ints]:
    """Yield each field of some rows as codes, -1 where there is none."""
    import numpy as np

    used, places = np.unique(number, return_inverse=True)
    numbers = used.tolist()
    for name in rows.names(numbers):
        codes: dict[Any, int] = {LACKS: -1}
        column = [codes.setdefault(value, len(codes)) for value in rows.values(name, numbers)]
        yield np.array(column, dtype=np.int64)[places]
