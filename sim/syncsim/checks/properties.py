"""Properties of one's own, judged: what a line of a scenario's `properties` asks of a history.

The lines are taken apart by `history.property`. Like a check, a property answers `unknown` where
the situation it is about never arose, and where the end of the run hides the answer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import replace

from syncsim.checks import sometimes
from syncsim.checks.done import run_ended
from syncsim.checks.evidence import Evidence, seconds
from syncsim.checks.scopes import CUT, in_scope, records_of, told, was_on_screen, whose, windows_of
from syncsim.checks.spreads import spread
from syncsim.checks.verdict import Finding, Status, Story, conclude
from syncsim.history.property import COHERENT, Property, PropertyError, parse
from syncsim.history.vocabulary import SOMETIMES
from syncsim.staleness import costs, flickers


def find(text: str, evidence: Evidence) -> Finding:
    """Return the answer to one property, under its own text as name."""
    try:
        wanted = parse(text)
    except PropertyError as error:
        why = f"this is no property: {error}"
        return Finding(check=text, status=Status.UNKNOWN, why=why, seen=0)
    return replace(_JUDGES[wanted.kind](wanted, evidence), check=text)


# Situations


def _sometimes(wanted: Property, evidence: Evidence) -> Finding:
    return sometimes.find(wanted.subject, evidence)


def _never(wanted: Property, evidence: Evidence) -> Finding:
    what = SOMETIMES[wanted.subject]
    stories = []
    for seq in sometimes.SITUATIONS[wanted.subject](evidence):
        record = evidence.history[seq]
        text = f"At {seconds(record.time_us)} at {record.at}: {what}. The scenario rules that out."
        client = record.at if record.at in evidence.clients else ""
        stories.append(
            Story(
                text=text, records=(seq,), at_us=record.time_us, client=client, entity=record.entity
            )
        )
    return conclude(
        wanted.text,
        seen=len(evidence.intents),
        stories=stories,
        missing="nobody asked for anything, so there was nothing that it could have come of",
        held=f"it never arose: {what}",
    )


def _eventually(wanted: Property, evidence: Evidence) -> Finding:
    """Look, from the beginning or from each time that the situation arose, for the goal."""
    starts = list(_starts(wanted, evidence))
    reaches = (_coherence if wanted.subject == COHERENT else _next)(wanted, evidence)
    if wanted.subject == COHERENT and not was_on_screen(wanted.scope, evidence):
        missing = f"{whose(wanted.scope)} was on screen"
        return conclude(wanted.text, seen=0, stories=[], missing=missing, held="")
    stories, is_open = [], 0
    for seq, time_us in starts:
        until_us = time_us + wanted.bound
        reached_us = reaches(seq, time_us)
        if reached_us is not None and reached_us <= until_us:
            continue
        if until_us > evidence.history.end_us:
            is_open += 1
            continue
        stories.append(_not_reached(wanted, evidence, seq, time_us, reached_us))
    missing = f"never arose: {SOMETIMES.get(wanted.after, '')}"
    if is_open:
        missing = f"the history ends at {seconds(evidence.history.end_us)}, before the time is over"
    return conclude(
        wanted.text,
        seen=0 if is_open else len(starts),
        stories=stories,
        missing=missing,
        held=f"in time, {len(starts)} of {len(starts)} times",
    )


def _starts(wanted: Property, evidence: Evidence) -> Iterator[tuple[int, int]]:
    """Yield (seq, time) from which the goal's time runs; seq is -1 for the beginning."""
    history = evidence.history
    if wanted.after:
        for seq in sometimes.SITUATIONS[wanted.after](evidence):
            yield seq, history[seq].time_us
        return
    begun = (r.time_us for r in history.of("phase") if (r.data or {}).get("phase") == "safety")
    yield -1, next(begun, 0)


_Reaches = Callable[[int, int], int | None]
"""When a goal was first reached at or after a record and its time, None if never."""


