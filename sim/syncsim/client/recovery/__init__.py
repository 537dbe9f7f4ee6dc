"""V: what a client does when its socket is open again. One strategy, one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from syncsim.design import Recovery

if TYPE_CHECKING:
    from syncsim.client.views import Views


class RecoveryStrategy(Protocol):
    """What a recovery strategy decides."""

    will_resync: bool
    """Whether an open socket makes the client look at everything again."""

    def on_open(self, views: Views) -> None:
        """The socket opened; changes before this moment may have been missed."""


def recovery_strategy(recovery: Recovery) -> RecoveryStrategy:
    """Return the strategy that a design names."""
    from syncsim.client.recovery.invalidate_all import InvalidateAll
    from syncsim.client.recovery.nothing import Nothing

    return Nothing() if recovery.strategy == "nothing" else InvalidateAll()
