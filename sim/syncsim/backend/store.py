"""The backend's store: rows with versions, one log sequence number, and live views.

A commit may change several rows; they share one `lsn`. Views are kept up to date by each
commit, so reading one costs what it returns, not what the store holds. Views of one user, or of
one row, are found by that name, so they do not cost more the more users there are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from syncsim.domain import Change, Domain, Fields, Row, id_of, type_of
from syncsim.history import Test, compile_conditions

ViewName = tuple[str, str, str, str]
"""Role, user, query and row id: what a view's content depends on."""


class _View:
    """The rows of one view, as one role sees them."""

    __slots__ = ("answer", "role", "rows", "test")

    def __init__(self, role: str, test: Test) -> None:
        self.role = role
        self.test = test
        self.rows: dict[str, Row] = {}
        self.answer: tuple[tuple[Row, ...], int] | None = None


class _Named:
    """The rows of one type by the name in one field of theirs, and the views that ask for it.

    Rows are in the order in which they took that name, which is not always that of their coming.
    """

    __slots__ = ("rows", "views")

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, None]] = {}
        self.views: dict[str, list[_View]] = {}


class Store:
    """Rows by entity, and what each role may see of them."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._rows: dict[str, Row] = {}
        self._views: dict[ViewName, _View] = {}
        self._numbers: dict[str, int] = {}
        # By entity type: the views that ask for no name, and by field those that do.
        self._open: dict[str, list[_View]] = {}
        self._named: dict[str, dict[str, _Named]] = {}
        self.lsn = 0

    def get(self, entity: str) -> Row | None:
        """Return the current version of a row, None if there is none."""
        row = self._rows.get(entity)
        return None if row is None or is_gone(row) else row

    def fields(self, entity: str) -> Fields | None:
        """Return the current fields of a row, None if there is none."""
        row = self.get(entity)
        return row.fields if row else None

    def commit(self, changes: Iterable[Change]) -> list[Row]:
        """Apply changes as one transaction and return the rows they made."""
        self.lsn += 1
        made = []
        for change in changes:
            old, last = self.get(change.entity), self._rows.get(change.entity)
            assert (old is None) == change.created, change.entity
            kept = old.fields if old is not None else {}
            assert kept is not None, change.entity
            version = last.version + 1 if last is not None else 1
            row = Row(change.entity, version, self.lsn, {**kept, **change.fields})
            self._put(row)
            made.append(row)
        return made

    def copy(self, rows: Iterable[Row]) -> None:
        """Take over rows as another store has committed them."""
        for row in rows:
            self.lsn = max(self.lsn, row.lsn)
            self._put(row)

    def _put(self, row: Row) -> None:
        last = self._rows.get(row.entity)
        self._rows[row.entity] = row
        self._numbers.setdefault(row.entity, len(self._numbers))
        kind = type_of(row.entity)
        for view in self._open.get(kind, ()):
            self._update(view, row)
        for field, named in self._named.get(kind, {}).items():
            old, new = _name_in(last, field), _name_in(row, field)
            if old is not None and old != new:
                del named.rows[old][row.entity]
                for view in named.views.get(old, ()):
                    self._update(view, row)
            if new is not None:
                named.rows.setdefault(new, {})[row.entity] = None
                for view in named.views.get(new, ()):
                    self._update(view, row)

    def project(self, role: str, row: Row) -> Row | None:
        """Return a row as a role may see it, None if it may not."""
        names = self._domain.projections.get((role, type_of(row.entity)))
        if names is None:
            return None
        assert row.fields is not None, row.entity
        fields: dict[str, Any] = {name: row.fields.get(name) for name in names}
        size = len(json.dumps(fields, separators=(",", ":")))
        return Row(row.entity, row.version, row.lsn, fields, size)

    def view(self, role: str, user: str, query: str, row_id: str) -> tuple[tuple[Row, ...], int]:
        """Return the rows of a view as a role sees them, and their size in bytes."""
        name = (role, user, query, row_id)
        view = self._views.get(name)
        if view is None:
            view = self._views[name] = self._begin(role, query, {"$user": user, "$id": row_id})
        if view.answer is None:
            rows = tuple(view.rows.values())
            view.answer = rows, sum(row.bytes for row in rows)
        return view.answer

    def _begin(self, role: str, query: str, names: dict[str, str]) -> _View:
        """Return a new view with the rows that are there, in the order of their coming."""
        facts = self._domain.queries[query]
        view = _View(role, compile_conditions(facts.where, names))
        for field, operator, value in facts.where:
            if operator == "is" and value in names:
                named = self._named_by(facts.entity, field)
                wanted = names[value]
                named.views.setdefault(wanted, []).append(view)
                entities = sorted(named.rows.get(wanted, ()), key=self._numbers.__getitem__)
                break
        else:
            self._open.setdefault(facts.entity, []).append(view)
            entities = [entity for entity in self._rows if type_of(entity) == facts.entity]
        for entity in entities:
            self._update(view, self._rows[entity])
        return view

    def _named_by(self, kind: str, field: str) -> _Named:
        """Return the rows of a type by one field of theirs; the first to ask has them sorted."""
        fields = self._named.setdefault(kind, {})
        if field not in fields:
            named = fields[field] = _Named()
            for entity, row in self._rows.items():
                name = _name_in(row, field) if type_of(entity) == kind else None
                if name is not None:
                    named.rows.setdefault(name, {})[entity] = None
        return fields[field]

    def _update(self, view: _View, row: Row) -> None:
        assert row.fields is not None, row.entity
        seen = self.project(view.role, row) if view.test(row.fields) else None
        if seen is not None:
            view.rows[row.entity] = seen
            view.answer = None
        elif view.rows.pop(row.entity, None) is not None:
            view.answer = None


def _name_in(row: Row | None, field: str) -> str | None:
    """Return the name that a row has in a field, None if it has none there."""
    name = row.fields.get(field) if row is not None and row.fields is not None else None
    return name if isinstance(name, str) else None


def initial_change(entity: str, fields: Fields) -> Change:
    """Return the change that puts a row into an empty store."""
    return Change(entity, {"id": id_of(entity), **fields}, created=True)


def blank(fields: Fields) -> Fields:
    """Return what stands in the place of a row that is gone: the same fields, all empty.

    No view lists such a row, nobody can act on it, and it may come into being again.
    """
    return dict.fromkeys(fields)


def is_gone(row: Row) -> bool:
    """Tell whether a row is there no more."""
    return row.fields is not None and row.fields.get("id") is None
