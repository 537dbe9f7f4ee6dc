"""V: what a client does when its socket is open again. One strategy, one file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from syncsim import extensions
from syncsim.design import Recovery
from syncsim.net.messages import EventBody, ResumedBody

if TYPE_CHECKING:
    from syncsim.client.views import Views

RESYNC = "reconnect-resync"
"""What is armed while a client will look at everything once its socket is open."""


class RecoveryStrategy:
    """What a recovery strategy decides. Left as it is, it does nothing."""

    def start(self, views: Views) -> None:
        """The page is loaded, and has no socket yet."""

    def on_open(self, views: Views) -> None:
        """The socket opened; changes before this moment may have been missed."""

    def on_event(self, views: Views, event: EventBody) -> None:
        """The socket told of a change, and the read strategy has dealt with it."""

    def on_resumed(self, views: Views, body: ResumedBody) -> None:
        """The backend answered what this client had said it knows."""

    def on_close(self, views: Views) -> None:
        """The socket closed; from now on changes will be missed."""


def recovery_strategy(recovery: Recovery) -> RecoveryStrategy:
    """Return the strategy that a design names."""
    from syncsim.client.recovery.audit import Audit
    from syncsim.client.recovery.cursor import Cursor
    from syncsim.client.recovery.invalidate_all import InvalidateAll
    from syncsim.client.recovery.invalidate_spread import InvalidateSpread
    from syncsim.client.recovery.nothing import Nothing
    from syncsim.client.recovery.replay import Replay

    made: dict[str, Callable[[], RecoveryStrategy]] = {
        "nothing": Nothing,
        "invalidate-all": InvalidateAll,
        "invalidate-spread": InvalidateSpread,
        "replay": Replay,
        "cursor": Cursor,
        "audit": Audit,
    }
    if recovery.strategy in made:
        return made[recovery.strategy]()
    added: RecoveryStrategy = extensions.strategy("recovery", recovery, RecoveryStrategy)
    return added
