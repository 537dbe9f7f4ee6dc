"""The access link of one client: delay, bandwidth, a queue, and loss that shows as delay.

TCP resends what is lost. So a message on a stream is late, never missing, and whatever was
sent behind it on the same stream waits for it (head-of-line blocking). Streams share the
bandwidth and the queue of a direction and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from syncsim.engine import Draws
from syncsim.net.loss import GilbertElliott, LossChain
from syncsim.net.units import MILLION

SEGMENT_BYTES = 1_460
"""A full segment on Ethernet: 1,500 bytes less the headers of IPv4 and TCP (RFC 9293, 3.7.1)."""
BITS = 8

RTO_MIN_US = 200_000
"""Linux adds this to the smoothed round-trip time, or four times its deviation if that is more
(net/ipv4/tcp_input.c, tcp_rtt_estimator and __tcp_set_rto). RFC 6298, 2.4, would have the
time-out be at least one second."""
RTO_MAX_US = 120_000_000
"""The time-out doubles with each retry (RFC 6298, 5.5) up to this (Linux, TCP_RTO_MAX)."""
RETRIES_MAX = 15
"""After so many retries Linux gives the connection up (ip-sysctl, tcp_retries2)."""

MESSAGE_BYTES_MAX = 1 << 30
"""A message of a gigabyte is a mistake, and cutting it into segments would take a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One direction of a link.

    A message takes `delay_us` plus an exponential extra with mean `jitter_us`, after it was
    sent at `bandwidth_bps` behind what is queued; 0 means at once. At most `queue_bytes` wait,
    0 means any number; a segment that finds no room is lost.
    """

    delay_us: int
    jitter_us: int = 0
    bandwidth_bps: int = 0
    queue_bytes: int = 0
    loss: GilbertElliott | None = None

    def __post_init__(self) -> None:
        assert self.delay_us >= 0, self.delay_us
        assert self.jitter_us >= 0, self.jitter_us
        assert self.bandwidth_bps >= 0, self.bandwidth_bps
        # A queue that never has room for one segment would lose every one for good.
        assert self.queue_bytes == 0 or self.queue_bytes >= SEGMENT_BYTES, self.queue_bytes
        assert self.queue_bytes == 0 or self.bandwidth_bps, "a queue builds up before a bottleneck"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """An access link: the way up to the backend and the way down."""

    up: Path
    down: Path

    @property
    def rto_us(self) -> int:
        """Return the first retransmission time-out on an idle link without jitter."""
        return self.up.delay_us + self.down.delay_us + RTO_MIN_US


class Link:
    """The access link of one client; `name` makes its losses its own."""

    __slots__ = ("_access", "_draws", "_name", "_queues")

    def __init__(self, access: Access, draws: Draws, name: str) -> None:
        self._access = access
        self._draws = draws
        self._name = name
        self._queues = {"up": Queue(access.up), "down": Queue(access.down)}

    def stream(self, direction: Literal["up", "down"], name: str) -> Stream:
        """Return a new stream: a direction of a WebSocket, or of one HTTP exchange.

        Its name must be its own among the streams of the link, or they would share their luck.
        """
        return Stream(
            path=self._access.up if direction == "up" else self._access.down,
            queue=self._queues[direction],
            rto_us=self._access.rto_us,
            draws=self._draws,
            name=f"{self._name}/{direction}/{name}",
        )

    def backlog_us(self, now_us: int, direction: Literal["up", "down"]) -> int:
        """Return how long the last byte in the queue of a direction still has to wait."""
        queue = self._queues[direction]
        return max(queue.out_us() - now_us, 0)


class Queue:
    """The bytes of all streams of a direction, first in, first out.

    The time at which it will be empty is kept in microseconds times bits a second, so that
    no rounding adds up.
    """

    __slots__ = ("_bandwidth_bps", "_bytes_max", "_empty")

    def __init__(self, path: Path) -> None:
        self._bandwidth_bps = path.bandwidth_bps
        self._bytes_max = path.queue_bytes
        self._empty = 0

    def has_room(self, now_us: int, count: int) -> bool:
        """Whether so many bytes more fit at a time, if none come in until then."""
        if not self._bytes_max:
            return True
        waiting = max(self._empty - now_us * self._bandwidth_bps, 0)
        return waiting + count * BITS * MILLION <= self._bytes_max * BITS * MILLION

    def put(self, now_us: int, count: int) -> None:
        """Queue bytes."""
        if self._bandwidth_bps:
            self._empty = max(self._empty, now_us * self._bandwidth_bps) + count * BITS * MILLION

    def out_us(self) -> int:
        """Return when the last byte in the queue will have been sent."""
        return -(-self._empty // self._bandwidth_bps) if self._bandwidth_bps else 0

    def serialization_us(self, count: int) -> int:
        """Return how long sending so many bytes takes."""
        return -(-count * BITS * MILLION // self._bandwidth_bps) if self._bandwidth_bps else 0


class Stream:
    """Messages in order in one direction; what is late delays all that follow it here.

    The jitter of a message is drawn by its own name. The losses are those of a chain named
    after the stream, one step a segment. So a message of another stream or link changes the
    queue, never the luck; one more message earlier on this stream moves the losses of those
    behind it along. A retry comes so much later that the burst is over: it is lost with the
    long-run share, by a draw of its own.
    """

    __slots__ = (
        "_chain",
        "_draws",
        "_last_us",
        "_name",
        "_path",
        "_queue",
        "_retry_loss_ppm",
        "_rto_us",
        "_sent",
        "dead_us",
    )

    def __init__(self, *, path: Path, queue: Queue, rto_us: int, draws: Draws, name: str) -> None:
        self._path = path
        self._queue = queue
        self._rto_us = rto_us
        self._draws = draws
        self._name = name
        self._chain = None if path.loss is None else LossChain(path.loss, draws, name)
        self._retry_loss_ppm = (
            0 if path.loss is None else round(path.loss.stationary_loss * MILLION)
        )
        self._sent = 0
        self._last_us = 0
        self.dead_us: int | None = None
        """When the sender gave up a segment and with it the connection."""

    def send(self, now_us: int, count: int, name: str) -> int | None:
        """Send a message of `count` bytes; return when all of it has arrived, in order.

        None if it never does, because the sender gave up resending: `dead_us` says when.
        """
        assert 0 <= count <= MESSAGE_BYTES_MAX, (name, count)
        if self.dead_us is not None:
            return None
        out_us = self._whole(now_us, count)
        if out_us is None:
            out_us = self._by_segments(now_us, count)
        if out_us is None:
            return None
        jitter_us = self._path.jitter_us
        extra_us = self._draws.exponential_us(jitter_us, name) if jitter_us else 0
        self._last_us = max(out_us + self._path.delay_us + extra_us, self._last_us)
        return self._last_us

    def _whole(self, now_us: int, count: int) -> int | None:
        """Send all segments at once if none of them is lost; return when the last is out."""
        segments = max(-(-count // SEGMENT_BYTES), 1)
        end = self._sent + segments
        if self._chain is not None and self._chain.first_lost(self._sent, end) < end:
            return None
        if not self._queue.has_room(now_us, count):
            return None
        self._sent = end
        self._queue.put(now_us, count)
        return max(self._queue.out_us(), now_us)

    def _by_segments(self, now_us: int, count: int) -> int | None:
        """Send segment by segment; return when the last to come through is out."""
        last_us = now_us
        for start in range(0, max(count, 1), SEGMENT_BYTES):
            out_us = self._segment(now_us, min(count - start, SEGMENT_BYTES))
            if out_us is None:
                return None
            last_us = max(last_us, out_us)
        return last_us

    def _segment(self, now_us: int, count: int) -> int | None:
        """Send one segment until it comes through; return when that try is out.

        A retry takes its share of the bandwidth when the first try is made, and not when it is
        due. Nothing that is sent meanwhile could be known now, and so the link never carries
        more than it can.
        """
        number = self._sent
        self._sent += 1
        stall_us, time_out_us = 0, self._rto_us
        for retry in range(1 + RETRIES_MAX):
            if self._queue.has_room(now_us + stall_us, count):
                self._queue.put(now_us, count)
                if not self._lost(number, retry):
                    due_us = now_us + stall_us
                    if retry:
                        due_us += self._queue.serialization_us(count)
                    return max(self._queue.out_us(), due_us)
            stall_us += time_out_us
            time_out_us = min(2 * time_out_us, RTO_MAX_US)
        self.dead_us = now_us + stall_us
        return None

    def _lost(self, number: int, retry: int) -> bool:
        if self._chain is None:
            return False
        if not retry:
            return self._chain.lost(number)
        name = f"{self._name}/retry/{number}/{retry}"
        return self._draws.below(MILLION, name) < self._retry_loss_ppm
