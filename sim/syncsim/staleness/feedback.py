"""How soon a person sees that what they asked for has been taken up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from syncsim.history import Record, Records

PAINT_US_DEFAULT = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """The time from asking to the first sign of it on the same client's screen.

    `intents` counts those that were sent or went well; `lengths_us` has one entry for each
    of them that was ever seen, in the order of being seen. `within_us` is the bound of one
    frame.
    """

    intents: int
    lengths_us: tuple[int, ...]
    within_us: int

    @property
    def immediate(self) -> float | None:
        """Return the share of intents seen within one frame, None without intents.

        An intent that was never seen counts as one that was not seen at once.
        """
        quick = sum(length_us <= self.within_us for length_us in self.lengths_us)
        return quick / self.intents if self.intents else None


class Sign(NamedTuple):
    """When an intent was asked for, and when it first showed; -1 if it never did."""

    client: str
    intent: str
    asked_us: int
    seen_us: int


def signs(history: Records) -> list[Sign]:
    """Return the first sign of each intent that was sent or went well; see `feedback`."""
    watch = _watched(history)
    found = []
    for intent in watch.counted:
        if intent in watch.asked:
            client, asked_us = watch.asked[intent]
            length_us = watch.lengths_us.get(intent)
            seen_us = -1 if length_us is None else asked_us + length_us
            found.append(Sign(client, intent, asked_us, seen_us))
    return found


def feedback(history: Records) -> Feedback:
    """Return how soon each intent showed on the screen of the person who asked.

    The sign is the first paint with the intent among its overlays or, if none comes sooner,
    the first paint after the commit that shows a row of the intent at the committed version
    or later, or takes it out of a view.
    """
    watch = _watched(history)
    counted = watch.counted
    bound_us: int = history.header.get("bounds", {}).get("paint_us", PAINT_US_DEFAULT)
    return Feedback(
        intents=len(counted),
        lengths_us=tuple(us for intent, us in watch.lengths_us.items() if intent in counted),
        within_us=bound_us,
    )


def _watched(history: Records) -> _Watch:
    watch = _Watch()
    for record in history.of("intent", "outcome", "send", "commit", "paint"):
        getattr(watch, record.kind)(record)
    return watch


class _Watch:
    """The intents that wait for their first sign."""

    def __init__(self) -> None:
        self.counted: dict[str, None] = {}
        self.lengths_us: dict[str, int] = {}
        self.asked: dict[str, tuple[str, int]] = {}
        self._committed: dict[tuple[str, str], list[tuple[str, int]]] = {}

    def intent(self, record: Record) -> None:
        self.asked[record.intent] = record.at, record.time_us

    def outcome(self, record: Record) -> None:
        if (record.data or {}).get("result") == "ok":
            self.counted[record.intent] = None

    def send(self, record: Record) -> None:
        if (record.data or {}).get("what") == "mutate":
            self.counted[record.intent] = None

    def commit(self, record: Record) -> None:
        if record.intent in self.asked:
            cell = self.asked[record.intent][0], record.entity
            self._committed.setdefault(cell, []).append((record.intent, record.version))

    def paint(self, record: Record) -> None:
        data = record.data or {}
        for intent in data.get("overlays", ()):
            self._seen(intent, record)
        cell = record.at, record.entity
        committed = self._committed.get(cell)
        if committed is None:
            return
        waiting = []
        for intent, version in committed:
            if data.get("fields") is None or record.version >= version:
                self._seen(intent, record)
            else:
                waiting.append((intent, version))
        if waiting:
            self._committed[cell] = waiting
        else:
            del self._committed[cell]

    def _seen(self, intent: str, record: Record) -> None:
        client, asked_us = self.asked.get(intent, ("", 0))
        if client == record.at and intent not in self.lengths_us:
            self.lengths_us[intent] = record.time_us - asked_us
