"""CONV: when all is over, every screen shows what the backend holds."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import islice
from typing import NamedTuple

from syncsim.checks.evidence import Evidence, row_name, seconds
from syncsim.checks.screen_prose import Commits, change_of, differing
from syncsim.checks.verdict import Check, Failure, Finding, Story, conclude
from syncsim.history import Record, Records
from syncsim.history.replay import Replay, Screen
from syncsim.timelines.rows import NO_ROW

View = tuple[str, str]
"""A client and the name of one of its views."""


class _Sieved(NamedTuple):
    """How many views were ready at the end, and which of them showed something else."""

    ready: int
    different: frozenset[View]


def judge(evidence: Evidence) -> Finding:
    """Compare what each ready view shows in the end with what the backend holds."""
    end = next((r for r in evidence.of("phase") if (r.data or {}).get("phase") == "end"), None)
    end_seq = end.seq if end else len(evidence.history)
    has_commit = any(commit.seq < end_seq for commit in islice(evidence.of("commit"), 1))
    sieved = None if evidence.is_walked else _sieve(evidence, end_seq)
    screens, commits = _played(evidence, sieved, end_seq)
    stories = [
        Failure(
            end.time_us,
            screen.client,
            partial(_story, evidence.history, commits, screen, entity, end),
        )
        for screen in screens
        for entity in _differing(screen)
        if end is not None
    ]
    ready = len(screens) if sieved is None else sieved.ready
    return conclude(
        "CONV",
        seen=ready if has_commit and end else 0,
        stories=stories,
        missing=_missing(end, has_commit=has_commit),
        lacks=evidence.lacks(commit="entity"),
        held=f"all {ready} views on screen showed what the backend held when the run ended",
    )


def _sieve(evidence: Evidence, end_seq: int) -> _Sieved:
    """Look at the last state of all cells at once."""
    import numpy as np

    lines = evidence.timelines
    views, names = lines.views, lines.tables.names
    ready = (views.ready_seq < end_seq) & (views.left_seq > end_seq)
    ready &= np.array([evidence.owes(names[code]) for code in views.at.tolist()], dtype=bool)
    cells = lines.cells.take((lines.cells.seq < end_seq) & ready[lines.cells.screen])
    is_last = np.append(cells.cell[1:] != cells.cell[:-1], True)[: len(cells)]
    # Pending intents are no excuse at the end. The slice store owes no rows.
    differs = (cells.shown != cells.truth) & is_last
    differs &= views.owes_rows[cells.screen] | (cells.shown != NO_ROW)
    places = np.unique(cells.screen[differs])
    at, view = ([names[code] for code in codes[places]] for codes in (views.at, views.view))
    return _Sieved(int(ready.sum()), frozenset(zip(at, view, strict=True)))


def _played(
    evidence: Evidence, sieved: _Sieved | None, end_seq: int
) -> tuple[list[Screen], Commits]:
    """Play what concerns some views, or all, to the end; return those ready, and the commits."""
    replay = Replay(evidence.header)
    commits = Commits()
    # By client and view: the record since which it is on screen.
    mounted: dict[View, int] = {}
    if sieved is not None and not sieved.different:
        return [], commits
    for record in evidence.of("row", "commit", "mount", "ready", "unmount"):
        if record.seq > end_seq:
            break
        key = record.at, record.view
        if record.kind in ("row", "commit") or sieved is None or key in sieved.different:
            replay.apply(record)
        if record.kind == "commit":
            commits.apply(record)
        elif record.kind == "mount":
            mounted[key] = record.seq
    for paint in _last_paints(evidence, mounted, end_seq):
        replay.apply(paint)
    ready = (screen for screen in replay.screens.values() if screen.ready)
    return [screen for screen in ready if evidence.owes(screen.client)], commits


def _last_paints(evidence: Evidence, mounted: dict[View, int], end_seq: int) -> Iterable[Record]:
    """Return what the views show when the run ends: the last paint of each row since the mount."""
    last: dict[tuple[str, str, str], Record] = {}
    for paint in evidence.of("paint"):
        if paint.seq > end_seq:
            break
        since = mounted.get((paint.at, paint.view))
        if since is not None and paint.seq > since:
            last[paint.at, paint.view, paint.entity] = paint
    return last.values()


def _missing(end: Record | None, *, has_commit: bool) -> str:
    if end is None:
        return "the history does not say that the run ended"
    if not has_commit:
        return "nothing was committed, so there was nothing to converge to"
    return "no view was ready on any screen when the run ended"


def _differing(screen: Screen) -> list[str]:
    """Return the rows that a view shows otherwise than the backend holds them.

    Pending intents are no excuse at the end. The slice store owes no rows.
    """
    owed = screen.truth if screen.test is not None else {}
    differing = []
    for entity in {**owed, **screen.shown}:
        painted = screen.shown.get(entity)
        fields = painted.fields if painted else None
        if screen.test is None and fields is None:
            continue
        if fields != screen.truth.get(entity):
            differing.append(entity)
    return differing


def _story(history: Records, commits: Commits, screen: Screen, entity: str, end: Record) -> Story:
    painted = screen.shown.get(entity)
    shown = painted.fields if painted else None
    truth = screen.truth.get(entity)
    text = (
        f"When the run ended at {seconds(end.time_us)}, {screen.client}'s view {screen.view} showed"
        f" for {row_name(entity)}: {differing(shown, truth)}"
    )
    records = [end.seq]
    if painted:
        text += f", painted at {seconds(history[painted.seq].time_us)}"
        records.append(painted.seq)
        if painted.overlays:
            text += f" with the pending intent {painted.overlays[0]} in it"
    text += f". The backend held for it: {differing(truth, shown)}"
    commit = commits.of_version(entity, screen.changed.get(entity, -1))
    if commit:
        text += f", since {change_of(commit)}"
        records.append(commit.seq)
    return Story(
        text=f"{text}.",
        records=tuple(sorted(records)),
        at_us=end.time_us,
        client=screen.client,
        entity=entity,
    )


CHECK = Check(
    name="CONV",
    statement=(
        "When the run ends, every view on screen shows exactly the rows that the backend holds for"
        " it, as the client's role may see them."
    ),
    source=(
        "Eventual consistency as strong convergence after quiescence: M. Shapiro et al.,"
        " Conflict-free Replicated Data Types, SSS 2011; the final reads of a Jepsen test."
    ),
    needs=(
        "row, commit, mount, ready and paint records, the end of the run, and the domain's"
        " queries and projections in the header."
    ),
    proves_not=(
        "It looks at one moment. A screen that was wrong until a later change happened to mend it"
        " passes here and is for INVAL to find; a view that nobody had open is not looked at, and"
        " neither is a client that a scenario leaves to its faults (`settle`)."
    ),
    judge=judge,
)
