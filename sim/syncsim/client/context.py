"""What the parts of one client share: who sits at it, its page, what it has to say."""

from __future__ import annotations

from typing import Any

from syncsim.client.cache.environment import Environment
from syncsim.client.page import Page
from syncsim.client.ports import Note, Output
from syncsim.client.stamps import stamp_clock
from syncsim.design import Design
from syncsim.domain import Domain

LUCK_BITS = 64
"""The size of the number that a page is loaded with."""


class Context:
    """The surroundings of one input: the page, what set it off, and the outputs so far.

    `origin` names what set off the input being handled, and `trigger` says what sort of thing
    that was. Requests are named after the origin, so their luck does not hang on how many
    others there were. `luck` is a number of 64 bits, the client's own, that its world handed in.
    """

    def __init__(self, *, name: str, role: str, user: str, domain: Domain, design: Design) -> None:
        self.name = name
        self.role = role
        self.user = user
        self.domain = domain
        self.design = design
        self.page = Page()
        self._load()
        self.origin = "start"
        self.trigger = "mount"
        self.luck = 0
        self.out: list[Output] = []
        self._named: dict[str, int] = {}

    def _load(self) -> None:
        """Begin as a page does that is loaded."""
        self.environment = Environment(self.page)
        self.clock = stamp_clock(self.design.merge, self.name, self._reading_us)
        self.heard_lsn = -1
        self._armed: dict[str, bool] = {}

    def reload(self) -> None:
        """Forget what a page has in memory. Names stay in use, so that none is used twice."""
        for trigger in list(self._armed):
            self.arm(trigger, armed=False)
        self.page.clear()
        self._load()

    def _reading_us(self) -> int:
        """Return the time as this client's own clock shows it."""
        return self.page.wall_clock.reading_us(self.page.now_us)

    @property
    def is_online(self) -> bool:
        """Tell what the browser said last."""
        return self.environment.online_manager.is_online()

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
        self.out.append(
            Note(kind, intent, message, entity, version, lsn, view, data, self.page.cause)
        )

    def hear_of(self, lsn: int) -> None:
        """Remember the newest commit that this client has been told of, in whatever way."""
        assert lsn >= 0, lsn
        self.heard_lsn = max(self.heard_lsn, lsn)

    def unique(self, name: str) -> str:
        """Return the name, numbered from its second use on, and never one returned before."""
        count = self._named.get(name, 0) + 1
        self._named[name] = count
        # What a numbered origin set off may have the very name that this would get.
        return name if count == 1 else self.unique(f"{name}#{count}")

    def is_armed(self, trigger: str) -> bool:
        """Tell whether something is noted to make this client look again by itself."""
        return self._armed.get(trigger, False)

    def arm(self, trigger: str, *, armed: bool) -> None:
        """Note that something will make this client look again by itself, or no longer."""
        if self._armed.get(trigger, False) != armed:
            self._armed[trigger] = armed
            self.note("arm" if armed else "disarm", data={"trigger": trigger})
