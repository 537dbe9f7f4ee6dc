"""OVER: what is painted as pending is what is pending, no more and no longer."""

from __future__ import annotations

from syncsim.checks.done import run_ended
from syncsim.checks.evidence import Evidence, Intent, row_name, seconds
from syncsim.checks.prose import chose
from syncsim.checks.verdict import Check, Finding, Story, conclude
from syncsim.history import Record


def judge(evidence: Evidence) -> Finding:
    """Follow each overlay from the intent that it is of to the record that takes it away."""
    on: dict[tuple[str, str, str], Record] = {}
    seen = 0
    stories: list[Story] = []
    for record in evidence.history.of("overlay", "unlay"):
        key = (record.at, record.intent, record.entity)
        intent = evidence.intents.get(record.intent)
        if record.kind == "overlay":
            seen += 1
            on[key] = record
            wrong = _put_on(record, intent)
            involved = [record]
        else:
            overlay = on.pop(key, None)
            wrong = _taken_off(evidence, overlay, record, intent)
            involved = [overlay, record] if overlay else [record]
        if wrong:
            stories.append(_story(wrong, involved, intent, record.time_us))
    for overlay in on.values():
        intent = evidence.intents.get(overlay.intent)
        wrong = _left_on(evidence, overlay, intent)
        if wrong:
            stories.append(_story(wrong, [overlay], intent, evidence.history.end_us))
    return conclude(
        "OVER",
        seen=seen,
        stories=stories,
        missing="no pending change was ever painted",
        held="every painted pending change was a pending intent of that client, and went with it",
    )


def _put_on(overlay: Record, intent: Intent | None) -> str:
    """Say what is wrong with an overlay when it is put on, empty if nothing is."""
    if intent is None or intent.asked.at != overlay.at or intent.asked.seq > overlay.seq:
        return f"though nobody had asked for it on {overlay.at}"
    if intent.outcome and intent.outcome.seq < overlay.seq:
        return f"after its outcome, {_told(intent.outcome)}, was on screen"
    return ""


def _taken_off(
    evidence: Evidence, overlay: Record | None, unlay: Record, intent: Intent | None
) -> str:
    """Say what is wrong with the end of an overlay, empty if nothing is.

    An overlay may go before the outcome only if the confirmed row holds its commit already:
    then the person sees no difference.
    """
    if overlay is None:
        return f"though {unlay.at} says that it took it away at {seconds(unlay.time_us)}"
    if intent is None or intent.outcome is None:
        return ""
    outcome = intent.outcome
    gone = f"and vanished at {seconds(unlay.time_us)}"
    if unlay.time_us < outcome.time_us - evidence.paint_us:
        reason = (unlay.data or {}).get("reason")
        committed = any(
            c.entity == unlay.entity and c.seq < unlay.seq for c in intent.commits
        )
        if reason != "fence" or not committed:
            return f"{gone}, before its outcome was known ({_told(outcome)})"
    if intent.result != "ok" and unlay.time_us > outcome.time_us + evidence.paint_us:
        return f"{gone}, too long after its outcome ({_told(outcome)})"
    return ""


def _left_on(evidence: Evidence, overlay: Record, intent: Intent | None) -> str:
    """Say what is wrong with an overlay that nothing took away, empty if nothing is yet."""
    ended, end_us = run_ended(evidence.history), evidence.history.end_us
    outcome = intent.outcome if intent else None
    if outcome is not None and intent is not None and intent.result != "ok":
        if ended or end_us > outcome.time_us + evidence.paint_us:
            return f"and still there at {seconds(end_us)}, long after its outcome, {_told(outcome)}"
    elif ended:
        known = f"although its outcome was {_told(outcome)}" if outcome else "without an outcome"
        return f"and still there when the run ended at {seconds(end_us)}, {known}"
    return ""


def _told(outcome: Record) -> str:
    return f"{(outcome.data or {}).get('result')} at {seconds(outcome.time_us)}"


def _story(wrong: str, involved: list[Record], intent: Intent | None, at_us: int) -> Story:
    first = involved[0]
    asked = f"{chose(intent)}. " if intent else ""
    painted = f"at {seconds(first.time_us)}" if first.kind == "overlay" else "never"
    known = [record for record in (intent.asked, intent.outcome) if record] if intent else []
    return Story(
        text=(
            f"{asked}The change {first.intent} was {painted} painted by {first.at} as pending on"
            f" {row_name(first.entity)}, {wrong}."
        ),
        records=tuple(sorted({record.seq for record in (*involved, *known)})),
        at_us=at_us,
        client=first.at,
        entity=first.entity,
    )


CHECK = Check(
    name="OVER",
    statement=(
        "A client paints exactly its own pending intents over the confirmed rows: each from when it"
        " was asked until its outcome, or until the confirmed row holds its commit."
    ),
    source=(
        "Tentative writes of D. B. Terry et al., Managing Update Conflicts in Bayou, SOSP 1995,"
        " as the overlays of a client cache."
    ),
    needs=(
        "intent, outcome, overlay and unlay records with the intent's id, the end of the run, and"
        " the header's bound paint_us."
    ),
    proves_not=(
        "It follows what the client says of its overlays, not the pixels: a change that stays in"
        " a snapshot after its overlay went is for ROLL and CONV to find. A design that paints no"
        " pending change is not judged."
    ),
    judge=judge,
)
