"""DONE: whatever a person asks for, the client says once what became of it."""

from __future__ import annotations

from syncsim.checks.evidence import Evidence, Intent, seconds
from syncsim.checks.prose import chose
from syncsim.checks.verdict import Check, Finding, Story, conclude
from syncsim.history import Record, Records


def run_ended(history: Records) -> bool:
    """Tell whether the history reaches the end of its run.

    Until it does, what is missing may still come, and nothing can be blamed for it.
    """
    if not len(history):
        return False
    last = history[len(history) - 1]
    return last.kind == "phase" and (last.data or {}).get("phase") == "end"


def judge(evidence: Evidence) -> Finding:
    """Count the outcomes of each intent."""
    intents = [each for each in evidence.intents.values() if evidence.owes(each.asked.at)]
    outcomes: dict[str, list[Record]] = {intent.id: [] for intent in intents}
    for record in evidence.of("outcome"):
        if record.intent in outcomes:
            outcomes[record.intent].append(record)
    forgotten = {record.intent: record for record in evidence.history.of("forget")}
    ended = run_ended(evidence.history)
    stories = []
    for intent in intents:
        shown = outcomes[intent.id]
        if len(shown) > 1:
            stories.append(_twice(intent, shown))
        elif not shown and ended:
            stories.append(_never(intent, forgotten.get(intent.id), evidence.history.end_us))
    return conclude(
        "DONE",
        seen=len(intents) if ended else 0,
        stories=sorted(stories, key=lambda story: story.at_us),
        missing="nobody asked for anything" if ended else "the run did not end",
        held="every intent had exactly one outcome",
    )


def _twice(intent: Intent, shown: list[Record]) -> Story:
    answers = " and ".join(
        f"{(record.data or {}).get('result')} at {seconds(record.time_us)}" for record in shown[:2]
    )
    return Story(
        text=f"{chose(intent)} and was given {len(shown)} answers: {answers}.",
        records=(intent.asked.seq, *(record.seq for record in shown)),
        at_us=shown[1].time_us,
        client=intent.asked.at,
        entity=intent.asked.entity,
    )


def _never(intent: Intent, forgotten: Record | None, end_us: int) -> Story:
    known = ""
    if intent.commits:
        known = f" The backend committed it at {seconds(intent.commits[0].time_us)}."
    elif intent.refusals:
        known = f" The backend refused it at {seconds(intent.refusals[0].time_us)}."
    if forgotten is not None:
        when = seconds(forgotten.time_us)
        known = f" The page was loaded anew at {when} and had not stored it.{known}"
    lost = () if forgotten is None else (forgotten,)
    told = sorted((intent.asked, *lost, *intent.commits, *intent.refusals), key=lambda r: r.seq)
    return Story(
        text=(
            f"{chose(intent)} and had no answer when the run ended at {seconds(end_us)}, not even"
            f" that the outcome is unknown.{known}"
        ),
        records=tuple(record.seq for record in told),
        at_us=end_us,
        client=intent.asked.at,
        entity=intent.asked.entity,
    )


CHECK = Check(
    name="DONE",
    statement="By the end of a run every intent has exactly one outcome.",
    source=(
        "Liveness as in L. Lamport, Proving the Correctness of Multiprocess Programs, 1977, made"
        " finite by a run that heals before it ends, as TigerBeetle's docs/internals/vopr.md does."
    ),
    needs="intent and outcome records with the intent's id, and the end of the run.",
    proves_not=(
        "An answer in time is not a true answer: an outcome of unknown counts, and whether an ok is"
        " right is for RYW and BATCH to say."
    ),
    judge=judge,
)
