"""A history that stays in its Parquet file: what is asked for is read from there each time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from syncsim.history.columns import Columns
from syncsim.history.kinds import KINDS
from syncsim.history.parquet import Stream, hold_ids
from syncsim.history.parquet_columns import (
    chosen_of,
    is_of,
    is_way_of_event,
    record_at,
    records_of,
)
from syncsim.history.record import Record

NEAR_MAX = 8
"""Batches kept for single records: a story asks for those around a failure and its causes."""


class Stored:
    """A history of which no more than a few batches are in memory at a time.

    The whole file is looked at once, at the beginning; it must not change afterwards.

    Raises:
        HistoryError: with the record, if the file is damaged or out of order.
    """

    is_in_memory = False

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.header = stream.header
        self.end_us = 0
        # By row group: its first record, and the kinds of its records.
        self._starts = stream.starts
        self._kinds: list[frozenset[str]] = [frozenset() for _ in self._starts]
        self._near: dict[int, Any] = {}
        self._look()
        hold_ids(stream.path, self)

    def _look(self) -> None:
        """Read everything once, to refuse what is damaged and to learn where which kinds are."""
        import numpy as np

        done = 0
        for columns in self._stream.batches():
            last = done + len(columns) - 1
            found = frozenset(columns.names[code] for code in np.unique(columns.kind))
            for group in range(self._group_of(done), self._group_of(last) + 1):
                self._kinds[group] |= found
            self.end_us = int(columns.time_us[-1])
            done = last + 1

    def __len__(self) -> int:
        return self._stream.records

    def __iter__(self) -> Iterator[Record]:
        return self.of(*KINDS)

    def of(self, *kinds: str, events: bool = False) -> Iterator[Record]:
        """Return the records of these kinds, in order, from the parts of the file that have any.

        With `events` also the `send` and the `receive` of each message that carries an event, and
        of no other.
        """
        return chain.from_iterable(self._read(kinds, events=events))

    def _read(self, kinds: Sequence[str], *, events: bool) -> Iterator[Iterator[Record]]:
        sought = (*kinds, "send", "receive") if events else kinds
        groups = [group for group, found in enumerate(self._kinds) if not found.isdisjoint(sought)]
        under_way: dict[str, int] = {}
        for batch in self._stream.groups(*groups):
            wanted = is_of(batch, kinds)
            if events:
                wanted |= is_way_of_event(batch, under_way)
            yield records_of(batch, wanted)

    def batches(self, *kinds: str) -> Iterator[Columns]:
        """Yield the records of these kinds as columns, in order, read from the file.

        Each batch has names and objects of its own.
        """
        groups = [group for group, found in enumerate(self._kinds) if not found.isdisjoint(kinds)]
        for batch in self._stream.groups(*groups):
            yield chosen_of(batch, is_of(batch, kinds))

    def intents_of(self, kind: str) -> frozenset[str]:
        """Return the intents that the records of a kind are about."""
        return frozenset(record.intent for record in self.of(kind)) - {""}

    def __getitem__(self, seq: int) -> Record:
        for start, batch in self._near.items():
            if start <= seq < start + len(batch):
                return record_at(batch, seq - start)
        start, batch = self._batch_of(seq)
        if len(self._near) == NEAR_MAX:
            del self._near[next(iter(self._near))]
        self._near[start] = batch
        return record_at(batch, seq - start)

    def causes(self, seq: int) -> Iterator[Record]:
        """Yield the chain of causes of a record, nearest first."""
        cause = self[seq].cause
        while cause >= 0:
            record = self[cause]
            yield record
            cause = record.cause

    def _batch_of(self, seq: int) -> tuple[int, Any]:
        """Return the batch with a record, and the number of its first one."""
        if not 0 <= seq < len(self):
            raise IndexError(seq)
        group = self._group_of(seq)
        start = self._starts[group]
        for batch in self._stream.groups(group):
            if seq < start + len(batch):
                return start, batch
            start += len(batch)
        raise IndexError(seq)

    def _group_of(self, seq: int) -> int:
        # Of several that begin with one record, all but the last are empty.
        return bisect_right(self._starts, seq) - 1
