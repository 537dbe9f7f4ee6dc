"""A history in memory: append-only columns, read as records or as a table."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from itertools import chain, count
from typing import TYPE_CHECKING, Any

from syncsim.history.columns import Columns
from syncsim.history.kinds import FORMAT, KINDS, VERSION
from syncsim.history.record import Record, record_of

if TYPE_CHECKING:
    import pandas as pd

Header = dict[str, Any]

CHUNK = 4096
"""Records are gathered as tuples and turned into columns so many at a time."""

PART = 65_536
"""Records are picked out so many at a time."""


class _Names(dict[str, int]):
    """Gives every text a number, in the order of first use."""

    def __init__(self) -> None:
        super().__init__({"": 0})
        self.texts = [""]

    def __missing__(self, text: str) -> int:
        self[text] = code = len(self.texts)
        self.texts.append(text)
        return code


class History:
    """Everything that happened in one run, in order.

    Columns are typed arrays; text is interned, so a million records stay small. `header`
    holds what a judge must know that is not an event: the clients with their roles and
    users, the views as conditions, the legal transitions, and the bounds.
    """

    __slots__ = (
        "_data", "_gathered", "_length", "_names", "_numbers", "_objects", "_texts", "header",
    )  # fmt: skip

    is_in_memory = True

    def __init__(self, header: Header | None = None) -> None:
        self.header: Header = {"format": FORMAT, "version": VERSION}
        self.header.update(header or {})
        self._length = 0
        self._gathered: list[tuple[Any, ...]] = []
        self._names = _Names()
        # time_us, cause, version, lsn
        self._numbers = (array("q"), array("i"), array("i"), array("i"))
        # kind, at, peer, intent, message, entity, view
        self._texts = tuple(array("i") for _ in range(7))
        # What `data` stands for; those of a file share one object if they are equal.
        self._data = array("i")
        self._objects: list[dict[str, Any] | None] = [None]

    def append(
        self,
        time_us: int,
        kind: str,
        at: str = "",
        peer: str = "",
        cause: int = -1,
        intent: str = "",
        message: str = "",
        entity: str = "",
        version: int = -1,
        lsn: int = -1,
        view: str = "",
        data: dict[str, Any] | None = None,
    ) -> int:
        """Append one record and return its `seq`.

        The caller keeps time from going back and never changes `data` afterwards.
        """
        self._gathered.append(
            (time_us, cause, version, lsn, kind, at, peer, intent, message, entity, view, data)
        )
        seq = self._length
        self._length = seq + 1
        if len(self._gathered) == CHUNK:
            self._settle()
        return seq

    def _settle(self) -> None:
        """Move what was gathered into the columns."""
        if not self._gathered:
            return
        columns = list(zip(*self._gathered, strict=True))
        self._gathered.clear()
        for numbers, column in zip(self._numbers, columns[:4], strict=True):
            numbers.extend(column)
        code = self._names
        for codes, column in zip(self._texts, columns[4:11], strict=True):
            codes.extend([code[text] for text in column])
        number = count(len(self._objects))
        self._data.extend([0 if data is None else next(number) for data in columns[11]])
        self._objects.extend([data for data in columns[11] if data is not None])

    def extend(self, columns: Columns) -> None:
        """Append many records at once; the names of the columns may be their own.

        No view that `columns` gave out may still be in use.
        """
        import numpy as np

        self._settle()
        code = self._names
        own = np.array([code[name] for name in columns.names], dtype=np.int32)
        numbers: tuple[Any, ...] = (columns.time_us, columns.cause, columns.version, columns.lsn)
        for column, values in zip(self._numbers, numbers, strict=True):
            column.frombytes(values.astype(column.typecode).tobytes())
        texts = (
            columns.kind, columns.at, columns.peer, columns.intent, columns.message,
            columns.entity, columns.view,
        )  # fmt: skip
        for column, codes in zip(self._texts, texts, strict=True):
            column.frombytes(own[codes].tobytes())
        moved = np.where(columns.data > 0, columns.data + (len(self._objects) - 1), 0)
        self._data.frombytes(moved.astype(np.int32).tobytes())
        self._objects.extend(columns.objects[1:])
        self._length += len(columns)

    def columns(self) -> Columns:
        """Return all records as columns that share the memory of this history.

        While they are in use, the history cannot grow.
        """
        import numpy as np

        self._settle()
        time_us, cause, version, lsn = (
            np.frombuffer(numbers, dtype=numbers.typecode) for numbers in self._numbers
        )
        kind, at, peer, intent, message, entity, view, data = (
            np.frombuffer(codes, dtype=codes.typecode) for codes in (*self._texts, self._data)
        )
        return Columns(
            seq=np.arange(self._length), time_us=time_us, cause=cause, version=version, lsn=lsn,
            kind=kind, at=at, peer=peer, intent=intent, message=message, entity=entity, view=view,
            data=data, names=self._names.texts, objects=self._objects,
        )  # fmt: skip

    def batches(self, *kinds: str) -> Iterator[Columns]:
        """Yield the records of these kinds as columns, here all at once.

        While they are in use, the history cannot grow.
        """
        import numpy as np

        columns = self.columns()
        if len(kinds) == len(KINDS):
            yield columns
            return
        wanted = np.zeros(len(columns.names), dtype=bool)
        for kind in kinds:
            assert kind in KINDS, kind
            wanted[self._names.get(kind, 0)] = True
        # No record is of no kind.
        yield columns.take(np.flatnonzero(wanted[columns.kind]))

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, seq: int) -> Record:
        self._settle()
        name = self._names.texts
        time_us, cause, version, lsn = self._numbers
        kind, at, peer, intent, message, entity, view = self._texts
        return Record(
            seq,
            time_us[seq],
            name[kind[seq]],
            name[at[seq]],
            name[peer[seq]],
            cause[seq],
            name[intent[seq]],
            name[message[seq]],
            name[entity[seq]],
            version[seq],
            lsn[seq],
            name[view[seq]],
            self._objects[self._data[seq]],
        )

    def __iter__(self) -> Iterator[Record]:
        return self._records(range(self._length), *self._settled())

    def of(self, *kinds: str, events: bool = False) -> Iterator[Record]:
        """Return the records of these kinds, in order.

        With `events` also the `send` and the `receive` of each message that carries an event, and
        of no other.
        """
        import numpy as np

        of_kind = np.frombuffer(self._settled()[4], dtype=np.int32)
        chosen = np.isin(of_kind, [*map(self._code, kinds)])
        if events:
            chosen |= self._are_of_events(of_kind)
        return chain.from_iterable(self._picked(np.flatnonzero(chosen)))

    def intents_of(self, kind: str) -> frozenset[str]:
        """Return the intents that the records of a kind are about."""
        import numpy as np

        self._settle()
        of_kind, intent = (np.frombuffer(self._texts[place], dtype=np.int32) for place in (0, 3))
        codes = np.unique(intent[of_kind == self._code(kind)])
        return frozenset(self._names.texts[code] for code in codes.tolist()) - {""}

    def _code(self, kind: str) -> int:
        """Return the code of a kind, -1 if there is no record of it."""
        assert kind in KINDS, kind
        return self._names.get(kind, -1)

    def _settled(self) -> tuple[array[int], ...]:
        """Return all columns: numbers, texts and data."""
        self._settle()
        return (*self._numbers, *self._texts, self._data)

    def _are_of_events(self, of_kind: Any) -> Any:
        """Return the mask of the ways of events, from their sending to their arrival."""
        import numpy as np

        message, data = (
            np.frombuffer(codes, dtype=np.int32) for codes in (self._texts[4], self._data)
        )
        is_event = [each is not None and each.get("what") == "event" for each in self._objects]
        sends = (of_kind == self._code("send")) & np.array(is_event)[data]
        sent = np.full(len(self._names), self._length)
        np.minimum.at(sent, message[sends], np.flatnonzero(sends))
        is_receive = of_kind == self._code("receive")
        return sends | (is_receive & (sent[message] < np.arange(self._length)))

    def _picked(self, places: Any) -> Iterator[Iterator[Record]]:
        """Yield some records, a part at a time."""
        import numpy as np

        for start in range(0, len(places), PART):
            part = places[start : start + PART]
            columns = [
                np.frombuffer(column, dtype=column.typecode)[part].tolist()
                for column in self._settled()
            ]
            yield self._records(part.tolist(), *columns)

    def _records(
        self,
        seq: Iterable[int],
        time_us: Iterable[int],
        cause: Iterable[int],
        version: Iterable[int],
        lsn: Iterable[int],
        *codes: Iterable[int],
    ) -> Iterator[Record]:
        """Return records, walking their columns abreast."""
        name, data_of = self._names.texts.__getitem__, self._objects.__getitem__
        *texts, data = codes
        kind, at, peer, intent, message, entity, view = (map(name, column) for column in texts)
        return map(
            record_of,
            zip(
                seq, time_us, kind, at, peer, cause, intent, message, entity, version, lsn, view,
                map(data_of, data), strict=True,
            ),
        )  # fmt: skip

    @property
    def end_us(self) -> int:
        """Virtual time of the last record, 0 for an empty history."""
        if self._gathered:
            last: int = self._gathered[-1][0]
            return last
        return self._numbers[0][-1] if self._length else 0

    def causes(self, seq: int) -> Iterator[Record]:
        """Yield the chain of causes of a record, nearest first."""
        self._settle()
        cause = self._numbers[1][seq]
        while cause >= 0:
            yield self[cause]
            cause = self._numbers[1][cause]

    def frame(self) -> pd.DataFrame:
        """Return the history as a table, one row a record, text as categories."""
        import pandas as pd

        self._settle()

        def text(codes: array[int]) -> pd.Categorical:
            used = sorted(set(codes))
            place = {code: index for index, code in enumerate(used)}
            return pd.Categorical.from_codes(
                [place[code] for code in codes], [self._names.texts[code] for code in used]
            )

        time_us, cause, version, lsn = (list(numbers) for numbers in self._numbers)
        kind, at, peer, intent, message, entity, view = (text(codes) for codes in self._texts)
        columns = {
            "seq": range(len(self)), "time_us": time_us, "kind": kind, "at": at, "peer": peer,
            "cause": cause, "intent": intent, "message": message, "entity": entity,
            "version": version, "lsn": lsn, "view": view,
            "data": [self._objects[code] for code in self._data],
        }  # fmt: skip
        return pd.DataFrame(columns)
