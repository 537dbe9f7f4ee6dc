"""From a trace to a profile: how bursty the loss was, and how the delays were spread.

The analysis is done in floats; what comes out is whole microseconds and millionths.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from statistics import NormalDist
from typing import Literal

from syncsim.errors import InputError, Problem
from syncsim.net.link import Path
from syncsim.net.loss import GilbertElliott
from syncsim.net.trace import Trace
from syncsim.net.units import MILLION

DELIVERED_MIN = 20
"""With fewer delays the 5 % and 95 % quantiles are the extremes."""
RANKS_MAX = 2_000
"""The distance is looked for at so many ranks of a long trace, and may be missed by 1 / 2000."""

LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95
"""The quantiles that a fitted distribution shares with the trace."""

Family = Literal["constant", "exponential", "gamma", "lognormal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayFit:
    """A distribution of delays: at least `shift_us`, and more by a drawn amount.

    `scale_us` is the mean of an exponential, the median of a lognormal and the scale of a
    gamma; `shape_ppm` is the sigma of a lognormal and the shape of a gamma. `distance_ppm` is
    the largest difference between its distribution function and that of the trace
    (Kolmogorov–Smirnov).
    """

    family: Family
    shift_us: int
    scale_us: int
    shape_ppm: int
    distance_ppm: int

    def share(self, microseconds: float) -> float:
        """Return the share of packets that take at most so long, from 0 to 1."""
        return _share(
            self.family, microseconds - self.shift_us, self.scale_us, self.shape_ppm / MILLION
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What a trace says about a link.

    `delays` holds every family that could be fitted, the nearest first. `loss` is None if
    nothing was lost; `burst_distance_ppm` is then 0, else the largest difference between the
    distribution of the lengths of bursts in the trace and in the chain.
    """

    packets: int
    lost: int
    autocorrelation_ppm: int
    loss: GilbertElliott | None
    burst_distance_ppm: int
    delays: tuple[DelayFit, ...]

    @property
    def delay(self) -> DelayFit:
        """Return the nearest distribution of delays."""
        return self.delays[0]

    @property
    def used(self) -> DelayFit:
        """Return the distribution that a network can have: its jitter is exponential, or none.

        Compare its distance with that of the nearest to see what this costs.
        """
        return next(fit for fit in self.delays if fit.family in ("constant", "exponential"))

    def path(self) -> Path:
        """Return a direction of a link like the trace, with the delays that are `used`."""
        used = self.used
        return Path(delay_us=used.shift_us, jitter_us=used.scale_us, loss=self.loss)


def fit(trace: Trace, place: str = "<trace>") -> Fit:
    """Return the chain and the distributions that are nearest to a trace.

    Raises:
        InputError: if too few packets arrived.
    """
    delays = sorted(delay_us for delay_us in trace.delays_us if delay_us is not None)
    if len(delays) < DELIVERED_MIN:
        raise InputError(
            Problem(
                code="too-few-rows",
                place=place,
                expected=f"at least {DELIVERED_MIN} packets that arrived",
                found=str(len(delays)),
                hint="record for longer",
            )
        )
    losses = [delay_us is None for delay_us in trace.delays_us]
    correlation, chain = fit_loss(losses)
    return Fit(
        packets=len(losses),
        lost=sum(losses),
        autocorrelation_ppm=round(correlation * MILLION),
        loss=chain,
        burst_distance_ppm=0 if chain is None else _burst_distance_ppm(losses, chain),
        delays=tuple(sorted(_delay_fits(delays), key=lambda one: one.distance_ppm)),
    )


# Loss


def fit_loss(losses: Sequence[bool]) -> tuple[Fraction, GilbertElliott | None]:
    """Return the lag-1 autocorrelation of losses and the chain with their rate and with it.

    With a loss rate of pi and an autocorrelation of rho, p = pi (1 - rho) and
    r = (1 - pi) (1 - rho): the chain that loses every segment while bad and none while good
    has p / (p + r) = pi and a correlation of 1 - p - r from one step to the next (Haßlinger
    and Hohlfeld 2008, section 3).
    """
    packets, lost = len(losses), sum(losses)
    if not 0 < lost < packets:
        return Fraction(0), None
    rate = Fraction(lost, packets)
    pairs = sum(one and next_one for one, next_one in pairwise(losses))
    in_pairs = 2 * lost - losses[0] - losses[-1]
    covariance = (pairs - rate * in_pairs) / (packets - 1) + rate * rate
    correlation = covariance / (rate * (1 - rate))
    chain = GilbertElliott(
        good_to_bad_ppm=min(round(rate * (1 - correlation) * MILLION), MILLION),
        bad_to_good_ppm=max(min(round((1 - rate) * (1 - correlation) * MILLION), MILLION), 1),
    )
    return correlation, chain


def _burst_distance_ppm(losses: Sequence[bool], chain: GilbertElliott) -> int:
    lengths = sorted(bursts(losses))
    seen = sorted({*lengths, *(length - 1 for length in lengths)})
    farthest = max(
        abs(bisect_right(lengths, length) / len(lengths) - (1 - outlasts(chain, length)))
        for length in seen
    )
    return round(farthest * MILLION)


def outlasts(chain: GilbertElliott, length: int) -> float:
    """Return the share of bursts of loss that are longer, in packets, on a fitted chain.

    It loses every segment while bad and none while good, so the lengths are geometric.
    """
    stays = 1 - chain.bad_to_good_ppm / MILLION
    return stays**length


