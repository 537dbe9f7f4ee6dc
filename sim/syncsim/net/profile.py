"""The profile of a network: what one client's path to the backend is like."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One-way delays and HTTP loss of an access network.

    A message takes `delay_us` plus an exponential extra with mean `jitter_us`. HTTP messages
    are lost with a chance of `http_loss_ppm` in a million each way; messages on an open
    WebSocket never are, because TCP would resend them. A handshake takes `handshake_rtts`
    round trips.
    """

    name: str
    title: str
    source: str
    delay_us: int
    jitter_us: int = 0
    http_loss_ppm: int = 0
    handshake_rtts: int = 3

    def __post_init__(self) -> None:
        assert self.delay_us >= 0, self.delay_us
        assert self.jitter_us >= 0, self.jitter_us
        assert 0 <= self.http_loss_ppm <= MILLION, self.http_loss_ppm
        assert self.handshake_rtts >= 0, self.handshake_rtts

    def facts(self) -> dict[str, Any]:
        """Return the profile as plain data for a header."""
        return asdict(self)
