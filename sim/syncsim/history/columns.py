"""The records of a history as columns: what is fast to scan and to write to a file."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Codes = NDArray[np.int32]
    Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """One entry a record in every column, in the order of the records.

    Numbers are -1 where they do not apply. Text stands as codes: `names[kind[i]]` is the kind of
    record `i`, and code 0 is the empty text. So does `data`: `objects[data[i]]` is what
    `Record.data` holds, and code 0 is None. Records with equal data may have the same code.
    """

    seq: Numbers
    time_us: Numbers
    cause: Codes
    version: Codes
    lsn: Codes
    kind: Codes
    at: Codes
    peer: Codes
    intent: Codes
    message: Codes
    entity: Codes
    view: Codes
    data: Codes
    names: list[str]
    objects: list[dict[str, Any] | None]

    def __len__(self) -> int:
        return len(self.seq)

    def part(self, start: int, stop: int) -> Columns:
        """Return the records from place `start` on and before `stop`, with the same names."""
        return self._picked(slice(start, stop))

    def take(self, places: Any) -> Columns:
        """Return the records at some places, or those of a mask, with the same names."""
        return self._picked(places)

    def _picked(self, places: Any) -> Columns:
        picked = {name: getattr(self, name)[places] for name in _COLUMNS}
        return Columns(names=self.names, objects=self.objects, **picked)


_COLUMNS = tuple(each.name for each in fields(Columns) if each.name not in ("names", "objects"))
