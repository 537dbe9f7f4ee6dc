"""The columns of a history by kind, as arrays in which equal numbers mean equal texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The records of some kinds in order, one entry each in every array.

    Texts stand as codes of the `Tables` that the table is of; 0 is the empty text. Numbers are -1
    where they do not apply. `read` has a column for each number that a reader made of the data.
    """

    names: Sequence[str]
    seq: Ints
    time_us: Ints
    kind: Ints
    at: Ints
    peer: Ints
    intent: Ints
    message: Ints
    entity: Ints
    version: Ints
    lsn: Ints
    view: Ints
    read: Ints

    def __len__(self) -> int:
        return len(self.seq)

    def take(self, places: Any) -> Table:
        """Return the records at some places, or those of a mask."""
        picked = {name: getattr(self, name)[places] for name in (*_FIELDS, "read")}
        return Table(names=self.names, **picked)

    def is_of(self, *kinds: str) -> Mask:
        """Return the mask of the records of some kinds."""
        import numpy as np

        codes = [code for code in np.unique(self.kind) if self.names[code] in kinds]
        return np.isin(self.kind, codes)

    def codes(self, column: Ints) -> dict[str, int]:
        """Return the codes that a column has, by text, in order of the codes."""
        import numpy as np

        return {self.names[code]: code for code in np.unique(column).tolist()}


_FIELDS = (
    "seq", "time_us", "kind", "at", "peer", "intent", "message", "entity", "version", "lsn", "view",
)  # fmt: skip
_TEXTS = ("kind", "at", "peer", "intent", "entity", "view")


class Tables:
    """Reads the records of a history as tables that share their codes.

    The messages of a history that stays in its file are left out: there are about as many as there
    are records, and each has a name of its own.
    """

    def __init__(self, history: Records) -> None:
        self.history = history
        self.names: list[str] = [""]
        self._codes: dict[str, int] = {"": 0}

    def of(self, *kinds: str, read: Reader | None = None) -> Table:
        """Return the records of some kinds.

        Args:
            kinds: Those of the records.
            read: What makes numbers of the data of each; no data is none, `{}`.
        """
        import numpy as np

        for kind in kinds:
            assert kind in KINDS, kind
        batches = [self._table(batch, read) for batch in self.history.batches(*kinds)]
        if not batches:
            width = len(read({})) if read else 0
            empty: Ints = np.zeros(0, dtype=np.int64)
            none = dict.fromkeys(_FIELDS, empty)
            return Table(names=self.names, read=np.zeros((0, width), dtype=np.int64), **none)
        if len(batches) == 1:
            return batches[0]
        joined = {
            name: np.concatenate([getattr(batch, name) for batch in batches])
            for name in (*_FIELDS, "read")
        }
        return Table(names=self.names, **joined)

    def _table(self, batch: Columns, read: Reader | None) -> Table:
        import numpy as np

        if self.history.is_in_memory:
            # All batches of such a history share its names.
            self.names = batch.names
            columns: dict[str, Any] = {name: getattr(batch, name) for name in _FIELDS}
        else:
            columns = {name: getattr(batch, name) for name in _FIELDS if name not in _TEXTS}
            columns["message"] = np.zeros(len(batch), dtype=np.int64)
            columns |= {name: self._shared(getattr(batch, name), batch.names) for name in _TEXTS}
        made = np.zeros((len(batch), 0), dtype=np.int64)
        if read is not None:
            used, places = np.unique(batch.data, return_inverse=True)
            rows = [read(batch.objects[code] or {}) for code in used.tolist()] or [read({})][:0]
            width = len(rows[0]) if rows else len(read({}))
            made = np.array(rows, dtype=np.int64).reshape(len(rows), width)[places]
        return Table(names=self.names, read=made, **columns)

    def _shared(self, codes: Any, names: Sequence[str]) -> Any:
        """Return a column of a batch in the codes of all."""
        import numpy as np

        used, places = np.unique(codes, return_inverse=True)
        own = np.array([self._code(names[code]) for code in used.tolist()], dtype=np.int64)
        return own[places]

    def _code(self, name: str) -> int:
        code = self._codes.get(name)
        if code is None:
            code = self._codes[name] = len(self.names)
            self.names.append(name)
        return code
