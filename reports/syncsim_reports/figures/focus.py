"""Finds the most telling part of a run, short enough to be drawn message by message."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from syncsim.history import History, Record
from syncsim.history.vocabulary import NEVER_SENT
from syncsim_reports.words import MILLISECOND_US, SECOND_US, row_id

MESSAGES_MAX = 60
"""More arrows than this cannot be told apart."""

RACE_US = 2 * SECOND_US
"""A commit of the same row this shortly before a refusal is part of its story."""

AFTER_US = 300 * MILLISECOND_US
"""What a change leads to on other screens is shown for this long."""

PAD_SHARE, PAD_US = 0.05, 10 * MILLISECOND_US


class Focus(NamedTuple):
    """A part of a run, what happens there in one sentence, and whom it is about."""

    from_us: int
    until_us: int
    headline: str
    clients: tuple[str, ...] = ()


def focus(history: History, *, messages_max: int = MESSAGES_MAX) -> Focus:
    """Return the part of a run around its first refusal, rollback, loss or commit.

    The first of these that the run has is taken, with everything that became of the intent,
    and for a refusal with the change that won. At most `messages_max` messages lie in it.
    """
    record = _telling(history)
    if record is None:
        return Focus(0, history.end_us, "A run in which nothing was changed")
    intents = _intents(history, record)
    own = [other for other in history if other.intent and other.intent in intents]
    own += [record, *(history.causes(record.seq) if not intents else ())]
    times_us = [other.time_us for other in own] + _consequences(history, own)
    pad_us = int(PAD_SHARE * (max(times_us) - min(times_us))) + PAD_US
    from_us = max(0, min(times_us) - pad_us)
    until_us = min(history.end_us, max(times_us) + pad_us)
    askers = [other.at for other in own if other.kind == "intent"]
    return Focus(
        *_narrowed(history, record.time_us, from_us, until_us, messages_max),
        headline=_headline(history, record),
        clients=tuple(dict.fromkeys([*askers, record.at, record.peer])),
    )


def _telling(history: History) -> Record | None:
    """Return the record that the part is chosen around."""
    sent = {record.intent for record in history.of("send")}
    first: dict[str, Record] = {}
    for record in history.of("refuse", "unlay", "lose", "commit"):
        reason = (record.data or {}).get("reason")
        if record.kind == "unlay" and (reason != "rollback" or record.intent not in sent):
            continue
        first.setdefault(record.kind, record)
    return next((first[k] for k in ("refuse", "unlay", "lose", "commit") if k in first), None)


def _intents(history: History, record: Record) -> list[str]:
    """Return the intents of the story: the record's own, and for a refusal the winner's."""
    intents = [record.intent] if record.intent else []
    if record.kind == "refuse":
        winners = [
            commit.intent
            for commit in history.of("commit")
            if commit.entity == record.entity
            and commit.intent
            and commit.seq < record.seq
            and record.time_us - commit.time_us < RACE_US
        ]
        intents += winners[-1:]
    return intents


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
    return (r for r in records if r.kind == "send" or (r.data or {}).get("reason") in NEVER_SENT)


def _headline(history: History, record: Record) -> str:
    intent = next((r for r in history.of("intent") if r.intent == record.intent), None)
    row = row_id(record.entity)
    if record.kind == "lose":
        return _loss(record, row)
    action = ((intent or record).data or {}).get("action", "change").replace("_", " ")
    who = (intent.at if intent else record.peer) or "the backend"
    wish = f"{who} wants to {action} {row}"
    own = [r.data or {} for r in history.of("outcome", "unlay") if r.intent == record.intent]
    if record.kind == "commit":
        return f"{wish}, and the backend commits it"
    if record.kind == "refuse":
        rolled = any(data.get("reason") == "rollback" for data in own)
        return f"{wish}, is refused{' and rolled back' if rolled else ''}"
    answered = any(data.get("result") == "refused" for data in own)
    return f"{wish}, {'is refused' if answered else 'gets no answer'} and rolls it back"


def _loss(record: Record, row: str) -> str:
    what = (record.data or {}).get("what", "")
    if what == "event" and row:
        return f"{record.at} misses the change of {row}"
    if what == "result" and row:
        return f"{record.at} never gets the answer about {row}"
    return f"A {what or 'message'} from {record.peer} to {record.at} is lost"
