"""Registers that are overwritten: a read tells who wrote, and hardly anything of the order.

Each key holds nil at first, so nil comes before every version. More is known only if the caller
vouches for it (section 5.2 of Kingsbury and Alvaro, VLDB 14(3), 2020):

    writes follow reads   a transaction that reads a version and writes the key made the next one
    linearizable keys     versions of a key follow the real time of the transactions on it
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from syncsim.jepsen.transactions import WR, WW, Anomaly, Edge, Txn, all_before_all
from syncsim.jepsen.values import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What a caller vouches for, because no history of plain registers can tell it."""

    writes_follow_reads: bool = False
    linearizable_keys: bool = False


NOTHING_ASSUMED = Assumptions()

Versions = dict[Any, dict[Any, None]]
"""By version of one key, the versions known to follow it, in order of discovery."""


class RwRegister:
    """What the registers of a history say."""

    verb = "write"

    def __init__(self, txns: Sequence[Txn], assumptions: Assumptions = NOTHING_ASSUMED) -> None:
        self._txns = txns
        # By key and value: who wrote it. By key and version: who read it first of all, who left
        # it behind. An outer read or write is one that other transactions can tell of.
        self._writers: dict[Any, dict[Any, Txn]] = {}
        self._readers: dict[Any, dict[Any, list[Txn]]] = {}
        self._final: dict[Any, dict[Any, Txn]] = {}
        self._outer: list[tuple[dict[Any, Any], dict[Any, Any]]] = []
        for txn in txns:
            reads, writes = self._outside(txn)
            self._outer.append((reads, writes))
            for key, value in reads.items():
                self._readers.setdefault(key, {}).setdefault(value, []).append(txn)
            for key, value in writes.items():
                if txn.outcome != "fail":
                    self._final.setdefault(key, {})[value] = txn
        self._cyclic: list[Any] = []
        self._versions = {key: self._version_order(key) for key in self._final}
        if assumptions.writes_follow_reads:
            self._assume(self._by_reads())
        if assumptions.linearizable_keys:
            self._assume(self._by_time())

    def _outside(self, txn: Txn) -> tuple[dict[Any, Any], dict[Any, Any]]:
        """Return what a transaction read before writing it, and the last it wrote, by key."""
        reads: dict[Any, Any] = {}
        writes: dict[Any, Any] = {}
        for is_read, key, value in txn.steps:
            if not is_read:
                self._writers.setdefault(key, {})[value] = txn
                writes[key] = value
            elif txn.outcome == "ok" and key not in writes:
                reads.setdefault(key, value)
        return reads, writes

    # The order of versions

    def _version_order(self, key: Any) -> Versions:
        return {None: dict.fromkeys(self._final[key])}

    def _by_reads(self) -> Iterator[tuple[Any, Any, Any]]:
        """Yield a key and two versions of it, where the second was made from the first."""
        for txn, (reads, writes) in zip(self._txns, self._outer, strict=True):
            for key, value in reads.items():
                if key in writes and txn.outcome == "ok":
                    yield key, value, writes[key]

    def _by_time(self) -> Iterator[tuple[Any, Any, Any]]:
        """Yield a key and two versions of it, met by transactions one after the other.

        Only by the newest of those that had ended: what they followed, they follow.
        """
        begin: dict[int, list[tuple[Any, Any]]] = {}
        events = []
        for txn, (reads, writes) in zip(self._txns, self._outer, strict=True):
            if txn.outcome == "fail":
                continue
            events.append((txn.call.invoke.index, False, txn))
            if txn.outcome == "ok" and txn.call.end is not None:
                events.append((txn.call.end.index, True, txn))
            begin[txn.number] = [*{**writes, **reads}.items()]
        newest: dict[Any, dict[int, Any]] = {}
        before: dict[tuple[int, Any], list[int]] = {}
        for _, is_end, txn in sorted(events, key=lambda event: event[0]):
            reads, writes = self._outer[txn.number]
            for key, first in begin[txn.number]:
                ended = newest.setdefault(key, {})
                if is_end:
                    for number in before.pop((txn.number, key), ()):
                        ended.pop(number, None)
                    ended[txn.number] = writes.get(key, reads.get(key))
                    continue
                before[txn.number, key] = [*ended]
                for last in ended.values():
                    if last != first:
                        yield key, last, first

    def _assume(self, order: Iterator[tuple[Any, Any, Any]]) -> None:
        """Add an order of versions, except to keys in which it runs in a circle."""
        added: dict[Any, dict[Any, dict[Any, None]]] = {}
        for key, one, other in order:
            added.setdefault(key, {}).setdefault(one, {})[other] = None
        for key, versions in added.items():
            known = self._versions.get(key, {})
            joined = {one: {**known.get(one, {}), **versions.get(one, {})}
                      for one in {**known, **versions}}  # fmt: skip
            if _is_circular(joined):
                self._cyclic.append(key)
            else:
                self._versions[key] = joined

    # What is wrong apart from cycles

    def anomalies(self) -> Iterator[Anomaly]:
        """Yield what is wrong apart from cycles."""
        for txn in self._txns:
            if txn.outcome != "ok":
                continue
            yield from _internal(txn)
            for is_read, key, value in txn.steps:
                if is_read and value is not None:
                    yield from self._bad_read(txn, key, value)
        for key in self._cyclic:
            text = f"the order assumed for the versions of key {words(key)} runs in a circle"
            yield Anomaly("cyclic-versions", text, ())
        yield from self._lost_updates()

    def _bad_read(self, txn: Txn, key: Any, value: Any) -> Iterator[Anomaly]:
        writer = self._writers.get(key, {}).get(value)
        found = f"T1 read key {words(key)} as {words(value)}"
        if writer is None:
            yield Anomaly("garbage-read", f"{found}, which nobody wrote", (txn,))
        elif writer.outcome == "fail":
            yield Anomaly("G1a", f"{found}, which T2 wrote and failed", (txn, writer))
        elif writer is not txn and self._final.get(key, {}).get(value) is not writer:
            text = f"{found}; T2 wrote that, and another value after it, in one transaction"
            yield Anomaly("G1b", text, (txn, writer))

    def _lost_updates(self) -> Iterator[Anomaly]:
        """Yield those who read one version of a key and each wrote it."""
        for key, versions in self._readers.items():
            for value, txns in versions.items():
                both = [txn for txn in txns if key in self._outer[txn.number][1]]
                if len(both) > 1:
                    text = (
                        f"T1 and T2 both read key {words(key)} as {words(value)} and wrote"
                        " it, so one of them did not see the other"
                    )
                    yield Anomaly("lost-update", text, tuple(both[:2]))

    # What comes before what

    def edges(self, junction: Callable[[], int]) -> Iterator[Edge]:
        """Yield the ww, wr and rw edges, the same ones in every call."""
        for key, readers in self._readers.items():
            writers = self._writers.get(key, {})
            for value, txns in readers.items():
                writer = writers.get(value)
                for txn in txns:
                    if writer is not None and writer is not txn and writer.outcome != "fail":
                        yield Edge(writer.number, txn.number, WR, key, None, value)
        for key, versions in self._versions.items():
            final = self._final.get(key, {})
            for seen, later in versions.items():
                followers = [(final[v].number, v) for v in later if v in final]
                one = final.get(seen)
                for number, written in followers:
                    if one is not None and one.number != number:
                        yield Edge(one.number, number, WW, key, seen, written)
                numbers = [txn.number for txn in self._readers.get(key, {}).get(seen, ())]
                yield from all_before_all(numbers, followers, junction, key, seen)


