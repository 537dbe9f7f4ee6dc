"""COST: the traffic of a run stays within the bounds that its header states."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable

from syncsim.checks.done import run_ended
from syncsim.checks.evidence import Evidence, seconds
from syncsim.checks.verdict import Check, Finding, Status, Story, conclude
from syncsim.history import Record, Records
from syncsim.staleness.costs import Costs, costs

SECOND_US = 1_000_000

REQUESTS = ("query", "mutate", "audit", "checkpoint")
RECONNECTS = ("reconnect", "online")
"""What a fetch is set off by when a client comes back."""


def judge(evidence: Evidence) -> Finding:
    """Hold what a run spent against each bound that its header states."""
    bounds = evidence.header.get("bounds", {})
    stated = [name for name in BOUNDS if name in bounds]
    parts = [BOUNDS[name](evidence.history, bounds[name]) for name in stated]
    unmet = [part.why for part in parts if part.status is Status.UNKNOWN]
    return conclude(
        "COST",
        seen=0 if unmet else sum(part.seen for part in parts),
        stories=[story for part in parts for story in part.stories],
        missing=unmet[0] if unmet else f"the header states none of the bounds {', '.join(BOUNDS)}",
        held=f"the run kept within its bounds: {', '.join(stated)}",
    )


def _requests_per_commit(history: Records, bound: int) -> Finding:
    """Judge the HTTP requests of all clients, lost ones included, for each transaction."""
    return _per_commit(history, bound, "request", lambda spent: spent.requests)


def _bytes_per_commit(history: Records, bound: int) -> Finding:
    """Judge the bytes sent by anybody for each transaction."""
    return _per_commit(history, bound, "byte", lambda spent: spent.bytes)


def _per_commit(history: Records, bound: int, unit: str, count: Callable[[Costs], int]) -> Finding:
    spent = costs(history)
    total, commits, ended = count(spent), spent.commits, run_ended(history)
    stories = []
    # Until the run ends, the next commit may bring the average down again.
    if ended and commits and total > bound * commits:
        sent = [record for record in history.of("send") if _weight(record, unit) > 0]
        by_client: Counter[str] = Counter()
        for record in sent:
            by_client[_client(record)] += _weight(record, unit)
        client, most = max(by_client.items(), key=lambda item: item[1])
        text = (
            f"Until {seconds(sent[-1].time_us)} there were {_counted(total, unit)} for"
            f" {_counted(commits, 'commit')}; the bound is {bound} for each. The most, {most}, were"
            f" {client}'s, the first at"
            f" {seconds(next(r.time_us for r in sent if _client(r) == client))}."
        )
        records = tuple(dict.fromkeys((sent[0].seq, sent[-1].seq)))
        stories.append(Story(text=text, records=records, at_us=sent[-1].time_us, client=client))
    missing = f"no {unit} was recorded" if commits else "nothing was committed"
    missing = missing if ended else "the run did not end"
    seen = commits if total and ended else 0
    return conclude("COST", seen=seen, stories=stories, missing=missing, held=unit)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _weight(record: Record, unit: str) -> int:
    """Return what a message adds to a total."""
    data = record.data or {}
    if unit == "byte":
        weight: int = data.get("bytes", 0)
        return weight
    return int(data.get("what") in REQUESTS)


def _client(record: Record) -> str:
    """Return the client at one end of a message."""
    return record.peer if record.at == "backend" else record.at


def _reconnect_peak_per_s(history: Records, bound: int) -> Finding:
    """Judge the most connections and fetches of clients coming back within any second.

    A connection counts when it opens anew, a fetch when it leaves because of that.
    """
    returning = [record for record in history.of("open", "fetch") if _is_return(record)]
    window: deque[Record] = deque()
    peak: tuple[Record, ...] = ()
    for record in returning:
        window.append(record)
        while record.time_us - window[0].time_us >= SECOND_US:
            window.popleft()
        if len(window) > len(peak):
            peak = tuple(window)
    stories = []
    if len(peak) > bound:
        opened = sum(record.kind == "open" for record in peak)
        text = (
            f"Within one second from {seconds(peak[0].time_us)} clients coming back opened"
            f" {_counted(opened, 'connection')} and sent {len(peak) - opened} fetches, {len(peak)}"
            f" together; the bound is {bound}. The first was {peak[0].at}, the last {peak[-1].at}"
            f" at {seconds(peak[-1].time_us)}."
        )
        records = tuple(record.seq for record in peak)
        stories.append(Story(text=text, records=records, at_us=peak[0].time_us, client=peak[0].at))
    return conclude(
        "COST", seen=len(returning), stories=stories, missing="no client came back", held="peak"
    )


def _is_return(record: Record) -> bool:
    data = record.data or {}
    if record.kind == "open":
        return record.at != "backend" and int(data.get("epoch", 0)) > 1
    return data.get("trigger") in RECONNECTS


BOUNDS: dict[str, Callable[[Records, int], Finding]] = {
    "requests_per_commit": _requests_per_commit,
    "bytes_per_commit": _bytes_per_commit,
    "reconnect_peak_per_s": _reconnect_peak_per_s,
}
"""The bounds that a header may state under `bounds`, whole numbers each, and who judges them."""


CHECK = Check(
    name="COST",
    statement=(
        "Requests and bytes for each commit, and connections and fetches of clients coming back"
        " within a second, stay within the bounds that the header states."
    ),
    source=(
        "The bounds are the scenario's own. Why a peak has one: the thundering herd after a"
        " restart, rails/rails issue 40229 and phoenixframework/phoenix issue 4045."
    ),
    needs=(
        "at least one of requests_per_commit, bytes_per_commit and reconnect_peak_per_s under the"
        " header's bounds, send records with what and bytes, commit records, the end of the run,"
        " and for the peak open records with the epoch and fetch records with the trigger."
    ),
    proves_not=(
        "A bound that is not stated is not judged. Totals are over the whole run, so a burst may"
        " hide in a long one. The peak leaves out fetches that come later than their reconnection"
        " and for another reason, such as a retry, and handshakes weigh nothing."
    ),
    judge=judge,
)
