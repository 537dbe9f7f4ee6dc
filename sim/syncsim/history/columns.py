"""The records of a history as columns: what is fast to scan and to write to a file."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Codes = NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """One entry a record in every column.

    Numbers are -1 where they do not apply. Text stands as codes: `names[kind[i]]` is the kind of
    record `i`, and code 0 is the empty text. `data` holds what `Record.data` holds.
    """

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
    names: list[str]
    data: list[dict[str, Any] | None]

    def __len__(self) -> int:
        return len(self.data)

    def part(self, start: int, stop: int) -> Columns:
        """Return the records from `start` on and before `stop`, with the same names."""
        cut = {
            each.name: getattr(self, each.name)[start:stop]
            for each in fields(self)
            if each.name != "names"
        }
        return Columns(names=self.names, **cut)
