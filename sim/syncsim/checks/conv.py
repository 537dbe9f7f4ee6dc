"""CONV: when all is over, every screen shows what the backend holds."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from syncsim.checks.evidence import Evidence, row_name, seconds
from syncsim.checks.screen_prose import Commits, change_of, differing
from syncsim.checks.verdict import Check, Failure, Finding, Story, conclude
from syncsim.history import Record, Records
from syncsim.history.replay import Replay, Screen

_KINDS = ("row", "commit", "mount", "ready", "unmount", "phase")


def judge(evidence: Evidence) -> Finding:
    """Play the history to its end and compare each ready view with the backend."""
    replay = Replay(evidence.header)
    commits = Commits()
    # By client and view: the record since which it is on screen.
    mounted: dict[tuple[str, str], int] = {}
    commit: Record | None = None
    end: Record | None = None
    for record in evidence.of(*_KINDS):
        replay.apply(record)
        if record.kind == "commit":
            commits.apply(record)
            commit = record
        elif record.kind == "mount":
            mounted[record.at, record.view] = record.seq
        elif record.kind == "phase" and (record.data or {}).get("phase") == "end":
            end = record
            break
    for paint in _last_paints(evidence, mounted, end):
        replay.apply(paint)
    ready = [
        screen
        for screen in replay.screens.values()
        if screen.ready and evidence.owes(screen.client)
    ]
    stories = [
        Failure(
            end.time_us,
            screen.client,
            partial(_story, evidence.history, commits, screen, entity, end),
        )
        for screen in ready
        for entity in _differing(screen)
        if end is not None
    ]
    return conclude(
        "CONV",
        seen=len(ready) if commit and end else 0,
        stories=stories,
        missing=_missing(commit, end),
        lacks=evidence.lacks(commit="entity"),
        held=f"all {len(ready)} views on screen showed what the backend held when the run ended",
    )


def _last_paints(
    evidence: Evidence, mounted: dict[tuple[str, str], int], end: Record | None
) -> Iterable[Record]:
    """Return what the views show when the run ends: the last paint of each row since the mount."""
    last: dict[tuple[str, str, str], Record] = {}
    for paint in evidence.of("paint"):
        if end is not None and paint.seq > end.seq:
            break
        since = mounted.get((paint.at, paint.view))
        if since is not None and paint.seq > since:
            last[paint.at, paint.view, paint.entity] = paint
    return last.values()


def _missing(commit: Record | None, end: Record | None) -> str:
    if end is None:
        return "the history does not say that the run ended"
    if commit is None:
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
