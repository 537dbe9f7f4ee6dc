"""Lists that are only appended to: each read tells the order of all writes before it.

The inference of section 4 of Kingsbury and Alvaro, VLDB 14(3), 2020. The longest list that was
read of a key is the order of its versions; what nobody read was appended after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from syncsim.jepsen.transactions import WR, WW, Anomaly, Edge, Txn, all_before_all
from syncsim.jepsen.values import words

Read = tuple[Txn, tuple[Any, ...]]
"""A list that a transaction which succeeded has read."""


class ListAppend:
    """What the lists of a history say."""

    verb = "append"

    def __init__(self, txns: Sequence[Txn]) -> None:
        self._txns = txns
        # By key and element: who appended it. By key: what was read, in order of transactions.
        self._writers: dict[Any, dict[Any, Txn]] = {}
        self._reads: dict[Any, list[Read]] = {}
        for txn in txns:
            for is_read, key, value in txn.steps:
                if not is_read:
                    self._writers.setdefault(key, {})[value] = txn
                elif txn.outcome == "ok":
                    self._reads.setdefault(key, []).append((txn, value or ()))
        self._torn: dict[Any, list[tuple[Read, Read]]] = {}
        self._order = {
            key: self._version_order(key) for key in {**self._writers, **self._reads}
        }  # fmt: skip

    def _version_order(self, key: Any) -> tuple[Any, ...]:
        """Return the versions of a key, as far as no two reads disagree about them."""
        reads = [read for read in self._reads.get(key, ()) if not _repeats(read[1])]
        if not reads:
            return ()
        longest = max(reads, key=lambda read: len(read[1]))
        order = longest[1]
        for read in reads:
            elements = read[1]
            if elements != longest[1][: len(elements)]:
                self._torn.setdefault(key, []).append((read, longest))
                agreed = sum(1 for _ in _common(elements, order))
                order = order[:agreed]
        return order

    # What is wrong apart from cycles

    def anomalies(self) -> Iterator[Anomaly]:
        """Yield what is wrong apart from cycles."""
        for txn in self._txns:
            if txn.outcome == "ok":
                yield from _internal(txn)
        for key, reads in self._reads.items():
            writers = self._writers.get(key, {})
            failed = {value for value, txn in writers.items() if txn.outcome == "fail"}
            for txn, elements in reads:
                found = set(elements)
                if len(found) != len(elements):
                    twice = next(e for e in elements if elements.count(e) > 1)
                    text = f"read {words(twice)} more than once in the list of key {words(key)}"
                    yield Anomaly("duplicate-elements", f"T1 {text}", (txn,))
                if not failed.isdisjoint(found):
                    yield self._aborted_read(key, txn, elements)
                if not found <= writers.keys():
                    strange = next(e for e in elements if e not in writers)
                    text = f"read {words(strange)} in key {words(key)}, which nobody appended"
                    yield Anomaly("garbage-read", f"T1 {text}", (txn,))
                if elements:
                    yield from self._intermediate_read(key, txn, elements)
        yield from self._torn_orders()
        yield from self._turned_orders()
        yield from self._dirty_updates()
        yield from self._lost_updates()

    def _aborted_read(self, key: Any, txn: Txn, elements: tuple[Any, ...]) -> Anomaly:
        writers = self._writers[key]
        element = next(e for e in elements if e in writers and writers[e].outcome == "fail")
        text = f"T1 read {words(element)} in key {words(key)}, which T2 appended and failed"
        return Anomaly("G1a", text, (txn, writers[element]))

    def _intermediate_read(
        self, key: Any, txn: Txn, elements: tuple[Any, ...]
    ) -> Iterator[Anomaly]:
        writer = self._writers.get(key, {}).get(elements[-1])
        if writer is None or writer is txn or writer.outcome == "fail":
            return
        last = next(s.value for s in reversed(writer.steps) if not s.is_read and s.key == key)
        if last != elements[-1]:
            text = (
                f"T1 read key {words(key)} up to {words(elements[-1])}; T2 appended that, and"
                f" {words(last)} after it, in one transaction"
            )
            yield Anomaly("G1b", text, (txn, writer))

    def _torn_orders(self) -> Iterator[Anomaly]:
        for key, pairs in self._torn.items():
            for (one, elements), (other, longest) in pairs:
                text = (
                    f"T1 read key {words(key)} as {words(elements)} and T2 as"
                    f" {words(longest)}; neither list is the beginning of the other"
                )
                yield Anomaly("incompatible-order", text, (one, other))

    def _turned_orders(self) -> Iterator[Anomaly]:
        """Yield who appended two elements that are in the list the other way round.

        No cycle shows that, because nothing comes before itself.
        """
        for key, order in self._order.items():
            writers = self._writers.get(key, {})
            # Steps of one transaction are in this dictionary in their order.
            place = {element: number for number, element in enumerate(writers)}
            newest: dict[int, Any] = {}
            for element in order:
                if element not in writers:
                    continue
                txn = writers[element]
                before = newest.get(txn.number)
                newest[txn.number] = element
                if before is not None and place[before] > place[element]:
                    text = (
                        f"T1 appended {words(element)} and then {words(before)} to key"
                        f" {words(key)}, which was read with {words(before)} first"
                    )
                    yield Anomaly("incompatible-order", text, (txn,))

    def _dirty_updates(self) -> Iterator[Anomaly]:
        for key, order in self._order.items():
            writers = self._writers.get(key, {})
            dirty: Any = None
            for element in order:
                txn = writers.get(element)
                if txn is not None and txn.outcome == "fail":
                    dirty = element
                elif txn is not None and txn.outcome == "ok" and dirty is not None:
                    text = (
                        f"T1 appended {words(dirty)} to key {words(key)} and failed; T2"
                        f" appended {words(element)} after it and succeeded"
                    )
                    yield Anomaly("dirty-update", text, (writers[dirty], txn))
                    dirty = None

    def _lost_updates(self) -> Iterator[Anomaly]:
        """Yield those who read one version of a key and each appended to it."""
        updates: dict[tuple[Any, int, Any], list[Txn]] = {}
        for txn in self._txns:
            if txn.outcome != "ok" or len(txn.steps) < 2:
                continue
            first: dict[Any, tuple[Any, ...] | None] = {}
            for is_read, key, value in txn.steps:
                if is_read:
                    first.setdefault(key, value or ())
                    continue
                elements = first.get(key)
                first[key] = None
                if elements is not None:
                    version = (key, len(elements), elements[-1] if elements else None)
                    updates.setdefault(version, []).append(txn)
        for (key, length, last), txns in updates.items():
            if len(txns) > 1:
                held = f"up to {words(last)}" if length else "empty"
                text = (
                    f"T1 and T2 both read key {words(key)} {held} and appended to it, so"
                    " one of them did not see the other"
                )
                yield Anomaly("lost-update", text, tuple(txns[:2]))

    # What comes before what

    def edges(self, junction: Callable[[], int]) -> Iterator[Edge]:
        """Yield the ww, wr and rw edges, the same ones in every call."""
        unseen = self._unseen()
        for key, order in self._order.items():
            writers = self._writers.get(key, {})
            yield from self._write_edges(key, order, unseen[key])
            follower = self._followers(key, order)
            newest: dict[int, None] = {}
            for txn, elements in self._reads.get(key, ()):
                writer = writers.get(elements[-1]) if elements else None
                if writer is not None and writer is not txn and writer.outcome != "fail":
                    yield Edge(writer.number, txn.number, WR, key, None, elements[-1])
                if elements != order[: len(elements)]:
                    continue
                next_txn, written = follower[len(elements)]
                if next_txn is None:
                    newest[txn.number] = None
                elif next_txn is not txn:
                    seen = elements[-1] if elements else None
                    yield from all_before_all(
                        [txn.number], [(next_txn.number, written)], junction, key, seen
                    )
            seen = order[-1] if order else None
            last = writers[seen].number if seen in writers else -1
            later = [(number, written) for number, written in unseen[key] if number != last]
            yield from all_before_all([*newest], later, junction, key, seen)

    def _unseen(self) -> dict[Any, list[tuple[int, Any]]]:
        """Return by key who appended what is in no list, each once."""
        unseen: dict[Any, list[tuple[int, Any]]] = {}
        for key, order in self._order.items():
            writers = self._writers.get(key, {})
            seen = set(order)
            first: dict[int, Any] = {}
            for element, txn in writers.items():
                if element not in seen and txn.outcome != "fail":
                    first.setdefault(txn.number, element)
            unseen[key] = [*first.items()]
        return unseen

    def _write_edges(
        self, key: Any, order: tuple[Any, ...], unseen: list[tuple[int, Any]]
    ) -> Iterator[Edge]:
        writers = self._writers.get(key, {})
        known = [
            (element, writers[element]) for element in order
            if element in writers and writers[element].outcome != "fail"
        ]  # fmt: skip
        for (seen, one), (written, other) in pairwise(known):
            if one is not other:
                yield Edge(one.number, other.number, WW, key, seen, written)
        if known:
            seen, newest = known[-1]
            for number, written in unseen:
                if number != newest.number:
                    yield Edge(newest.number, number, WW, key, seen, written)

    def _followers(
        self, key: Any, order: tuple[Any, ...]
    ) -> list[tuple[Txn | None, Any]]:  # fmt: skip
        """Return for each length of the list who overwrote it, and with what.

        That is not who wrote the version itself: an intermediate version is no version of Adya's,
        and whoever read it comes after its writer.
        """
        writers = self._writers.get(key, {})
        follower: list[tuple[Txn | None, Any]] = [(None, None)] * (len(order) + 1)
        for length in range(len(order) - 1, -1, -1):
            txn = writers.get(order[length])
            follower[length] = follower[length + 1]
            if txn is None or txn.outcome == "fail":
                continue
            if length == 0 or writers.get(order[length - 1]) is not txn:
                follower[length] = (txn, order[length])
        return follower


def _repeats(elements: tuple[Any, ...]) -> bool:
    return len(set(elements)) != len(elements)


def _common(one: tuple[Any, ...], other: tuple[Any, ...]) -> Iterator[Any]:
    """Yield the elements with which both begin."""
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            return
        yield mine


def _internal(txn: Txn) -> Iterator[Anomaly]:
    """Yield where a transaction disagrees with itself.

    That is axiom INT of A. Cerone, G. Bernardi and A. Gotsman (A Framework for Transactional
    Consistency Models with Atomic Visibility, CONCUR 2015). Without a read before, only the end
    of a list is known.
    """
    expected: dict[Any, tuple[bool, tuple[Any, ...]]] = {}
    read: dict[Any, tuple[Any, ...]] = {}
    for is_read, key, value in txn.steps:
        whole, elements = expected.get(key, (False, ()))
        if not is_read:
            if value in read.get(key, ()):
                text = f"read {words(value)} in key {words(key)} before it appended it"
                yield Anomaly("future-read", f"T1 {text}", (txn,))
            expected[key] = (whole, (*elements, value))
            continue
        found = value or ()
        end = found if whole else found[len(found) - len(elements) :]
        if end != elements or len(found) < len(elements):
            what = "" if whole else "... "
            text = (
                f"T1 read key {words(key)} as {words(found)}, though by its own steps it was"
                f" {what}{words(elements)}"
            )
            yield Anomaly("internal", text, (txn,))
        expected[key] = (True, found)
        read[key] = found
