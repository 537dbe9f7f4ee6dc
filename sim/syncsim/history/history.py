"""A history in memory: append-only columns, read as records or as a table."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from syncsim.history.kinds import FORMAT, KINDS, VERSION
from syncsim.history.record import Record

if TYPE_CHECKING:
    import pandas as pd

Header = dict[str, Any]


class History:
    """Everything that happened in one run, in order.

    Columns are typed arrays; text is interned, so a million records stay small. `header`
    holds what a judge must know that is not an event: the clients with their roles and
    users, the views as conditions, the legal transitions, and the bounds.
    """

    __slots__ = (
        "_cause", "_code_of", "_columns", "_data", "_kind", "_lsn", "_names", "_time_us",
        "_version", "header",
    )  # fmt: skip

    def __init__(self, header: Header | None = None) -> None:
        self.header: Header = {"format": FORMAT, "version": VERSION}
        self.header.update(header or {})
        self._names: list[str] = [""]
        self._code_of: dict[str, int] = {"": 0}
        self._time_us = array("q")
        self._kind = array("i")
        self._cause = array("i")
        self._version = array("i")
        self._lsn = array("i")
        self._columns = tuple(array("i") for _ in range(6))
        self._data: list[dict[str, Any] | None] = []

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
        code = self._code_of
        for text in (kind, at, peer, intent, message, entity, view):
            if text not in code:
                code[text] = len(self._names)
                self._names.append(text)
        at_, peer_, intent_, message_, entity_, view_ = self._columns
        seq = len(self._data)
        self._time_us.append(time_us)
        self._kind.append(code[kind])
        self._cause.append(cause)
        self._version.append(version)
        self._lsn.append(lsn)
        at_.append(code[at])
        peer_.append(code[peer])
        intent_.append(code[intent])
        message_.append(code[message])
        entity_.append(code[entity])
        view_.append(code[view])
        self._data.append(data)
        return seq

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, seq: int) -> Record:
        name = self._names
        at, peer, intent, message, entity, view = self._columns
        return Record(
            seq,
            self._time_us[seq],
            name[self._kind[seq]],
            name[at[seq]],
            name[peer[seq]],
            self._cause[seq],
            name[intent[seq]],
            name[message[seq]],
            name[entity[seq]],
            self._version[seq],
            self._lsn[seq],
            name[view[seq]],
            self._data[seq],
        )

    def __iter__(self) -> Iterator[Record]:
        return (self[seq] for seq in range(len(self._data)))

    def of(self, *kinds: str) -> Iterator[Record]:
        """Yield the records of these kinds, in order."""
        for kind in kinds:
            assert kind in KINDS, kind
        wanted = frozenset(self._code_of[kind] for kind in kinds if kind in self._code_of)
        return (self[seq] for seq, code in enumerate(self._kind) if code in wanted)

    @property
    def end_us(self) -> int:
        """Virtual time of the last record, 0 for an empty history."""
        return self._time_us[-1] if self._time_us else 0

    def causes(self, seq: int) -> Iterator[Record]:
        """Yield the chain of causes of a record, nearest first."""
        cause = self._cause[seq]
        while cause >= 0:
            yield self[cause]
            cause = self._cause[cause]

    def frame(self) -> pd.DataFrame:
        """Return the history as a table, one row a record, text as categories."""
        import pandas as pd

        def text(codes: array[int]) -> pd.Categorical:
            used = sorted(set(codes))
            place = {code: index for index, code in enumerate(used)}
            return pd.Categorical.from_codes(
                [place[code] for code in codes], [self._names[code] for code in used]
            )

        at, peer, intent, message, entity, view = self._columns
        return pd.DataFrame(
            {
                "seq": range(len(self)),
                "time_us": list(self._time_us),
                "kind": text(self._kind),
                "at": text(at),
                "peer": text(peer),
                "cause": list(self._cause),
                "intent": text(intent),
                "message": text(message),
                "entity": text(entity),
                "version": list(self._version),
                "lsn": list(self._lsn),
                "view": text(view),
                "data": self._data,
            }
        )
