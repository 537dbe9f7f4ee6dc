"""CAUSAL: nobody sees a row as it was before a change that led to what they have seen already."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from syncsim.checks.evidence import Evidence, row_name, seconds
from syncsim.checks.learnt import Learnt, Lesson, how_learnt, painted_over
from syncsim.checks.prose import because, chose
from syncsim.checks.tally import Tally, taken_from
from syncsim.checks.verdict import Check, Failure, Finding, Story
from syncsim.history import Record
from syncsim.timelines.joins import firsts, groups, groups_of_both, highest_so_far, last_before
from syncsim.timelines.screens import OVERLAYS
from syncsim.timelines.tables import Table

if TYPE_CHECKING:
    from syncsim.timelines.tables import Ints

Clock = dict[str, int]
"""How much of each client's session is in a past: everything it learnt before this `seq`."""


def judge(evidence: Evidence) -> Finding:
    """Hold each paint of a row against the newest version of it in its client's causal past."""
    return tally(evidence).finding()


def tally(evidence: Evidence) -> Tally:
    """Return what each client saw against its causal past."""
    watch = _Watch(evidence)
    paints = evidence.timelines.paints
    paints = paints.take(paints.version >= 0)
    readings = _readings(evidence, paints)
    steps: list[tuple[int, Callable[[Any], None], Any]] = [
        *((intent.asked.seq, watch.ask, intent.asked) for intent in evidence.intents.values()),
        # What a record teaches comes before what it shows.
        *((lesson.seq, watch.learn, lesson) for lesson in _teaching(evidence, paints, readings)),
        *((seq, watch.compare, seq) for seq in _old(paints, readings)),
        *((glance.seq, watch.meet, glance) for glance in _last(paints)),
    ]
    for _, step, what in sorted(steps, key=itemgetter(0)):
        step(what)
    return taken_from(watch)


class _Readings(NamedTuple):
    """Who came to know which version of which row, in order: painted, or told ok for.

    Clients and rows are codes.
    """

    seq: Ints
    at: Ints
    entity: Ints
    version: Ints


class _Reading(NamedTuple):
    """A client that came to know a version, and the commit that made it."""

    seq: int
    client: str
    commit: Record


class _Glance(NamedTuple):
    """A paint of a row, and whether anything pending is painted over it."""

    seq: int
    client: str
    entity: str
    is_painted_over: bool


def _readings(evidence: Evidence, paints: Table) -> _Readings:
    """Return all that clients came to know."""
    import numpy as np

    promises = evidence.promises
    at, entity = evidence.promise_codes
    seq = np.array([promise.outcome.seq for promise in promises], dtype=np.int64)
    version = np.array([promise.version for promise in promises], dtype=np.int64)
    order = np.argsort(np.concatenate([paints.seq, seq]), kind="stable")
    return _Readings(
        seq=np.concatenate([paints.seq, seq])[order],
        at=np.concatenate([paints.at, at])[order],
        entity=np.concatenate([paints.entity, entity])[order],
        version=np.concatenate([paints.version, version])[order],
    )


def _teaching(evidence: Evidence, paints: Table, readings: _Readings) -> list[_Reading]:
    """Return the readings that bring anything new into a past: of each version the first.

    Versions that no commit made are the oldest there are; nothing can be older.
    """
    import numpy as np

    first = firsts(readings.at, readings.entity, readings.version)
    taught = _readings_at(evidence, paints, readings, first)
    for reading in taught:
        intent = evidence.intents.get(reading.commit.intent)
        # A damaged history may show a change before it was asked for. Then it may teach more later.
        if intent is not None and intent.asked.seq > reading.seq:
            return _readings_at(evidence, paints, readings, np.arange(len(readings.seq)))
    return taught


def _readings_at(
    evidence: Evidence, paints: Table, readings: _Readings, places: Ints
) -> list[_Reading]:
    """Return some readings, of those in versions that a commit made."""
    found = []
    columns = (column[places].tolist() for column in readings)
    for seq, at, entity, version in zip(*columns, strict=True):
        commit = evidence.commits_by_version.get((paints.names[entity], version))
        if commit is not None:
            found.append(_Reading(seq, paints.names[at], commit))
    return found


def _old(paints: Table, readings: _Readings) -> list[int]:
    """Return the paints in a version older than one that anybody had come to know."""
    import numpy as np

    row, row_read = groups_of_both([paints.entity], [readings.entity])
    highest = np.append(highest_so_far(row_read, readings.version), -1)
    place = last_before(row, paints.seq, row_read, readings.seq)
    old: list[int] = paints.seq[paints.version < highest[place]].tolist()
    return old


def _last(paints: Table) -> Iterator[_Glance]:
    """Yield the last paint of each row by each client.

    Nothing that was met before is not met there. But what pending intents have made does not
    count: of paints with any over them also the last ones are told, up to one without.
    """
    import numpy as np

    cell = groups(paints.at, paints.entity)
    is_plain = paints.read[:, OVERLAYS] == 0
    last = np.full(len(paints), -1)
    last[cell[is_plain]] = paints.seq[is_plain]
    glances = paints.take(paints.seq >= last[cell])
    columns = (glances.seq, glances.at, glances.entity, glances.read[:, OVERLAYS] > 0)
    for seq, at, entity, is_over in zip(*(each.tolist() for each in columns), strict=True):
        yield _Glance(seq, glances.names[at], glances.names[entity], is_over)