def _next(wanted: Property, evidence: Evidence) -> _Reaches:
    """Return when a situation arises next after a record."""
    seqs = sorted(sometimes.SITUATIONS[wanted.subject](evidence))

    def reaches(seq: int, _: int) -> int | None:
        place = bisect_left(seqs, seq + 1)
        return evidence.history[seqs[place]].time_us if place < len(seqs) else None

    return reaches


def _coherence(wanted: Property, evidence: Evidence) -> _Reaches:
    """Return the first moment from a time on at which no view of the scope is old."""
    spans: list[tuple[int, int, bool]] = []
    for window in sorted(windows_of(wanted.scope, evidence), key=lambda w: w.start_us):
        is_open = window.ended == "end"
        if spans and window.start_us <= spans[-1][1]:
            start_us, end_us, was_open = spans[-1]
            spans[-1] = start_us, max(end_us, window.end_us), was_open or is_open
        else:
            spans.append((window.start_us, window.end_us, is_open))

    def reaches(_: int, time_us: int) -> int | None:
        for start_us, end_us, is_open in spans:
            if start_us <= time_us < end_us or (is_open and time_us >= start_us):
                return None if is_open else end_us
        return time_us

    return reaches


def _not_reached(
    wanted: Property, evidence: Evidence, seq: int, time_us: int, reached_us: int | None
) -> Story:
    goal = "no view showed old data" if wanted.subject == COHERENT else SOMETIMES[wanted.subject]
    began = f"At {seconds(time_us)}: {SOMETIMES[wanted.after]}" if wanted.after else "The run began"
    when = "It never did" if reached_us is None else f"It did only at {seconds(reached_us)}"
    text = f"{began}. By {seconds(time_us + wanted.bound)} this should have come about: {goal}"
    text += f"{in_scope(wanted.scope)}. {when}."
    records: tuple[int, ...] = (max(seq, 0),)
    client = evidence.history[seq].at if seq >= 0 else ""
    if wanted.subject == COHERENT:
        old = next(
            w for w in windows_of(wanted.scope, evidence) if w.start_us <= time_us < w.end_us + 1
        )
        text += f" {told(old)}"
        records = tuple(sorted({*records, *records_of(old, evidence)}))
        client = old.client
    return Story(text=text, records=records, at_us=time_us, client=client)


# Counts


def _count(wanted: Property, evidence: Evidence) -> Finding:
    """Hold a count of the whole run, or for each commit, against its bound."""
    history = evidence.history
    if not run_ended(history):
        return conclude(wanted.text, seen=0, stories=[], missing=CUT, held="")
    noun, _, each = wanted.subject.partition(" ")
    spent = costs(history)
    totals = {"requests": spent.requests, "bytes": spent.bytes, "refetches": spent.refetches}
    total = totals[noun] if each else flickers(history)
    records = list(history.of({"refetches": "fetch", "flickers": "paint"}.get(noun, "send")))
    seen = spent.commits if each else len(records)
    most = wanted.bound * (spent.commits if each else 1)
    stories = []
    of = f" for {spent.commits} commits" if each else ""
    if seen and not (total * 1000 < most or (wanted.inclusive and total * 1000 == most)):
        at_us = records[-1].time_us if records else history.end_us
        text = f"Until {seconds(at_us)} there were {total} {noun}{of}; the bound is"
        text += f" {wanted.text.split()[-1]}{' for each' if each else ''}."
        marks = (records[0].seq, records[-1].seq) if records else (0,)
        stories.append(Story(text=text, records=tuple(dict.fromkeys(marks)), at_us=at_us))
    return conclude(
        wanted.text,
        seen=seen,
        stories=stories,
        missing="nothing was committed" if each else "nothing was painted",
        held=f"there were {total} {noun}{of}",
    )


_JUDGES: dict[str, Callable[[Property, Evidence], Finding]] = {
    "sometimes": _sometimes,
    "never": _never,
    "eventually": _eventually,
    "spread": spread,
    "count": _count,
}
