"""ONCE: one wish of one person takes effect at most once."""

from __future__ import annotations

from syncsim.checks.evidence import Evidence, row_name, seconds
from syncsim.checks.prose import chose
from syncsim.checks.verdict import Check, Finding, Story, conclude
from syncsim.history import Record


def judge(evidence: Evidence) -> Finding:
    """Count the commits of each intent on each row."""
    effects: dict[tuple[str, str], list[Record]] = {}
    committed: set[str] = set()
    for commit in evidence.of("commit"):
        # The backend's own clock has no peer; what it does is nobody's wish.
        if commit.intent and commit.peer:
            committed.add(commit.intent)
            effects.setdefault((commit.intent, commit.entity), []).append(commit)
    twice = [commits for commits in effects.values() if len(commits) > 1]
    twice.sort(key=lambda commits: commits[1].seq)
    return conclude(
        "ONCE",
        seen=len(committed),
        stories=[_story(evidence, commits) for commits in twice],
        missing="no intent of a person was committed",
        held="every committed intent took effect once on each of its rows",
    )


def _story(evidence: Evidence, commits: list[Record]) -> Story:
    first, second = commits[:2]
    intent = evidence.intents.get(first.intent)
    asked = f"{chose(intent)}, once." if intent else f"{first.peer} asked once ({first.intent})."
    message = next(
        (r.message for r in evidence.history.causes(second.seq) if r.kind == "receive"), ""
    )
    carried = f" The request {message} carried the second." if message else ""
    return Story(
        text=(
            f"{asked} The backend committed it {len(commits)} times on {row_name(first.entity)}: at"
            f" {seconds(first.time_us)} as version {first.version} and at"
            f" {seconds(second.time_us)} as version {second.version}.{carried}"
        ),
        records=(*((intent.asked.seq,) if intent else ()), *(commit.seq for commit in commits)),
        at_us=second.time_us,
        client=first.peer,
        entity=first.entity,
    )


CHECK = Check(
    name="ONCE",
    statement="An intent changes each of its rows at most once, however often it was sent.",
    source=(
        "Exactly-once effect of retried requests: B. J. Nelson, Remote Procedure Call, 1981, and"
        " the client-made request identifiers of P. Helland, Idempotence Is Not a Medical"
        " Condition, ACM Queue 2012."
    ),
    needs="commit records with the intent's id and the client that asked.",
    proves_not=(
        "An intent that was never sent twice passes with or without idempotency keys; the situation"
        " message-lost tells whether a retry had a chance. Two clicks of a person are two intents."
    ),
    judge=judge,
)
