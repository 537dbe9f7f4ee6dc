"""How often a screen went back and forth before a person's eyes."""

from __future__ import annotations

from syncsim.history import Records
from syncsim.timelines.cells import Timelines
from syncsim.timelines.joins import highest_so_far, previous
from syncsim.timelines.rows import NO_ROW


def flickers(history: Records, timelines: Timelines | None = None) -> int:
    """Count how often a view showed a row as A, then as B, and then as A again.

    A row that is not shown is a state, too. A return in a version newer than any that the
    view had shown of the row is news and no flicker: the backend went there and back. Every
    other return counts, honest rollbacks included, for the person saw it. (Whether a return
    was justified is for the check NOFLAP.) The slice store is left out.

    Args:
        history: The record of a run.
        timelines: Its timelines, if somebody has made them already.
    """
    import numpy as np

    lines = timelines or Timelines(history)
    cells = lines.cells
    paints = cells.take(cells.is_paint & ~lines.views.is_slice[cells.screen])
    # The paint of a row that is rightly gone shows the version in which it left.
    is_gone = (paints.shown == NO_ROW) & (paints.truth == NO_ROW)
    version = np.where(is_gone, np.maximum(paints.version, paints.changed), paints.version)
    before = previous(paints.cell)
    newest = np.where(before >= 0, highest_so_far(paints.cell, version)[before], -1)
    moves = (before < 0) | (paints.shown != paints.shown[before])
    paints, version, newest = paints.take(moves), version[moves], newest[moves]
    one = previous(paints.cell)
    other = np.where(one >= 0, one[one], -1)
    returns = (other >= 0) & (paints.shown == paints.shown[other]) & (version <= newest)
    return int(returns.sum())
