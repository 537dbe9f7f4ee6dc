"""How soon other people see what one person changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from syncsim.history import Records
from syncsim.history.replay import SLICE
from syncsim.staleness.window import PAINTED, REVERTED, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Visibility:
    """The time from a commit to its first sign on the screens of others.

    `due` counts pairs of a change and a client that did not ask for it and had it on screen
    in an older state; `lengths_us` has one entry for each pair in which the client came to
    show that version or a later one, in the order of the commits.
    """

    due: int
    lengths_us: tuple[int, ...]

    @property
    def unseen_share(self) -> float | None:
        """Return the share that was never seen, None if nothing concerned anybody else."""
        return 1 - len(self.lengths_us) / self.due if self.due else None


def visibility(history: Records, windows: Iterable[Window]) -> Visibility:
    """Return how soon each change showed on the screens of those who had not asked for it.

    A change is due on a client if its commit made one of the views on screen there old. The
    first of these views to show it counts. What the backend took back before anybody saw it
    is not due, and the slice store is left out. A client that comes to the row later saw no
    old version of it, so that is for the staleness windows to tell and not for this figure.

    Args:
        history: The record of a run.
        windows: The staleness windows of the same run.
    """
    asked = {(record.entity, record.version): record.peer for record in history.of("commit")}
    seen: dict[tuple[str, int, str], int | None] = {}
    for window in sorted(windows, key=lambda window: (window.commit_us, window.start_us)):
        change = window.entity, window.version
        if window.start_us != window.commit_us or window.query == SLICE or change not in asked:
            continue
        if asked[change] == window.client or window.ended == REVERTED:
            continue
        first_us = seen.setdefault((*change, window.client), None)
        if window.ended == PAINTED:
            length_us = window.length_us
            seen[*change, window.client] = (
                length_us if first_us is None else min(first_us, length_us)
            )
    return Visibility(
        due=len(seen),
        lengths_us=tuple(length_us for length_us in seen.values() if length_us is not None),
    )
