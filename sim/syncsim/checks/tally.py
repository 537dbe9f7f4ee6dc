"""What a check met and what went wrong, kept apart by client."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from syncsim.checks.verdict import STORIES_MAX, Failure, Finding, Story, conclude, told


@dataclass(slots=True, kw_only=True)
class Tally:
    """The situations and the failures of one check, each with the client that it concerns.

    `missing` and `held` are what the finding says where nothing arose and where all was well.
    """

    check: str
    missing: str
    held: str
    seen: dict[str, dict[Hashable, None]] = field(default_factory=dict)
    counted: Counter[str] = field(default_factory=Counter)
    stories: list[Story | Failure] = field(default_factory=list)

    def meet(self, client: str, situation: Hashable) -> None:
        """Note that a situation arose; the same one counts once."""
        self.seen.setdefault(client, {})[situation] = None

    def count(self, client: str) -> None:
        """Note that a situation arose that is not one of those before."""
        self.counted[client] += 1

    def finding(self) -> Finding:
        """Return what the check found in the whole history."""
        seen = sum(map(len, self.seen.values())) + self.counted.total()
        return self._conclude(seen, self.stories)

    def finding_of(self, client: str) -> Finding:
        """Return what the check found of one client."""
        stories = [story for story in self.stories if story.client == client]
        seen = len(self.seen.get(client, ())) + self.counted[client]
        return self._conclude(seen, stories)

    def _conclude(self, seen: int, failures: Sequence[Story | Failure]) -> Finding:
        stories = sorted(failures, key=lambda failure: failure.at_us)
        # Of those at one time the records decide, so all that may be among the first are told.
        until_us = max((failure.at_us for failure in stories[:STORIES_MAX]), default=0)
        first = [told(failure) for failure in stories if failure.at_us <= until_us]
        first.sort(key=lambda story: (story.at_us, story.records))
        stories[: len(first)] = first
        return conclude(
            self.check, seen=seen, stories=stories, missing=self.missing, held=self.held
        )


class Watch(Protocol):
    """A pass over a history that keeps a tally."""

    tally: Tally


def taken_from(watch: Watch) -> Tally:
    """Return the tally of a watch whose failures hold on to it, and break that circle.

    Else a collector would have to find it, among all records of the history.
    """
    tally = watch.tally
    del watch.tally
    return tally
