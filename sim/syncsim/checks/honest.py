"""HONEST: a client that calls itself live can be reached.

A half-open connection is the case in point:

    the path of op-1's socket dies      nothing is told to either end
    a change is published for op-1      it goes nowhere
    op-1's badge says "live"            until a heartbeat fails to come, if there are any
"""

from __future__ import annotations

from typing import NamedTuple

from syncsim.checks.bounds import bound_us
from syncsim.checks.evidence import Evidence, row_name, seconds
from syncsim.checks.screen_prose import lasted
from syncsim.checks.tally import Tally
from syncsim.checks.verdict import Check, Finding, Story
from syncsim.history import Record


class Deafness(NamedTuple):
    """A stretch in which a client believed a dead socket; `closed` is None if it never learnt."""

    opened: Record | None
    began: Record
    closed: Record | None
    end_us: int

    @property
    def length_us(self) -> int:
        """Return how long the client believed it."""
        return self.end_us - self.began.time_us


def judge(evidence: Evidence) -> Finding:
    """Measure each stretch in which a client believed a socket on which nothing could come."""
    bound = bound_us(evidence, "deaf_us")
    tally = Tally(
        check="HONEST",
        missing="no client believed a dead socket to be open, so no badge could lie",
        held=f"every client noticed within {seconds(bound)} that nothing came any more",
    )
    for stretch in deafnesses(evidence):
        if stretch.length_us > bound:
            tally.stories.append(_story(evidence, stretch, bound))
        if stretch.closed is not None or stretch.length_us > bound:
            tally.meet(stretch.began.at, stretch.began.seq)
    return tally.finding()


def deafnesses(evidence: Evidence) -> list[Deafness]:
    """Return the stretches in order of their beginnings.

    A `close` at the client ends one, whatever its epoch says, and so does a new `open`: it shows
    that the client had given the old connection up.
    """
    found: list[Deafness] = []
    opened: dict[str, Record] = {}
    open_ones: dict[str, Record] = {}
    for record in evidence.of("open", "deaf", "close"):
        if record.at not in evidence.clients:
            continue
        if record.kind == "deaf":
            open_ones.setdefault(record.at, record)
            continue
        began = open_ones.pop(record.at, None)
        if began is not None:
            found.append(Deafness(opened.get(record.at), began, record, record.time_us))
        if record.kind == "open":
            opened[record.at] = record
        else:
            opened.pop(record.at, None)
    end_us = evidence.history.end_us
    found += [Deafness(opened.get(at), began, None, end_us) for at, began in open_ones.items()]
    return sorted(found, key=lambda stretch: stretch.began.seq)


def _story(evidence: Evidence, stretch: Deafness, bound: int) -> Story:
    """Tell of a badge that lied, and of the first change that went unheard meanwhile."""
    opened, began, closed, end_us = stretch
    client = began.at
    since = f", open since {seconds(opened.time_us)}," if opened else ""
    records = [record.seq for record in (opened, began, closed) if record]
    unheard = [
        record
        for record in evidence.of("lose")
        if record.at == client
        and (record.data or {}).get("what") == "event"
        and began.seq < record.seq
        and (closed is None or record.seq < closed.seq)
    ]
    missed = "Nothing was published for it in that time."
    if unheard:
        first = unheard[0]
        records.append(first.seq)
        number = "one change" if len(unheard) == 1 else f"{len(unheard)} changes"
        missed = (
            f"It missed {number} in that time, the first of {row_name(first.entity)}, at"
            f" {seconds(first.time_us)}."
        )
    noticed = lasted(began.time_us, end_us, ended=closed is not None)
    return Story(
        text=(
            f"{client}'s socket{since} went dead at {seconds(began.time_us)}: nothing that was"
            f" sent to it could arrive. {client} went on showing itself as live. {noticed} The"
            f" bound is {seconds(bound)}. {missed}"
        ),
        records=tuple(sorted(records)),
        at_us=began.time_us,
        client=client,
    )


CHECK = Check(
    name="HONEST",
    statement=(
        "No client takes its socket to be open for longer than the bound deaf after nothing sent"
        " to it can arrive any more."
    ),
    source=(
        "The half-open connection of RFC 9293, section 3.5.1, and the heartbeats against it: RFC"
        " 6455, section 5.5; how long it may take is T. D. Chandra and S. Toueg's completeness of"
        " a failure detector, JACM 1996, with a bound."
    ),
    needs="deaf, open and close records of the clients, and the bound deaf_us of the header.",
    proves_not=(
        "It asks whether a client that believes itself connected could be reached, not whether"
        " anything was sent. A client that says that it is offline may show data of any age, and"
        " a socket that is merely slow is not dead. A stretch that the end of the record cuts off"
        " within the bound is not judged."
    ),
    judge=judge,
)
