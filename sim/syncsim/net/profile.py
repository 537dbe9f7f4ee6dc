"""The profile of a network: what one client's path to the backend is like."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from syncsim.net.link import SEGMENT_BYTES, Access, Path
from syncsim.net.loss import GilbertElliott
from syncsim.net.outages import Stay, UpDown
from syncsim.net.units import MILLION

__all__ = ["MILLION", "Profile"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Delays, bandwidth, losses and outages of an access network.

    A message takes `delay_us` plus an exponential extra with mean `jitter_us`, after it was
    sent at the bandwidth of its direction behind what is queued; 0 means at once. A segment
    that is lost is sent again, and all behind it on its stream waits: losses come in bursts,
    as `good_to_bad_ppm` and `bad_to_good_ppm` of a Gilbert-Elliott chain say. Outages come
    after `outage_every_us` and last `outage_us`, on average; 0 means none.

    HTTP messages vanish with a chance of `http_loss_ppm` in a million each way; messages on
    an open WebSocket never do. A handshake takes `handshake_rtts` round trips.
    """

    name: str
    title: str
    source: str
    delay_us: int
    jitter_us: int = 0
    http_loss_ppm: int = 0
    handshake_rtts: int = 3
    up_bps: int = 0
    down_bps: int = 0
    queue_segments: int = 0
    good_to_bad_ppm: int = 0
    bad_to_good_ppm: int = 500_000
    outage_every_us: int = 0
    outage_us: int = 0

    def __post_init__(self) -> None:
        assert self.delay_us >= 0, self.delay_us
        assert self.jitter_us >= 0, self.jitter_us
        assert 0 <= self.http_loss_ppm <= MILLION, self.http_loss_ppm
        assert self.handshake_rtts >= 0, self.handshake_rtts
        assert 0 <= self.good_to_bad_ppm <= MILLION, self.good_to_bad_ppm
        assert 0 < self.bad_to_good_ppm <= MILLION, self.bad_to_good_ppm
        assert (self.outage_every_us > 0) == (self.outage_us > 0), self.outage_us
        assert self.queue_segments >= 0, self.queue_segments

    @property
    def loss(self) -> GilbertElliott | None:
        """Return how segments are lost, None if none is."""
        if not self.good_to_bad_ppm:
            return None
        return GilbertElliott(
            good_to_bad_ppm=self.good_to_bad_ppm, bad_to_good_ppm=self.bad_to_good_ppm
        )

    @property
    def access(self) -> Access:
        """Return both directions of the link."""
        return Access(up=self._path(self.up_bps), down=self._path(self.down_bps))

    @property
    def outages(self) -> UpDown | None:
        """Return how the link goes down and up, None if it stays up."""
        if not self.outage_us:
            return None
        return UpDown(up=Stay(mean_us=self.outage_every_us), down=Stay(mean_us=self.outage_us))

    def facts(self) -> dict[str, Any]:
        """Return the profile as plain data for a header, without what it does not have."""
        facts = asdict(self)
        for each in fields(self):
            if each.name in _OPTIONAL and facts[each.name] == each.default:
                del facts[each.name]
        return facts

    def _path(self, bandwidth_bps: int) -> Path:
        return Path(
            delay_us=self.delay_us,
            jitter_us=self.jitter_us,
            bandwidth_bps=bandwidth_bps,
            queue_bytes=self.queue_segments * SEGMENT_BYTES if bandwidth_bps else 0,
            loss=self.loss,
        )


_OPTIONAL = (
    *("up_bps", "down_bps", "queue_segments", "good_to_bad_ppm", "bad_to_good_ppm"),
    *("outage_every_us", "outage_us"),
)
"""What a header leaves out while the profile does not have it."""
