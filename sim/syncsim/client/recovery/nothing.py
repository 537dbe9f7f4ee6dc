"""V0: nothing; what was missed while the socket was closed stays missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syncsim.client.views import Views


class Nothing:
    """Carry on with the next event."""

    will_resync = False

    def on_open(self, views: Views) -> None:
        """Do nothing."""
