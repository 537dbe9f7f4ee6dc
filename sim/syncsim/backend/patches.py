"""What a commit changed of its rows, as each role may see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from syncsim.backend.store import Store
from syncsim.domain import Row
from syncsim.net.messages import Patch


def patches_of(
    store: Store, roles: Iterable[str], made: Iterable[Row], before: Mapping[str, Row | None]
) -> dict[str, tuple[Patch, ...]]:
    """Return the changes of a commit by role; a row that a role may not see is not told of.

    A row that is not in `before` is told of as a whole.
    """
    rows = tuple(made)
    return {role: tuple(_seen(store, role, rows, before)) for role in dict.fromkeys(roles)}


def _seen(
    store: Store, role: str, made: Iterable[Row], before: Mapping[str, Row | None]
) -> Iterable[Patch]:
    for new in made:
        row, old = store.project(role, new), before.get(new.entity)
        if row is None or row.fields is None:
            continue
        held = (old.fields or {}) if old is not None else {}
        fields = {
            name: value
            for name, value in row.fields.items()
            if name not in held or held[name] != value
        }
        yield Patch(new.entity, new.version, new.lsn, fields)
