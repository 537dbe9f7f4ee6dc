"""How many screens were coherent at each moment, and the averages over time."""

from __future__ import annotations

from array import array
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The coherence curve: from `times_us[i]` on, so many of the ready screens were coherent."""

    times_us: array[int]
    coherent: array[int]
    ready: array[int]


class Coherence:
    """Counts ready and stale screens, and integrates over time in whole microseconds.

    Every method first accounts for the time since the last change. A screen is known by the
    `oldest_us` of its unseen changes; only their sum is kept, because the age of all stale
    screens together grows by one for each of them in each microsecond.
    """

    def __init__(self) -> None:
        self._ready = 0
        self._stale = 0
        self._sum_oldest_us = 0
        self._since_us = 0
        self._counting = True
        self._ready_area = 0
        self._coherent_area = 0
        self._twice_age_area = 0
        self._steps = Steps(times_us=array("q"), coherent=array("q"), ready=array("q"))

    def came(self, time_us: int) -> None:
        """A screen became ready; it counts as coherent until told otherwise."""
        self._advance(time_us)
        self._ready += 1

    def left(self, time_us: int) -> None:
        """A ready, coherent screen left."""
        self._advance(time_us)
        self._ready -= 1

    def staled(self, time_us: int, oldest_us: int) -> None:
        """A ready screen became stale; its oldest unseen change is of `oldest_us`."""
        self._advance(time_us)
        self._stale += 1
        self._sum_oldest_us += oldest_us

    def mended(self, time_us: int, oldest_us: int) -> None:
        """A screen is coherent again, of which `oldest_us` had been told."""
        self._advance(time_us)
        self._stale -= 1
        self._sum_oldest_us -= oldest_us

    def begin(self, time_us: int) -> None:
        """Forget the averages of the time before; they are taken from here on."""
        self._advance(time_us)
        self._ready_area = self._coherent_area = self._twice_age_area = 0

    def end(self, time_us: int) -> None:
        """Take the averages until here and no further."""
        self._advance(time_us)
        self._counting = False

    @property
    def phi(self) -> float | None:
        """Return the time-weighted share of ready screens that were coherent."""
        return self._coherent_area / self._ready_area if self._ready_area else None

    @property
    def mean_age_us(self) -> float | None:
        """Return the time-weighted mean age of a ready screen, a coherent one having age 0."""
        return self._twice_age_area / (2 * self._ready_area) if self._ready_area else None

    def steps(self, time_us: int) -> Steps:
        """Return the curve until now, with its last values repeated at `time_us`."""
        self._advance(time_us)
        self._step(time_us)
        return self._steps

    def _advance(self, time_us: int) -> None:
        since_us = self._since_us
        if time_us == since_us:
            return
        assert time_us > since_us, time_us
        coherent = self._ready - self._stale
        steps = self._steps
        if not steps.ready or steps.ready[-1] != self._ready or steps.coherent[-1] != coherent:
            self._step(since_us)
        self._since_us = time_us
        if self._counting:
            span_us = time_us - since_us
            self._ready_area += self._ready * span_us
            self._coherent_area += coherent * span_us
            self._twice_age_area += span_us * (
                self._stale * (time_us + since_us) - 2 * self._sum_oldest_us
            )

    def _step(self, time_us: int) -> None:
        self._steps.times_us.append(time_us)
        self._steps.coherent.append(self._ready - self._stale)
        self._steps.ready.append(self._ready)
