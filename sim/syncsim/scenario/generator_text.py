"""The shape of generators in a file: which keys there are, and of which type."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from syncsim.scenario import values
from syncsim.scenario.value_types import Drifts, Duration, Id, Model, Span, VerbName

_NO_SPAN: Any = (0, 0)
"""The default of a range that is left out."""

_ID = "Names the generator; generator.<n> by default. Its faults are <id>/1, <id>/2 and so on."


class KindText(Model):
    """One kind of fault of a swarm. What else it has is what that fault has."""

    do: VerbName = Field(description="A verb of `faults` that begins something.")
    on: list[str] = Field(
        min_length=1, max_length=values.MAX_FAULTS, description="The places where it may happen."
    )
    every_us: Span = Field(
        alias="every",
        description="The mean time between two at one place; one such mean is drawn for a run.",
    )
    for_us: Span = Field(_NO_SPAN, alias="for", description="How long each lasts.")
    by_us: Span = Field(_NO_SPAN, alias="by", description="For `delay` and `duplicate`.")
    loses_us: Span = Field(
        _NO_SPAN, alias="loses", description="For `crash`: how far back it goes."
    )
    ahead_us: Span = Field(
        _NO_SPAN,
        alias="ahead",
        description="For `skew-clock`: how fast a clock is. With `behind` too, each is as likely.",
    )
    behind_us: Span = Field(_NO_SPAN, alias="behind", description="For `skew-clock`: how slow.")
    drift_ppm: Drifts = Field(
        _NO_SPAN, description="For `skew-clock`: a number, or a range like `-200..200`."
    )
    leg: Literal["request", "response", "event", "both"] = Field(
        "both", description="For `lose` and `duplicate`."
    )
    unnoticed: bool = Field(default=False, description="For `partition` and `drop`.")
    direction: Literal["up", "down", "both"] = Field("both", description="For `partition`.")
    percent: int = Field(100, ge=1, le=100, description="For `overload`.")
    retry_after_us: Duration = Field(0, alias="retry_after", description="For `overload`.")


class SwarmOutline(Model):
    """A swarm whose kinds of faults have not been looked into."""

    do: Literal["swarm"] = Field(description="Which generator it is.")
    from_us: Duration = Field(0, alias="from", description="When the first may begin.")
    until_us: Duration = Field(alias="until", description="When none begins any more.")
    faults: list[Any] = Field(min_length=1, max_length=values.MAX_GENERATORS)
    id: Id = Field("", description=_ID)


class SwarmText(SwarmOutline):
    """Any faults, at rates that are drawn for each run; each kind is left out of half the runs."""

    faults: list[KindText] = Field(
        min_length=1, max_length=values.MAX_GENERATORS, description="What may happen, a verb each."
    )


class SwizzleText(Model):
    """Some clients, at least two, stop one by one and come back in another order."""

    do: Literal["swizzle"] = Field(description="Which generator it is.")
    at_us: Duration = Field(alias="at", description="When the first one stops.")
    on: list[str] = Field(
        min_length=2, max_length=values.MAX_FAULTS, description="The names of the clients."
    )
    every_us: Span = Field(
        alias="every", description="From one that stops or comes back to the next."
    )
    verb: Literal["partition", "sleep", "hide", "hold"] = Field(
        "partition", description="How they stop."
    )
    id: Id = Field("", description=_ID)


class HerdText(Model):
    """The backend restarts at a drawn moment of a load, and is busy while all come back."""

    do: Literal["herd"] = Field(description="Which generator it is.")
    load: str = Field(description="The id of the load; without `id` it is load.<n>.")
    for_us: Span = Field(alias="for", description="How long the restart takes.")
    busy_us: Span = Field(
        _NO_SPAN, alias="busy", description="How long requests are answered with 503 afterwards."
    )
    percent: int = Field(100, ge=1, le=100, description="How many of them.")
    id: Id = Field("", description=_ID)


class FlapText(Model):
    """A link goes down and up, over and over."""

    do: Literal["flap"] = Field(description="Which generator it is.")
    at_us: Duration = Field(alias="at", description="When it goes down first.")
    on: str = Field(description="The name of a client, gateway-<n> or `broker`.")
    times: int = Field(ge=2, le=values.MAX_FAULTS, description="How often it goes down.")
    down_us: Span = Field(alias="down", description="How long it stays down.")
    up_us: Span = Field(alias="up", description="How long it is up in between.")
    unnoticed: bool = Field(default=False, description="Whether nobody is told of it.")
    id: Id = Field("", description=_ID)
