"""W: in what order intents are sent. One strategy, one file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from syncsim import extensions
from syncsim.client.intent import Intent
from syncsim.design import Write


@runtime_checkable
class WriteStrategy(Protocol):
    """What a write strategy decides."""

    def submit(self, intent: Intent) -> bool:
        """Tell whether a new intent may be sent at once."""

    def ended(self, intent: Intent) -> list[Intent]:
        """Return the intents that may be sent now that one has ended."""

    def give_up(self, refused: Intent) -> list[Intent]:
        """Return the waiting intents that a refusal takes along, and wait with them no more."""


def share_rows(intent: Intent, other: Intent) -> bool:
    """Tell whether two intents change a row in common."""
    rows = frozenset(change.entity for change in intent.changes)
    return any(change.entity in rows for change in other.changes)


def given_up(write: Write, refused: Intent, waiting: list[Intent]) -> list[Intent]:
    """Return those of the waiting intents that a refusal takes along.

    Dependants are those on a row of the refused one, and those on a row of a dependant.
    """
    if write.on_refusal == "continue":
        return []
    if write.on_refusal == "abort-all":
        return list(waiting)
    lost = [refused]
    for other in waiting:
        if any(share_rows(other, each) for each in lost):
            lost.append(other)
    return lost[1:]


def write_strategy(write: Write) -> WriteStrategy:
    """Return the strategy that a design names."""
    from syncsim.client.write.fifo import Fifo
    from syncsim.client.write.parallel import Parallel
    from syncsim.client.write.serial import Serial

    made: dict[str, Callable[[Write], WriteStrategy]] = {
        "parallel": Parallel,
        "serial": Serial,
        "fifo": Fifo,
    }
    if write.strategy in made:
        return made[write.strategy](write)
    added: WriteStrategy = extensions.strategy("write", write, WriteStrategy)
    return added
