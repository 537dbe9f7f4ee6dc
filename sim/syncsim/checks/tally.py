"""What a check met and what went wrong, kept apart by client."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from syncsim.checks.verdict import Finding, Story, conclude


@dataclass(slots=True, kw_only=True)
class Tally:
    """The situations and the failures of one check, each with the client that it concerns.

    `missing` and `held` are what the finding says where nothing arose and where all was well.
    """

    check: str
    missing: str
    held: str
    seen: dict[str, dict[Hashable, None]] = field(default_factory=dict)
    stories: list[Story] = field(default_factory=list)

    def meet(self, client: str, situation: Hashable) -> None:
        """Note that a situation arose; the same one counts once."""
        self.seen.setdefault(client, {})[situation] = None

    def finding(self) -> Finding:
        """Return what the check found in the whole history."""
        return self._conclude(sum(map(len, self.seen.values())), self.stories)

    def finding_of(self, client: str) -> Finding:
        """Return what the check found of one client."""
        stories = [story for story in self.stories if story.client == client]
        return self._conclude(len(self.seen.get(client, ())), stories)

    def _conclude(self, seen: int, stories: list[Story]) -> Finding:
        stories = sorted(stories, key=lambda story: (story.at_us, story.records))
        return conclude(
            self.check, seen=seen, stories=stories, missing=self.missing, held=self.held
        )
