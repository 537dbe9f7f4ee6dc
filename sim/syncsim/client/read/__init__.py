"""R: how a client learns that what it shows is old. One strategy, one file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

from syncsim import extensions
from syncsim.design import Read
from syncsim.domain import Action
from syncsim.net.messages import EventBody

if TYPE_CHECKING:
    from syncsim.client.view import Fetch, View
    from syncsim.client.views import Views


class ReadStrategy(ABC):
    """What a read strategy decides. What few of them do stands here as doing nothing."""

    is_automatic = True
    """Whether the client refetches by itself when its browser is online again."""

    cancels_refetch = True
    """Whether an invalidation abandons a fetch in flight for a new one, or lets it finish."""

    is_whole = False
    """Whether all that is on screen is asked for at once, as of one commit."""

    polls = False
    """Whether what is on screen is fetched at an interval."""

    def start(self, views: Views) -> None:
        """The page is loaded."""
        if self.polls:
            views.context.arm("poll", armed=True)

    @abstractmethod
    def on_event(self, views: Views, event: EventBody) -> None:
        """The socket told of a change made by another client."""

    @abstractmethod
    def on_settled(self, views: Views, action: Action, *, is_ok: bool) -> None:
        """An intent of this client has ended, well or not."""

    @abstractmethod
    def is_fresh(self, view: View, fetch: Fetch) -> bool:
        """A fetch succeeded: tell whether its data counts as fresh."""


def read_strategy(read: Read) -> ReadStrategy:
    """Return the strategy that a design names."""
    from syncsim.client.read.checkpoint import Checkpoint
    from syncsim.client.read.delta_log import DeltaLog
    from syncsim.client.read.generation import Generation
    from syncsim.client.read.invalidate import Invalidate
    from syncsim.client.read.manual import Manual
    from syncsim.client.read.patch import Patching
    from syncsim.client.read.poll import Poll
    from syncsim.client.read.versioned_patch import VersionedPatching

    made: dict[str, Callable[[], ReadStrategy]] = {
        "manual": Manual,
        "poll": Poll,
        "invalidate": Invalidate,
        "patch": Patching,
        "versioned-patch": VersionedPatching,
        "generation": Generation,
        "delta-log": DeltaLog,
        "checkpoint": Checkpoint,
    }
    if read.strategy in made:
        return made[read.strategy]()
    added: ReadStrategy = extensions.strategy("read", read, ReadStrategy)
    return added
