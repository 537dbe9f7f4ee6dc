"""Which versions of each row a client has come to know, and from when on."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Container
from typing import NamedTuple

from syncsim.checks.evidence import Evidence, row_name, seconds
from syncsim.history import Record, Records


class Lesson(NamedTuple):
    """A version of a row, when it was learnt, and the record that taught it.

    `place` is a `seq` or a time, whichever the check orders its events by.
    """

    place: int
    version: int
    seq: int


class _Lessons:
    """The lessons about one row, in order, each beside the newest version up to it."""

    __slots__ = ("lessons", "newest", "places", "versions")

    def __init__(self) -> None:
        self.places: list[int] = []
        self.lessons: list[Lesson] = []
        self.newest: list[Lesson] = []
        self.versions: set[int] = set()


class Learnt:
    """What each client knows of each row; a question about any past moment is a bisection."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, _Lessons]] = {}
        self._who: dict[str, list[str]] = {}

    def add(self, who: str, entity: str, lesson: Lesson) -> bool:
        """Take in a lesson, no earlier than those before; of each version the first counts.

        Tells whether it is newer than all that was known.
        """
        rows = self._of.setdefault(who, {})
        known = rows.get(entity)
        if known is None:
            known = rows[entity] = _Lessons()
            self._who.setdefault(entity, []).append(who)
        if lesson.version in known.versions:
            return False
        assert not known.places or known.places[-1] <= lesson.place, lesson
        known.versions.add(lesson.version)
        known.places.append(lesson.place)
        known.lessons.append(lesson)
        is_newest = not known.newest or lesson.version > known.newest[-1].version
        known.newest.append(lesson if is_newest else known.newest[-1])
        return is_newest

    def rows(self, who: str) -> Collection[str]:
        """Return the rows of which somebody has learnt anything."""
        return self._of.get(who, {})

    def who_know(self, entity: str) -> Collection[str]:
        """Return those who have learnt anything of a row, in the order in which they did."""
        return self._who.get(entity, ())

    def first_newer(self, who: str, entity: str, *, than: int) -> Lesson | None:
        """Return the first version newer than another that somebody learnt, None if none was."""
        known = self._of.get(who, {}).get(entity)
        if known is None:
            return None
        place = bisect_right(known.newest, than, key=lambda lesson: lesson.version)
        return known.newest[place] if place < len(known.newest) else None

    def newest(
        self, who: str, entity: str, *, before: int, without: Container[int] = ()
    ) -> Lesson | None:
        """Return the newest version of a row that was known before a place, None if none was.

        Versions in `without` do not count.
        """
        known = self._of.get(who, {}).get(entity)
        if known is None:
            return None
        best: Lesson | None = None
        for index in range(bisect_left(known.places, before) - 1, -1, -1):
            if best is not None and known.newest[index].version <= best.version:
                break
            if known.newest[index].version not in without:
                return _newer(known.newest[index], best)
            if known.lessons[index].version not in without:
                best = _newer(known.lessons[index], best)
        return best


def _newer(one: Lesson, other: Lesson | None) -> Lesson:
    return one if other is None or one.version >= other.version else other


def painted_over(paint: Record, evidence: Evidence) -> tuple[int, ...]:
    """Return the versions of a row that the pending intents painted over it have made.

    A screen that shows its own pending change does not lack the version which that change
    has become at the backend.
    """
    overlays = (paint.data or {}).get("overlays")
    if not overlays:
        return ()
    return tuple(
        commit.version
        for name in overlays
        if name in evidence.intents
        for commit in evidence.intents[name].commits
        if commit.entity == paint.entity
    )


def how_learnt(history: Records, client: str, entity: str, lesson: Lesson) -> str:
    """Write how a client came to know a version: `op-1 had been shown version 2 of ... at ...`."""
    record = history[lesson.seq]
    verb = "shown" if record.kind == "paint" else "told ok for"
    return (
        f"{client} had been {verb} version {lesson.version} of {row_name(entity)} at"
        f" {seconds(record.time_us)}"
    )
