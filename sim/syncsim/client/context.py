"""What the parts of one client share: who sits at it, what time it is, what it has to say."""

from __future__ import annotations

from typing import Any

from syncsim.client.ports import ClearTimer, Note, Output, SetTimer
from syncsim.design import Design
from syncsim.domain import Domain

SECOND_US = 1_000_000
RETRY_DELAY_FIRST_US = SECOND_US
RETRY_DELAY_MAX_US = 30 * SECOND_US
"""query-core's default: 1 s doubling to 30 s (retryer.ts)."""


class Context:
    """The surroundings of one input: the time, what set it off, and the outputs so far.

    `origin` names what set off the input being handled; requests are named after it, so
    their luck does not hang on how many others there were.
    """

    def __init__(self, *, name: str, role: str, user: str, domain: Domain, design: Design) -> None:
        self.name = name
        self.role = role
        self.user = user
        self.domain = domain
        self.design = design
        self.now_us = 0
        self.origin = "start"
        self.is_online = True
        self.out: list[Output] = []
        self._named: dict[str, int] = {}
        self._armed: dict[str, bool] = {}

    def note(
        self,
        kind: str,
        intent: str = "",
        message: str = "",
        entity: str = "",
        version: int = -1,
        lsn: int = -1,
        view: str = "",
        data: dict[str, Any] | None = None,
    ) -> None:
        """Add something to the history."""
        self.out.append(Note(kind, intent, message, entity, version, lsn, view, data))

    def set_timer(self, key: str, delay_us: int, spread_us: int = 0, luck: str = "") -> None:
        """Ask for `Fired(key)`; see `SetTimer`."""
        assert delay_us >= 0, delay_us
        self.out.append(SetTimer(key, delay_us, spread_us, luck))

    def clear_timer(self, key: str) -> None:
        """Ask not to be fired."""
        self.out.append(ClearTimer(key))

    def unique(self, name: str) -> str:
        """Return the name, numbered from its second use on."""
        count = self._named.get(name, 0) + 1
        self._named[name] = count
        return name if count == 1 else f"{name}#{count}"

    def arm(self, trigger: str, *, armed: bool) -> None:
        """Note that something will make this client look again by itself, or no longer."""
        if self._armed.get(trigger, False) != armed:
            self._armed[trigger] = armed
            self.note("arm" if armed else "disarm", data={"trigger": trigger})


def retry_delay_us(failures: int) -> int:
    """Return the wait before the next try, after so many failures from 1."""
    assert failures > 0, failures
    return min(RETRY_DELAY_FIRST_US << min(failures - 1, 16), RETRY_DELAY_MAX_US)
