"""Sentences that several checks use in their stories."""

from __future__ import annotations

from typing import Any

from syncsim.checks.evidence import Intent, row_name, seconds, words
from syncsim.history import Record, Records

ROWS_NAMED = 3
"""Rows named in a sentence; of a longer batch the sentence gives the number."""


LOSSES = {
    "broker-down": "the broker was down",
    "broker-cut": "the backend could not reach the broker",
    "unpublished": "the backend went down before the broker had it",
}
"""What is written of the loss of a message where the word of its record says too little."""


def why_lost(lost: Record) -> str:
    """Write why a message was lost: `away`, or `the broker was down`."""
    reason = str((lost.data or {}).get("reason", "lost"))
    return LOSSES.get(reason, reason)


def rows_named(entities: list[str]) -> str:
    """Write some rows for a story: `appointments A1, A2 and A3`, or how many."""
    if len(entities) > ROWS_NAMED:
        return f"{len(entities)} rows"
    kinds = dict.fromkeys(entity.partition("/")[0] for entity in entities)
    if len(entities) < 2 or len(kinds) > 1:
        return " and ".join(row_name(entity) for entity in entities)
    *first, last = (entity.partition("/")[2] for entity in entities)
    return f"{next(iter(kinds))}s {', '.join(first)} and {last}"


def chose(intent: Intent) -> str:
    """Write what a person did: `op-1 chose "accept" for appointment A1 at 0.120 s`."""
    asked = intent.asked
    data = asked.data or {}
    entities = data.get("entities") or ([asked.entity] if asked.entity else [])
    action = str(data.get("action", "something")).replace("_", " ")
    rows = f" for {rows_named(entities)}" if entities else ""
    return f'{asked.at} chose "{action}"{rows} at {seconds(asked.time_us)}'


def in_brackets(fields: dict[str, Any] | None, than: dict[str, Any] | None) -> str:
    """Write how a row differs from another: ` (status pending)`, empty if it does not."""
    if fields is not None and than is not None:
        than = {name: than.get(name) for name in fields}
        if fields == than:
            return ""
    return f" ({words(fields, than=than)})"


def because(history: Records, paint: Record) -> tuple[str, tuple[int, ...]]:
    """Return why a client painted a row, as a sentence, and the records that it rests on.

    The chain of causes leads from the paint back to the message that set it off. What the
    client did in between, a rollback or the end of a fetch of the view, is the reason; a
    rollback that restores a snapshot touches more rows than its own. Both are empty if the
    history does not tell.
    """
    start = paint.seq
    for cause in history.causes(paint.seq):
        if cause.at != paint.at:
            break
        start = cause.seq
    for seq in range(paint.seq - 1, start - 1, -1):
        record = history[seq]
        if record.at != paint.at:
            continue
        if record.kind == "unlay" and (record.data or {}).get("reason") == "rollback":
            change = f"the pending change {record.intent} of {row_name(record.entity)}"
            return f" That frame followed the rollback of {change}.", (seq,)
        if record.kind == "fetched" and record.view == paint.view:
            return _fetched(history, record)
    return "", ()


def _fetched(history: Records, fetched: Record) -> tuple[str, tuple[int, ...]]:
    """Tell of the fetch that brought a row: when it was sent and what it had read."""
    read = f", read by the backend at commit {fetched.lsn}" if fetched.lsn >= 0 else ""
    for record in history.causes(fetched.seq):
        if record.at == fetched.at and record.kind in ("fetch", "send"):
            text = f" It came with a fetch sent at {seconds(record.time_us)}{read}."
            return text, (record.seq, fetched.seq)
    return f" It came with a fetch{read}, that ended at {seconds(fetched.time_us)}.", (fetched.seq,)
