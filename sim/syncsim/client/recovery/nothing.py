"""V0: nothing; what was missed while the socket was closed stays missed."""

from __future__ import annotations

from syncsim.client.recovery import RecoveryStrategy


class Nothing(RecoveryStrategy):
    """Carry on with the next event."""
