"""W: in what order intents are sent. One strategy, one file."""

from __future__ import annotations

from typing import Protocol

from syncsim.client.intent import Intent
from syncsim.design import Write


class WriteStrategy(Protocol):
    """What a write strategy decides."""

    def submit(self, intent: Intent) -> bool:
        """Tell whether a new intent may be sent at once."""

    def ended(self, intent: Intent) -> list[Intent]:
        """Return the intents that may be sent now that one has ended."""


def write_strategy(write: Write) -> WriteStrategy:
    """Return the strategy that a design names."""
    from syncsim.client.write.parallel import Parallel
    from syncsim.client.write.serial import Serial

    return Parallel() if write.strategy == "parallel" else Serial()
