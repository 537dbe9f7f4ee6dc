"""When a client was told of what its view lacked, and whether a person had to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncsim.staleness.openings import Opened
from syncsim.timelines.cells import Timelines
from syncsim.timelines.joins import groups, last_before, starts
from syncsim.timelines.rows import NO_ROW
from syncsim.timelines.screens import ROW
from syncsim.timelines.tables import Data, Table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]

_BY_HAND = ("refresh", "mount")
"""Triggers of a fetch that took a person: asking for fresh data, or coming to a view."""


def receipts_us(lines: Timelines, windows: Opened) -> Ints:
    """Return when each client was first told of a version or a later one, -1 if never.

    That the row left the view is news only of a version in which it does not belong there.
    """
    import numpy as np

    found = [_told_us(lines, windows), np.where(windows.belongs, -1, _gone_us(lines, windows))]
    # What was told before the commit was told of another life of the row.
    first, second = (np.where(each < windows.commit_us, -1, each) for each in found)
    return np.where((first < 0) | ((second >= 0) & (second < first)), second, first)


def _told_us(lines: Timelines, windows: Opened) -> Ints:
    """Return when each client was first told of a version or a later one of the row."""
    import numpy as np

    bases = lines.bases
    bases = bases.take(bases.read[:, ROW] != NO_ROW)
    events = lines.tables.of("event")
    columns = ("seq", "time_us", "at", "entity", "version")
    seq, time_us, at, entity, version = (
        np.concatenate((getattr(bases, name), getattr(events, name))) for name in columns
    )
    client = lines.views.at[windows.screen]
    group = groups(np.concatenate((at, client)), np.concatenate((entity, windows.entity)))
    own, asked = group[: len(seq)], group[len(seq) :]
    # Only what is newer than all before it is news.
    order = np.lexsort((seq, own))
    rank = own[order] * 2**32 + (version[order] + 1)
    newest = np.maximum.accumulate(rank) if len(rank) else rank
    is_news = starts(newest)
    news, order = rank[is_news], order[is_news]
    place = np.searchsorted(news, asked * 2**32 + (windows.version + 1))
    if not len(news):
        return np.full(len(windows), -1)
    place[place == len(news)] = -1
    told = order[place]
    is_told = (place >= 0) & (own[told] == asked) & (seq[told] < windows.end_seq)
    return np.where(is_told, time_us[told], -1)


def _gone_us(lines: Timelines, windows: Opened) -> Ints:
    """Return when each client was last told that the row had left the view."""
    import numpy as np

    gone = lines.bases
    gone = gone.take(gone.read[:, ROW] == NO_ROW)
    last = _last_in_view(lines, gone, windows)
    return np.where(last >= 0, gone.time_us[last], -1) if len(gone) else last


def _last_in_view(lines: Timelines, bases: Table, windows: Opened) -> Ints:
    """Return the place of the last of some records about the cell of each window, -1 if none."""
    import numpy as np

    screen = lines.screen_of(bases)
    view = np.concatenate((screen, windows.screen))
    cell = groups(view, np.concatenate((bases.entity, windows.entity)))
    return last_before(cell[len(bases) :], windows.end_seq, cell[: len(bases)], bases.seq)


def by_hand(lines: Timelines, windows: Opened) -> Mask:
    """Tell whether what last told of the row, while the window was open, was fetched by hand.

    Rows and the fetch that brought them are told in the same instant.
    """
    import numpy as np

    fetches = lines.tables.of("fetch", "fetched", read=_is_by_hand)
    is_end = fetches.is_of("fetched")
    ends, begins = fetches.take(is_end), fetches.take(~is_end)
    found: Mask = np.zeros(len(windows), dtype=bool)
    last = _last_in_view(lines, lines.bases, windows)
    asked = np.flatnonzero(last >= 0)
    asked = asked[lines.bases.seq[last[asked]] > windows.start_seq[asked]]
    if not len(asked) or not len(ends) or not len(begins):
        return found
    base = lines.bases.take(last[asked])
    client = groups(np.concatenate((ends.at, base.at)))
    end = last_before(client[len(ends) :], base.seq, client[: len(ends)], ends.seq)
    is_now = (end >= 0) & (ends.time_us[end] == base.time_us)
    asked, end = asked[is_now], end[is_now]
    view = groups(np.concatenate((begins.at, ends.at)), np.concatenate((begins.view, ends.view)))
    of_begins, of_ends = view[: len(begins)], view[len(begins) :]
    begin = last_before(of_ends[end], ends.seq[end], of_begins, begins.seq)
    is_hand = (begin >= 0) & (begins.read[begin, 0] > 0)
    seqs = (begins.seq[begin[is_hand]].tolist(), ends.seq[end[is_hand]].tolist())
    found[asked[is_hand]] = _are_answers(lines, *seqs)
    return found


def _is_by_hand(data: Data) -> tuple[bool]:
    return (data.get("trigger") in _BY_HAND,)


def _are_answers(lines: Timelines, begins: list[int], ends: list[int]) -> list[bool]:
    """Tell which fetches ended as answers to the ones that began."""
    pairs = [*zip(begins, ends, strict=True)]
    history = lines.history
    answers = {
        (begin, end): history[begin].message == history[end].message
        for begin, end in dict.fromkeys(pairs)
    }
    return [answers[pair] for pair in pairs]