def _is_circular(versions: Versions) -> bool:
    """Whether some version would follow itself: true if none is left that follows no other."""
    pending = dict.fromkeys(versions, 0)
    for later in versions.values():
        for version in later:
            pending[version] = pending.get(version, 0) + 1
    ready = [version for version, count in pending.items() if count == 0]
    taken = 0
    while ready:
        taken += 1
        for version in versions.get(ready.pop(), {}):
            pending[version] -= 1
            if pending[version] == 0:
                ready.append(version)
    return taken < len(pending)


def _internal(txn: Txn) -> Iterator[Anomaly]:
    """Yield where a transaction disagrees with itself: axiom INT of Cerone et al., CONCUR 2015."""
    expected: dict[Any, Any] = {}
    read: dict[Any, list[Any]] = {}
    for is_read, key, value in txn.steps:
        if not is_read:
            if value in read.get(key, ()):
                text = f"T1 read {words(value)} in key {words(key)} before it wrote it"
                yield Anomaly("future-read", text, (txn,))
        else:
            if key in expected and expected[key] != value:
                text = (
                    f"T1 read key {words(key)} as {words(value)}, though by its own steps it"
                    f" was {words(expected[key])}"
                )
                yield Anomaly("internal", text, (txn,))
            read.setdefault(key, []).append(value)
        expected[key] = value
