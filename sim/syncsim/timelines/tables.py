"""The columns of a history by kind, as arrays in which equal numbers mean equal texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from syncsim.history import KINDS, Records
from syncsim.history.columns import Columns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]

Data = dict[str, Any]
Reader = Callable[[Data], Sequence[int]]
"""Makes whole numbers of the data of a record."""


class Table:
    """The records of some kinds in order, one entry each in every array.

    Texts stand as codes of the `Tables` that the table is of; 0 is the empty text. Numbers are -1
    where they do not apply. `read` has a column for each number that a reader made of the data.
    An array is made when it is first asked for.
    """

    def __init__(self, columns: _Columns, places: Any, read: Ints) -> None:
        self._columns = columns
        self._places = places
        self.read = read

    def __len__(self) -> int:
        return len(self.read)

    @property
    def names(self) -> Sequence[str]:
        """Return the texts that the codes stand for."""
        return self._columns.names

    @cached_property
    def seq(self) -> Ints:
        """Return the numbers of the records."""
        return self._column("seq")

    @cached_property
    def time_us(self) -> Ints:
        """Return virtual times."""
        return self._column("time_us")

    @cached_property
    def kind(self) -> Ints:
        """Return codes of kinds."""
        return self._column("kind")

    @cached_property
    def at(self) -> Ints:
        """Return codes of those at whom things happened."""
        return self._column("at")

    @cached_property
    def peer(self) -> Ints:
        """Return codes of the others."""
        return self._column("peer")

    @cached_property
    def intent(self) -> Ints:
        """Return codes of intents."""
        return self._column("intent")

    @cached_property
    def message(self) -> Ints:
        """Return codes of messages."""
        return self._column("message")

    @cached_property
    def entity(self) -> Ints:
        """Return codes of rows."""
        return self._column("entity")

    @cached_property
    def version(self) -> Ints:
        """Return versions of rows."""
        return self._column("version")

    @cached_property
    def lsn(self) -> Ints:
        """Return places in the order of commits."""
        return self._column("lsn")

    @cached_property
    def view(self) -> Ints:
        """Return codes of views."""
        return self._column("view")

    def _column(self, name: str) -> Ints:
        column: Ints = self._columns.arrays[name][self._places]
        return column

    def take(self, places: Any) -> Table:
        """Return the records at some places, or those of a mask."""
        return Table(self._columns, self._places[places], self.read[places])

    def is_of(self, *kinds: str) -> Mask:
        """Return the mask of the records of some kinds."""
        import numpy as np

        mask: Mask = np.zeros(len(self), dtype=bool)
        for kind in kinds:
            mask |= self.kind == self._columns.kinds.get(kind, -1)
        return mask

    def codes(self, column: Ints) -> dict[str, int]:
        """Return the codes that a column has, by text, in order of the codes."""
        import numpy as np

        return {self.names[code]: code for code in np.unique(column).tolist()}


class _Columns(NamedTuple):
    """Columns that tables pick from, and the codes of the kinds in them."""

    arrays: Mapping[str, Any]
    names: Sequence[str]
    kinds: Mapping[str, int]


_TEXTS = ("kind", "at", "peer", "intent", "entity", "view")
_NUMBERS = ("seq", "time_us", "version", "lsn")


class Tables:
    """Reads the records of a history as tables that share their codes.

    The messages of a history that stays in its file are left out: there are about as many as there
    are records, and each has a name of its own.
    """

    def __init__(self, history: Records) -> None:
        self.history = history
        # Of a history that stays in its file.
        self._names: list[str] = [""]
        self._codes: dict[str, int] = {"": 0}

    @property
    def names(self) -> Sequence[str]:
        """Return the texts that codes stand for."""
        return self._in_memory.columns.names if self.history.is_in_memory else self._names

    @cached_property
    def _in_memory(self) -> _InMemory:
        """Return a history that is in memory, looked at as a whole, once."""
        return _InMemory.of(self.history)

    def of(self, *kinds: str, read: Reader | None = None) -> Table:
        """Return the records of some kinds.

        Args:
            kinds: Those of the records.
            read: What makes numbers of the data of each; no data is none, `{}`.
        """
        import numpy as np

        for kind in kinds:
            assert kind in KINDS, kind
        if self.history.is_in_memory:
            columns, places = self._in_memory.columns, self._in_memory.places(kinds)
            data = columns.arrays["data"][places]
            return Table(columns, places, _made(data, self._in_memory.objects, read))
        batches = [(batch, self._shared(batch)) for batch in self.history.batches(*kinds)]
        made = [_made(batch.data, batch.objects, read) for batch, _ in batches]
        made = made or [_made(np.zeros(0, dtype=np.int64), [], read)]
        none: Ints = np.zeros(0, dtype=np.int32)
        arrays = {
            name: np.concatenate([none, *(columns[name] for _, columns in batches)])
            for name in (*_TEXTS, *_NUMBERS)
        }
        count = len(arrays["seq"])
        arrays["message"] = np.broadcast_to(np.int32(0), count)
        columns = _Columns(arrays, self._names, self._codes)
        return Table(columns, np.arange(count), np.concatenate(made))

    def _shared(self, batch: Columns) -> dict[str, Any]:
        """Return the columns of a batch in the codes of all."""
        import numpy as np

        columns = {name: getattr(batch, name) for name in _NUMBERS}
        for name in _TEXTS:
            used, places = np.unique(getattr(batch, name), return_inverse=True)
            own = [self._code(batch.names[code]) for code in used.tolist()]
            columns[name] = np.array(own, dtype=np.int32)[places]
        return columns

    def _code(self, name: str) -> int:
        code = self._codes.get(name)
        if code is None:
            code = self._codes[name] = len(self._names)
            self._names.append(name)
        return code


class _InMemory(NamedTuple):
    """All columns of a history, and the places of the records of each kind."""

    columns: _Columns
    objects: Sequence[Data | None]
    by_kind: Mapping[str, Ints]

    @classmethod
    def of(cls, history: Records) -> _InMemory:
        """Look at a history of which all batches are one."""
        import numpy as np

        (whole,) = history.batches(*KINDS)
        names = (*_TEXTS, *_NUMBERS, "message", "data")
        order = np.argsort(whole.kind, kind="stable")
        codes, first = np.unique(whole.kind[order], return_index=True)
        kinds = {whole.names[code]: code for code in codes.tolist()}
        parts = np.split(order, first[1:])
        arrays = {name: getattr(whole, name) for name in names}
        columns = _Columns(arrays, whole.names, kinds)
        return cls(columns, whole.objects, dict(zip(kinds, parts, strict=False)))

    def places(self, kinds: Sequence[str]) -> Ints:
        """Return the places of the records of some kinds."""
        import numpy as np

        found = [self.by_kind[kind] for kind in dict.fromkeys(kinds) if kind in self.by_kind]
        if len(found) == 1:
            return found[0]
        places: Ints = np.concatenate([np.zeros(0, dtype=np.int64), *found])
        places.sort()
        return places


def _made(data: Any, objects: Sequence[Data | None], read: Reader | None) -> Ints:
    """Return what a reader makes of the data of some records; it looks at each object once."""
    import numpy as np

    if read is None:
        return np.zeros((len(data), 0), dtype=np.int64)
    used, places = np.unique(data, return_inverse=True)
    rows = [read(objects[code] or {}) for code in used.tolist()]
    width = len(rows[0] if rows else read({}))
    flat = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=width * len(rows))
    made: Ints = flat.reshape(len(rows), width)[places]
    return made
