"""R2: an event brings what changed, and that is written over the row held.

No request is made for a row that the client holds. A row that it does not hold it must ask for,
unless the event created it and so has all of it. Nobody looks whether the change before was
heard of, too, and then the screen shows a row that never was:

    version 2   status: accepted        lost
    version 3   note: "ring twice"      the row held, version 1, gets the note and is called 3

Nor does anybody ask again later: the row counts as the newest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncsim.client.read import ReadStrategy
from syncsim.domain import Action, Row, type_of
from syncsim.net.messages import EventBody, Patch

if TYPE_CHECKING:
    from syncsim.client.view import Fetch, View
    from syncsim.client.views import Views


class Patching(ReadStrategy):
    """Write every change over whatever is held of its row."""

    def on_event(self, views: Views, event: EventBody) -> None:
        """Write the changes over the rows held; look again where a row is not held."""
        for patch in event.patches:
            held = views.known(patch.entity)
            if held is None and patch.version > 1:
                look_again(views, event, patch)
            else:
                write_over(views, held, patch)

    def on_settled(self, views: Views, action: Action, *, is_ok: bool) -> None:
        """Invalidate the views related to the own action, and only those."""
        views.invalidate(views.matching(action.invalidates), "settle")

    def is_fresh(self, view: View, fetch: Fetch) -> bool:
        """Take every answer as fresh, whatever happened since its fetch began."""
        return True


def look_again(views: Views, event: EventBody, patch: Patch) -> None:
    """Fetch the views that the action may have changed, of those that list such rows."""
    related = views.matching(views.context.domain.actions[event.action].invalidates)
    wanted = type_of(patch.entity)
    views.invalidate((view for view in related if view.entity_type == wanted), "event")


def write_over(views: Views, held: Row | None, patch: Patch) -> None:
    """Bring a changed row into every copy that it belongs to; one that is newer stays.

    A row that is new to the client and on none of its lists is not kept.
    """
    row = held
    if held is None:
        row = Row(patch.entity, patch.version, patch.lsn, dict(patch.fields))
        wanted = type_of(patch.entity)
        lists = (view for view in views.cached() if view.entity_type == wanted)
        if not any(view.test(patch.fields) for view in lists):
            return
    elif held.version < patch.version:
        fields = {**(held.fields or {}), **patch.fields}
        row = Row(patch.entity, patch.version, patch.lsn, fields)
    assert row is not None, patch.entity
    views.learn((row,), 0)
