"""GAP: a client that missed a change knows that it did, and looks again or is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from syncsim.checks.bounds import bound_us
from syncsim.checks.evidence import Evidence, row_name, seconds
from syncsim.checks.grace import Grace
from syncsim.checks.prose import why_lost
from syncsim.checks.screen_prose import change_of, lasted
from syncsim.checks.tally import Tally
from syncsim.checks.verdict import Check, Finding, Story
from syncsim.history import Record
from syncsim.history.replay import SLICE, Replay, entity_type


@dataclass(slots=True)
class _Gap:
    """A change that a client missed and has not made up for.

    `views` are those on screen that may hold the row and have not been looked at since. `since`
    is the record from which on the client could have known, None while its socket is closed or
    deaf; `late` is the one from which on it should have, None while there is time, and `idle`
    the views that had not been looked at by then.
    """

    lost: Record
    views: dict[str, None]
    since: Record | None = None
    late: Record | None = None
    idle: str = ""


def judge(evidence: Evidence) -> Finding:
    """Follow each missed change until the client has made up for it."""
    watch = _Watch(evidence)
    # Where nobody missed anything, there is nothing to follow.
    is_missed = any((lost.data or {}).get("what") == "event" for lost in evidence.of("lose"))
    for record in evidence.of(*watch.KINDS) if is_missed else ():
        watch.pass_time(record.time_us)
        watch.take(record)
    watch.finish(evidence.history.end_us)
    return watch.tally.finding()


class _Watch:
    """The pass over the history."""

    KINDS = (
        "mount", "unmount", "open", "deaf", "close", "lose", "event", "base", "fetch", "fetched",
        "invalidate",
    )  # fmt: skip

    def __init__(self, evidence: Evidence) -> None:
        bound = bound_us(evidence, "gap_us")
        self.tally = Tally(
            check="GAP",
            missing=(
                "no client missed a change that a view on its screen may hold and could be reached"
                " again"
            ),
            held=(
                "every client that missed a change made up for it within"
                f" {seconds(bound)} of being reachable"
            ),
        )
        self._evidence = evidence
        self._bound_us = bound
        self._commits = evidence.commits_by_version
        self._replay = Replay(evidence.header)
        self._grace: Grace[tuple[_Gap, Record]] = Grace(bound)
        self._gaps: dict[str, list[_Gap]] = {}
        # By client: what made its socket live, None while it is closed or deaf.
        self._live: dict[str, Record | None] = {}
        # By client and view: the newest point at which the backend was read for it.
        self._read: dict[tuple[str, str], int] = {}

    def take(self, record: Record) -> None:
        """Take one record in."""
        kind, client, view = record.kind, record.at, record.view
        if kind in ("open", "deaf", "close"):
            self._socket(record)
        elif kind == "lose":
            is_known = client in self._evidence.clients and self._evidence.owes(client)
            if (record.data or {}).get("what") == "event" and is_known:
                self._miss(record)
        elif kind in ("event", "base"):
            self._make_up(record, lambda gap: _brings(record, gap))
        elif kind == "mount":
            self._replay.apply(record)
        else:
            if kind == "unmount":
                self._replay.apply(record)
            if kind == "fetched":
                self._read[client, view] = max(record.lsn, self._read.get((client, view), -1))
            for gap in self._gaps.get(client, ()):
                if kind != "fetched" or record.lsn >= gap.lost.lsn:
                    gap.views.pop(view, None)
            self._make_up(record, lambda gap: not gap.views)

    def _socket(self, record: Record) -> None:
        """Let the clock run only while a socket is live."""
        live = record if record.kind == "open" else None
        self._live[record.at] = live
        for gap in self._gaps.get(record.at, ()):
            self._run(gap, live)

    def _run(self, gap: _Gap, since: Record | None) -> None:
        gap.since = since
        if since is not None:
            self._grace.begin(since.time_us, (gap, since))

    def _miss(self, lost: Record) -> None:
        """Note a change that will not arrive, if a view on screen may hold its row."""
        client = lost.at
        views = {
            screen.view: None
            for screen in self._replay.screens_of(client)
            if screen.query != SLICE
            and screen.entity_type == entity_type(lost.entity)
            and self._read.get((client, screen.view), -1) < lost.lsn
        }
        if views:
            gap = _Gap(lost, views)
            self._gaps.setdefault(client, []).append(gap)
            self._run(gap, None if self._live.get(client, lost) is None else lost)

    def _make_up(self, record: Record, has: Callable[[_Gap], bool]) -> None:
        """End the gaps for which a client has made up."""
        if not self._gaps.get(record.at):
            return
        left = []
        for gap in self._gaps.get(record.at, ()):
            if not has(gap):
                left.append(gap)
                continue
            if gap.since is not None or gap.late is not None:
                self.tally.meet(record.at, gap.lost.seq)
            self._tell(gap, record.time_us, ended=True)
            gap.since = None
        self._gaps[record.at] = left

    def pass_time(self, now_us: int) -> None:
        """Note which gaps have been open for too long."""
        for _, (gap, since) in self._grace.over(now_us):
            if gap.since is since and gap.late is None:
                gap.late, gap.idle = since, " and ".join(gap.views)

    def finish(self, end_us: int) -> None:
        """Conclude on what is open when the history ends."""
        self.pass_time(end_us)
        for client, gaps in self._gaps.items():
            for gap in gaps:
                if gap.late is not None:
                    self.tally.meet(client, gap.lost.seq)
                    self._tell(gap, end_us, ended=False)

    def _tell(self, gap: _Gap, until_us: int, *, ended: bool) -> None:
        lost, since = gap.lost, gap.late
        if since is None:
            return
        client, row = lost.at, row_name(lost.entity)
        commit = self._commits.get((lost.entity, lost.version))
        change = f"{change_of(commit)} made version {lost.version} of {row}. " if commit else ""
        reason = why_lost(lost)
        back = f" It was connected again from {seconds(since.time_us)} on."
        self.tally.stories.append(
            Story(
                text=(
                    f"{change}The message that told {client} of it was lost at"
                    f" {seconds(lost.time_us)} ({reason}).{back if since is not lost else ''} For"
                    f" more than {seconds(self._bound_us)} {client} neither looked at {gap.idle}"
                    " again nor was told of that version otherwise."
                    f" {lasted(since.time_us, until_us, ended=ended)}"
                ),
                records=tuple(sorted({lost.seq, since.seq, *((commit.seq,) if commit else ())})),
                at_us=since.time_us,
                client=client,
                entity=lost.entity,
            )
        )


def _brings(record: Record, gap: _Gap) -> bool:
    """Tell whether a record brings the row of a gap in the missed version or a later one."""
    return record.entity == gap.lost.entity and record.version >= gap.lost.version


CHECK = Check(
    name="GAP",
    statement=(
        "A client that missed a change of a row which a view on its screen may hold looks at that"
        " view again, marks it stale or is told of the row otherwise, within the bound gap of"
        " being reachable."
    ),
    source=(
        "The recovery of lost messages is the receiver's duty, which has to notice the gap: S."
        " Floyd et al., A Reliable Multicast Framework for Light-weight Sessions, SIGCOMM 1995."
    ),
    needs=(
        "lose records of events with entity, version and lsn, open, close and deaf records of the"
        " sockets, mount records, and fetch, invalidate, event and base records."
    ),
    proves_not=(
        "A client that looks again may still be told something old; that is for INVAL. While its"
        " socket is closed or deaf no time counts against it. Views that come on screen later, out"
        " of a cache, are not looked at, and neither is a gap that the end of the record cuts off"
        " within the bound."
    ),
    judge=judge,
)
