"""The strategies of each axis: their number, their name in a file, and what they do."""

from __future__ import annotations

from typing import NamedTuple


class Strategy(NamedTuple):
    """One strategy of one axis."""

    axis: str
    number: str
    name: str
    does: str


STRATEGIES: tuple[Strategy, ...] = (
    Strategy("read", "–", "manual", "The person refreshes; nobody tells a client anything."),
    Strategy("read", "R0", "poll", "Everything on screen is fetched again at an interval."),
    Strategy("read", "R1", "invalidate", "An event marks queries stale; what is seen refetches."),
    Strategy("read", "R2", "patch", "An event brings what changed; it is written over the rows."),
    Strategy("read", "R3", "versioned-patch", "As patch, if it is the next; else it refetches."),
    Strategy("read", "R4", "generation", "As invalidate, and no invalidation is absorbed."),
    Strategy("read", "R5", "delta-log", "Events bring rows, applied in the order of a log."),
    Strategy("read", "R6", "checkpoint", "All on screen is fetched at once, as of one commit."),
    Strategy("overlay", "O0", "pessimistic", "Nothing is shown before the server confirms it."),
    Strategy("overlay", "O1", "snapshot", "Written into the cache, set back on error."),
    Strategy("overlay", "O2", "inverse", "Written into the cache, undone by a patch on error."),
    Strategy("overlay", "O3", "revision", "As snapshot, and never set back over newer data."),
    Strategy("overlay", "O4", "layers", "Kept apart, applied again on every change below."),
    Strategy("overlay", "O5", "rebase", "Run again on every base that does not contain it yet."),
    Strategy("overlay", "O6", "freeze", "Rows stay as painted until the base has the commit."),
    Strategy("write", "W0", "parallel", "Each intent is sent at once."),
    Strategy("write", "W1", "serial", "One intent at a time for each row."),
    Strategy("write", "W2", "fifo", "One intent at a time."),
    Strategy("recovery", "V0", "nothing", "What was missed stays missed."),
    Strategy("recovery", "V1", "invalidate-all", "All is stale whenever the socket opens."),
    Strategy("recovery", "V2", "invalidate-spread", "The same, after a wait that differs."),
    Strategy("recovery", "V3", "replay", "What was missed is told again if it is still kept."),
    Strategy("recovery", "V4", "cursor", "What came after the commit held is told, from a log."),
    Strategy("recovery", "V5", "audit", "At an interval, hashes tell which views are wrong."),
    Strategy("merge", "M0", "arrival", "First come; the guard decides on the rest."),
    Strategy("merge", "M1", "client-clock", "The last by the clocks of the clients wins."),
    Strategy("merge", "M2", "hybrid-clock", "The last by hybrid logical clocks wins."),
    Strategy("merge", "M3", "version", "A write that names no version, or an old one, is refused."),
)
"""In the order of the axes, and of their numbers within one."""


def strategy_names(axis: str) -> tuple[str, ...]:
    """Return the names of syncsim's own strategies on an axis, in the order of their numbers."""
    return tuple(strategy.name for strategy in STRATEGIES if strategy.axis == axis)
