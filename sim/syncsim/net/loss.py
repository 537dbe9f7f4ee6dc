"""Bursts of loss: the Gilbert–Elliott chain, one step a segment.

A link is good or bad. Before each segment it may change from one to the other, and a segment
is lost with the chance that its state has. Sources: E. N. Gilbert, "Capacity of a burst-noise
channel", Bell System Technical Journal 39 (1960), for a good state without loss; E. O.
Elliott, "Estimates of error rates for codes on burst-noise channels", BSTJ 42 (1963), for loss
in both; G. Haßlinger and O. Hohlfeld, "The Gilbert-Elliott model for packet loss in real time
services on the Internet" (MMB 2008), for the formulas in terms of p and r.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import count

from syncsim.engine import Draws
from syncsim.net.units import MILLION

NEVER = 1 << 62
"""The number of a segment that no link carries: at a million a second, in 146,000 years."""

_WORD_BITS = 64
_ONE = 1 << _WORD_BITS


@dataclass(frozen=True, slots=True, kw_only=True)
class GilbertElliott:
    """A chain with two states, its chances in millionths.

    In the notation of netem's `gemodel`: p, r, 1-h and 1-k, in this order.
    """

    good_to_bad_ppm: int
    bad_to_good_ppm: int
    loss_bad_ppm: int = MILLION
    loss_good_ppm: int = 0

    def __post_init__(self) -> None:
        assert 0 <= self.good_to_bad_ppm <= MILLION, self.good_to_bad_ppm
        assert 0 < self.bad_to_good_ppm <= MILLION, self.bad_to_good_ppm
        assert 0 <= self.loss_bad_ppm <= MILLION, self.loss_bad_ppm
        assert 0 <= self.loss_good_ppm <= MILLION, self.loss_good_ppm

    @property
    def bad_share(self) -> Fraction:
        """Return the share of segments that meet the bad state: p / (p + r)."""
        leaves = self.good_to_bad_ppm + self.bad_to_good_ppm
        return Fraction(self.good_to_bad_ppm, leaves)

    @property
    def stationary_loss(self) -> Fraction:
        """Return the share of segments that is lost, in the long run."""
        bad = self.bad_share
        return (bad * self.loss_bad_ppm + (1 - bad) * self.loss_good_ppm) / MILLION

    @property
    def mean_burst(self) -> Fraction:
        """Return the mean length of an unbroken run of losses; 0 if nothing is lost.

        It is the number of losses over the number of runs: P(lost) / P(lost, then not). With
        loss in the bad state only, and certain there, it is 1 / r. If nothing ever arrives
        there is no run to measure, and the answer is `NEVER`.
        """
        lost = self.stationary_loss
        if lost == 0:
            return Fraction(0)
        bad, bad_loss, good_loss = self.bad_share, self.loss_bad_ppm, self.loss_good_ppm
        to_bad, to_good = self.good_to_bad_ppm, self.bad_to_good_ppm
        after_bad = Fraction((MILLION - to_good) * bad_loss + to_good * good_loss, MILLION**2)
        after_good = Fraction((MILLION - to_bad) * good_loss + to_bad * bad_loss, MILLION**2)
        both = (bad * bad_loss * after_bad + (1 - bad) * good_loss * after_good) / MILLION
        return lost / (lost - both) if lost > both else Fraction(NEVER)


class LossChain:
    """The fates of the segments of one direction of one link, numbered from 0.

    The fate of a segment depends on the seed, `name`, the model and its number. What is drawn
    is how long each stay in a state lasts and how far apart the losses in it lie, so the cost
    grows with the losses and not with the segments.
    """

    __slots__ = ("_asked", "_at", "_events", "_loses")

    def __init__(self, model: GilbertElliott, draws: Draws, name: str) -> None:
        self._events = _events(model, draws, name)
        self._at = 0
        self._loses = False
        self._asked = 0

    def lost(self, number: int) -> bool:
        """Whether a segment is lost; numbers are asked for in order, gaps are allowed."""
        return self.first_lost(number, number + 1) == number

    def first_lost(self, start: int, end: int) -> int:
        """Return the first lost segment from `start` on and before `end`, or `end`."""
        assert self._asked <= start < end <= NEVER, (self._asked, start, end)
        self._asked = start
        while self._at < start or (self._at < end and not self._loses):
            self._at, self._loses = next(self._events)
        return min(self._at, end) if self._loses else end


def _events(model: GilbertElliott, draws: Draws, name: str) -> Iterator[tuple[int, bool]]:
    """Yield the numbers of lost segments, with True, and of those that begin a stay, in order."""
    stay_in = {True: Geometric(model.bad_to_good_ppm), False: Geometric(model.good_to_bad_ppm)}
    gap_in = {True: Geometric(model.loss_bad_ppm), False: Geometric(model.loss_good_ppm)}
    leaves = model.good_to_bad_ppm + model.bad_to_good_ppm
    # The link has been at it for ever: its first state is drawn with the long-run shares.
    bad = draws.below(leaves, f"{name}/start") < model.good_to_bad_ppm
    start = 0
    for stay in count():
        end = start + stay_in[bad].steps(draws.bits(f"{name}/{stay}"))
        gap = gap_in[bad]
        number = start - 1
        while not gap.never:
            number += 1 if gap.always else gap.steps(draws.bits(f"{name}/{stay}/{number}"))
            if number >= end:
                break
            yield number, True
        yield end, False
        start, bad = end, not bad


class Geometric:
    """How many steps it takes until something of a given chance happens, 1 or more.

    >>> Geometric(500_000).steps(1 << 63), Geometric(500_000).steps((1 << 63) - 1)
    (1, 2)

    The inverse of the distribution, in integers: the powers of the chance that it does not
    happen, for 1, 2, 4, ... steps, are worked out once, and a draw is compared with their
    products. A logarithm would do, but its last bit differs from one C library to the next.
    """

    __slots__ = ("_powers", "always", "never")

    def __init__(self, chance_ppm: int) -> None:
        assert 0 <= chance_ppm <= MILLION, chance_ppm
        self.never = chance_ppm == 0
        self.always = chance_ppm == MILLION
        self._powers: list[tuple[int, int]] = []
        power, steps = _ONE * (MILLION - chance_ppm) // MILLION, 1
        while power and not self.never:
            self._powers.append((steps, power))
            power, steps = power * power >> _WORD_BITS, 2 * steps
        self._powers.reverse()

    def steps(self, bits: int) -> int:
        """Return the number of steps for a draw of 64 bits, `NEVER` without a chance."""
        assert 0 <= bits < _ONE, bits
        if self.never:
            return NEVER
        draw, left, taken = bits + 1, _ONE, 1
        for steps, power in self._powers:
            product = left * power >> _WORD_BITS
            if product >= draw:
                left = product
                taken += steps
        return taken
