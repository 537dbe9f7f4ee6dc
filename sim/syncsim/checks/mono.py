"""MONO: what a view shows of a row never goes back to an older version."""

from __future__ import annotations

from functools import partial
from typing import Any

from syncsim.checks.evidence import Evidence, row_name, seconds
from syncsim.checks.prose import because, in_brackets
from syncsim.checks.verdict import Check, Failure, Finding, Story, conclude
from syncsim.history import Records
from syncsim.timelines.joins import groups, last_before, previous
from syncsim.timelines.tables import Table


def judge(evidence: Evidence) -> Finding:
    """Compare each paint of a row with the one before it in the same mounted view."""
    return _judge(evidence, "paint")


def confirmed(evidence: Evidence) -> Finding:
    """Compare what the server tells of a row with what it had told the same mounted view."""
    return _judge(evidence, "base")


def _judge(evidence: Evidence, kind: str) -> Finding:
    """Compare each record of a kind, a paint or a confirmed row, with the one before it."""
    told, session = _told(evidence.screens, kind)
    before = previous(groups(session, told.entity))
    is_moved = (before >= 0) & (told.version[before] != told.version)
    is_back = is_moved & (told.version < told.version[before])
    moved, back = told.take(is_moved), told.take(is_back)
    stories = [
        Failure(time_us, told.names[at], partial(_story, evidence.history, newer, older))
        for time_us, at, newer, older in zip(
            back.time_us.tolist(),
            back.at.tolist(),
            told.seq[before[is_back]].tolist(),
            back.seq.tolist(),
            strict=True,
        )
    ]
    return conclude(
        "MONO",
        seen=int(groups(moved.at, moved.view, moved.entity).max(initial=-1)) + 1,
        stories=stories,
        missing=f"no view {_SHOWED[kind]} two versions of the same row while it was on screen",
        held=_HELD[kind],
    )


def _told(screens: Table, kind: str) -> tuple[Table, Any]:
    """Return the records of a kind that tell a version, and the number of each one's session.

    A session is what a view has between one mount or unmount and the next.
    """
    is_told = screens.is_of(kind) & (screens.version >= 0)
    begins = screens.is_of("mount", "unmount")
    view = groups(screens.at, screens.view)
    told = screens.take(is_told)
    begun = last_before(view[is_told], told.seq, view[begins], screens.seq[begins])
    return told, groups(view[is_told], begun)


_SHOWED = {"paint": "showed", "base": "was told"}
_HELD = {
    "paint": "every view moved only forward from one version of a row to another",
    "base": "no view was told an older version of a row after a newer one",
}


def _story(history: Records, newer_seq: int, seq: int) -> Story:
    before, paint = history[newer_seq], history[seq]
    fields, newer = (paint.data or {}).get("fields"), (before.data or {}).get("fields")
    reason, records = because(history, paint)
    who = "the person had already seen" if paint.kind == "paint" else "the server itself had"
    view, row = f"{paint.at}'s view {paint.view}", row_name(paint.entity)
    return Story(
        text=(
            f"At {seconds(before.time_us)} {view} {_SHOWED[paint.kind]} version {before.version}"
            f" of {row}{in_brackets(newer, than=fields)}. At"
            f" {seconds(paint.time_us)} it went back to version {paint.version}"
            f"{in_brackets(fields, than=newer)}, which {who} replaced.{reason}"
        ),
        records=tuple(sorted({before.seq, *records, paint.seq})),
        at_us=paint.time_us,
        client=paint.at,
        entity=paint.entity,
    )


CHECK = Check(
    name="MONO",
    statement=(
        "While a view is on screen, the version of a row that it shows never goes back to an older"
        " one."
    ),
    source=(
        "Monotonic Reads of D. B. Terry et al., Session Guarantees for Weakly Consistent Replicated"
        " Data, PDIS 1994; each mounted view is a session and each paint a read."
    ),
    needs="paint records with the version of the confirmed row, and mount and unmount records.",
    proves_not=(
        "Each view is judged by itself: two views may show different versions at once, and a view"
        " that is opened again may start from an older row. Pending changes have no version, so one"
        " that comes and goes is not judged here."
    ),
    judge=judge,
    confirmed=confirmed,
)
