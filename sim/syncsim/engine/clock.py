"""Virtual time: SimPy's event queue, in integer microseconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVarTuple

import simpy
from simpy.events import Timeout

Arguments = TypeVarTuple("Arguments")


class Engine:
    """Runs callbacks in order of virtual time; equal times run in order of scheduling.

    Time is an `int` of microseconds. SimPy would take floats and 0.1 + 0.2 would then not be
    0.3 in its queue, so a float is refused here.
    """

    def __init__(self) -> None:
        self._environment = simpy.Environment(initial_time=0)

    @property
    def now_us(self) -> int:
        """Return the virtual time, in microseconds."""
        now: int = self._environment.now  # type: ignore[assignment]  # only ints are scheduled
        return now

    def after(
        self, delay_us: int, action: Callable[[*Arguments], None], *arguments: *Arguments
    ) -> None:
        """Call `action(*arguments)` when `delay_us` have passed."""
        assert type(delay_us) is int, delay_us
        assert delay_us >= 0, delay_us
        timeout = Timeout(self._environment, delay_us)
        assert timeout.callbacks is not None
        timeout.callbacks.append(lambda _event: action(*arguments))

    def run(self, until_us: int) -> None:
        """Run everything that is due up to and including `until_us`, which then is the time."""
        assert until_us >= self.now_us, until_us
        if until_us > self.now_us:
            self._environment.run(until=until_us)
        # SimPy stops before the events at `until`; here they belong to the run.
        while self._environment.peek() <= until_us:
            self._environment.step()
