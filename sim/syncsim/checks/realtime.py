"""LINEAR: requests that were over before another began come before it at the backend."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from syncsim.checks.evidence import Evidence, seconds
from syncsim.checks.prose import chose
from syncsim.checks.tally import Tally
from syncsim.checks.verdict import Check, Failure, Finding, Story
from syncsim.timelines.joins import groups, last_before, previous
from syncsim.timelines.tables import Table

if TYPE_CHECKING:
    from syncsim.timelines.tables import Ints, Mask


class _Done(NamedTuple):
    """What was over, in order: by which record, and at which point of the backend's order."""

    seq: Ints
    lsn: Ints


class _Requests(NamedTuple):
    """Requests that have a place in the backend's order, one entry each in every array.

    `began` is where the table has the beginning of each; the others are of the record that tells
    its place.
    """

    began: Ints
    seq: Ints
    time_us: Ints
    lsn: Ints


def judge(evidence: Evidence) -> Finding:
    """Hold each request's place in the backend's order against all that was over before it."""
    return tally(evidence).finding()


def tally(evidence: Evidence) -> Tally:
    """Return what became of the requests of each client."""
    import numpy as np

    found = Tally(
        check="LINEAR",
        missing="no answered request was sent after another had been answered",
        held="the backend put every request after all that were over when it was sent",
    )
    table = evidence.tables.of("intent", "outcome", "fetch", "fetched")
    done = _done(evidence, table)
    furthest = _furthest(table, done)
    reads = _reads(evidence, table, furthest >= 0)
    writes = _writes(evidence, table, furthest >= 0)
    began, seq, time_us, lsn = (np.concatenate(pair) for pair in zip(reads, writes, strict=True))
    clients, counts = np.unique(table.at[began], return_counts=True)
    for client, count in zip(clients.tolist(), counts.tolist(), strict=True):
        found.counted[table.names[client]] += count
    before = furthest[began]
    is_write = np.arange(len(began)) >= len(reads.began)
    # A write makes a point of its own, after those before it; a read may be at the same.
    wrong = np.flatnonzero(lsn < done.lsn[before] + is_write)
    for place in wrong.tolist():
        at = began[place]
        seqs = int(done.seq[before[place]]), int(table.seq[at]), int(seq[place])
        tell = partial(_story, evidence, *seqs, int(done.lsn[before[place]]))
        at_us = max(int(table.time_us[at]), int(time_us[place]))
        found.stories.append(Failure(at_us, table.names[table.at[at]], tell))
    return found


def _done(evidence: Evidence, table: Table) -> _Done:
    """Return all that was over at some time: what was read, and what somebody was told ok for."""
    import numpy as np

    is_read = table.is_of("fetched") & (table.lsn >= 0)
    told = []
    for promise in evidence.promises:
        commit = evidence.commits_by_version.get((promise.entity, promise.version))
        if commit is not None and commit.lsn >= 0:
            told.append((promise.outcome.seq, commit.lsn))
    told_seq, told_lsn = np.array(told, dtype=np.int64).reshape(-1, 2).T
    seq = np.concatenate([table.seq[is_read], told_seq])
    lsn = np.concatenate([table.lsn[is_read], told_lsn])
    order = np.argsort(seq, kind="stable")
    return _Done(seq[order], lsn[order])


def _furthest(table: Table, done: _Done) -> Ints:
    """Return what had the furthest point of all that was over before each record; -1 for none.

    What ends in the instant in which another request begins overlaps with it.
    """
    import numpy as np

    instant = np.cumsum(np.diff(table.time_us, prepend=table.time_us[:1]) != 0)
    ended = instant[np.searchsorted(table.seq, done.seq)]
    # Of several with the same point, the first counts.
    is_further = np.diff(np.maximum.accumulate(done.lsn), prepend=-1) > 0
    furthest = np.maximum.accumulate(np.where(is_further, np.arange(len(is_further)), -1))
    return np.append(-1, furthest)[np.searchsorted(ended, instant)]


def _reads(evidence: Evidence, table: Table, is_after: Mask) -> _Requests:
    """Return the fetches that were answered and began after something was over.

    An answer ends the fetch of its message that began first and is not ended yet.
    """
    import numpy as np

    is_fetch = table.is_of("fetch") & is_after
    places = np.flatnonzero(is_fetch | (table.is_of("fetched") & (table.lsn >= 0)))
    fetches, is_sent = table.take(places), is_fetch[places]
    group = groups(fetches.at, _messages(evidence, table)[places])
    last = previous(group)
    is_open = (last >= 0) & is_sent[last]
    first, ended = np.flatnonzero(is_sent & ~is_open), ~is_sent & is_open
    seq, answer = fetches.seq, fetches.take(ended)
    began = first[last_before(group[ended], answer.seq, group[first], seq[first])]
    return _Requests(places[began], answer.seq, answer.time_us, answer.lsn)


def _messages(evidence: Evidence, table: Table) -> Ints:
    """Return a number for the message of each record, of those that fetch or are fetched.

    The table of a history that stays in its file has no messages; there they are told apart as
    long as they are under way.
    """
    import numpy as np

    if evidence.history.is_in_memory:
        return table.message
    numbers: list[int] = []
    under_way: dict[tuple[str, str], int] = {}
    for record in evidence.of("fetch", "fetched"):
        message = record.at, record.message
        if record.kind == "fetch":
            numbers.append(under_way.setdefault(message, record.seq))
        elif record.lsn >= 0:
            numbers.append(under_way.pop(message, record.seq))
        else:
            numbers.append(-1)
    messages = np.full(len(table), -1)
    messages[table.is_of("fetch", "fetched")] = numbers
    return messages


def _writes(evidence: Evidence, table: Table, is_after: Mask) -> _Requests:
    """Return the intents that were committed and were asked for after something was over."""
    import numpy as np

    found = []
    for intent in evidence.intents.values():
        places = [commit for commit in intent.commits if commit.lsn >= 0]
        if places:
            first = min(places, key=lambda commit: commit.lsn)
            found.append((intent.asked.seq, first.seq, first.time_us, first.lsn))
    asked, seq, time_us, lsn = np.array(found, dtype=np.int64).reshape(-1, 4).T
    began = np.searchsorted(table.seq, asked)
    kept = is_after[began]
    return _Requests(began[kept], seq[kept], time_us[kept], lsn[kept])


def _story(evidence: Evidence, told_seq: int, began_seq: int, placed_seq: int, lsn: int) -> Story:
    """Tell of a request that was put before commit `lsn`, of which somebody had been told."""
    history = evidence.history
    told, began, placed = history[told_seq], history[began_seq], history[placed_seq]
    if told.kind == "outcome":
        first = (
            f"{chose(evidence.intents[told.intent])} and was told ok at"
            f" {seconds(told.time_us)}; that was commit {lsn}."
        )
    else:
        first = (
            f"At {seconds(told.time_us)} {told.at}'s view {told.view} had an answer that the"
            f" backend had read at commit {lsn}."
        )
    if began.kind == "intent":
        second = (
            f"After that {chose(evidence.intents[began.intent])}, and the backend put it"
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
