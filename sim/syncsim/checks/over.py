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
    for record in evidence.of("overlay", "unlay"):
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
        return f"after its outcome, {_told(intent.outcome, overlay.entity)}, was on screen"
    return ""


def _taken_off(
    evidence: Evidence, overlay: Record | None, unlay: Record, intent: Intent | None
) -> str:
    """Say what is wrong with the end of an overlay, empty if nothing is.

    An overlay may go before the outcome only if the confirmed rows are from after the backend
    decided on it: then they show what became of it.
    """
    if overlay is None:
        return f"though {unlay.at} says that it took it away at {seconds(unlay.time_us)}"
    if intent is None or intent.outcome is None:
        return ""
    outcome = intent.outcome
    gone = f"and vanished at {seconds(unlay.time_us)}"
    told = _told(outcome, unlay.entity)
    if unlay.time_us < outcome.time_us - evidence.paint_us:
        reason = (unlay.data or {}).get("reason")
        decided = (*intent.commits, *intent.refusals)
        known = any(d.entity == unlay.entity and d.seq < unlay.seq for d in decided)
        if reason != "fence" or not known:
            return f"{gone}, before its outcome was known ({told})"
    late = unlay.time_us > outcome.time_us + evidence.paint_us
    if late and _result(outcome, unlay.entity) != "ok":
        return f"{gone}, too long after its outcome ({told})"
    return ""


def _left_on(evidence: Evidence, overlay: Record, intent: Intent | None) -> str:
    """Say what is wrong with an overlay that nothing took away, empty if nothing is yet."""
    outcome = intent.outcome if intent else None
    end_us = evidence.history.end_us
    overdue = (
        outcome is not None
        and _result(outcome, overlay.entity) != "ok"
        and end_us > outcome.time_us + evidence.paint_us
    )
    if not overdue and not run_ended(evidence.history):
        return ""
    still = f"and still there at {seconds(end_us)}"
    if outcome is None:
        return f"{still}, without an outcome"
    return f"{still}, although its outcome was {_told(outcome, overlay.entity)}"


def _result(outcome: Record, entity: str) -> str:
    """Return what an outcome says of one row: its own result in a batch."""
    data = outcome.data or {}
    result: str = (data.get("items") or {}).get(entity, data.get("result", ""))
    return result


def _told(outcome: Record, entity: str) -> str:
    return f"{_result(outcome, entity)} at {seconds(outcome.time_us)}"


def _story(wrong: str, involved: list[Record], intent: Intent | None, at_us: int) -> Story:
    first = involved[0]
    asked = f"{chose(intent)}. " if intent else ""
    painted = "painted" if first.kind == "overlay" else "never painted"
    when = f" at {seconds(first.time_us)}" if first.kind == "overlay" else ""
    known = [record for record in (intent.asked, intent.outcome) if record] if intent else []
    return Story(
        text=(
            f"{asked}The pending change {first.intent} was {painted} by {first.at} on"
            f" {row_name(first.entity)}{when}, {wrong}."
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
