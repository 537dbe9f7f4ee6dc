"""Properties about lengths of time: a quantile, or all, of windows or of first signs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from syncsim.checks.done import run_ended
from syncsim.checks.evidence import Evidence, Intent, seconds
from syncsim.checks.prose import chose
from syncsim.checks.scopes import (
    CUT,
    in_scope,
    is_theirs,
    milliseconds,
    records_of,
    told,
    whose,
    windows_of,
)
from syncsim.checks.verdict import STORIES_MAX, Finding, Story, conclude
from syncsim.history.property import Property, Scope
from syncsim.staleness import Window, signs


class _Length(NamedTuple):
    """One length from a time on: a lower bound if it is open. `tell` tells its story."""

    length_us: int
    is_open: bool
    at_us: int
    tell: Callable[[], Story]


def spread(wanted: Property, evidence: Evidence) -> Finding:
    """Hold a quantile against its bound, with what is open both as seen and as endless."""
    make = _staleness if wanted.subject == "staleness" else _feedback
    lengths = sorted(make(wanted.scope, evidence), key=lambda each: each.length_us)
    missing = f"{_nothing(wanted)} to measure"
    if not lengths:
        return conclude(wanted.text, seen=0, stories=[], missing=missing, held="")
    rank = max(1, math.ceil(wanted.percent * len(lengths) / 100))
    least = lengths[rank - 1]
    closed = [each for each in lengths if not each.is_open]
    over: list[_Length] = []
    if not _is_within(least.length_us, wanted):
        if wanted.percent < 100 and not run_ended(evidence.history):
            return conclude(wanted.text, seen=0, stories=[], missing=CUT, held="")
        over = [each for each in lengths if not _is_within(each.length_us, wanted)]
    elif rank > len(closed) or not _is_within(closed[rank - 1].length_us, wanted):
        is_open = len(lengths) - len(closed)
        missing = f"{is_open} of {len(lengths)} were still open at the end, within the bound so far"
        return conclude(wanted.text, seen=0, stories=[], missing=missing, held="")
    if over and wanted.percent < 100:
        stories = [_quantile_story(wanted, least.length_us, lengths)]
    else:
        # Only a few are told, and each takes a walk through the history.
        over.sort(key=lambda each: each.at_us)
        stories = [each.tell() for each in over[:STORIES_MAX]]
    found = conclude(
        wanted.text,
        seen=len(lengths),
        stories=stories,
        missing=missing,
        held=f"{_name(wanted)} was {milliseconds(least.length_us)} over {len(lengths)}",
    )
    return replace(found, failures=len(over)) if wanted.percent == 100 else found


def _quantile_story(wanted: Property, length_us: int, lengths: list[_Length]) -> Story:
    worst = lengths[-1].tell()
    open_ = "at least " if any(each.is_open for each in lengths) else ""
    text = (
        f"{_name(wanted)} was {open_}{milliseconds(length_us)} over {len(lengths)}; the bound is"
        f" {milliseconds(wanted.bound)}. The longest: {worst.text}"
    )
    return replace(worst, text=text)


def _staleness(scope: Scope, evidence: Evidence) -> Iterator[_Length]:
    for window in windows_of(scope, evidence):
        tell = partial(_old, window, evidence)
        yield _Length(window.length_us, window.ended == "end", window.start_us, tell)


def _old(window: Window, evidence: Evidence) -> Story:
    return Story(
        text=told(window),
        records=records_of(window, evidence),
        at_us=window.start_us,
        client=window.client,
        entity=window.entity,
    )


def _feedback(scope: Scope, evidence: Evidence) -> Iterator[_Length]:
    for client, name, asked_us, seen_us in signs(evidence.history):
        intent = evidence.intents.get(name)
        if intent is None or not is_theirs(scope, client, evidence):
            continue
        end_us = seen_us
        if end_us < 0:
            end_us = intent.outcome.time_us if intent.outcome else evidence.history.end_us
        is_open = seen_us < 0 and intent.outcome is None
        tell = partial(_slow, intent, end_us, is_open=is_open)
        yield _Length(end_us - asked_us, is_open, asked_us, tell)


def _slow(intent: Intent, end_us: int, *, is_open: bool) -> Story:
    asked = intent.asked
    saw = "had seen nothing of it by" if is_open else "saw the first sign of it at"
    text = (
        f"{chose(intent)} and {saw} {seconds(end_us)}, after"
        f" {milliseconds(end_us - asked.time_us)}."
    )
    records = (asked.seq, *((intent.outcome.seq,) if intent.outcome else ()))
    return Story(
        text=text, records=records, at_us=asked.time_us, client=asked.at, entity=asked.entity
    )


def _is_within(length_us: int, wanted: Property) -> bool:
    return length_us < wanted.bound or (wanted.inclusive and length_us == wanted.bound)


def _nothing(wanted: Property) -> str:
    if wanted.subject == "staleness":
        return f"{whose(wanted.scope)} was ever old, so there is no window"
    return f"nobody asked for anything{in_scope(wanted.scope)}, so there is no intent"


def _name(wanted: Property) -> str:
    share = "The longest" if wanted.percent == 100 else f"p{wanted.percent} of"
    return f"{share} {wanted.subject}{in_scope(wanted.scope)}"
