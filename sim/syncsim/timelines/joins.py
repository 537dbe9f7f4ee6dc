"""Groups of records that belong together, and the last one before another of its group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


def groups(*keys: Any) -> Ints:
    """Return a number from 0 on for each record, in order of the keys: equal ones have the same.

    Args:
        keys: Columns of whole numbers.
    """
    import numpy as np

    numbers: Ints = np.zeros(len(keys[0]), dtype=np.int64)
    span = 1
    for key in keys:
        least, most = int(key.min(initial=0)), int(key.max(initial=0))
        above = key.astype(np.int64) - least
        if span * (most - least + 1) > _LARGEST:
            # Too many combinations for one number, but no more than records that there are.
            _, numbers = np.unique(numbers, return_inverse=True)
            above = np.unique(key, return_inverse=True)[1]
            span, least, most = len(numbers), 0, len(numbers)
        numbers = numbers * (most - least + 1) + above
        span *= most - least + 1
    return np.unique(numbers, return_inverse=True)[1]


_LARGEST = 2**62


def last_before(group: Any, seq: Any, of_group: Any, of_seq: Any) -> Ints:
    """Return, for each record, the place of the last of others in its group; -1 if there is none.

    Args:
        group: The group of each record, from 0 on.
        seq: Its place in the order; of the others those with a smaller one count.
        of_group: The groups of the others.
        of_seq: Their places in the order, each once.
    """
    import numpy as np

    if not len(of_seq):
        return np.full(len(seq), -1, dtype=np.int64)
    seq, of_seq = (np.asarray(each, dtype=np.int64) for each in (seq, of_seq))
    span = 2 + int(np.max(of_seq))
    others = of_group.astype(np.int64) * span + of_seq
    order = np.argsort(others, kind="stable")
    asked = group.astype(np.int64) * span + np.minimum(seq, span - 1)
    found = np.searchsorted(others[order], asked) - 1
    places: Ints = order[found]
    places[(found < 0) | (of_group[places] != group)] = -1
    return places


def first_after(group: Any, seq: Any, of_group: Any, of_seq: Any) -> Ints:
    """Return, for each record, the place of the first of others in its group after it, or -1.

    The arguments are those of `last_before`.
    """
    import numpy as np

    # The same, looked at from the end.
    seq, of_seq = (np.asarray(each, dtype=np.int64) for each in (seq, of_seq))
    end = int(np.max(of_seq, initial=0))
    return last_before(group, end - np.minimum(seq, end), of_group, end - of_seq)


def starts(group: Any) -> Any:
    """Return the mask of the records that are the first of their group; groups stand together."""
    import numpy as np

    first = np.ones(len(group), dtype=bool)
    first[1:] = group[1:] != group[:-1]
    return first


def latest(marked: Any, first: Any) -> Ints:
    """Return, for each record, the place of the last marked one of its group until it, or -1.

    Args:
        marked: The mask of the records that are looked for.
        first: The mask of the first records of the groups, which stand together.
    """
    import numpy as np

    places = np.arange(len(marked))
    found = np.maximum.accumulate(np.where(marked, places, -1)) if len(marked) else places
    begins = np.maximum.accumulate(np.where(first, places, 0)) if len(marked) else places
    return np.where(found >= begins, found, -1)


def groups_of_both(keys: Sequence[Any], of_keys: Sequence[Any]) -> tuple[Ints, Ints]:
    """Return the groups of records and of others, numbered together: from 0 on by their keys."""
    import numpy as np

    both = groups(*(np.concatenate(pair) for pair in zip(keys, of_keys, strict=True)))
    return both[: len(keys[0])], both[len(keys[0]) :]


def first_of(group: Any, of_group: Any) -> Ints:
    """Return, for each record, the place of the first of others in its group; -1 for none."""
    import numpy as np

    many = 1 + max(int(np.max(each, initial=-1)) for each in (group, of_group))
    first: Ints = np.full(many, -1)
    first[of_group[::-1]] = np.arange(len(of_group))[::-1]
    found: Ints = first[group]
    return found


def previous(group: Any) -> Ints:
    """Return, for each record, the place of the one before it in its group; -1 for the first."""
    import numpy as np

    found = np.full(len(group), -1)
    order = np.argsort(group, kind="stable")
    is_next = group[order[1:]] == group[order[:-1]]
    found[order[1:][is_next]] = order[:-1][is_next]
    return found


def highest_so_far(group: Any, value: Any) -> Ints:
    """Return, for each record, the highest value in its group up to itself."""
    import numpy as np

    values, rank = np.unique(value, return_inverse=True)
    order = np.argsort(group, kind="stable")
    # A later group is above all earlier ones, so that each begins anew.
    together = group[order].astype(np.int64) * max(len(values), 1) + rank[order]
    highest = np.empty_like(together)
    highest[order] = np.maximum.accumulate(together)
    return np.asarray(values[highest % max(len(values), 1)])


def firsts(*keys: Any) -> Ints:
    """Return the places of the records that are the first with their keys, in order."""
    import numpy as np

    _, first = np.unique(groups(*keys), return_index=True)
    first.sort()
    return np.asarray(first)
