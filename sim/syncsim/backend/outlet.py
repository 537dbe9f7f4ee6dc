"""The way of events out of the backend: at once, held back for the replicas, or by an outbox.

commit, event        nothing in between: the usual case
commit, crash        the event is lost for ever; nobody knows that there was one
commit, crash, boot  with an outbox the event was stored by the commit, and goes out now
"""

from __future__ import annotations

from syncsim.backend.ports import Output, Publish


class Outlet:
    """Keeps the events that have not gone out."""

    def __init__(self, *, has_outbox: bool) -> None:
        self._has_outbox = has_outbox
        self._held: list[Publish] = []
        self._stored: list[Publish] = []

    def hold(self, publish: Publish) -> None:
        """Keep an event in memory until every replica has its commit."""
        self._held.append(publish)

    def release(self, lsn: int) -> list[Publish]:
        """Return the events that waited for a commit to be everywhere."""
        ready = [publish for publish in self._held if publish.event.lsn <= lsn]
        self._held = [publish for publish in self._held if publish.event.lsn > lsn]
        return ready

    def cut_off(self, out: list[Output]) -> None:
        """Take what the process was about to publish when it died."""
        if self._has_outbox:
            self._stored += [each for each in out if isinstance(each, Publish)]

    def crash(self) -> None:
        """Lose what was kept in memory; the outbox is on the disk."""
        if self._has_outbox:
            self._stored += self._held
        self._held = []

    def boot(self, kept_lsn: int) -> list[Publish]:
        """Return what the outbox has stored, except with commits that are lost themselves."""
        stored, self._stored = self._stored, []
        stored.sort(key=lambda publish: publish.event.lsn)
        return [publish for publish in stored if publish.event.lsn <= kept_lsn]
