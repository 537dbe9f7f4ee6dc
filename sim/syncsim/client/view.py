"""One view of a dashboard: its query in the cache, and what the cache does not know of it.

query-core keeps a boolean that says "invalidated", and a fetch that began before it was
raised may lower it. The generation, counted up by every invalidation, tells whether a fetch
is too old; a strategy may look at it, the app as it is does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from syncsim.client.cache.query import Query
from syncsim.client.cache.query_observer import QueryObserver
from syncsim.client.picture import Rows
from syncsim.domain import Row, type_of
from syncsim.history import Test


class Fetch(NamedTuple):
    """The latest request of a fetch under way; between two tries it is the one that failed.

    `origin` is what set the fetch off, `generation` the view's when this request was sent,
    `read_lsn` the read point of its answer, -1 before there is one, and `last_intent` the
    number of this client's last intent that the answer takes into account.
    """

    request: str
    origin: str
    generation: int
    read_lsn: int = -1
    last_intent: int = 0


@dataclass(slots=True, kw_only=True, eq=False)
class View:
    """One view, whether on screen or not.

    `query` is None before its first use and after the cache has dropped it, `observer` while
    the view is off screen. `confirmed` is what the server told; the data of the query may
    hold local writes on top of it. `read_lsn` and `last_intent` are those of the last answer.
    `invalidated_by` is what set off the last invalidation.
    """

    name: str
    view: str
    key: tuple[str, ...]
    entity_type: str
    row_id: str
    test: Test
    query: Query | None = None
    observer: QueryObserver | None = None
    unsubscribe: Callable[[], None] | None = None
    confirmed: Rows | None = None
    seen: Rows | None = None
    generation: int = 0
    invalidated_by: str = ""
    fetch: Fetch | None = None
    read_lsn: int = -1
    last_intent: int = 0

    @property
    def is_mounted(self) -> bool:
        """Tell whether the view is on screen."""
        return self.observer is not None

    @property
    def data(self) -> Rows | None:
        """Return what the cache holds, None if there is nothing yet."""
        if self.query is None or not self.query.state.has_data:
            return None
        rows: Rows = self.query.state.data
        return rows

    def matches(self, prefix: tuple[str, ...]) -> bool:
        """Tell whether the key starts with a prefix, as invalidation matches keys."""
        return self.key[: len(prefix)] == prefix


def listed(rows: Rows) -> list[str]:
    """Return the entities of a view in the order of its list: what came in last is at the top.

    An answer has them the other way round, oldest first, so a new row pushes all others down.
    """
    return list(reversed(rows))


def merged(view: View, answer: Iterable[Row], newer: Iterable[Row]) -> Rows:
    """Return an answer to a query as rows by entity.

    `newer` are rows known from commits after the answer's read point; for them the answer
    does not count. A row that equals the cached one is that very row, as structural sharing
    would have it (utils.ts, replaceEqualDeep).
    """
    cached = (view.data or {}).get
    rows = {row.entity: old if (old := cached(row.entity)) == row else row for row in answer}
    for row in newer:
        if type_of(row.entity) == view.entity_type and view.test(row.fields or {}):
            rows[row.entity] = row
        else:
            rows.pop(row.entity, None)
    return rows


def difference(old: Rows, new: Rows) -> tuple[list[Row], list[str]]:
    """Return the rows that are new or another version, and the entities that are gone.

    Rows that nothing changed are the same objects on both sides, so this costs one look-up
    a row, and nothing where they are one picture.
    """
    if old is new:
        return [], []
    held = old.get
    changed = [row for entity, row in new.items() if held(entity) is not row]
    added = sum(row.entity not in old for row in changed)
    gone = [entity for entity in old if entity not in new] if len(new) < len(old) + added else []
    return changed, gone
