"""Conditions on the fields of a row, as data, and how they are evaluated.

A condition is `(field, operator, value)` with the operators `is`, `in` and `not in`. A
value `$user` or `$id` stands for the user of the client or the argument of the view.
Views, guards and projections are written in conditions, so a history can carry them and a
judge can tell, from the history alone, what any view should have shown at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Fields = Mapping[str, Any]
Condition = tuple[str, str, Any]
Test = Callable[[Fields], bool]

OPERATORS = ("is", "in", "not in")


def compile_conditions(where: Sequence[Condition], names: Mapping[str, str]) -> Test:
    """Return a function that tells whether a row's fields meet every condition.

    `names` gives the values of `$user` and `$id`. A field that the row lacks counts as
    null, so a projection that hides a field cannot crash a view.
    """
    equal: list[tuple[str, Any]] = []
    inside: list[tuple[str, frozenset[Any]]] = []
    outside: list[tuple[str, frozenset[Any]]] = []
    for field, operator, value in where:
        assert operator in OPERATORS, operator
        if operator == "is":
            equal.append((field, names.get(value, value) if isinstance(value, str) else value))
        elif operator == "in":
            inside.append((field, frozenset(value)))
        else:
            outside.append((field, frozenset(value)))

    def test(fields: Fields) -> bool:
        # Plain loops: this runs for every row of every view, and generators cost more.
        get = fields.get
        for field, wanted in equal:
            if get(field) != wanted:
                return False
        for field, values in inside:
            if get(field) not in values:
                return False
        for field, values in outside:
            if get(field) in values:
                return False
        return True

    return test
