"""O0: nothing is shown before the server confirms it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncsim.client.view import Query, Rows

if TYPE_CHECKING:
    from syncsim.client.mutation import Mutation
    from syncsim.client.views import QueryCache


class Pessimistic:
    """Show confirmed rows only."""

    def put(self, cache: QueryCache, mutation: Mutation) -> None:
        """Show nothing."""

    def settle(self, cache: QueryCache, mutation: Mutation, *, is_ok: bool) -> None:
        """Take nothing away."""

    def compose(self, query: Query) -> Rows | None:
        """Return the confirmed rows."""
        return query.confirmed

    def compose_slice(self, rows: Rows) -> Rows:
        """Return the confirmed rows."""
        return rows
