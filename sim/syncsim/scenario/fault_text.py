"""The shape of what goes wrong in a scenario file: faults, and frames on unfaithful sockets."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from syncsim.net.units import MILLION
from syncsim.scenario import values
from syncsim.scenario.value_types import Duration, Id, Model, VerbName


class FaultText(Model):
    """One thing that goes wrong."""

    at_us: Duration = Field(alias="at")
    do: VerbName
    on: str = Field(description="The name of a client, gateway-<n>, `broker` or `backend`.")
    for_us: Duration = Field(
        0, alias="for", description="How long it lasts; until healed by default."
    )
    by_us: Duration = Field(
        0,
        alias="by",
        description="The extra delay each way, for `delay`; how much later the second message is "
        "sent, for `duplicate`.",
    )
    leg: Literal["request", "response", "event", "both"] = Field(
        "both",
        description="What is lost, for `lose`: requests, responses or both. What arrives twice, "
        "for `duplicate`: requests, events of the socket or both.",
    )
    after: Literal["", "commit", "reply"] = Field(
        "",
        description="For `crash`: wait for the next commit, and come before its answer, or after "
        "that and before its event.",
    )
    loses_us: Duration = Field(
        0, alias="loses", description="Commits of that long before a `crash` are lost."
    )
    ahead_us: Duration = Field(
        0, alias="ahead", description="By how much a clock is fast, for `skew-clock`."
    )
    behind_us: Duration = Field(
        0, alias="behind", description="By how much a clock is slow, for `skew-clock`."
    )
    drift_ppm: int = Field(
        0,
        ge=-values.MAX_DRIFT_PPM,
        le=values.MAX_DRIFT_PPM,
        description="Microseconds that a clock gains each second, for `skew-clock`.",
    )
    unnoticed: bool = Field(
        default=False,
        description="Whether neither end is told of a `partition` or a `drop`, so that the socket "
        "is half-open until a heartbeat is missed.",
    )
    direction: Literal["up", "down", "both"] = Field(
        "both", description="What a `partition` takes; of one direction nobody is told."
    )
    percent: int = Field(
        100, ge=1, le=100, description="How many requests an `overload`ed backend refuses."
    )
    retry_after_us: Duration = Field(
        0, alias="retry_after", description="When it asks their senders to come back."
    )
    id: Id = Field("", description="Names the fault; fault.<n> by default.")


class UnfaithfulText(Model):
    """A WebSocket that does what no TCP connection does, for protocols that shall survive it.

    It ends when the run settles. The verdict says when it was on.
    """

    drop_ppm: int = Field(
        0,
        ge=0,
        le=MILLION,
        description="Frames that are lost, in a million; the socket stays open.",
    )
    duplicate_ppm: int = Field(
        0, ge=0, le=MILLION, description="Frames that arrive twice, in a million."
    )
    reorder_ppm: int = Field(
        0,
        ge=0,
        le=MILLION,
        description="Frames, in a million, that come up to 2 s late while others pass them.",
    )
