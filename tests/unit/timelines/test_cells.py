"""The timelines of all cells against playing the history back, one record at a time."""

from __future__ import annotations

from hypothesis import given

from syncsim.history.replay import Replay
from syncsim.timelines.cells import Timelines
from tests.checks.notation import history
from tests.checks.twins.histories import histories
from tests.checks.twins.screens import Screens
from tests.unit.staleness.test_measure_twin import lines

MOVES = ("change", "change", "paint", "paint", "refresh", "mount", "unmount", "ready", "wait")
drawn = histories(kinds=MOVES, writer=Screens)


def states(timelines):
    """Return what each cell is like after each of its events, by view and row."""
    cells, names = timelines.cells, timelines.tables.names
    stale = cells.is_stale(timelines.views).tolist()
    found = {}
    columns = (cells.screen, cells.entity, cells.seq, cells.truth, cells.shown, cells.changed)
    for place, (view, entity, seq, truth, shown, changed) in enumerate(
        zip(*(column.tolist() for column in columns), strict=True)
    ):
        rows = timelines.rows.fields(truth), timelines.rows.fields(shown)
        found.setdefault((view, names[entity]), []).append((seq, *rows, changed, stale[place]))
    return found


def compare(records):
    found, replay = states(Timelines(records)), Replay(records.header)
    views, mounts = {}, 0
    for record in records:
        replay.apply(record)
        if record.kind == "mount":
            views[record.at, record.view] = mounts
            mounts += 1
        for key, screen in replay.screens.items():
            for entity in {**screen.truth, **screen.shown}:
                if screen.test is None and entity not in screen.shown:
                    continue
                events = found[views[key], entity]
                _, truth, shown, changed, stale = [e for e in events if e[0] <= record.seq][-1]
                painted = screen.shown.get(entity)
                assert truth == screen.truth.get(entity)
                assert shown == (painted.fields if painted else None)
                assert changed == screen.changed.get(entity, -1)
                assert not screen.ready or stale == screen.is_stale(entity)


@given(drawn)
def test_every_cell_is_at_any_time_as_replay_says(records):
    compare(records)


@given(lines())
def test_views_that_come_and_go(line):
    compare(history(line))
