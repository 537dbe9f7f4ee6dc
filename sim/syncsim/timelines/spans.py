"""Stretches of time of many things at once: which last long, and how far they reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncsim.timelines.joins import highest_so_far

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

BOUND_MAX = 2**61
"""A time and a bound of so much make a number that an array can hold."""


def is_countable(bound_us: Any) -> bool:
    """Tell whether a bound is one that times of arrays can be held against."""
    return isinstance(bound_us, int) and 0 <= bound_us <= BOUND_MAX


def joined(group: Any, start_us: Any, end_us: Any) -> tuple[Ints, Ints, Ints]:
    """Join the stretches of each group that follow upon each other without a break.

    Args:
        group: The group of each stretch, from 0 on.
        start_us: When it begins.
        end_us: When it ends; those of a group do not overlap, and those without length are left
            out.

    Returns:
        Groups, starts and ends of what is left, by group and time.
    """
    import numpy as np

    order = np.lexsort((start_us, group))
    order = order[start_us[order] < end_us[order]]
    group, start_us, end_us = group[order], start_us[order], end_us[order]
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = (group[1:] != group[:-1]) | (start_us[1:] != end_us[:-1])
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(order)) - 1 if len(first) else first
    return group[first], start_us[first], end_us[last]


class Reach:
    """How far the stretches of each group reach that have begun by some time."""

    def __init__(self, group: Any, start_us: Any, end_us: Any) -> None:
        """Take the stretches in; they may overlap, and groups count from 0 on."""
        import numpy as np

        # Times as places among all times, so that they can be put together with groups.
        self._times = np.unique(np.concatenate((start_us, end_us)))
        self._span = len(self._times) + 1
        keys = group * self._span + np.searchsorted(self._times, start_us)
        order = np.argsort(keys, kind="stable")
        self._group, self._starts = group[order], keys[order]
        # Groups follow upon each other, so the largest so far is one of the same group.
        ends = group * self._span + np.searchsorted(self._times, end_us)
        self._ends = np.maximum.accumulate(ends[order])

    def of(self, group: Any, time_us: Any) -> Ints:
        """Return the latest end of what has begun in each group by a time, -1 if nothing has."""
        import numpy as np

        if not len(self._starts):
            return np.full(len(group), -1, dtype=np.int64)
        key = group * self._span + np.searchsorted(self._times, time_us, side="right") - 1
        found = np.searchsorted(self._starts, key, side="right") - 1
        ends: Ints = self._times[self._ends[found] % self._span]
        ends[(found < 0) | (self._group[found] != group)] = -1
        return ends


def first_of_at_least(group: Any, value: Any, of_group: Any, of_value: Any) -> Ints:
    """Return, for each record, the place of the first of others with its value or a higher one.

    Args:
        group: The group of each record, from 0 on.
        value: The value that is looked for.
        of_group: The groups of the others, which stand in order.
        of_value: Their values.

    Returns:
        Places among the others, of the same group; -1 if there is none.
    """
    import numpy as np

    if not len(of_group):
        return np.full(len(group), -1, dtype=np.int64)
    values = np.unique(np.concatenate((value, of_value)))
    order = np.argsort(of_group, kind="stable")
    rank = np.searchsorted(values, highest_so_far(of_group, of_value))
    highest = of_group[order] * len(values) + rank[order]
    found = np.searchsorted(highest, group * len(values) + np.searchsorted(values, value))
    is_none = found == len(order)
    places = order[np.where(is_none, 0, found)]
    places[is_none | (of_group[places] != group)] = -1
    return places
