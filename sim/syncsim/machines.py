"""The machines that clients run on: which of them sleep, and why a link is down.

    sleep       the page stands still; what reaches it waits
    wake        timers that were due run at once, late; then what waited is told

A link may be down for several reasons at a time, and is up when the last of them is gone.
"""

from __future__ import annotations

from syncsim.client.ports import Ask, Close, Input, Open, Refresh, Show

_BY_A_PERSON = (Ask, Show, Open, Close, Refresh)
"""Nobody sits at a machine that sleeps or at a hidden tab: these do not wait, they never happen."""


class Machines:
    """The machines of all clients; all are awake at first."""

    def __init__(self) -> None:
        self._held: dict[str, list[tuple[Input, int]]] = {}
        self._down: dict[str, dict[str, None]] = {}
        self._hidden: dict[str, None] = {}

    def hide(self, client: str) -> None:
        """Let a client's tab be behind others; nobody sits at it."""
        self._hidden[client] = None

    def show(self, client: str) -> None:
        """Let a client's tab be in front again."""
        self._hidden.pop(client, None)

    def is_hidden(self, client: str) -> bool:
        """Tell whether a client's tab is behind others."""
        return client in self._hidden

    def is_asleep(self, client: str) -> bool:
        """Tell whether a client's machine sleeps."""
        return client in self._held

    def sleep(self, client: str) -> None:
        """Let a machine fall asleep."""
        self._held.setdefault(client, [])

    def hold(self, client: str, event: Input, cause: int) -> bool:
        """Keep an input for later if its machine sleeps, or drop it if nobody is there to give it.

        Tells whether it did so.
        """
        held = self._held.get(client)
        if held is None:
            return client in self._hidden and isinstance(event, _BY_A_PERSON)
        if not isinstance(event, _BY_A_PERSON):
            held.append((event, cause))
        return True

    def wake(self, client: str) -> list[tuple[Input, int]]:
        """Let a machine wake up; return what it missed, with the records that caused it."""
        return self._held.pop(client)

    def pull(self, client: str, why: str) -> None:
        """Take a link down for a reason."""
        self._down.setdefault(client, {})[why] = None

    def plug(self, client: str, why: str) -> bool:
        """Let a reason be gone; tell whether the link is up now."""
        reasons = self._down.get(client, {})
        reasons.pop(why, None)
        return not reasons
