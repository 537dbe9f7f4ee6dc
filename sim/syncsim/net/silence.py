"""When each end of a connection finds out that the other end can no longer be heard.

Nothing is sent to find out: the heartbeats of a connection that works are not simulated, since
nobody can see them, and the one that fails to come is computed.
"""

from __future__ import annotations

from syncsim.net.stacks import SECOND, Heartbeat

KERNEL_GIVES_UP_US = 924_600_000
"""So long Linux resends what nobody acknowledges before it gives a connection up, with a
time-out of 200 ms at first and 15 retries (ip-sysctl, tcp_retries2)."""

SYN_GIVES_UP_US = 127 * SECOND
"""When Linux stops waiting for an answer to the last of its retries of a handshake."""
SYN_WAITS_US = (*(((1 << n) - 1) * SECOND for n in range(7)), SYN_GIVES_UP_US)
"""When Linux asks for a connection while nobody answers: at once, and after 1, 3, 7, 15, 31 and
63 s (RFC 6298, 2.1; ip-sysctl, tcp_syn_retries)."""


def heartbeat_closes_us(heartbeat: Heartbeat, opened_us: int, silent_us: int) -> int | None:
    """Return when the client counts a connection dead that went silent at `silent_us`.

    Pings come every interval from the opening on. The last that was answered, or heard, came
    before the silence; what should have followed it had an interval and a time-out to come. So
    it takes between the time-out and both together. None if nobody pings: then a client that
    sends nothing never finds out.
    """
    assert opened_us <= silent_us, (opened_us, silent_us)
    if heartbeat.pinged_by == "nobody":
        return None
    heard = (silent_us - opened_us) // heartbeat.interval_us
    return opened_us + heard * heartbeat.interval_us + heartbeat.dead_after_us
