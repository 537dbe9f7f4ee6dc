"""Outages of a link: up for a while, down for a while, over and over.

The slow twin of `loss`: the same two states, but each stay lasts a drawn time instead of a
drawn number of segments, so what it yields are intervals (a semi-Markov process; Cox and
Miller, The Theory of Stochastic Processes, 1965, chapter 9).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from typing import Literal

from syncsim.engine import Draws
from syncsim.net.loss import GilbertElliott
from syncsim.net.units import MILLION

STEP_US = 1_000_000
"""One step of a chain of outages is a second: no one tells a shorter outage from a slow reply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """How long a link stays up, or down."""

    mean_us: int
    kind: Literal["exponential", "fixed"] = "exponential"

    def __post_init__(self) -> None:
        assert self.mean_us > 0, self.mean_us

    def drawn_us(self, draws: Draws, name: str) -> int:
        """Return a duration of at least one microsecond."""
        if self.kind == "fixed":
            return self.mean_us
        return max(draws.exponential_us(self.mean_us, name), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpDown:
    """A link that starts up, and then goes down and up by turns."""

    up: Stay
    down: Stay

    @classmethod
    def of_chain(cls, chain: GilbertElliott) -> UpDown:
        """Return the process whose stays have the means of a chain with seconds as steps.

        The stays of the chain are geometric numbers of steps; these are exponential, which is
        what geometric becomes when the steps are short against the stay.
        """
        assert chain.good_to_bad_ppm > 0, chain
        return cls(
            up=Stay(mean_us=STEP_US * MILLION // chain.good_to_bad_ppm),
            down=Stay(mean_us=STEP_US * MILLION // chain.bad_to_good_ppm),
        )

    @property
    def down_share(self) -> Fraction:
        """Return the share of time that the link is down, in the long run."""
        return Fraction(self.down.mean_us, self.up.mean_us + self.down.mean_us)


def outages(process: UpDown, draws: Draws, name: str) -> Iterator[tuple[int, int]]:
    """Yield when the link `name` goes down and when it is up again, in order, without end.

    The n-th stay is drawn by its number, so how long one outage lasts has no bearing on the
    luck of the next. Fixed stays are the same for every link: all go down at once.
    """
    up_us = 0
    for number in count():
        down_us = up_us + process.up.drawn_us(draws, f"{name}/up/{number}")
        up_us = down_us + process.down.drawn_us(draws, f"{name}/down/{number}")
        yield down_us, up_us
