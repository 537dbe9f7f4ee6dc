"""XVIEW: the copies of one row on one client's screen agree, or are being brought to agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

from syncsim.checks.copies import Sieved, sieve
from syncsim.checks.evidence import Evidence, row_name, seconds
from syncsim.checks.grace import Grace
from syncsim.checks.picked import about
from syncsim.checks.screen_prose import lasted
from syncsim.checks.verdict import Check, Finding, Story, conclude
from syncsim.history import Record
from syncsim.staleness.underway import EVERYBODY, Underway

Pair = tuple[str, str]
"""The two views that show a row, in alphabetical order."""


def judge(evidence: Evidence) -> Finding:
    """Compare the copies of each row that an instant touched, and watch those that differ."""
    watch, sieved = _Watch(evidence), None if evidence.is_walked else sieve(evidence)
    for record in _about(evidence, sieved):
        if record.time_us != watch.now_us:
            watch.end_instant(record.time_us)
        watch.take(record)
    watch.finish(evidence.history.end_us)
    return conclude(
        "XVIEW",
        seen=len(watch.seen) if sieved is None else sieved.seen,
        stories=sorted(watch.stories, key=lambda story: (story.at_us, story.client)),
        missing="no row changed on a screen that showed it twice",
        held="two copies of a row on one screen differed only while they were being mended",
    )


def _about(evidence: Evidence, sieved: Sieved | None) -> Iterable[Record]:
    """Return, in order, what brings about and what excuses the rifts of some clients, or of all."""
    if sieved is not None and not sieved.clients:
        return ()
    records = evidence.under_way_and("mount", "unmount", "paint")
    return records if sieved is None else about(sieved.clients, records)


class _Copy(NamedTuple):
    """A row as one view shows it, and when that was painted."""

    fields: dict[str, Any]
    seq: int
    time_us: int


@dataclass(slots=True)
class _Rift:
    """Two copies of a row that differ.

    `bare_us` is since when nothing excuses it, -1 while something does. `failed_us` is since
    when it was first without excuse for too long; `said` and `records` tell of it.
    """

    bare_us: int = -1
    failed_us: int = -1
    said: str = ""
    records: tuple[int, ...] = ()


class _Watch:
    """The pass over the history."""

    def __init__(self, evidence: Evidence) -> None:
        self.now_us = 0
        self.seen: dict[str, None] = {}
        self.stories: list[Story] = []
        self._grace: Grace[tuple[str, str, Pair, _Rift]] = Grace(evidence.paint_us)
        self._underway = Underway()
        # By client: the rows it shows, each with its copies by view.
        self._copies: dict[str, dict[str, dict[str, _Copy]]] = {}
        # By client and row: the rifts by the two views.
        self._rifts: dict[str, dict[str, dict[Pair, _Rift]]] = {}
        # What the instant touched: by client, the rows.
        self._touched: dict[str, dict[str, None]] = {}

    def take(self, record: Record) -> None:
        """Take one record in; nothing is concluded before the instant is over."""
        kind = record.kind
        if kind == "paint":
            self._paint(record)
        elif kind in ("mount", "unmount"):
            for entity, copies in self._copies.get(record.at, {}).items():
                if copies.pop(record.view, None):
                    self._touched.setdefault(record.at, {})[entity] = None
        else:
            client = self._underway.apply(record)
            for each in self._rifts if client == EVERYBODY else (client,):
                if self._rifts.get(each):
                    self._touched.setdefault(each, {})

    def _paint(self, record: Record) -> None:
        entity, fields = record.entity, (record.data or {}).get("fields")
        copies = self._copies.setdefault(record.at, {}).setdefault(entity, {})
        old = copies.pop(record.view, None)
        if fields is not None:
            copies[record.view] = _Copy(fields, record.seq, record.time_us)
            if old is not None and len(copies) > 1 and old.fields != fields:
                self.seen[entity] = None
        self._touched.setdefault(record.at, {})[entity] = None

    def end_instant(self, next_us: int) -> None:
        """Look at every client that the instant touched; nothing changes then until `next_us`."""
        for client, entities in self._touched.items():
            for entity in entities:
                self._compare(client, entity)
            for entity, rifts in self._rifts.get(client, {}).items():
                for pair, rift in rifts.items():
                    self._ask(client, entity, pair, rift)
        self._touched.clear()
        for bare_us, (client, entity, pair, rift) in self._grace.over(next_us):
            if rift.bare_us == bare_us and rift.failed_us < 0:
                rift.failed_us = bare_us
                rift.said, rift.records = self._tell(client, entity, pair, bare_us)
        self.now_us = next_us

    def finish(self, end_us: int) -> None:
        """Conclude on the rifts that are open when the history ends."""
        self.end_instant(end_us)
        for client, rifts_of in self._rifts.items():
            for entity, rifts in rifts_of.items():
                for rift in rifts.values():
                    self._close(client, entity, rift, ended=False)

    def _compare(self, client: str, entity: str) -> None:
        """Open and close the rifts between the copies of one row."""
        copies = self._copies[client][entity]
        apart = [
            pair
            for pair in combinations(sorted(copies), 2)
            if _field_apart(copies[pair[0]], copies[pair[1]])
        ]
        rifts_of = self._rifts.setdefault(client, {})
        rifts = rifts_of.get(entity)
        if rifts is None and not apart:
            return
        if rifts is None:
            rifts = rifts_of[entity] = {}
        for pair in [pair for pair in rifts if pair not in apart]:
            self._close(client, entity, rifts.pop(pair), ended=True)
        for pair in apart:
            rifts.setdefault(pair, _Rift())
        if not rifts:
            del rifts_of[entity]

    def _ask(self, client: str, entity: str, pair: Pair, rift: _Rift) -> None:
        """See whether something under way excuses a rift now."""
        underway = self._underway
        excused = underway.will_hear_of(client, entity) or any(
            underway.is_fetching(client, view) for view in pair
        )
        if excused:
            rift.bare_us = -1
        elif rift.bare_us < 0:
            rift.bare_us = self.now_us
            self._grace.begin(self.now_us, (client, entity, pair, rift))

    def _close(self, client: str, entity: str, rift: _Rift, *, ended: bool) -> None:
        """Conclude on a rift that has closed, or outlived the record."""
        rift.bare_us = -1
        if rift.failed_us < 0:
            return
        self.stories.append(
            Story(
                text=f"{rift.said} {lasted(rift.failed_us, self.now_us, ended=ended)}",
                records=rift.records,
                at_us=rift.failed_us,
                client=client,
                entity=entity,
            )
        )

    def _tell(
        self, client: str, entity: str, pair: Pair, bare_us: int
    ) -> tuple[str, tuple[int, ...]]:
        """Tell of two copies that differ without excuse."""
        one, other = (self._copies[client][entity][view] for view in pair)
        name = _field_apart(one, other)
        text = (
            f"On {client}'s screen {row_name(entity)} had {name} {one.fields[name]} in {pair[0]},"
            f" painted at {seconds(one.time_us)}, and {name} {other.fields[name]} in {pair[1]},"
            f" painted at {seconds(other.time_us)}. From {seconds(bare_us)} on neither was"
            " being fetched and no event about the row was on its way."
        )
        return text, tuple(sorted((one.seq, other.seq)))


def _field_apart(one: _Copy, other: _Copy) -> str:
    """Return the first field that both copies show with different values, empty if none."""
    if one.fields == other.fields:
        return ""
    theirs = other.fields
    return next(
        (name for name, value in one.fields.items() if name in theirs and theirs[name] != value),
        "",
    )


CHECK = Check(
    name="XVIEW",
    statement=(
        "Two copies of a row on one client's screen never disagree on a field that both show,"
        " unless one of them is being fetched or an event about the row is on its way."
    ),
    source=(
        "Mutual consistency of replicas, applied to the copies inside one client, as a normalised"
        " cache gives it: the entity that a list, a detail view and a slice store all hold."
    ),
    needs="paint, mount and unmount records, fetches with their ends, and sends of events.",
    proves_not=(
        "Copies that agree may both be old; that is for INVAL and CONV. Rows that one view lists"
        " and another should list but does not are not compared, only fields of rows shown twice."
    ),
    judge=judge,
)
