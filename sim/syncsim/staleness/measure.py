"""The staleness instrument: every window in which a client showed an old version of a row.

A cell is one row in one mounted view of one client; whether it is stale is for `Cells.is_stale` to
say. A cell that is stale has at least one window open, and one more for each further version that
it comes to lack.

    commit v2      commit v3       paint v2      paint v3
        ├── window of v2 ────────────┤              │
                       ├── window of v3 ────────────┤
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from syncsim.history import Records
from syncsim.staleness.coherence import Steps, coherence
from syncsim.staleness.openings import ENDINGS, Opened, Openings, openings
from syncsim.staleness.outages import touched
from syncsim.staleness.told import by_hand, receipts_us
from syncsim.staleness.window import (
    END,
    OUTAGE,
    PAINTED,
    PERSON,
    PROPAGATION,
    REGRESSED,
    UNMENDED,
    Window,
)
from syncsim.timelines.cells import Timelines


@dataclass(frozen=True, slots=True, kw_only=True)
class Staleness:
    """How stale the screens of one run were.

    `windows` are in order of their start. `steps`, `phi` and `mean_age_us` leave the slice
    store out; the two averages are taken from the safety phase to the end, over ready
    screens, and are None if there was none. The age of a screen is the time since the oldest
    change that it does not show, and 0 if it shows them all. (Phi: Lu et al., Existential
    Consistency, SOSP 2015. Age: Cho and Garcia-Molina, SIGMOD 2000.)
    """

    windows: tuple[Window, ...]
    steps: Steps
    phi: float | None
    mean_age_us: float | None


def measure(history: Records, timelines: Timelines | None = None) -> Staleness:
    """Return how stale every screen was, and for how long.

    Args:
        history: The record of a run.
        timelines: Its timelines, if somebody has made them already.
    """
    lines = timelines or Timelines(history)
    found = openings(lines)
    views = lines.views
    counted = found.is_on & ~views.is_slice
    shown = zip(found.on_us[counted].tolist(), views.left_us[counted].tolist(), strict=True)
    from_us, until_us = _averaged(history)
    curve = coherence(
        shown,
        (old for old in found.old if counted[old.screen]),
        from_us=from_us,
        until_us=until_us,
        end_us=history.end_us,
    )
    return Staleness(
        windows=tuple(_windows(lines, found)),
        steps=curve.steps,
        phi=curve.phi,
        mean_age_us=curve.mean_age_us,
    )


def _averaged(history: Records) -> tuple[int, int]:
    """Return since when and until when averages are taken: from the safety phase to the end."""
    from_us, until_us, has_ended = 0, history.end_us, False
    for record in history.of("phase"):
        phase = (record.data or {}).get("phase")
        if phase == "safety":
            from_us = record.time_us
            until_us = from_us if has_ended else until_us
        elif phase == "end" and not has_ended:
            until_us, has_ended = record.time_us, True
    return from_us, until_us


def _windows(lines: Timelines, found: Openings) -> Iterator[Window]:
    """Yield the windows by their start, client and view, and then in the order of their ends."""
    import numpy as np

    names, views = lines.tables.names, lines.views
    at_of, view_of = ([names[code] for code in codes] for codes in (views.at, views.view))
    rank = {text: place for place, text in enumerate(sorted(frozenset((*at_of, *view_of))))}
    client, view = (
        np.array([rank[text] for text in texts], dtype=np.int64)[found.windows.screen]
        for texts in (at_of, view_of)
    )
    windows = found.windows.take(np.lexsort((view, client, found.windows.start_us)))
    causes = _causes(lines, windows)
    is_painted = windows.ended == ENDINGS.index(PAINTED)
    who: dict[str, dict[str, Any]] = lines.history.header.get("clients", {})
    shown = [
        (at, who.get(at, {}).get("role", ""), who.get(at, {}).get("user", ""), of_view, query)
        for at, of_view, query in zip(at_of, view_of, views.queries, strict=True)
    ]
    columns = (
        windows.screen, windows.entity, windows.version, windows.start_us, windows.commit_us,
        receipts_us(lines, windows), np.where(is_painted, windows.end_us, -1), windows.end_us,
        windows.ended,
    )  # fmt: skip
    rows = zip(*(column.tolist() for column in columns), causes, strict=True)
    for place, entity, *numbers, ended, cause in rows:
        yield Window._make((*shown[place], names[entity], *numbers, ENDINGS[ended], cause))


def _causes(lines: Timelines, windows: Opened) -> list[str]:
    """Return why each window was open."""
    import numpy as np

    order = np.argsort(windows.end_seq, kind="stable")
    names = lines.tables.names
    clients = [names[code] for code in lines.views.at[windows.screen[order]].tolist()]
    ends, starts_us = windows.end_seq[order].tolist(), windows.start_us[order].tolist()
    was_out = np.zeros(len(windows), dtype=bool)
    was_out[order] = touched(lines.history, [*zip(ends, clients, starts_us, strict=True)])
    is_painted = windows.ended == ENDINGS.index(PAINTED)
    choices = [windows.regressed, was_out, is_painted & by_hand(lines, windows)]
    last = np.where(windows.ended == ENDINGS.index(END), UNMENDED, PROPAGATION)
    causes: list[str] = np.select(choices, [REGRESSED, OUTAGE, PERSON], last).tolist()
    return causes
