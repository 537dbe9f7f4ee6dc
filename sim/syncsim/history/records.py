"""What a judge reads: the records of one run, wherever they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from syncsim.history.columns import Columns
from syncsim.history.record import Record


class Records(Protocol):
    """The header of a history, and its records in order.

    `is_in_memory` tells whether reading them again costs little.
    """

    header: dict[str, Any]

    @property
    def is_in_memory(self) -> bool:
        """Tell whether all records are in memory already."""

    @property
    def end_us(self) -> int:
        """Virtual time of the last record, 0 for an empty history."""

    def __len__(self) -> int: ...

    def __getitem__(self, seq: int) -> Record: ...

    def __iter__(self) -> Iterator[Record]: ...

    def of(self, *kinds: str, events: bool = False) -> Iterator[Record]:
        """Return the records of these kinds, in order.

        With `events` also the `send` and the `receive` of each message that carries an event, and
        of no other.
        """

    def batches(self, *kinds: str) -> Iterator[Columns]:
        """Yield the records of these kinds as columns, in order.

        Each batch has names and objects of its own. While they are in use, the history must not
        grow.
        """

    def intents_of(self, kind: str) -> frozenset[str]:
        """Return the intents that the records of a kind are about."""

    def causes(self, seq: int) -> Iterator[Record]:
        """Yield the chain of causes of a record, nearest first."""
