"""NOFLAP: nothing on a screen goes back and forth that did not do so at the backend."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

from syncsim.checks.evidence import Evidence, row_name, seconds
from syncsim.checks.overlays import PRESENCE
from syncsim.checks.picked import picked
from syncsim.checks.prose import because
from syncsim.checks.returns import Sieved, sieve
from syncsim.checks.tally import Tally, taken_from
from syncsim.checks.verdict import Check, Failure, Finding, Story
from syncsim.history import Record
from syncsim.history.replay import Replay, Screen

HONEST = ("refused", "failed", "unknown")
"""Outcomes after which a pending change may be taken back, if it was never committed."""


class _Run(NamedTuple):
    """A value that a view showed without a break, with the first and the last paint of it."""

    value: Any
    first: Record
    last: Record


class _Version(NamedTuple):
    """A row as the backend held it."""

    version: int
    seq: int
    fields: dict[str, Any]


def judge(evidence: Evidence) -> Finding:
    """Look at each value that a view shows again after having shown another one."""
    watch, sieved = _Watch(evidence), None if evidence.is_walked else sieve(evidence)
    for record in _about(evidence, sieved):
        watch.take(record)
    if sieved is not None:
        watch.tally.counted.update(sieved.changed)
    return taken_from(watch).finding()


def _about(evidence: Evidence, sieved: Sieved | None) -> Iterable[Record]:
    """Return, in order, some paints and what matters for them, or all."""
    import numpy as np

    kinds = ("row", "commit", "overlay", "mount", "unmount")
    if sieved is None:
        return evidence.of(*kinds, "paint")
    paints = sieved.paints
    if not len(paints):
        return evidence.of("mount", "unmount")
    table = evidence.tables.of(*kinds)
    is_left = np.isin(table.entity, paints.entity) | table.is_of("mount", "unmount")
    return picked(evidence, paints, table.take(is_left))


class _Watch:
    """The pass over the history."""

    def __init__(self, evidence: Evidence) -> None:
        self.tally = Tally(
            check="NOFLAP",
            missing="no view showed two values of any field while it was on screen",
            held="no view went back to a value that the backend had not gone back to",
        )
        self._evidence = evidence
        self._replay = Replay(evidence.header)
        self._versions: dict[str, list[_Version]] = {}
        # By client, intent and row: the fields that a pending intent sets.
        self._overlays: dict[tuple[str, str, str], dict[str, Any] | None] = {}
        # By client and view, then by row: what was shown of each field.
        self._views: dict[tuple[str, str], dict[str, dict[str, list[_Run]]]] = {}

    def take(self, record: Record) -> None:
        """Take one record in."""
        kind, data = record.kind, record.data or {}
        if kind == "paint":
            self._paint(record)
        elif kind in ("row", "commit"):
            held = self._versions.setdefault(record.entity, [])
            held.append(_Version(record.version, record.seq, data["fields"]))
        elif kind == "overlay":
            self._overlays[record.at, record.intent, record.entity] = data.get("fields")
        else:
            self._replay.apply(record)
            self._views.pop((record.at, record.view), None)

    def _paint(self, paint: Record) -> None:
        fields = (paint.data or {}).get("fields")
        rows = self._views.setdefault((paint.at, paint.view), {})
        shown = rows.setdefault(paint.entity, {})
        screen = self._replay.screens.get((paint.at, paint.view))
        values = dict(fields or {})
        # The slice store owes no rows, so whether one is there tells nothing.
        if screen is not None and screen.test is not None:
            values[PRESENCE] = fields is not None
        for name, value in values.items():
            runs = shown.get(name)
            if runs is None:
                shown[name] = [_Run(value, paint, paint)]
                continue
            run = runs[-1]
            if run.value == value:
                runs[-1] = _Run(value, run.first, paint)
                continue
            self.tally.meet(paint.at, (paint.view, paint.entity))
            runs.append(_Run(value, paint, paint))
            if len(runs) > 2 and runs[-3].value == value:
                self._return(name, runs)

    def _return(self, name: str, runs: list[_Run]) -> None:
        """Judge the last run, which brings back the value of the one before the last.

        After a flap, or where a pending change was honestly taken back, the value in between
        is forgotten: A, B pending, A and later B by somebody else is one step from A to B.
        """
        old, between, new = runs[-3:]
        if self._is_true(name, old, between, new):
            return
        if not self._is_asked_for(name, between, new):
            paint, tell = new.first, partial(self._story, name, old, between, new)
            self.tally.stories.append(Failure(paint.time_us, paint.at, tell))
        runs[-3:] = [old._replace(last=new.last)]

    def _is_true(self, name: str, old: _Run, between: _Run, new: _Run) -> bool:
        """Tell whether the backend went there and back between what the view had seen.

        A paint of no version may rest on anything committed by then.
        """
        seen, paint = old.last.version, new.first
        screen = self._replay.screens.get((paint.at, paint.view))
        was_there = False
        for held in self._versions.get(paint.entity, ()):
            too_new = held.version > paint.version if paint.version >= 0 else held.seq > paint.seq
            if held.version <= seen or too_new:
                continue
            value = _value(screen, paint.entity, name, held.fields)
            if value == between.value:
                was_there = True
            elif value == new.value and was_there:
                return True
        return False

    def _is_asked_for(self, name: str, between: _Run, new: _Run) -> bool:
        """Tell whether the person's own intents account for the way there or back."""
        if self._setter(name, new.first):
            return True
        pending = between.last
        setter = self._setter(name, pending)
        if not setter or self._held_at(name, pending) == between.value:
            return False
        intent = self._evidence.intents.get(setter)
        if intent is None or intent.outcome is None or intent.outcome.seq > new.first.seq:
            return False
        data = intent.outcome.data or {}
        result = (data.get("items") or {}).get(pending.entity, data.get("result"))
        committed = any(commit.entity == pending.entity for commit in intent.commits)
        return result in HONEST and not committed

    def _setter(self, name: str, paint: Record) -> str:
        """Return the pending intent that gave a field the value painted, empty if none did."""
        data = paint.data or {}
        fields = data.get("fields")
        for intent in reversed(data.get("overlays") or ()):
            sets = self._overlays.get((paint.at, intent, paint.entity))
            if name == PRESENCE:
                is_shown = fields is not None
                return str(intent) if self._held_at(name, paint) != is_shown else ""
            if sets is not None and name in sets:
                return str(intent) if fields is not None and sets[name] == fields[name] else ""
        return ""

    def _held_at(self, name: str, paint: Record) -> Any:
        """Return what a view would show of a field without overlays, None if nobody knows."""
        screen = self._replay.screens.get((paint.at, paint.view))
        for held in self._versions.get(paint.entity, ()):
            if held.version == paint.version:
                return _value(screen, paint.entity, name, held.fields)
        return None

    def _story(self, name: str, old: _Run, between: _Run, new: _Run) -> Story:
        paint = new.first
        reason, records = because(self._evidence.history, paint)
        values = [_said(name, run.value) for run in (old, between, new)]
        over = (between.last.data or {}).get("overlays")
        pending = f", with the pending {' and '.join(over)} painted over it" if over else ""
        return Story(
            text=(
                f"{paint.at}'s view {paint.view} showed for {row_name(paint.entity)}: {values[0]},"
                f" at {seconds(old.last.time_us)}; {values[1]}, at"
                f" {seconds(between.first.time_us)}{pending}; and {values[2]} again, at"
                f" {seconds(paint.time_us)}. The backend had not gone there and back.{reason}"
            ),
            records=tuple(
                sorted({old.last.seq, between.first.seq, between.last.seq, *records, paint.seq})
            ),
            at_us=paint.time_us,
            client=paint.at,
            entity=paint.entity,
        )


def _value(screen: Screen | None, entity: str, name: str, fields: dict[str, Any]) -> Any:
    """Return what a view shows of a field of a row that the backend holds so."""
    if name != PRESENCE:
        return fields.get(name)
    assert screen is not None, entity
    assert screen.test is not None, entity
    return screen.test(fields)


def _said(name: str, value: Any) -> str:
    if name == PRESENCE:
        return "the row" if value else "no such row"
    return f"{name} {value}"


CHECK = Check(
    name="NOFLAP",
    statement=(
        "No view shows a value, then another, and then the first again, unless the backend held"
        " them in that order or the person's own refused intent was taken back."
    ),
    source=(
        "The flicker of optimistic lists: D. Dorfmeister, Concurrent Optimistic Updates in React"
        " Query, 2025; as a property it is Monotonic Reads of values instead of versions."
    ),
    needs=(
        "paint records with all fields, the version and the overlays, overlay records with the"
        " fields they set, row, commit and outcome records, and mount records with the query."
    ),
    proves_not=(
        "Each field of each row is judged by itself and only while its view is on screen. A value"
        " that comes back because the backend went back, too, passes however late it is, and a"
        " step back that shows a third value is for MONO."
    ),
    judge=judge,
)
