"""LINEAR: requests that were over before another began come before it at the backend."""

from __future__ import annotations

from typing import NamedTuple

from syncsim.checks.evidence import Evidence, Intent, seconds
from syncsim.checks.prose import chose
from syncsim.checks.ryw import promised
from syncsim.checks.tally import Tally
from syncsim.checks.verdict import Check, Finding, Story
from syncsim.history import Record


class _Done(NamedTuple):
    """A request that was over: at which point of the backend's order, and who was told when."""

    lsn: int
    told: Record


class _Begun(NamedTuple):
    """A request that began after `before` was over; `at_least` is the first point it may have."""

    began: Record
    before: _Done
    at_least: int


def judge(evidence: Evidence) -> Finding:
    """Hold each request's place in the backend's order against all that was over before it."""
    return tally(evidence).finding()


def tally(evidence: Evidence) -> Tally:
    """Return what became of the requests of each client."""
    watch = _Watch(evidence)
    for record in evidence.of("intent", "outcome", "fetch", "fetched"):
        if record.time_us != watch.now_us:
            watch.end_instant()
            watch.now_us = record.time_us
        watch.take(record)
    return watch.tally


class _Watch:
    """The pass over the history, with the furthest point that any finished request had.

    What ends in the instant in which another request begins overlaps with it.
    """

    def __init__(self, evidence: Evidence) -> None:
        self.now_us = 0
        self.tally = Tally(
            check="LINEAR",
            missing="no answered request was sent after another had been answered",
            held="the backend put every request after all that were over when it was sent",
        )
        self._evidence = evidence
        self._commits = evidence.commits_by_version
        self._furthest: _Done | None = None
        self._ending: list[_Done] = []
        self._reading: dict[tuple[str, str], _Begun] = {}

    def take(self, record: Record) -> None:
        """Take one record in."""
        if record.kind == "fetch":
            if self._furthest is not None:
                begun = _Begun(record, self._furthest, self._furthest.lsn)
                self._reading.setdefault((record.at, record.message), begun)
        elif record.kind == "fetched":
            self._fetched(record)
        else:
            intent = self._evidence.intents.get(record.intent)
            if intent is None:
                return
            if record.kind == "outcome":
                self._told(intent, record)
            elif record.seq == intent.asked.seq:
                self._asked(intent)

    def end_instant(self) -> None:
        """Count what ended in this instant as over."""
        for done in self._ending:
            if self._furthest is None or done.lsn > self._furthest.lsn:
                self._furthest = done
        self._ending.clear()

    def _asked(self, intent: Intent) -> None:
        """Judge a write at once: the history knows already where it was committed."""
        if self._furthest is None:
            return
        places = [commit for commit in intent.commits if commit.lsn >= 0]
        if places:
            first = min(places, key=lambda commit: commit.lsn)
            self._judge(_Begun(intent.asked, self._furthest, self._furthest.lsn + 1), first)

    def _fetched(self, record: Record) -> None:
        if record.lsn < 0:
            return
        begun = self._reading.pop((record.at, record.message), None)
        if begun is not None:
            self._judge(begun, record)
        self._ending.append(_Done(record.lsn, record))

    def _told(self, intent: Intent, outcome: Record) -> None:
        for entity, version in promised(intent, outcome).items():
            commit = self._commits.get((entity, version))
            if commit is not None and commit.lsn >= 0:
                self._ending.append(_Done(commit.lsn, outcome))

    def _judge(self, begun: _Begun, placed: Record) -> None:
        """Judge a request that began after another was over and has its place in the order."""
        client = begun.began.at
        self.tally.count(client)
        if placed.lsn < begun.at_least:
            self.tally.stories.append(self._story(begun, placed))

    def _story(self, begun: _Begun, placed: Record) -> Story:
        done, began = begun.before, begun.began
        told = done.told
        if told.kind == "outcome":
            first = (
                f"{chose(self._evidence.intents[told.intent])} and was told ok at"
                f" {seconds(told.time_us)}; that was commit {done.lsn}."
            )
        else:
            first = (
                f"At {seconds(told.time_us)} {told.at}'s view {told.view} had an answer that the"
                f" backend had read at commit {done.lsn}."
            )
        if began.kind == "intent":
            second = (
                f"After that {chose(self._evidence.intents[began.intent])}, and the backend put it"
                f" in as commit {placed.lsn}, at {seconds(placed.time_us)}."
            )
        else:
            second = (
                f"The fetch that {began.at} sent for {began.view} after that, at"
                f" {seconds(began.time_us)}, was answered at {seconds(placed.time_us)} with what"
                f" the backend had held at commit {placed.lsn}, before it."
            )
        return Story(
            text=f"{first} {second}",
            records=tuple(sorted((told.seq, began.seq, placed.seq))),
            at_us=max(began.time_us, placed.time_us),
            client=began.at,
            entity=placed.entity,
        )


CHECK = Check(
    name="LINEAR",
    statement=(
        "The backend puts every request after all requests that were answered before it was sent:"
        " a write at a later commit, a read at the same commit or a later one."
    ),
    source=(
        "M. Herlihy and J. Wing, Linearizability, TOPLAS 1990, with the whole store as the object;"
        " since the order of commits is known, no order has to be searched for."
    ),
    needs=(
        "intent, outcome and commit records that share the intent's id, fetch and fetched records"
        " that share their message, and the lsn of every commit and of every read."
    ),
    proves_not=(
        "It speaks of the backend, not of screens: a client may be shown an old row although every"
        " request was answered truly. It trusts the read point of an answer and does not look at"
        " its rows, and takes the lsn for the order of versions, which LEGAL looks at. An intent"
        " whose ok was never shown is not over, and nothing has to come after it."
    ),
    judge=judge,
)
