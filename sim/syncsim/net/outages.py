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

from syncsim.engine import Draws, Engine
from syncsim.net.link import RTO_MAX_US, Access
from syncsim.net.loss import GilbertElliott
from syncsim.net.silence import Silences
from syncsim.net.state import Place
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


class Outages:
    """The outages of a profile: TCP tries again when one is over, and nobody is told of it."""

    def __init__(
        self,
        engine: Engine,
        draws: Draws,
        access: Access,
        process: UpDown | None,
        silences: Silences,
    ) -> None:
        self._engine = engine
        self._draws = draws
        self._access = access
        self._process = process
        self._silences = silences

    def plan(self, link: Place) -> None:
        """Let the outages of a link happen, one after the other."""
        if self._process is not None:
            self._plan_next(link, outages(self._process, self._draws, f"{link.client}/outage"))

    def is_on(self, link: Place) -> bool:
        """Tell whether a link has an outage."""
        return self._engine.now_us < link.quiet_until_us

    def resumes_us(self, link: Place, sent_us: int) -> int:
        """Return when a message sent at `sent_us` arrives at the earliest, because of an outage.

        It is sent again after the time-out, and after twice as long each time that it fails.
        """
        if sent_us >= link.quiet_until_us:
            return sent_us
        time_out_us = self._access.rto_us
        while sent_us < link.quiet_until_us:
            sent_us += time_out_us
            time_out_us = min(2 * time_out_us, RTO_MAX_US)
        return sent_us + self._access.up.delay_us

    def end(self, link: Place) -> int | None:
        """End the outages of a link for good; return when the present one began, None if none."""
        link.is_calm = True
        if not self.is_on(link):
            return None
        link.quiet_until_us = self._engine.now_us
        return link.quiet_since_us

    def _plan_next(self, link: Place, coming: Iterator[tuple[int, int]]) -> None:
        down_us, up_us = next(coming)
        wait_us = down_us - self._engine.now_us
        self._engine.after(wait_us, self._begin, link, up_us, coming)

    def _begin(self, link: Place, up_us: int, coming: Iterator[tuple[int, int]]) -> None:
        """Begin an outage, and make a socket half-open if a heartbeat will be missed."""
        if link.is_calm:
            return
        link.quiet_since_us = self._engine.now_us
        link.quiet_until_us = up_us
        socket = link.socket
        if socket is not None and socket.whole:
            closes_us = self._silences.closes_us(socket)
            if closes_us is not None and closes_us < up_us:
                self._silences.go_deaf(link, socket, -1)
        self._plan_next(link, coming)
