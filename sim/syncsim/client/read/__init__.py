"""R: how a client learns that what it shows is old. One strategy, one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from syncsim.design import Read
from syncsim.domain import Action
from syncsim.net.messages import EventBody

if TYPE_CHECKING:
    from syncsim.client.view import Fetch, View
    from syncsim.client.views import Views


class ReadStrategy(Protocol):
    """What a read strategy decides."""

    is_automatic: bool
    """Whether the client refetches by itself when its browser is online again."""

    cancels_refetch: bool
    """Whether an invalidation abandons a fetch in flight for a new one, or lets it finish."""

    def on_event(self, views: Views, event: EventBody) -> None:
        """The socket told of a change made by another client."""

    def on_settled(self, views: Views, action: Action, *, is_ok: bool) -> None:
        """An intent of this client has ended, well or not."""

    def is_fresh(self, view: View, fetch: Fetch) -> bool:
        """A fetch succeeded: tell whether its data counts as fresh."""


def read_strategy(read: Read) -> ReadStrategy:
    """Return the strategy that a design names."""
    from syncsim.client.read.generation import Generation
    from syncsim.client.read.invalidate import Invalidate
    from syncsim.client.read.manual import Manual

    if read.strategy == "manual":
        return Manual()
    return Invalidate() if read.strategy == "invalidate" else Generation()
