"""One intent on its way: what it changes, how often it was sent, and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncsim.domain import Action, Change, Row
from syncsim.net.messages import Stamp


@dataclass(slots=True, kw_only=True, eq=False)
class Intent:
    """A pending intent of one client.

    `changes` are the rows that it is predicted to change, `overlaid` those that an overlay
    was put on. `number` counts the intents of the client, from 1; `stamp` says when it was asked
    for, in designs that tell the backend. `attempts` counts the requests that were sent for it.
    Of the answer are the rows, the commit that they are as of, and the rows refused.
    """

    name: str
    action: Action
    entities: tuple[str, ...]
    args: Mapping[str, str]
    changes: tuple[Change, ...]
    number: int = 0
    stamp: Stamp | None = None
    overlaid: list[str] = field(default_factory=list)
    attempts: int = 0
    answer_rows: tuple[Row, ...] = ()
    answer_lsn: int = -1
    refused: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        """Return the row that it is about, empty for a batch."""
        return "" if self.action.batch else self.entities[0]
