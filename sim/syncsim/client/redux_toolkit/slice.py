"""Actions, and a store of one slice that a reducer makes new states of (createSlice.ts)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from syncsim.client.cache.utils import UNDEFINED


class Meta(NamedTuple):
    """What an action of a thunk says of its request."""

    request_id: str
    arg: Any
    aborted: bool = False
    condition: bool = False
    rejected_with_value: bool = False


class Action(NamedTuple):
    """What happened, for reducers; `error` is the message of an error."""

    type: str
    payload: Any = UNDEFINED
    meta: Meta | None = None
    error: str | None = None


Reducer = Callable[[Any, Action], Any]
"""Returns the next state; it changes neither the state nor the action that it is given."""


class Store:
    """Holds the state; every change is an action that went through the reducer."""

    def __init__(self, initial_state: Any, reducer: Reducer) -> None:
        self._reducer = reducer
        self._watchers: list[Callable[[Action], object]] = []
        self.state = initial_state

    def watch(self, watcher: Callable[[Action], object]) -> None:
        """Tell of every action, after the state has changed."""
        self._watchers.append(watcher)

    def dispatch(self, action: Action) -> None:
        """Take an action: the state changes at once."""
        assert action.type, "a reducer tells actions apart by their type"
        self.state = self._reducer(self.state, action)
        for watcher in self._watchers:
            watcher(action)
