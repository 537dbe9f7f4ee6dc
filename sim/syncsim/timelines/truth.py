"""What each view should have shown at any time, for all views that see the rows alike at once.

Two operators with the same list open see the same rows. What they should see is worked out once,
for their lens: a query with its arguments, and the eyes of a role.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from syncsim.history import Header, compile_conditions
from syncsim.history.replay import entity_type
from syncsim.timelines.joins import groups, starts
from syncsim.timelines.rows import LACKS, NO_ROW, Rows
from syncsim.timelines.tables import Data, Tables

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]


class Lens(NamedTuple):
    """How a view looks at the rows.

    `query` is empty, or unknown to the header, for a view that owes no rows: a slice store.
    """

    query: str
    argument: str
    role: str
    user: str


class Seen(NamedTuple):
    """What a lens shows from each record of the backend on of the row that it is about.

    `numbers` are those of the rows as they are seen, or `NO_ROW`; `changes` the places at which
    that is another than before, and `change_seqs` the records there.
    """

    numbers: Ints
    changes: Ints
    change_seqs: Ints

    def changes_between(self, after_seq: int, before_seq: int) -> Ints:
        """Return the places of the changes between two records."""
        first, last = self.change_seqs.searchsorted((after_seq, before_seq))
        return self.changes[first:last]


class Store:
    """What the backend held, and what of it can be seen through a lens."""

    def __init__(self, header: Header, tables: Tables, rows: Rows) -> None:
        domain = header.get("domain", {})
        self._queries: dict[str, Any] = domain.get("queries", {})
        self._projections: dict[str, list[str]] = domain.get("projections", {})
        self._rows = rows
        self.table = tables.of(
            "row", "commit", read=lambda data: (rows.number(data.get("fields")),)
        )
        self._seen: dict[Lens, Seen] = {}
        self._held: dict[int, Ints] = {}
        self._projected: dict[str, Ints] = {}
        self._places: dict[str, Ints] = {}
        self._columns: dict[str, tuple[Ints, list[Any]]] = {}

    def _number(self, data: Data) -> tuple[int]:
        return (self._rows.told(data),)

    def owes_rows(self, lens: Lens) -> bool:
        """Tell whether a view must show certain rows; a slice store need not."""
        return bool(lens.query and self._queries.get(lens.query))

    def seen(self, lens: Lens) -> Seen:
        """Return what a lens shows."""
        if lens not in self._seen:
            self._seen[lens] = self._look(lens)
        return self._seen[lens]

    def held(self, seq: int) -> Ints:
        """Return the places of the rows held before a record, by when they first came."""
        import numpy as np

        count = int(np.searchsorted(self.table.seq, seq))
        if count not in self._held:
            entity = self._entity[:count]
            last = np.full(int(entity.max(initial=-1)) + 1, -1, dtype=np.int64)
            first = np.full(len(last), count, dtype=np.int64)
            last[entity] = np.arange(count)
            np.minimum.at(first, entity, np.arange(count))
            order = np.argsort(first, kind="stable")
            self._held[count] = last[order][last[order] >= 0]
        return self._held[count]

    @cached_property
    def _entity(self) -> Ints:
        return groups(self.table.entity)

    @cached_property
    def _by_row(self) -> Ints:
        """Return the places row by row, each in order."""
        import numpy as np

        return np.argsort(self._entity, kind="stable")

    @cached_property
    def _first(self) -> Mask:
        """Return the mask of those that are the first of their row, row by row."""
        first: Mask = starts(self._entity[self._by_row])
        return first

    @cached_property
    def _types(self) -> Any:
        """Return the type of the row at each place."""
        import numpy as np

        codes, places = np.unique(self.table.entity, return_inverse=True)
        names = self.table.names
        return np.array([entity_type(names[code]) for code in codes], dtype=object)[places]

    def _of_type(self, name: str) -> Ints:
        """Return the places of the rows of a type."""
        import numpy as np

        if name not in self._places:
            self._places[name] = np.flatnonzero(self._types == name)
        return self._places[name]

    def _look(self, lens: Lens) -> Seen:
        import numpy as np

        numbers = self._projection(lens.role)
        if self.owes_rows(lens):
            facts = self._queries[lens.query]
            places = self._of_type(facts["entity"])
            names = {"$user": lens.user, "$id": lens.argument}
            belongs = self._meets(places, facts["where"], names)
            shown, numbers = numbers[places[belongs]], np.full(len(numbers), NO_ROW)
            numbers[places[belongs]] = shown
        by_row = numbers[self._by_row]
        is_other = np.ones(len(numbers), dtype=bool)
        is_other[1:] = by_row[1:] != by_row[:-1]
        is_other[self._first] = by_row[self._first] != NO_ROW
        changes = np.sort(self._by_row[is_other])
        return Seen(numbers, changes, self.table.seq[changes])

    def _projection(self, role: str) -> Ints:
        """Return the row at each place as a role may see it, `NO_ROW` if it may not."""
        import numpy as np

        if role in self._projected:
            return self._projected[role]
        numbers = np.full(len(self.table), NO_ROW, dtype=np.int64)
        for key, names in self._projections.items():
            of_role, _, of_type = key.partition("/")
            if of_role == role:
                chosen = self._of_type(of_type)
                used, places = np.unique(self.table.read[chosen, 0], return_inverse=True)
                seen = np.array(self._rows.project(names, used.tolist()), dtype=np.int64)
                numbers[chosen] = seen[places]
        self._projected[role] = numbers
        return numbers

    def _meets(self, places: Ints, where: Sequence[Any], names: dict[str, str]) -> Mask:
        """Return the mask of the places at which a row meets every condition."""
        import numpy as np

        belongs = np.ones(len(places), dtype=bool)
        for field, operator, value in where:
            test = compile_conditions([(field, operator, value)], names)
            column, values = self._column(field)
            holds = [test({} if each is LACKS else {field: each}) for each in values]
            belongs &= np.array(holds, dtype=bool)[column[places]]
        return belongs

    def _column(self, field: str) -> tuple[Ints, list[Any]]:
        """Return a field of the rows as codes, and the values that these stand for."""
        import numpy as np

        if field not in self._columns:
            used, places = np.unique(self.table.read[:, 0], return_inverse=True)
            codes: dict[Any, int] = {}
            values = self._rows.values(field, used.tolist())
            column = [codes.setdefault(value, len(codes)) for value in values]
            self._columns[field] = np.array(column)[places], [*map(Rows.given, codes)]
        return self._columns[field]
