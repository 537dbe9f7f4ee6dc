"""M: which of two writes to one row counts. The guard is asked before, whatever the rule.

A rule that goes by time stamps keeps the stamp of the last write that counted. A write that
is stamped earlier comes too late, though it is allowed: it changes nothing, and the client is
told that it is superseded. So time runs by the clocks of the clients, and a clock that is
fast by a minute keeps everybody else out for a minute:

    op-1, a minute fast, assigns dr-1 to A1 at 12:00     stamp 12:01:00
    op-2 sees that and assigns dr-2 at 12:00:30          stamp 12:00:30, superseded

A hybrid clock has seen the stamp of 12:01:00 with the row, so op-2's is later. What the
backend does by its own clock carries no stamp and moves none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, runtime_checkable

from syncsim import extensions
from syncsim.design import Merge
from syncsim.domain import Change
from syncsim.net.messages import SUPERSEDED, Stamp

VERSION_REQUIRED = "version-required"


@runtime_checkable
class MergeRule(Protocol):
    """What a merge rule decides."""

    clock: Stamp | None
    """What answers and events tell the clients of the time; None if they need not know."""

    def admit(self, changes: Iterable[Change], stamp: Stamp | None, *, has_version: bool) -> str:
        """Return why an allowed write does not count, empty if it does; it is then taken in."""


class Arrival:
    """M0: what arrives counts."""

    clock: Stamp | None = None

    def __init__(self, merge: Merge) -> None:
        """Need nothing."""

    def admit(self, changes: Iterable[Change], stamp: Stamp | None, *, has_version: bool) -> str:
        """Take everything."""
        return ""


class Version(Arrival):
    """M3: only a write that names the version of its row counts; an old one was refused before."""

    def admit(self, changes: Iterable[Change], stamp: Stamp | None, *, has_version: bool) -> str:
        """Refuse a write that names none."""
        return "" if has_version else VERSION_REQUIRED


class LastWins(Arrival):
    """M1: the last by the clocks of the clients counts, a whole write or none of it.

    Equal times are told apart by the names of the clients. A write without a stamp counts, and
    moves no stamp.
    """

    def __init__(self, merge: Merge) -> None:
        super().__init__(merge)
        self._by_field = merge.stamps == "field"
        self._stamps: dict[tuple[str, str], Stamp] = {}

    def admit(self, changes: Iterable[Change], stamp: Stamp | None, *, has_version: bool) -> str:
        """Take a write unless something that it changes has a later stamp."""
        if stamp is None:
            return ""
        names = [
            (change.entity, name)
            for change in changes
            for name in (change.fields if self._by_field else ("",))
        ]
        if any(self._stamps.get(name, stamp) > stamp for name in names):
            return SUPERSEDED
        self._stamps.update(dict.fromkeys(names, stamp))
        return ""


class HybridLastWins(LastWins):
    """M2: the same with hybrid logical clocks, which the answers keep from falling behind."""

    def __init__(self, merge: Merge) -> None:
        super().__init__(merge)
        self.clock = Stamp(0)

    def admit(self, changes: Iterable[Change], stamp: Stamp | None, *, has_version: bool) -> str:
        """Take in the clock of every write, also of one that comes too late."""
        if stamp is not None:
            self.clock = max(self.clock or stamp, stamp)
        return super().admit(changes, stamp, has_version=has_version)


def merge_rule(merge: Merge) -> MergeRule:
    """Return the rule that a design names."""
    made: dict[str, Callable[[Merge], MergeRule]] = {
        "arrival": Arrival,
        "client-clock": LastWins,
        "hybrid-clock": HybridLastWins,
        "version": Version,
    }
    if merge.strategy in made:
        return made[merge.strategy](merge)
    added: MergeRule = extensions.strategy("merge", merge, MergeRule)
    return added
