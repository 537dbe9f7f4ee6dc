"""BATCH: what a person is shown for each item of a batch is what the backend answered."""

from __future__ import annotations

from syncsim.checks.evidence import Evidence, Intent, row_name, seconds
from syncsim.checks.prose import chose
from syncsim.checks.verdict import Check, Finding, Story, conclude

JUDGED = ("ok", "refused")
"""Outcomes that claim something of each item; after any other, nothing is claimed."""


def judge(evidence: Evidence) -> Finding:
    """Compare the items of each batch outcome with the backend's commits and refusals."""
    actions = evidence.header["domain"]["actions"]
    seen = 0
    stories: list[Story] = []
    for intent in evidence.intents.values():
        action = actions.get((intent.asked.data or {}).get("action"), {})
        if not action.get("batch") or intent.result not in JUDGED:
            continue
        seen += 1
        wrong = _differences(intent)
        if wrong:
            stories.append(_story(intent, wrong))
    return conclude(
        "BATCH",
        seen=seen,
        stories=sorted(stories, key=lambda story: story.at_us),
        missing="no batch had an outcome that speaks of its items",
        held="every item of every batch was shown as the backend had answered it",
    )


def answers(intent: Intent) -> dict[str, str]:
    """Return what the backend had made of each item when the outcome was shown.

    A commit stands even if a later try of the same request was refused. A refusal without a
    row refuses every item that has no answer of its own.
    """
    assert intent.outcome is not None, intent.id
    before = intent.outcome.seq
    given: dict[str, str] = {}
    asked = (intent.asked.data or {}).get("entities", [])
    for refusal in intent.refusals:
        if refusal.seq < before:
            given.update(dict.fromkeys([refusal.entity] if refusal.entity else asked, "refused"))
    for commit in intent.commits:
        if commit.seq < before:
            given[commit.entity] = "ok"
    return {entity: given[entity] for entity in asked if entity in given}


def _differences(intent: Intent) -> list[tuple[str, str]]:
    """Return the items that were shown wrongly, each with what is wrong about it."""
    assert intent.outcome is not None, intent.id
    shown: dict[str, str] = (intent.outcome.data or {}).get("items") or {}
    given = answers(intent)
    asked = (intent.asked.data or {}).get("entities", [])
    wrong = []
    for entity in dict.fromkeys([*asked, *shown]):
        told, answer = shown.get(entity), given.get(entity)
        if entity not in asked:
            wrong.append((entity, f"was shown as {told}, though the batch was not about it"))
        elif told is None:
            wrong.append((entity, f"was not shown at all; the backend had {_said(answer)}"))
        elif told != answer:
            wrong.append((entity, f"was shown as {told}, but the backend had {_said(answer)}"))
    return wrong


def _said(answer: str | None) -> str:
    return {"ok": "committed it", "refused": "refused it"}.get(answer or "", "not answered for it")


def _story(intent: Intent, wrong: list[tuple[str, str]]) -> Story:
    outcome = intent.outcome
    assert outcome is not None, intent.id
    entity, what = wrong[0]
    more = f" The same batch was wrong about {len(wrong) - 1} more." if len(wrong) > 1 else ""
    answered = [r.seq for r in (*intent.commits, *intent.refusals) if r.entity in ("", entity)]
    return Story(
        text=(
            f"{chose(intent)}. When the result came up at {seconds(outcome.time_us)},"
            f" {row_name(entity)} {what}.{more}"
        ),
        records=tuple(sorted([intent.asked.seq, *answered, outcome.seq])),
        at_us=outcome.time_us,
        client=outcome.at,
        entity=entity,
    )


CHECK = Check(
    name="BATCH",
    statement="The result that a person is shown for each item of a batch is the backend's answer.",
    source=(
        "Multi-Status: L. Dusseault, RFC 4918, 2007, section 13; a request about several resources"
        " answers for each, and the client shows each answer."
    ),
    needs=(
        "the header's actions, intent records with their entities, outcome records with items, and"
        " the commit and refuse records of each item."
    ),
    proves_not=(
        "It compares the final list of results. Batches whose outcome is unknown, and what the rows"
        " looked like while the batch was pending, are not judged."
    ),
    judge=judge,
)
