"""The page around the clients: one event loop and the managers that query-core has once.

In the package the managers are global, so a client that a page makes anew finds them as the
last one left them.
"""

from __future__ import annotations

from syncsim.client.cache.focus_manager import FocusManager
from syncsim.client.cache.notify_manager import NotifyManager
from syncsim.client.cache.online_manager import OnlineManager
from syncsim.client.cache.scheduler import Scheduler


class Environment:
    """What all query clients of one page share."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.scheduler = scheduler
        self.notify_manager = NotifyManager(scheduler)
        self.online_manager = OnlineManager()
        self.focus_manager = FocusManager()
