"""Finds the most telling part of a run, short enough to be drawn message by message."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from syncsim.history import History, Record
from syncsim_reports.words import MILLISECOND_US, SECOND_US

MESSAGES_MAX = 60
"""More arrows than this cannot be told apart."""

RACE_US = 2 * SECOND_US
"""A commit of the same row this shortly before a refusal is part of its story."""

AFTER_US = 300 * MILLISECOND_US
"""What a change leads to on other screens is shown for this long."""

PAD_SHARE, PAD_US = 0.05, 10 * MILLISECOND_US


class Focus(NamedTuple):
    """A part of a run, and what happens there in one sentence without a full stop."""

    from_us: int
    until_us: int
    headline: str


def focus(history: History, *, messages_max: int = MESSAGES_MAX) -> Focus:
    """Return the part of a run around its first refusal, rollback, loss or commit.

    The first of these that the run has is taken, with everything that became of the intent,
    and for a refusal with the change that won. At most `messages_max` messages lie in it.
    """
    record = _telling(history)
    if record is None:
        return Focus(0, history.end_us, "A run in which nothing was changed")
    times_us = _story(history, record)
    pad_us = int(PAD_SHARE * (max(times_us) - min(times_us))) + PAD_US
    from_us, until_us = max(0, min(times_us) - pad_us), max(times_us) + pad_us
    until_us = min(until_us, history.end_us)
    return Focus(
        *_narrowed(history, record.time_us, from_us, until_us, messages_max),
        headline=_headline(history, record),
    )


def short(entity: str) -> str:
    """Return the id of a row without its type: `A1`."""
    return entity.rpartition("/")[2]


def _telling(history: History) -> Record | None:
    first: dict[str, Record] = {}
    for record in history.of("refuse", "unlay", "lose", "commit"):
        if record.kind == "unlay" and (record.data or {}).get("reason") != "rollback":
            continue
        first.setdefault(record.kind, record)
    return next((first[k] for k in ("refuse", "unlay", "lose", "commit") if k in first), None)


def _story(history: History, record: Record) -> list[int]:
    """Return the times of the records of the intents in question, and of what they led to."""
    intents = [record.intent] if record.intent else []
    if record.kind == "refuse":
        winners = [
            commit
            for commit in history.of("commit")
            if commit.entity == record.entity
            and commit.seq < record.seq
            and record.time_us - commit.time_us < RACE_US
        ]
        intents += [commit.intent for commit in winners[-1:]]
    own = [other for other in history if other.intent and other.intent in intents]
    own += [record, *(history.causes(record.seq) if not intents else ())]
    return [other.time_us for other in own] + _consequences(history, own)


def _consequences(history: History, own: list[Record]) -> list[int]:
    """Return the times of what the records led to soon after, such as refetches."""
    limit_us = max(record.time_us for record in own) + AFTER_US
    caused = {record.seq for record in own}
    times_us = []
    for record in history:
        if record.time_us > limit_us:
            break
        if record.cause in caused:
            caused.add(record.seq)
            times_us.append(record.time_us)
    return times_us


def _narrowed(
    history: History, centre_us: int, from_us: int, until_us: int, messages_max: int
) -> tuple[int, int]:
    """Cut a part down to the messages nearest to its centre, if it has too many."""
    times_us = [
        record.time_us
        for record in _messages(history.of("send", "lose"))
        if from_us <= record.time_us <= until_us
    ]
    if len(times_us) <= messages_max:
        return from_us, until_us
    times_us.sort(key=lambda time_us: (abs(time_us - centre_us), time_us))
    kept = [centre_us, *times_us[:messages_max]]
    return min(kept), max(kept) + 1


def _messages(records: Iterable[Record]) -> Iterable[Record]:
    """Yield one record per message: its send, or the loss of one that was never sent."""
    return (r for r in records if r.kind == "send" or (r.data or {}).get("reason") == "away")


def _headline(history: History, record: Record) -> str:
    intent = next((r for r in history.of("intent") if r.intent == record.intent), None)
    if record.kind == "lose":
        what = (record.data or {}).get("what", "message")
        whose = "a change event" if what == "event" else f"a {what} message"
        return f"{whose[0].upper()}{whose[1:]} from {record.peer} to {record.at} is lost"
    action = (intent.data or {}).get("action", "") if intent else ""
    action = (action or (record.data or {}).get("action", "change")).replace("_", " ")
    who = (intent.at if intent else record.peer) or "the backend"
    wish = f"{who} wants to {action} {short(record.entity)}"
    if record.kind == "commit":
        return f"{wish}, and the backend commits it"
    rolled = record.kind == "unlay" or any(
        other.intent == record.intent and (other.data or {}).get("reason") == "rollback"
        for other in history.of("unlay")
    )
    if record.kind == "refuse":
        return f"{wish}, is refused{' and rolled back' if rolled else ''}"
    return f"{wish}, hears nothing and rolls it back"
