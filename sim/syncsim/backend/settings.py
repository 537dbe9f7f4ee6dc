"""How a backend is built and hosted, apart from what the application is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from syncsim.design import Merge

ARRIVAL = Merge()

FreshBy = Literal["nothing", "token", "primary-window", "hold-event"]
"""What keeps a read from a replica that is too old; see `Read` in design/design.py."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What decides which copy answers, what is published, and what a crash leaves behind.

    `push` is whether commits are published, `payload` what an event carries of one, `audit`
    whether they are entered in the audit log. With `outbox`, an event is stored with its commit
    and published in the end, whatever happens in between. `journal_us` is the longest time that
    a crash may go back.
    """

    push: bool = True
    payload: Literal["ids", "changes", "rows"] = "ids"
    audit: bool = True
    outbox: bool = False
    replicas: int = 0
    fresh_by: FreshBy = "nothing"
    primary_window_us: int = 0
    journal_us: int = 0
    merge: Merge = ARRIVAL
