"""What the backend's own clock will do, and when it thinks that the time has come."""

from __future__ import annotations

from syncsim.backend.ports import Alarm, Due
from syncsim.engine import WallClock


class Alarms:
    """The actions that are due at a reading of a clock that may be wrong.

    An alarm is planned for the moment at which the clock, as it goes now, shows the time. If
    the clock is set anew there is another alarm for the same action, and one that strikes too
    early, or a second time, finds nothing due.
    """

    def __init__(self) -> None:
        self._clock = WallClock()
        self._due_us: dict[Due, int] = {}

    def plan(self, now_us: int, due: Due, due_us: int) -> Alarm:
        """Let an action be due when the clock shows `due_us`."""
        self._due_us[due] = due_us
        return Alarm(max(now_us, self._clock.when_us(due_us)), due)

    def set_clock(self, now_us: int, skew_us: int, drift_ppm: int) -> list[Alarm]:
        """Set the clock wrong, or right again; return when everything is due by it."""
        self._clock.set(now_us, skew_us, drift_ppm)
        return [self.plan(now_us, due, due_us) for due, due_us in self._due_us.items()]

    def strike(self, now_us: int, due: Due) -> bool:
        """Tell whether an action is due indeed, and take it off the list if it is."""
        due_us = self._due_us.get(due)
        if due_us is None or self._clock.reading_us(now_us) < due_us:
            return False
        del self._due_us[due]
        return True
