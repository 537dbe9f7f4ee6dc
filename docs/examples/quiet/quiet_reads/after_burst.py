"""Events of a burst are answered with one look, once it has been quiet for a while.

    0 ms    event 1 about the list    wait
    40 ms   event 2 about the list    wait from here
    90 ms   event 3 about the list    wait from here
    190 ms  100 ms of quiet           one fetch instead of three

The price is that a single event is seen later, by the wait.
"""

from __future__ import annotations

from syncsim.client.page import MS
from syncsim.client.read import ReadStrategy
from syncsim.client.view import Fetch, View
from syncsim.client.views import Views
from syncsim.design import Read
from syncsim.domain import Action
from syncsim.net.messages import EventBody

TRIGGER = "after-burst"
"""What is armed while a client waits for quiet."""


class AfterBurst(ReadStrategy):
    """Collect what events are about, and invalidate it together."""

    cancels_refetch = False

    def __init__(self, read: Read) -> None:
        self._wait_ms = read.trailing_us // MS
        self._about: dict[str, View] = {}
        self._last = ""
        self._timer: int | None = None

    def on_event(self, views: Views, event: EventBody) -> None:
        """Remember the views that the action may have changed, and wait for quiet."""
        prefixes = views.context.domain.actions[event.action].invalidates
        self._about.update({view.view: view for view in views.matching(prefixes)})
        self._last = views.context.origin
        page = views.context.page
        if self._timer is not None:
            page.clear_timeout(self._timer)
        self._timer = page.set_timeout(lambda: self._look(views), self._wait_ms)
        views.context.arm(TRIGGER, armed=True)

    def on_settled(self, views: Views, action: Action, *, is_ok: bool) -> None:
        """Invalidate the views related to the own action at once: its person is looking."""
        views.invalidate(views.matching(action.invalidates), "settle")

    def is_fresh(self, view: View, fetch: Fetch) -> bool:
        """Take an answer as fresh if nothing invalidated the view since its fetch began."""
        return view.generation == fetch.generation

    def _look(self, views: Views) -> None:
        self._timer = None
        about, self._about = self._about, {}
        context = views.context
        context.origin, context.trigger = self._last, "event"
        context.arm(TRIGGER, armed=False)
        views.invalidate(about.values(), "event")
