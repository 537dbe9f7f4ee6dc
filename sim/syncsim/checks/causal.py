"""CAUSAL: nobody sees a row as it was before a change that led to what they have seen already."""

from __future__ import annotations

from bisect import bisect_right
from functools import partial
from typing import NamedTuple

from syncsim.checks.evidence import Evidence, row_name, seconds
from syncsim.checks.learnt import Learnt, Lesson, how_learnt, painted_over
from syncsim.checks.prose import because, chose
from syncsim.checks.ryw import promised
from syncsim.checks.tally import Tally, taken_from
from syncsim.checks.verdict import Check, Failure, Finding, Story
from syncsim.history import Record

Clock = dict[str, int]
"""How much of each client's session is in a past: everything it learnt before this `seq`."""


class _Reach(NamedTuple):
    """A reading that brought more of another session into a past.

    From `seq` on, the past holds that session up to `until`, because `intent` was read.
    """

    until: int
    seq: int
    intent: str


def judge(evidence: Evidence) -> Finding:
    """Hold each paint of a row against the newest version of it in its client's causal past."""
    return tally(evidence).finding()


def tally(evidence: Evidence) -> Tally:
    """Return what each client saw against its causal past."""
    watch = _Watch(evidence)
    for record in evidence.of("intent", "outcome", "paint"):
        if record.kind == "intent":
            watch.ask(record)
        elif record.kind == "outcome":
            intent = evidence.intents.get(record.intent)
            for entity, version in promised(intent, record).items() if intent else ():
                watch.learn(record, entity, version)
        elif record.version >= 0:
            watch.learn(record, record.entity, record.version)
            watch.compare(record)
    return taken_from(watch)


class _Watch:
    """The pass over the history.

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
        self._commits = evidence.commits_by_version
        self._learnt = Learnt()
        self._clocks: dict[str, Clock] = {}
        # By intent: the clock of its client when it was asked.
        self._asked: dict[str, Clock] = {}
        # By client and other client: how the past of the one came to hold more of the other.
        self._reached: dict[tuple[str, str], list[_Reach]] = {}
        self._told: set[tuple[str, str, int]] = set()

    def ask(self, record: Record) -> None:
        """Keep what a client had in its past when it asked for something."""
        clock = self._clocks.get(record.at, {})
        self._asked.setdefault(record.intent, {**clock, record.at: record.seq})

    def learn(self, record: Record, entity: str, version: int) -> None:
        """Take a version, and all that its author had known before asking, into a past.

        Versions that no commit made are the oldest there are; nothing can be older.
        """
        client = record.at
        commit = self._commits.get((entity, version))
        if commit is None:
            return
        self._learnt.add(client, entity, Lesson(record.seq, version, record.seq))
        clock = self._clocks.setdefault(client, {})
        for other, until in self._asked.get(commit.intent, {}).items():
            if other != client and until > clock.get(other, -1):
                clock[other] = until
                reached = self._reached.setdefault((client, other), [])
                reached.append(_Reach(until, record.seq, commit.intent))

    def compare(self, paint: Record) -> None:
        """Compare a paint with the newest version of its row in its client's past."""
        client, entity = paint.at, paint.entity
        without = painted_over(paint, self._evidence)
        own = self._learnt.newest(client, entity, before=paint.seq, without=without)
        missing, knower = own, client
        for other, until in self._clocks.get(client, {}).items():
            lesson = self._learnt.newest(other, entity, before=until, without=without)
            if lesson is not None:
                self.tally.meet(client, entity)
                if missing is None or lesson.version > missing.version:
                    missing, knower = lesson, other
        if missing is None or missing.version <= paint.version:
            return
        if (client, entity, missing.version) not in self._told:
            self._told.add((client, entity, missing.version))
            tell = partial(self._story, paint, missing, knower)
            self.tally.stories.append(Failure(paint.time_us, client, tell))

    def _chain(self, client: str, knower: str, lesson: Lesson) -> list[tuple[str, _Reach]]:
        """Return the readings that lead from a client back to what another one knew."""
        chain: list[tuple[str, _Reach]] = []
        while client != knower:
            reached = self._reached[client, knower]
            reach = reached[bisect_right(reached, lesson.seq, key=lambda each: each.until)]
            chain.append((client, reach))
            client = self._evidence.intents[reach.intent].asked.at
        return chain

    def _story(self, paint: Record, lesson: Lesson, knower: str) -> Story:
        history, entity = self._evidence.history, paint.entity
        commit = self._commits[entity, lesson.version]
        chain = self._chain(paint.at, knower, lesson)
        steps = [f"{how_learnt(history, knower, entity, lesson)}."]
        records = {commit.seq, lesson.seq, paint.seq}
        for reader, reach in reversed(chain):
            intent = self._evidence.intents[reach.intent]
            seen = history[reach.seq]
            steps.append(
                f"After that {chose(intent)}, and {reader} saw that change at"
                f" {seconds(seen.time_us)}, in version {seen.version} of {row_name(seen.entity)}."
            )
            records |= {intent.asked.seq, reach.seq}
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
