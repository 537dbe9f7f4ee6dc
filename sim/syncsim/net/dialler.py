"""When the page of one client dials: the first try, and another one after each wait.

a page is loaded     it dials at once, and by the rules of its stack whenever that fails
the machine sleeps   a wait that is over meanwhile ends when it wakes
the tab is hidden    waits end at whole seconds; some stacks wait until it is shown
the page is gone     whatever it waited for never comes
"""

from __future__ import annotations

from collections.abc import Callable

from syncsim.engine import Draws, Engine
from syncsim.net.reconnector import Reconnector
from syncsim.net.stacks import Stack

HIDDEN_TICK_US = 1_000_000
"""Browsers run the timers of a hidden tab once a second."""


class Dialler:
    """Calls `dial`, with the record that led to it, whenever it is time for a try."""

    __slots__ = (
        "_client", "_dial", "_draws", "_engine", "_is_asleep", "_is_hidden", "_overdue", "_pages",
        "_reconnector", "_stack", "_waiting", "_waits",
    )  # fmt: skip

    def __init__(
        self,
        client: str,
        stack: Stack,
        draws: Draws,
        engine: Engine,
        dial: Callable[[int], None],
    ) -> None:
        self._client = client
        self._stack = stack
        self._draws = draws
        self._engine = engine
        self._dial = dial
        self._reconnector: Reconnector | None = None
        self._pages = 0
        self._is_asleep = False
        self._is_hidden = False
        self._waits = 0
        self._waiting = 0
        self._overdue: int | None = None

    def tries(self) -> None:
        """A try begins: the first of a page, or one that this called for."""
        if self._reconnector is None:
            name = f"{self._client}/page/{self._pages}" if self._pages else self._client
            self._reconnector = Reconnector(self._stack, name, self._draws, self._engine.now_us)

    def opened(self) -> None:
        """A try succeeded."""
        assert self._reconnector is not None, self._client
        self._reconnector.opened(self._engine.now_us)

    def failed(self, cause: int) -> None:
        """A try came to nothing."""
        assert self._reconnector is not None, self._client
        self._wait(self._reconnector.failed(self._engine.now_us), cause)

    def closed(self, code: int, cause: int) -> None:
        """The open socket is gone."""
        assert self._reconnector is not None, self._client
        self._wait(self._reconnector.closed(self._engine.now_us, code), cause)

    def leave(self) -> None:
        """The page is gone; the next one begins anew, with luck of its own."""
        self._pages += 1
        self._reconnector = None
        self._waiting = 0
        self._overdue = None

    def sleep(self) -> None:
        """The machine stands still."""
        self._is_asleep = True

    def wake(self) -> None:
        """The machine goes on; a try that was due meanwhile begins now."""
        self._is_asleep = False
        self._make_up()

    def hide(self) -> None:
        """The tab is behind others."""
        self._is_hidden = True

    def show(self, cause: int) -> None:
        """The tab is in front again; some stacks cut their wait short."""
        self._is_hidden = False
        if self._waiting and self._reconnector is not None:
            wait_us = self._reconnector.shown(self._engine.now_us)
            if wait_us is not None:
                self._overdue = None
                self._wait(wait_us, cause)
                return
        self._make_up()

    def _wait(self, wait_us: int | None, cause: int) -> None:
        """Begin a wait in place of any other, unless the stack has given up."""
        if wait_us is None:
            return
        if self._is_hidden:
            wait_us = -(-wait_us // HIDDEN_TICK_US) * HIDDEN_TICK_US
        self._waits += 1
        self._waiting = self._waits
        self._engine.after(wait_us, self._over, self._waits, cause)

    def _over(self, wait: int, cause: int) -> None:
        if wait != self._waiting:
            return
        if self._may_try():
            self._waiting = 0
            self._dial(cause)
        else:
            self._overdue = cause

    def _make_up(self) -> None:
        if self._overdue is not None and self._may_try():
            cause, self._overdue = self._overdue, None
            self._waiting = 0
            self._dial(cause)

    def _may_try(self) -> bool:
        is_held = self._is_hidden and not self._stack.reconnect.tries_hidden
        return not self._is_asleep and not is_held
