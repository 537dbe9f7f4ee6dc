"""R3: an event's change is written over the row held if it is the next one; else it is asked for.

The version of a row counts its changes, so one that is missing is noticed with the next:

    version 2   status: accepted        lost
    version 3   note: "ring twice"      the row held has version 1: the queries are fetched

What is lost last is not noticed, since nothing comes after it; a recovery strategy is for that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncsim.client.read import ReadStrategy
from syncsim.client.read.patch import look_again, write_over
from syncsim.domain import Action
from syncsim.net.messages import EventBody

if TYPE_CHECKING:
    from syncsim.client.view import Fetch, View
    from syncsim.client.views import Views


class VersionedPatching(ReadStrategy):
    """Write a change over the version before it, and over no other."""

    cancels_refetch = False

    def on_event(self, views: Views, event: EventBody) -> None:
        """Write the changes that are the next of their rows; look again for what was missed."""
        for patch in event.patches:
            held = views.known(patch.entity)
            version = held.version if held is not None else 0
            if patch.version > version + 1:
                look_again(views, event, patch)
            else:
                write_over(views, held, patch)

    def on_settled(self, views: Views, action: Action, *, is_ok: bool) -> None:
        """Invalidate the views related to the own action, and only those."""
        views.invalidate(views.matching(action.invalidates), "settle")

    def is_fresh(self, view: View, fetch: Fetch) -> bool:
        """Take an answer as fresh if nothing invalidated the view since its fetch began."""
        return view.generation == fetch.generation
