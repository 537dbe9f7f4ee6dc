"""How far luck can move a figure: intervals for shares and for paired differences."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal, NamedTuple

from syncsim.engine import Draws

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CONFIDENCE = 0.95
RESAMPLES = 2_000
"""Efron and Tibshirani (An Introduction to the Bootstrap, 1993, section 13.3) ask for at least
a thousand for the ends of an interval."""

CELLS_MAX = 1_000_000
"""Values resampled at once, eight megabytes; more are taken in several rounds."""

DIGITS = 9
"""Sums in floating point differ from zero by less than this where the truth is zero."""


class Interval(NamedTuple):
    """An estimate with the two ends of its interval."""

    estimate: float
    low: float
    high: float


def wilson(hits: int, of: int) -> Interval:
    """Return a share with its interval; it has a width even where nothing or all was hit.

    Raises:
        ValueError: if there is nothing to take a share of.

    Source: Wilson, Probable Inference, the Law of Succession, and Statistical Inference,
    Journal of the American Statistical Association 22, 1927.
    """
    if not 0 <= hits <= of or of == 0:
        raise ValueError(f"{hits} of {of}")
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    share = hits / of
    centre = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return Interval(
        share, 0.0 if hits == 0 else centre - half, 1.0 if hits == of else centre + half
    )


def paired_difference(
    strata: Sequence[Sequence[tuple[float, float]]],
    statistic: Literal["median", "mean"],
    name: str,
) -> Interval:
    """Return the statistic of the second of each pair less that of the first.

    The interval is the percentile bootstrap over whole pairs, so what the two share (the same
    seed, hence the same luck) stays shared in every resample. Pairs are drawn again within
    their stratum, because strata were chosen and not drawn. The draws are keyed by `name`;
    equal input gives equal ends on every machine, for a bit generator's stream is fixed, that
    of numpy's distributions is not (NEP 19).

    Args:
        strata: Pairs, those of one scenario and network together; none is empty.
        statistic: What is taken of the firsts and of the seconds.
        name: What is compared.

    Source: Efron, Bootstrap Methods: Another Look at the Jackknife, Annals of Statistics 7,
    1979; Efron and Tibshirani, 1993, chapters 8 and 13.
    """
    import numpy as np

    assert strata, name
    assert all(strata), name
    values = [np.asarray(pairs, dtype=float) for pairs in strata]
    total = sum(len(pairs) for pairs in values)
    bits = np.random.PCG64(Draws(0).bits(name))
    at_once = max(1, CELLS_MAX // total)
    found = []
    for done in range(0, RESAMPLES, at_once):
        rounds = min(at_once, RESAMPLES - done)
        drawn = [pairs[_places(bits, rounds, len(pairs))] for pairs in values]
        found.append(_difference(np.concatenate(drawn, axis=1), statistic))
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(np.concatenate(found), (tail, 1 - tail))
    estimate = _difference(np.concatenate(values)[np.newaxis], statistic)[0]
    return Interval(*(round(float(value), DIGITS) for value in (estimate, low, high)))


def _places(bits: np.random.PCG64, rounds: int, count: int) -> NDArray[np.int64]:
    """Return places below `count`; the remainder of 64 bits favours none that one could see."""
    import numpy as np

    raw = np.asarray(bits.random_raw(rounds * count), dtype=np.uint64)
    places: NDArray[np.int64] = (raw % np.uint64(count)).astype(np.int64).reshape(rounds, count)
    return places


def _difference(pairs: NDArray[np.float64], statistic: str) -> NDArray[np.float64]:
    """Return one difference for each row of pairs."""
    import numpy as np

    first, second = pairs[..., 0], pairs[..., 1]
    found: NDArray[np.float64]
    if statistic == "median":
        found = np.median(second, axis=1) - np.median(first, axis=1)
    else:
        found = np.mean(second - first, axis=1)
    return found
