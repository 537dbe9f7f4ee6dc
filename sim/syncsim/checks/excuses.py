"""What is under way at each client and may mend a screen, as stretches of time.

The same as `staleness.underway` tells after each record, on the safe side: what counts here counts
there, but not the other way round. What a client waits for to try again is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from syncsim.checks.evidence import Evidence
from syncsim.timelines.joins import first_after, groups
from syncsim.timelines.spans import Reach
from syncsim.timelines.tables import Data, Table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]

STEPS_MAX = 64
"""Excuses that are strung together for one span; one with more of them is watched instead."""


class Excuses(NamedTuple):
    """What may mend a screen: of a client, and of a view or a row, from when until when."""

    at: Ints
    of: Ints
    start_us: Ints
    end_us: Ints

    def reach(self, at: Ints, of: Ints) -> tuple[Reach, Ints]:
        """Return how far the excuses reach, and which of them are those of some things."""
        import numpy as np

        # What ends in the instant in which it begins is no excuse: nobody looks in between.
        may_matter = (self.start_us < self.end_us) & np.isin(self.at, at) & np.isin(self.of, of)
        excuses = Excuses._make(column[may_matter] for column in self)
        count = len(excuses.at)
        key = groups(np.concatenate((excuses.at, at)), np.concatenate((excuses.of, of)))
        return Reach(key[:count], excuses.start_us, excuses.end_us), key[count:]


def outlast(
    start_us: Ints, end_us: Ints, reaches: Sequence[tuple[Reach, Ints]], bound_us: int
) -> Mask:
    """Tell which spans last longer than a bound before, between or after their excuses."""
    import numpy as np

    # Up to here nothing can have failed; an excuse that begins within the bound takes it further.
    good_us = start_us
    for _ in range(STEPS_MAX):
        until_us = good_us + bound_us
        good_us = np.maximum.reduce([good_us, *(reach.of(key, until_us) for reach, key in reaches)])
        if (good_us <= until_us - bound_us).all():
            break
    left: Mask = end_us - good_us > bound_us
    return left


def fetches(evidence: Evidence) -> Excuses:
    """Return the fetches of each view; a try that failed has ended, whatever follows."""
    table = evidence.tables.of("fetch", "fetched", "fetch_failed", "fetch_cancelled")
    begins = table.is_of("fetch")
    begun = table.take(begins)
    ends_us = _ends_us(evidence, table, table.message, begins, ~begins)
    return Excuses(begun.at, begun.view, begun.time_us, ends_us)


def events(evidence: Evidence) -> Excuses:
    """Return the events on their way to each client, with the rows they tell of."""
    import numpy as np

    table = evidence.tables.of("send", "receive", "lose", read=_is_event)
    begins = table.is_of("send") & (table.read[:, 0] == 1)
    # Another message of the same name takes the place of the one before.
    anything = np.ones(len(table), dtype=bool)
    ends_us = _ends_us(evidence, table, table.message, begins, anything)
    begun = table.take(begins)
    return Excuses(begun.peer, begun.entity, begun.time_us, ends_us)


def _is_event(data: Data) -> tuple[bool]:
    return (data.get("what") == "event",)


def intents(evidence: Evidence) -> Excuses:
    """Return the intents that a client waits for."""
    table = evidence.tables.of("intent", "outcome", "forget")
    begins = table.is_of("intent")
    begun = table.take(begins)
    ends_us = _ends_us(evidence, table, groups(table.at, table.intent), begins, ~begins)
    return Excuses(begun.at, begun.intent, begun.time_us, ends_us)


def triggers(evidence: Evidence) -> Excuses:
    """Return the armed triggers of each client."""
    known: dict[str, int] = {}

    def trigger(data: Data) -> tuple[int]:
        return (known.setdefault(data.get("trigger", ""), len(known)),)

    table = evidence.tables.of("arm", "disarm", read=trigger)
    begins = table.is_of("arm")
    begun = table.take(begins)
    ends_us = _ends_us(evidence, table, groups(table.at, table.read[:, 0]), begins, ~begins)
    return Excuses(begun.at, begun.read[:, 0], begun.time_us, ends_us)


def _ends_us(evidence: Evidence, table: Table, key: Ints, begins: Mask, ends: Mask) -> Any:
    """Return when what begins ends: with the next end of the same key.

    Two messages may have one name, as all have where no names are known; then it lasted longer.
    """
    import numpy as np

    found = first_after(key[begins], table.seq[begins], key[ends], table.seq[ends])
    # What never ends lasts as long as the record.
    return np.append(table.time_us[ends], evidence.history.end_us)[found]