def bursts(losses: Iterable[bool]) -> Iterator[int]:
    """Yield the lengths of the unbroken runs of losses."""
    length = 0
    for lost in losses:
        if lost:
            length += 1
        elif length:
            yield length
            length = 0
    if length:
        yield length


# Delay


def _delay_fits(delays: list[int]) -> Iterator[DelayFit]:
    """Yield what can be fitted to sorted delays, by matching quantiles."""
    low, middle, high = (_quantile(delays, share) for share in (LOW, MIDDLE, HIGH))
    if high == middle:
        others = len(delays) - delays.count(round(middle))
        yield _constant(round(middle), others / len(delays))
        return
    yield _exponential(delays, middle, high)
    if middle > low and high - middle > middle - low:
        yield _lognormal(delays, low, middle, high)
        yield _gamma(delays, low, middle, high)


def _quantile(ordered: Sequence[int], share: float) -> float:
    """Return a quantile, between two values in proportion."""
    rank = share * (len(ordered) - 1)
    below = int(rank)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (rank - below) * (ordered[above] - ordered[below])


def _constant(value: int, distance: float) -> DelayFit:
    return DelayFit(
        family="constant",
        shift_us=value,
        scale_us=0,
        shape_ppm=0,
        distance_ppm=round(distance * MILLION),
    )


def _exponential(delays: list[int], middle: float, high: float) -> DelayFit:
    to_middle, to_high = -math.log(1 - MIDDLE), -math.log(1 - HIGH)
    shift = middle - (high - middle) / (to_high - to_middle) * to_middle
    shift = _possible(shift, delays)
    scale = (middle - shift) / to_middle
    return _fitted("exponential", delays, shift, scale, 0)


def _lognormal(delays: list[int], low: float, middle: float, high: float) -> DelayFit:
    # The middle, less the shift, is the geometric mean of the other two, less the shift.
    shift = _possible((low * high - middle**2) / (low + high - 2 * middle), delays)
    scale = middle - shift
    sigma = math.log((high - shift) / scale) / NormalDist().inv_cdf(HIGH)
    return _fitted("lognormal", delays, shift, scale, sigma)


def _gamma(delays: list[int], low: float, middle: float, high: float) -> DelayFit:
    # The more skewed, the smaller the shape; the ratio of the two halves falls as it grows.
    wanted = (high - middle) / (middle - low)
    least, most = 0.05, 1_000.0
    for _ in range(40):
        shape = math.sqrt(least * most)
        first, second, third = (gamma_quantile(share, shape) for share in (LOW, MIDDLE, HIGH))
        if (third - second) / (second - first) > wanted:
            least = shape
        else:
            most = shape
    shift = _possible(middle - (high - middle) / (third - second) * second, delays)
    scale = (middle - shift) / second
    return _fitted("gamma", delays, shift, scale, shape)


def _possible(shift: float, delays: list[int]) -> float:
    """Return the shift, or the nearest that no delay is below; no packet arrives at once."""
    return min(max(shift, 0.0), delays[0] - 0.5) if delays[0] else 0.0


def _fitted(
    family: Family, delays: list[int], shift: float, scale: float, shape: float
) -> DelayFit:
    """Return the record of a fit, with its distance from the delays."""
    count = len(delays)
    step = max(count // RANKS_MAX, 1)
    farthest = 0.0
    for value in delays[::step]:
        expected = _share(family, value - shift, scale, shape)
        before, until = bisect_left(delays, value) / count, bisect_right(delays, value) / count
        farthest = max(farthest, abs(expected - before), abs(expected - until))
    return DelayFit(
        family=family,
        shift_us=round(shift),
        scale_us=round(scale),
        shape_ppm=round(shape * MILLION),
        distance_ppm=round(farthest * MILLION),
    )


def _share(family: Family, extra: float, scale: float, shape: float) -> float:
    """Return the distribution function of a family, so many microseconds above its shift."""
    if not scale:
        return float(extra >= 0)
    if extra <= 0:
        return 0.0
    if family == "gamma":
        return gamma_share(extra / scale, shape)
    if family == "lognormal":
        # A sigma below a millionth is kept as 0: then all delays are the median.
        return NormalDist().cdf(math.log(extra / scale) / shape) if shape else float(extra >= scale)
    return 1 - math.exp(-extra / scale)


def gamma_share(value: float, shape: float) -> float:
    """Return the distribution function of a gamma with scale 1.

    The regularised lower incomplete gamma function, by its power series: the next term is the
    last times value / (shape + n) (DLMF 8.7.1).
    """
    if value <= 0:
        return 0.0
    if value > shape + 40 * math.sqrt(shape) + 40:
        # So far out the rest is below the precision of a float, and the series long.
        return 1.0
    term = total = 1 / shape
    divisor = shape
    while term > total * 1e-12:
        divisor += 1
        term *= value / divisor
        total += term
    return min(total * math.exp(shape * math.log(value) - value - math.lgamma(shape)), 1.0)


def gamma_quantile(share: float, shape: float) -> float:
    """Return the value below which a gamma with scale 1 lies with a chance of `share`."""
    least, most = 0.0, shape + 40 * math.sqrt(shape) + 40
    for _ in range(50):
        value = (least + most) / 2
        if gamma_share(value, shape) < share:
            least = value
        else:
            most = value
    return value
