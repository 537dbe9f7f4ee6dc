"""The app before: nobody tells a client anything; the person refreshes the current tab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncsim.client.read import ReadStrategy
from syncsim.domain import Action
from syncsim.net.messages import EventBody

if TYPE_CHECKING:
    from syncsim.client.view import Fetch, View
    from syncsim.client.views import Views


class Manual(ReadStrategy):
    """Fetch when a tab is opened, after an own action, and when the person asks."""

    is_automatic = False

    def on_event(self, views: Views, event: EventBody) -> None:
        """Do nothing: the app before has no socket."""

    def on_settled(self, views: Views, action: Action, *, is_ok: bool) -> None:
        """Reload what is on screen, as the thunk's caller does on success and only then."""
        if is_ok:
            views.reload(views.mounted(), "settle")

    def is_fresh(self, view: View, fetch: Fetch) -> bool:
        """Take every answer as fresh."""
        return True
