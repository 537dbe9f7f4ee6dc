"""Whether the browser says that it is online. It knows nothing of any WebSocket."""

from __future__ import annotations

from collections.abc import Callable

from syncsim.client.cache.subscribable import Subscribable


class OnlineManager(Subscribable[Callable[[bool], object]]):
    """Starts online, whatever the browser would say, and tells every change."""

    def __init__(self) -> None:
        super().__init__()
        self._is_online = True

    def set_online(self, online: bool) -> None:  # noqa: FBT001 - the state is the argument
        """Take what the browser says; tell the listeners if it is news."""
        if self._is_online != online:
            self._is_online = online
            for listener in self.listeners:
                listener(online)

    def is_online(self) -> bool:
        """Tell what the browser said last."""
        return self._is_online
