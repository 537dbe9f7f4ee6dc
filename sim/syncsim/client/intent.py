"""One intent on its way: what it changes, how often it was sent, and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncsim.domain import Action, Change, Row


@dataclass(slots=True, kw_only=True, eq=False)
class Intent:
    """A pending intent of one client.

    `changes` are the rows that it is predicted to change, `overlaid` those that an overlay
    was put on. `attempts` counts the requests that were sent for it.
    """

    name: str
    action: Action
    entities: tuple[str, ...]
    args: Mapping[str, str]
    changes: tuple[Change, ...]
    overlaid: list[str] = field(default_factory=list)
    attempts: int = 0
    answer_rows: tuple[Row, ...] = ()

    @property
    def target(self) -> str:
        """Return the row that it is about, empty for a batch."""
        return "" if self.action.batch else self.entities[0]
