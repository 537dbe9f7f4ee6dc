"""The clock on the wall of one machine: virtual time, a constant error and a drift."""

from __future__ import annotations

MILLION = 1_000_000


class WallClock:
    """Shows virtual time until it is set wrong.

    A clock that is `skew_us` ahead and gains `drift_ppm` microseconds a second shows, at
    `since_us + t`, a reading of `since_us + t + skew_us + t * drift_ppm / 1,000,000`. It is
    whoever asks that knows the time; the clock keeps none.
    """

    def __init__(self) -> None:
        self._since_us = 0
        self._skew_us = 0
        self._drift_ppm = 0

    def set(self, now_us: int, skew_us: int, drift_ppm: int = 0) -> None:
        """Put the clock ahead, behind if negative, and let it drift from now on."""
        assert drift_ppm > -MILLION, "a clock does not stand still"
        self._since_us, self._skew_us, self._drift_ppm = now_us, skew_us, drift_ppm

    def reading_us(self, now_us: int) -> int:
        """Return what the clock shows."""
        gained_us = (now_us - self._since_us) * self._drift_ppm // MILLION
        return now_us + self._skew_us + gained_us

    def when_us(self, reading_us: int) -> int:
        """Return the first moment at which the clock, as it is set now, shows a reading."""
        rate = MILLION + self._drift_ppm
        ahead_us = reading_us - self._skew_us - self._since_us
        when_us = self._since_us - (-ahead_us * MILLION // rate)
        while self.reading_us(when_us - 1) >= reading_us:
            when_us -= 1
        while self.reading_us(when_us) < reading_us:
            when_us += 1
        return when_us
