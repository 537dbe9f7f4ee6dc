"""ROLL: every view is the confirmed rows plus the intents still pending, rollbacks included."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from syncsim.checks.evidence import Evidence, row_name, seconds
from syncsim.checks.grace import Grace
from syncsim.checks.overlays import PRESENCE, Layer, Overlays
from syncsim.checks.painted import Pairs, suspects
from syncsim.checks.picked import picked
from syncsim.checks.prose import chose
from syncsim.checks.screen_prose import Commits, Fields, change_of, differing, lasted
from syncsim.checks.verdict import Check, Finding, Story, conclude
from syncsim.history import Record
from syncsim.history.replay import Replay, Screen
from syncsim.timelines.joins import groups_of_both

_VIEWS = ("mount", "ready", "unmount")
_SCREEN = (*_VIEWS, "paint", "base")


def judge(evidence: Evidence) -> Finding:
    """Work out after each instant what the touched rows may show, and compare."""
    watch, pairs = _Watch(evidence), None if evidence.is_walked else suspects(evidence)
    for record in _about(evidence, pairs):
        if record.time_us != watch.now_us:
            watch.end_instant(record.time_us)
        watch.take(record)
    watch.finish(evidence.history.end_us)
    return conclude(
        "ROLL",
        seen=_failed_intents(evidence),
        stories=sorted(watch.stories, key=lambda story: (story.at_us, story.client)),
        missing="no intent was refused or lost, so no rollback took place",
        lacks=("" if pairs is not None else watch.unseen()) or evidence.lacks(overlay="intent"),
        held="every view showed the confirmed rows and the pending intents, and nothing else",
    )


def _about(evidence: Evidence, pairs: Pairs | None) -> Iterable[Record]:
    """Return, in order, what matters for some rows of some clients, or for all."""
    import numpy as np

    kinds = (*_SCREEN, *Overlays.KINDS)
    if pairs is None:
        return evidence.of(*kinds)
    if not len(pairs.at):
        return evidence.of(*_VIEWS)
    table = evidence.tables.of(*kinds)
    pair, wanted = groups_of_both((table.at, table.entity), pairs)
    is_left = np.isin(pair, wanted) & table.is_of("paint", "base", "overlay")
    is_left |= np.isin(table.at, pairs.at) & table.is_of("fetched", "unlay")
    is_left |= np.isin(table.entity, pairs.entity) & table.is_of("commit")
    is_left |= np.isin(table.intent, table.intent[is_left]) & table.is_of("outcome")
    return picked(evidence, table.take(is_left | table.is_of(*_VIEWS)))


def _failed_intents(evidence: Evidence) -> int:
    """Count the intents that were sent and came to nothing, as a whole or for one item."""
    failed = [
        intent
        for intent in evidence.intents.values()
        if intent.outcome
        and any(
            result not in ("ok", "")
            for result in (intent.result, *(intent.outcome.data or {}).get("items", {}).values())
        )
    ]
    if not failed:
        return 0
    sent = evidence.history.intents_of("send")
    return sum(intent.id in sent for intent in failed)


@dataclass(slots=True)
class _Wrong:
    """A row of a view that is not what it should be; once it counts, what is told of it."""

    since_us: int
    what: str
    said: str = ""
    records: tuple[int, ...] = ()


@dataclass(slots=True)
class _View:
    """A mounted view and its rows that are wrong."""

    screen: Screen
    wrong: dict[str, _Wrong] = field(default_factory=dict)


class _Watch:
    """The pass over the history."""

    def __init__(self, evidence: Evidence) -> None:
        self.now_us = 0
        self.stories: list[Story] = []
        self._evidence = evidence
        self._grace: Grace[tuple[_View, str, _Wrong]] = Grace(evidence.paint_us)
        self._replay = Replay(evidence.header)
        self._commits = Commits()
        self._views: dict[str, dict[str, _View]] = {}
        self._overlays = Overlays()
        # By client: the last rollback.
        self._rollbacks: dict[str, Record] = {}
        self._touched: dict[tuple[str, str, str], None] = {}
        self._looked = False

    def take(self, record: Record) -> None:
        """Take one record in; nothing is concluded before the instant is over."""
        kind = record.kind
        if kind in ("paint", "base"):
            self._replay.apply(record)
            self._touched[record.at, record.view, record.entity] = None
        elif kind in ("mount", "ready", "unmount"):
            self._take_view(record)
        else:
            if kind == "commit":
                self._commits.apply(record)
            elif kind == "unlay" and (record.data or {}).get("reason") == "rollback":
                self._rollbacks[record.at] = record
            for client, entity in self._overlays.apply(record):
                for view in self._views.get(client, {}):
                    self._touched[client, view, entity] = None

    def _take_view(self, record: Record) -> None:
        self._replay.apply(record)
        views = self._views.setdefault(record.at, {})
        if record.kind == "ready":
            view = views.get(record.view)
            for entity in {**view.screen.base, **view.screen.shown} if view else ():
                self._touched[record.at, record.view, entity] = None
            return
        left = views.pop(record.view, None)
        if left is not None:
            self._end_all(left, ended=True)
        if record.kind == "mount":
            views[record.view] = _View(self._replay.screens[record.at, record.view])

    def unseen(self) -> str:
        """Say that no view was ever on screen, empty if one was."""
        return "" if self._looked else "no view was on any screen, so there was nothing to compare"

    def end_instant(self, next_us: int) -> None:
        """Look at every row that the instant touched; nothing changes then until `next_us`."""
        for client, name, entity in self._touched:
            view = self._views.get(client, {}).get(name)
            if view is not None and view.screen.ready:
                self._look(view, entity)
        self._touched.clear()
        for since_us, (view, entity, wrong) in self._grace.over(next_us):
            if view.wrong.get(entity) is wrong:
                wrong.said, wrong.records = self._tell(view.screen, entity, wrong.what, since_us)
        self.now_us = next_us

    def finish(self, end_us: int) -> None:
        """Conclude on what is wrong when the history ends."""
        self.end_instant(end_us)
        for views in self._views.values():
            for view in views.values():
                self._end_all(view, ended=False)

    def _look(self, view: _View, entity: str) -> None:
        """See whether one row has become wrong, or is wrong no longer."""
        self._looked = True
        what = self._overlays.what_is_wrong(view.screen, entity)
        wrong = view.wrong.get(entity)
        if what and wrong is None:
            wrong = view.wrong[entity] = _Wrong(self.now_us, what)
            self._grace.begin(self.now_us, (view, entity, wrong))
        elif what and wrong is not None:
            # What is wrong may change, as from a frame that lags to a rollback that it shows.
            wrong.what = what
        elif wrong is not None:
            self._end(view, entity, view.wrong.pop(entity), ended=True)

    def _end_all(self, view: _View, *, ended: bool) -> None:
        for entity, wrong in view.wrong.items():
            self._end(view, entity, wrong, ended=ended)
        view.wrong.clear()

    def _end(self, view: _View, entity: str, wrong: _Wrong, *, ended: bool) -> None:
        """Conclude on a row that is right again, left the screen, or outlived the record."""
        if wrong.said:
            self.stories.append(
                Story(
                    text=f"{wrong.said} {lasted(wrong.since_us, self.now_us, ended=ended)}",
                    records=wrong.records,
                    at_us=wrong.since_us,
                    client=view.screen.client,
                    entity=entity,
                )
            )

    # The story

    def _tell(
        self, screen: Screen, entity: str, what: str, since_us: int
    ) -> tuple[str, tuple[int, ...]]:
        """Tell of a row that is wrong: what it shows, what it should, and why.

        Looked for in this order: a pending intent that is not shown, an intent that failed
        and still is, and a rollback that erased what others had changed.
        """
        painted, row = screen.shown.get(entity), screen.base.get(entity)
        shown, due = painted.fields if painted else None, row.fields if row else None
        before, after, records = "", "", [painted.seq] if painted else []
        hidden = self._hidden(screen, entity, what)
        failed = self._failed(screen, entity, what)
        rollback = self._rollbacks.get(screen.client)
        if hidden is not None:
            before, asked = self._asked(hidden.intent)
            after = " The intent was still pending, but its change was not shown."
            due = None if hidden.fields is None or due is None else {**due, **hidden.fields}
            records += asked
        elif failed is not None:
            before, asked = self._asked(failed.intent)
            after = " What had failed was still shown."
            records += asked
        elif rollback and abs(since_us - rollback.time_us) <= self._evidence.paint_us:
            before, asked = self._asked(rollback.intent)
            read_lsn = self._overlays.read_lsn(screen)
            commit = (
                self._commits.of_version(entity, row.version)
                if row
                else self._commits.as_of(entity, read_lsn)
            )
            erased = change_of(commit) if commit else "what the server had told since"
            after = f" The rollback of {seconds(rollback.time_us)} erased {erased}."
            records += [*asked, rollback.seq, *([commit.seq] if commit else [])]
        text = (
            f"{before}From {seconds(since_us)} on {screen.client}'s view {screen.view} showed for"
            f" {row_name(entity)}: {differing(shown, due)}; it should have shown:"
            f" {differing(_as_seen(due, shown), shown)}.{after}"
        )
        return text, tuple(sorted(set(records)))

    def _hidden(self, screen: Screen, entity: str, what: str) -> Layer | None:
        """Return a pending change that a view must show and does not."""
        for layer, must in self._overlays.applied(screen, entity):
            if must and (layer.fields is None or what in layer.fields):
                return layer
        return None

    def _failed(self, screen: Screen, entity: str, what: str) -> Layer | None:
        """Return a change that came to nothing and that a view still shows."""
        painted = screen.shown.get(entity)
        shown = painted.fields if painted else None
        for layer in self._overlays.failed(screen.client, entity):
            fields = layer.fields
            if shown is None or fields is None:
                is_shown = shown is fields
            elif what == PRESENCE:
                is_shown = all(shown[name] == fields[name] for name in fields if name in shown)
            else:
                is_shown = what in fields and shown[what] == fields[what]
            if is_shown:
                return layer
        return None

    def _asked(self, intent_id: str) -> tuple[str, list[int]]:
        """Tell of an intent: who chose what when, and how it ended."""
        intent = self._evidence.intents.get(intent_id)
        if intent is None:
            return "", []
        records = [intent.asked.seq]
        text = chose(intent)
        outcome = self._overlays.outcome(intent_id)
        if outcome is not None:
            records.append(outcome.seq)
            result = (outcome.data or {}).get("result")
            text += f"; it ended {result} at {seconds(outcome.time_us)}"
        return f"{text}. ", records


def _as_seen(due: Fields, shown: Fields) -> Fields:
    """Return a row without the fields that the view does not show."""
    if due is None or shown is None:
        return due
    return {name: value for name, value in due.items() if name in shown}


CHECK = Check(
    name="ROLL",
    statement=(
        "Every view shows the rows that the server told it of and the client's own pending intents"
        " painted over them, and nothing of an intent that was refused or lost."
    ),
    source=(
        "The rule of optimistic updates as replicated by layers: after a rollback nobody can tell"
        " that the optimistic value existed (apollo-client, PR 6551); Bayou's tentative writes,"
        " SOSP 1995."
    ),
    needs=(
        "base and paint records, overlay and unlay records with the fields they set, intents with"
        " their outcomes and commits, sends, and the header's bound paint_us."
    ),
    proves_not=(
        "Whether the rows that the server told were up to date is for INVAL and CONV. Whether a"
        " pending change should take a row out of a list is the client's own rule, so a row that"
        " such a change touches may come and go."
    ),
    judge=judge,
)