class _Watch:
    """The pass over what can matter of the history.

    A clock is one number a client; it is copied when something is asked and merged when a change
    is seen. What is known of the rows is never copied, only looked up as of a place.
    """

    def __init__(self, evidence: Evidence) -> None:
        self.tally = Tally(
            check="CAUSAL",
            missing="no client saw a row that the author of a change it had seen knew in a version",
            held="every paint showed what its client could know of, or something newer",
        )
        self._evidence = evidence
        self._learnt = Learnt()
        self._clocks: dict[str, Clock] = {}
        # By intent: the clock of its client when it was asked.
        self._asked: dict[str, Clock] = {}
        # By client: the readings that may have brought more of others into its past.
        self._merged: dict[str, list[_Reading]] = {}
        self._told: set[tuple[str, str, int]] = set()

    def ask(self, asked: Record) -> None:
        """Keep what a client had in its past when it asked for something."""
        clock = self._clocks.get(asked.at, {})
        self._asked[asked.intent] = {**clock, asked.at: asked.seq}

    def learn(self, reading: _Reading) -> None:
        """Take a version, and all that its author had known before asking, into a past."""
        seq, client, commit = reading
        self._learnt.add(client, commit.entity, Lesson(seq, commit.version, seq))
        asked = self._asked.get(commit.intent)
        # What it had known before asking for something itself is in its past already.
        if asked is None or self._evidence.intents[commit.intent].asked.at == client:
            return
        clock = self._clocks.setdefault(client, {})
        for other, until in asked.items():
            if until > clock.get(other, -1) and other != client:
                clock[other] = until
        self._merged.setdefault(client, []).append(reading)

    def meet(self, glance: _Glance) -> None:
        """Note whether anybody in a client's past knew a version of a row that it was shown."""
        seq, client, entity, is_painted_over = glance
        clock = self._clocks.get(client)
        if not clock or entity in self.tally.seen.get(client, ()):
            return
        without: tuple[int, ...] = ()
        if is_painted_over:
            without = painted_over(self._evidence.history[seq], self._evidence)
        for other in self._learnt.who_know(entity):
            until = clock.get(other)
            if until is not None and self._learnt.newest(
                other, entity, before=until, without=without
            ):
                self.tally.meet(client, entity)
                return

    def compare(self, seq: int) -> None:
        """Compare a paint with the newest version of its row in its client's past."""
        paint = self._evidence.history[seq]
        client, entity = paint.at, paint.entity
        without = painted_over(paint, self._evidence)
        own = self._learnt.newest(client, entity, before=paint.seq, without=without)
        missing, knower = own, client
        for other, until in self._clocks.get(client, {}).items():
            lesson = self._learnt.newest(other, entity, before=until, without=without)
            if lesson is not None and (missing is None or lesson.version > missing.version):
                missing, knower = lesson, other
        if missing is None or missing.version <= paint.version:
            return
        if (client, entity, missing.version) not in self._told:
            self._told.add((client, entity, missing.version))
            tell = partial(self._story, paint, missing, knower)
            self.tally.stories.append(Failure(paint.time_us, client, tell))

    def _chain(self, client: str, knower: str, lesson: Lesson) -> list[tuple[str, _Reading]]:
        """Return the readings that lead from a client back to what another one knew.

        Each is the first that brought that much of the knower's session into a past.
        """
        chain: list[tuple[str, _Reading]] = []
        while client != knower:
            reading = next(
                each
                for each in self._merged[client]
                if self._asked[each.commit.intent].get(knower, -1) > lesson.seq
            )
            chain.append((client, reading))
            client = self._evidence.intents[reading.commit.intent].asked.at
        return chain

    def _story(self, paint: Record, lesson: Lesson, knower: str) -> Story:
        history, entity = self._evidence.history, paint.entity
        commit = self._evidence.commits_by_version[entity, lesson.version]
        chain = self._chain(paint.at, knower, lesson)
        steps = [f"{how_learnt(history, knower, entity, lesson)}."]
        records = {commit.seq, lesson.seq, paint.seq}
        for reader, reading in reversed(chain):
            intent = self._evidence.intents[reading.commit.intent]
            seen = history[reading.seq]
            steps.append(
                f"After that {chose(intent)}, and {reader} saw that change at"
                f" {seconds(seen.time_us)}, in version {seen.version} of {row_name(seen.entity)}."
            )
            records |= {intent.asked.seq, reading.seq}
        reason, more = because(history, paint)
        return Story(
            text=(
                f"{' '.join(steps)} At {seconds(paint.time_us)} {paint.at}'s view {paint.view}"
                f" showed version {paint.version} of {row_name(entity)}, from before all"
                f" this.{reason}"
            ),
            records=tuple(sorted(records.union(more))),
            at_us=paint.time_us,
            client=paint.at,
            entity=entity,
        )


CHECK = Check(
    name="CAUSAL",
    statement=(
        "No screen shows a row as it was before a version that its person already knows of, or that"
        " the author of a change which its person has seen knew of when asking for it."
    ),
    source=(
        "Causal Memory of M. Ahamad et al., Distributed Computing 1995, with every write"
        " distinguished by its version; the clocks over sessions are those of C. Fidge and F."
        " Mattern, 1988."
    ),
    needs=(
        "intent, outcome and commit records that share the intent's id, and paint records with the"
        " version of the confirmed row."
    ),
    proves_not=(
        "Only paints are judged: a view that is not painted again may go on showing what it"
        " should not, and rows told to a client but never painted (base, fetched) are neither"
        " judged nor part of its past. Two intents of one client that were under way at once are"
        " not ordered here; for one row that is for ORDER. What people tell each other by"
        " telephone is in no history."
    ),
    judge=judge,
)
