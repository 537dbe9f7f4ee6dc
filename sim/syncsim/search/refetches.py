"""Whether refetches were worth making: how many brought something new."""

from __future__ import annotations

from dataclasses import dataclass

from syncsim.history import History


@dataclass(frozen=True, slots=True, kw_only=True)
class Refetches:
    """Refetches that were answered, and how many of them changed a confirmed row."""

    answered: int
    useful: int

    @property
    def useful_share(self) -> float | None:
        """Return the share that brought something new, None if there was no refetch."""
        return self.useful / self.answered if self.answered else None


def refetches(history: History) -> Refetches:
    """Count the refetches of a run, first fetches of a view left out."""
    triggers: dict[str, str] = {}
    answered = useful = 0
    last = (-1, "", "")
    for record in history.of("fetch", "fetched", "base"):
        if record.kind == "fetch":
            triggers[record.message] = (record.data or {}).get("trigger", "")
        elif record.kind == "fetched":
            last = (-1, "", "")
            if triggers.pop(record.message, "mount") != "mount":
                answered += 1
                last = (record.cause, record.at, record.view)
        elif last == (record.cause, record.at, record.view):
            # The first new row after an answer, caused by the same message, for the same view.
            useful += 1
            last = (-1, "", "")
    return Refetches(answered=answered, useful=useful)
