"""Faults that the seed draws: what may go wrong, as ranges, and not when it does.

    swarm     any faults, at rates that are drawn for each run
    swizzle   clients stop one by one, and come back in another order
    herd      the backend restarts under load, and is busy when everybody comes back
    flap      a link goes down and up, over and over

`expand` makes ordinary faults of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from syncsim.scenario.scenario import Verb

Span: TypeAlias = tuple[int, int]
"""The least and the most that a time, in microseconds, or a drift, in millionths, may be."""

SWARM, SWIZZLE, HERD, FLAP = GENERATORS = ("swarm", "swizzle", "herd", "flap")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of fault of a swarm: on which places, how often, and how long.

    From the end of one to the beginning of the next on a place it takes an exponential time,
    whose mean is drawn from `every_us` once for a run. A clock is fast or slow, each as likely, if
    it may be both `ahead_us` and `behind_us`.
    """

    do: Verb
    on: tuple[str, ...]
    every_us: Span
    for_us: Span = (0, 0)
    by_us: Span = (0, 0)
    loses_us: Span = (0, 0)
    ahead_us: Span = (0, 0)
    behind_us: Span = (0, 0)
    drift_ppm: Span = (0, 0)
    leg: Literal["request", "response", "event", "both"] = "both"
    unnoticed: bool = False
    direction: Literal["up", "down", "both"] = "both"
    percent: int = 100
    retry_after_us: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Swarm:
    """Any faults between two times; each kind takes part in half of all runs.

    What is left out matters as much as what is there: one kind of fault can hide what another
    would have shown (Groce et al., Swarm Testing, ISSTA 2012).
    """

    id: str
    from_us: int
    until_us: int
    kinds: tuple[Kind, ...]

    @property
    def last_us(self) -> int:
        """Return when the last fault may begin."""
        return self.until_us

    @property
    def end_us(self) -> int:
        """Return when the last fault may end."""
        return self.until_us + max(kind.for_us[1] for kind in self.kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Swizzle:
    """Some of these clients, at least two, stop one by one and come back in another order.

    `every_us` lies between one of these events and the next. (The swizzle-clogging of
    FoundationDB's simulation, documentation/sphinx/source/testing.rst.)
    """

    id: str
    at_us: int
    on: tuple[str, ...]
    every_us: Span
    do: Verb

    @property
    def last_us(self) -> int:
        """Return when the last client may stop."""
        return self.at_us + (len(self.on) - 1) * self.every_us[1]

    @property
    def end_us(self) -> int:
        """Return when the last client may be back."""
        return self.at_us + (2 * len(self.on) - 1) * self.every_us[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Herd:
    """The backend restarts at a drawn moment of a load, and is busy while all come back.

    The load lasts from `from_us` to `until_us`. The restart takes `for_us`; for `busy_us` from
    then on `percent` of the requests are answered with 503.
    """

    id: str
    load: str
    from_us: int
    until_us: int
    for_us: Span
    busy_us: Span = (0, 0)
    percent: int = 100

    @property
    def last_us(self) -> int:
        """Return when the backend may be back, and busy."""
        return self.until_us + (self.for_us[1] if self.busy_us[1] else 0)

    @property
    def end_us(self) -> int:
        """Return when the backend may be idle again."""
        return self.until_us + self.for_us[1] + self.busy_us[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flap:
    """A link goes down so many times, each for `down_us`, with `up_us` between two."""

    id: str
    at_us: int
    on: str
    times: int
    down_us: Span
    up_us: Span
    unnoticed: bool = False

    @property
    def last_us(self) -> int:
        """Return when the link may go down for the last time."""
        return self.at_us + (self.times - 1) * (self.down_us[1] + self.up_us[1])

    @property
    def end_us(self) -> int:
        """Return when the link may be up for good."""
        return self.last_us + self.down_us[1]


Generator: TypeAlias = Swarm | Swizzle | Herd | Flap

NAME_OF: Mapping[type[Generator], str] = {
    Swarm: SWARM,
    Swizzle: SWIZZLE,
    Herd: HERD,
    Flap: FLAP,
}
"""What `do` is for each in a file."""
