"""R4: as R1, but a fetch remembers the generation of its view when it began.

An invalidation during a fetch is not absorbed: the answer is shown, stays marked stale, and
one trailing fetch follows. Nothing is cancelled, so a stream of events cannot starve the
view.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncsim.client.read import ReadStrategy
from syncsim.domain import Action
from syncsim.net.messages import EventBody

if TYPE_CHECKING:
    from syncsim.client.view import Fetch, View
    from syncsim.client.views import Views


class Generation(ReadStrategy):
    """Invalidate, let the fetch in flight finish, and fetch again if it was too old."""

    cancels_refetch = False

    def on_event(self, views: Views, event: EventBody) -> None:
        """Invalidate the views that the action may have changed."""
        prefixes = views.context.domain.actions[event.action].invalidates
        views.invalidate(views.matching(prefixes), "event")

    def on_settled(self, views: Views, action: Action, *, is_ok: bool) -> None:
        """Invalidate the views related to the own action, and only those."""
        views.invalidate(views.matching(action.invalidates), "settle")

    def is_fresh(self, view: View, fetch: Fetch) -> bool:
        """Take an answer as fresh if nothing invalidated the view since its fetch began."""
        return view.generation == fetch.generation
