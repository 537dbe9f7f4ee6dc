"""Puts the records of writers with clocks of their own into one order.

They are ordered by time, but no effect comes before its cause: a commit comes after its intent,
what is received after it was sent, and whoever knows of a commit comes after it. A record whose
clock says otherwise waits for its cause and takes over its time. So a clock that is wrong bends
what is measured by as much as it is wrong, but never turns the order round.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from syncsim.history.record import Record

BACKEND = "backend"

_KNOWS = ("base", "paint", "event", "receive", "outcome", "fetched")
"""What a page writes when it knows of a commit."""

_Place = tuple[str, int]
"""A writer, and how many of its records come first."""


def joined(streams: dict[str, list[Record]]) -> Iterator[Record]:
    """Yield the records of all writers in one order, with times counted from the first.

    The backend's end of the run comes last. If two records each wait for the other, which no true
    recording holds, the earlier one goes first.
    """
    ends = [record for stream in streams.values() for record in stream if _is_end(record)]
    queues = {
        writer: [record for record in stream if not _is_end(record)]
        for writer, stream in streams.items()
    }
    start_us = min((record.time_us for queue in queues.values() for record in queue), default=0)
    causes = _Causes(queues)
    fates = _Fates(queues)
    done = dict.fromkeys(queues, 0)
    now_us = start_us
    for _ in range(sum(map(len, queues.values()))):
        heads = [(queues[name][at], name) for name, at in done.items() if at < len(queues[name])]
        ready = [
            (record, name)
            for record, name in heads
            if all(done[writer] >= count for writer, count in causes.of(record, name))
        ]
        record, name = min(ready or heads, key=lambda head: head[0].time_us)
        done[name] += 1
        now_us = max(now_us, record.time_us)
        for each in fates.after(record):
            yield each._replace(time_us=now_us - start_us)
    for end in ends[:1]:
        yield end._replace(time_us=max(now_us, end.time_us) - start_us)


def _is_end(record: Record) -> bool:
    return record.kind == "phase" and (record.data or {}).get("phase") == "end"


class _Causes:
    """Knows which records of other writers a record must come after."""

    def __init__(self, queues: dict[str, list[Record]]) -> None:
        self._of: dict[tuple[str, ...], _Place] = {}
        # How far the backend had committed after each of its commits, and how many records in.
        self._lsns: list[int] = []
        self._counts: list[int] = []
        for writer, queue in queues.items():
            for count, record in enumerate(queue, 1):
                for key in _makes(record):
                    self._of.setdefault(key, (writer, count))
                if writer == BACKEND and record.kind in ("row", "commit") and record.lsn >= 0:
                    self._lsns.append(max(record.lsn, *self._lsns[-1:], 0))
                    self._counts.append(count)

    def of(self, record: Record, writer: str) -> list[_Place]:
        """Return, for other writers, how many of their records must come first."""
        places = [self._of[key] for key in _needs(record) if key in self._of]
        if record.kind in _KNOWS and record.lsn >= 0:
            known = bisect_right(self._lsns, record.lsn)
            if known:
                places.append((BACKEND, self._counts[known - 1]))
        return [place for place in places if place[0] != writer]


def _makes(record: Record) -> list[tuple[str, ...]]:
    """Return the names of what others may wait for."""
    if record.kind == "intent":
        return [("intent", record.intent)]
    if record.kind == "send":
        return [("message", record.message)]
    if record.kind in ("row", "commit", "refuse"):
        decided = [("decided", record.intent)] if record.intent else []
        return [*decided, ("version", record.entity, str(record.version))]
    return []


def _needs(record: Record) -> list[tuple[str, ...]]:
    """Return the names of what a record waits for."""
    if record.kind in ("commit", "refuse") and record.intent:
        return [("intent", record.intent)]
    if record.kind == "receive":
        return [("message", record.message)]
    if record.kind == "outcome" and (record.data or {}).get("result") in ("ok", "refused"):
        return [("decided", record.intent)]
    if record.kind in _KNOWS and record.version >= 0:
        return [("version", record.entity, str(record.version))]
    return []


class _Fates:
    """Tells of events that were sent and never received: nobody else can know it.

    Such an event is lost when the page's socket closes, or at once while it is closed. One that is
    neither received nor lost by the end of the recording may be on its way.
    """

    def __init__(self, queues: dict[str, list[Record]]) -> None:
        records = [record for queue in queues.values() for record in queue]
        self._received = {record.message for record in records if record.kind == "receive"}
        self._open: dict[str, None] = {}
        self._on_the_way: dict[str, list[Record]] = {}

    def after(self, record: Record) -> list[Record]:
        """Return a record and what was lost by it."""
        lost: list[Record] = []
        if record.kind == "open":
            self._open[record.at] = None
        elif record.kind == "close":
            self._open.pop(record.at, None)
            lost = self._on_the_way.pop(record.at, [])
        elif self._is_missed(record):
            if record.peer in self._open:
                self._on_the_way.setdefault(record.peer, []).append(record)
            else:
                lost = [record]
        return [record, *map(_loss, lost)]

    def _is_missed(self, record: Record) -> bool:
        is_event = record.kind == "send" and (record.data or {}).get("what") == "event"
        return is_event and record.message not in self._received


def _loss(sent: Record) -> Record:
    data = {"reason": "away", "what": "event"}
    return sent._replace(kind="lose", at=sent.peer, peer=sent.at, data=data)
