"""The bounds of time that checks apply, from the header or as they are by default."""

from __future__ import annotations

from syncsim.checks.evidence import Evidence

DEFAULTS_US = {"gap_us": 5_000_000, "deaf_us": 45_000_000}
"""For histories that state none.

A client that is back looks again at once or within a few round trips, so five seconds are
generous. Forty-five are what socket.io takes by default to notice that nothing comes any more:
its ping interval of 25 s and its time-out of 20 s (`engine.io`).
"""


def bound_us(evidence: Evidence, name: str) -> int:
    """Return a bound by its key under the header's `bounds`."""
    bound: int = evidence.header.get("bounds", {}).get(name, DEFAULTS_US[name])
    return bound
