"""What a person sees: the rows of the views on screen, and which actions they offer."""

from __future__ import annotations

from collections.abc import Iterable

from syncsim.domain import Action, Domain, Row, type_of
from syncsim.history import Test, compile_conditions
from syncsim.history.replay import SLICE

Rows = dict[str, Row]
"""Rows by entity."""


class Picture:
    """The rows painted in each mounted view, by view name.

    A view keeps the rows that a pending intent hides, with no fields.
    """

    def __init__(self, *, role: str, user: str, domain: Domain) -> None:
        self.views: dict[str, Rows] = {}
        self._role = role
        self._user = user
        self._domain = domain
        self._tests: dict[str, Test] = {}

    def find(self, entity: str) -> Row | None:
        """Return a row as the person sees it, None if no view shows it."""
        for view, rows in self.views.items():
            row = rows.get(entity) if view != SLICE else None
            if row is not None and row.fields is not None:
                return row
        return None

    def rows_of(self, entity_type: str) -> list[Row]:
        """Return the rows of a type that the person sees, each once."""
        found: dict[str, Row] = {}
        for view, rows in self.views.items():
            if view != SLICE:
                for entity, row in rows.items():
                    if type_of(entity) == entity_type and row.fields is not None:
                        found.setdefault(entity, row)
        return list(found.values())

    def offers(self, action: Action, rows: Iterable[Row]) -> list[Row]:
        """Return those of the rows shown on which the screen offers an action.

        The rows are of the action's entity. A button looks at its own row only, not at the
        rows that this one links to.
        """
        if self._role not in action.roles:
            return []
        test = self._tests.get(action.name)
        if test is None:
            own = [condition for condition in action.guard if "." not in condition[0]]
            test = compile_conditions(own, {"$user": self._user})
            self._tests[action.name] = test
        return [row for row in rows if row.fields is not None and test(row.fields)]
