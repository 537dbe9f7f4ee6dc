"""What can be listened to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Listener = TypeVar("Listener", bound=Callable[..., object])


class Subscribable(Generic[Listener]):
    """Keeps listeners in the order in which they came; each is there at most once."""

    def __init__(self) -> None:
        self._listeners: dict[Listener, None] = {}

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """Return who listens now, the earliest first."""
        return tuple(self._listeners)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Add a listener; return what takes it away again."""
        self._listeners[listener] = None
        self.on_subscribe()

        def unsubscribe() -> None:
            self._listeners.pop(listener, None)
            self.on_unsubscribe()

        return unsubscribe

    def has_listeners(self) -> bool:
        """Tell whether anybody listens."""
        return bool(self._listeners)

    def on_subscribe(self) -> None:
        """Do what a new listener brings with it."""

    def on_unsubscribe(self) -> None:
        """Do what the loss of a listener brings with it."""
