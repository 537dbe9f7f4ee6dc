"""One intent on its way: what it changes, how often it was sent, and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncsim.domain import Action, Change, Row


@dataclass(slots=True, kw_only=True)
class Mutation:
    """A pending intent of one client.

    `changes` are the rows that it is predicted to change, `overlaid` those that an overlay
    was put on. `request` is the name of the attempt in flight, empty if there is none.
    """

    intent: str
    action: Action
    entities: tuple[str, ...]
    args: Mapping[str, str]
    changes: tuple[Change, ...]
    overlaid: list[str] = field(default_factory=list)
    attempts: int = 0
    request: str = ""
    deadline_us: int = 0
    is_paused: bool = False
    answer_rows: tuple[Row, ...] = ()
