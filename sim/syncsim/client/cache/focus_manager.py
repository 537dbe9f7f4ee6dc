"""Whether the page is in front."""

from __future__ import annotations

from collections.abc import Callable

from syncsim.client.cache.subscribable import Subscribable


class FocusManager(Subscribable[Callable[[bool], object]]):
    """Counts as focused until told otherwise, and tells every change.

    The first word is a change even if it says what was assumed: a page that was never told
    anything takes "focused" for news (focusManager.ts, setFocused).
    """

    def __init__(self) -> None:
        super().__init__()
        self._focused: bool | None = None

    def set_focused(self, focused: bool) -> None:  # noqa: FBT001 - the state is the argument
        """Take whether the page is in front; tell the listeners if it is news."""
        if self._focused != focused:
            self._focused = focused
            for listener in self.listeners:
                listener(focused)

    def is_focused(self) -> bool:
        """Tell whether the page is in front, as far as is known."""
        return self._focused is not False
