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
    tests = [_compile(field, operator, value, names) for field, operator, value in where]

    def test(fields: Fields) -> bool:
        # This runs for every row of every view.
        for holds in tests:  # noqa: SIM110 - a generator costs more
            if not holds(fields):
                return False
        return True

    return tests[0] if len(tests) == 1 else test


def _compile(field: str, operator: str, value: Any, names: Mapping[str, str]) -> Test:
    assert operator in OPERATORS, operator
    if operator == "is":
        wanted = names.get(value, value) if isinstance(value, str) else value
        return lambda fields: bool(fields.get(field) == wanted)
    values = frozenset(value)
    if operator == "in":
        return lambda fields: fields.get(field) in values
    return lambda fields: fields.get(field) not in values
