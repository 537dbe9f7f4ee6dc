"""One interval in which one client showed an old version of one row in one view."""

from __future__ import annotations

from typing import NamedTuple

PAINTED, REVERTED, LEFT, END = "painted", "reverted", "left", "end"
"""How a window ends: a newer version was painted; the backend went back to what is shown;
the view left the screen; the history ended."""

REGRESSED, OUTAGE, PERSON = "regressed", "outage", "person"
UNMENDED, PROPAGATION = "unmended", "propagation"
"""Why a window was open: a paint put older data over newer; the client or the backend could
not be reached; a person had to look again; nothing ever mended it; news takes its time."""


class Window(NamedTuple):
    """One interval in which a view showed something older than `version` of a row.

    Three clocks: `commit_us` is when the backend took the version, `receipt_us` when the
    client was first told of it or of a later one, `paint_us` when the person first saw it;
    the last two are -1 if that never happened. The window runs from `start_us` to `end_us`.
    It starts with the commit, unless the view came on screen with old data later, or lost
    newer data to a paint later.
    """

    client: str
    role: str
    user: str
    view: str
    query: str
    entity: str
    version: int
    start_us: int
    commit_us: int
    receipt_us: int
    paint_us: int
    end_us: int
    ended: str
    cause: str

    @property
    def length_us(self) -> int:
        """Return how long the window was open, or was seen to be open if it is censored."""
        return self.end_us - self.start_us

    @property
    def censored(self) -> bool:
        """Tell whether nobody knows how long the view would have stayed old."""
        return self.ended in (LEFT, END)
