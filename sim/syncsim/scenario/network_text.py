"""The shape of a network in a file: which keys there are, and of which type."""

from __future__ import annotations

from pydantic import Field

from syncsim.net.profile import MILLION
from syncsim.scenario.value_types import Duration, Model, Name, Prose

MAX_HANDSHAKE_RTTS = 100
"""A TLS handshake takes three; a hundred is a dead line."""

MAX_BPS = 1_000_000_000_000
"""Beyond a terabit a second a message takes no time at all."""
MAX_QUEUE_SEGMENTS = 1_000_000
"""More than a gigabyte would wait, which no access link holds."""


class NetworkText(Model):
    """The path from one client to the backend."""

    title: Prose = Field(description="The network in one line.")
    source: Prose = Field(description="Where the numbers come from.")
    delay_us: Duration = Field(
        alias="delay", description="The delay one way: half of a round trip."
    )
    jitter_us: Duration = Field(
        0, alias="jitter", description="The mean of the random extra delay."
    )
    http_loss_ppm: int = Field(
        0, ge=0, le=MILLION, description="HTTP messages lost in a million, each way."
    )
    handshake_rtts: int = Field(
        3, ge=0, le=MAX_HANDSHAKE_RTTS, description="Round trips before a connection is open."
    )
    up_bps: int = Field(
        0, ge=0, le=MAX_BPS, description="Bits a second to the backend; 0 is no limit."
    )
    down_bps: int = Field(
        0, ge=0, le=MAX_BPS, description="Bits a second to the client; 0 is no limit."
    )
    queue_segments: int = Field(
        0,
        ge=0,
        le=MAX_QUEUE_SEGMENTS,
        description="How many full segments wait at most before a direction with a limit; 0 is "
        "any number.",
    )
    good_to_bad_ppm: int = Field(
        0, ge=0, le=MILLION, description="How often a burst of lost segments begins, in a million."
    )
    bad_to_good_ppm: int = Field(
        500_000, ge=1, le=MILLION, description="How often one ends, in a million segments."
    )
    outage_every_us: Duration = Field(
        0, alias="outage_every", description="How long the link is up on average."
    )
    outage_us: Duration = Field(0, alias="outage", description="How long an outage lasts.")


class InlineNetwork(NetworkText):
    """A network written into the scenario."""

    name: Name
