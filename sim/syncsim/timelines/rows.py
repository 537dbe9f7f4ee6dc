"""Rows as numbers: equal rows have one number, so that whole columns can be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from operator import itemgetter
from typing import Any

Fields = dict[str, Any]

NO_ROW = 0
"""The number of no row at all, which also is something that a view can show."""


class Rows:
    """Gives every row a number from 1 on, in the order in which they are met.

    Two rows are equal if they have the same fields with values that Python takes for equal. The
    rows themselves are not kept, only their values.
    """

    def __init__(self) -> None:
        self._shapes: dict[tuple[str, ...], _Shape] = {}
        self._met: list[tuple[tuple[str, ...], tuple[Any, ...]]] = [((), ())]

    def number(self, fields: Fields | None) -> int:
        """Return the number of a row."""
        if fields is None:
            return NO_ROW
        names = tuple(fields)
        shape = self._shapes.get(names) or self._shape(names)
        values = shape.values_of(fields)
        try:
            number = shape.numbers.get(values)
        except TypeError:
            values = tuple(map(_Unhashable.of, values))
            number = shape.numbers.get(values)
        if number is None:
            number = shape.numbers[values] = len(self._met)
            self._met.append((shape.names, values))
        return number

    def told(self, data: Fields) -> int:
        """Return the number of the row that a record tells of; of no row, if that is none."""
        fields = data.get("fields")
        return self.number(fields) if isinstance(fields, dict) else NO_ROW

    def _shape(self, names: tuple[str, ...]) -> _Shape:
        """Return how rows with these fields are taken apart; their order makes no difference."""
        ordered = tuple(sorted(names))
        shape = self._shapes.get(ordered)
        if shape is None:
            shape = self._shapes[ordered] = _Shape(ordered)
        self._shapes[names] = shape
        return shape

    def fields(self, number: int) -> Fields | None:
        """Return the row of a number, its fields in order of name."""
        if number == NO_ROW:
            return None
        names, values = self._met[number]
        return dict(zip(names, map(self.given, values), strict=True))

    def names(self, numbers: Iterable[int]) -> list[str]:
        """Return the names of all fields that any of some rows has, in the order of being met."""
        shapes = dict.fromkeys(self._met[number][0] for number in numbers)
        return [*dict.fromkeys(chain.from_iterable(shapes))]

    @staticmethod
    def given(value: Any) -> Any:
        """Return a value from `values` as it stood in its row."""
        return value.value if isinstance(value, _Unhashable) else value

    def project(self, names: Iterable[str], numbers: Iterable[int]) -> list[int]:
        """Return the numbers of rows cut down to some fields; what a row lacks is None."""
        ordered = tuple(sorted(dict.fromkeys(names)))
        known = self._shape(ordered).numbers
        # By the fields of a row: where those wanted stand; None is put behind its values.
        places: dict[tuple[str, ...], list[int]] = {}
        cut = []
        for number in numbers:
            fields, values = self._met[number]
            if fields not in places:
                places[fields] = [fields.index(n) if n in fields else -1 for n in ordered]
            padded = (*values, None)
            kept = tuple([padded[place] for place in places[fields]])
            found = known.get(kept)
            if found is None:
                found = known[kept] = len(self._met)
                self._met.append((ordered, kept))
            cut.append(found)
        return cut

    def __len__(self) -> int:
        return len(self._met)

    def values(self, name: str, numbers: Iterable[int]) -> list[Any]:
        """Return a field of rows of some numbers, in a form that can be looked up.

        `LACKS` stands where a row has no such field; `given` returns the value itself.
        """
        # By the fields of a row: where this one stands, behind all others if nowhere.
        places: dict[tuple[str, ...], int] = {}
        found = []
        for number in numbers:
            names, values = self._met[number]
            place = places.get(names)
            if place is None:
                place = places[names] = names.index(name) if name in names else len(names)
            found.append(values[place] if place < len(values) else LACKS)
        return found


class _Lacks:
    """Stands for the value of a field that a row does not have."""


LACKS = _Lacks()


class _Shape:
    """Rows with the same fields, which stand in order of name, by their values."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.numbers: dict[tuple[Any, ...], int] = {}
        self.values_of: Callable[[Fields], tuple[Any, ...]]
        if len(names) > 1:
            self.values_of = itemgetter(*names)
        else:
            self.values_of = lambda fields: tuple(fields.values())


class _Unhashable:
    """A list or an object that stands as a value; equal ones are equal."""

    def __init__(self, value: Any) -> None:
        self.value = value

    @classmethod
    def of(cls, value: Any) -> Any:
        """Return a value in a form that can be looked up."""
        try:
            return {value: value}[value]
        except TypeError:
            return cls(value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Unhashable) and bool(self.value == other.value)

    def __hash__(self) -> int:
        return len(self.value)
