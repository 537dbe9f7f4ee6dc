"""ORDER: what one person asks of one row takes effect in the order of asking."""

from __future__ import annotations

from syncsim.checks.evidence import Evidence, Intent, row_name, seconds
from syncsim.checks.prose import chose
from syncsim.checks.tally import Tally
from syncsim.checks.verdict import Check, Finding, Story
from syncsim.history import Record


def judge(evidence: Evidence) -> Finding:
    """Hold the order in which a client's intents on a row were committed against the asking."""
    return tally(evidence).finding()


def tally(evidence: Evidence) -> Tally:
    """Return what became of the order of each client's intents."""
    found = Tally(
        check="ORDER",
        missing="no client had two committed intents on one row",
        held="every client's intents on a row were committed in the order of asking",
    )
    for (client, entity), writes in _writes(evidence).items():
        if len(writes) < 2:
            continue
        found.meet(client, entity)
        # Whatever comes after the latest-asked intent committed so far has been overtaken by it.
        latest, latest_commit = writes[0]
        for intent, commit in writes[1:]:
            if intent.asked.seq > latest.asked.seq:
                latest, latest_commit = intent, commit
            else:
                found.stories.append(_story(intent, commit, latest, latest_commit))
    return found


def _writes(evidence: Evidence) -> dict[tuple[str, str], list[tuple[Intent, Record]]]:
    """Return the committed intents by client and row, each at its first commit, in that order.

    A history without an `lsn` is taken in the order of its records.
    """
    writes: dict[tuple[str, str], list[tuple[Intent, Record]]] = {}
    for intent in evidence.intents.values():
        first: dict[str, Record] = {}
        for commit in sorted(intent.commits, key=_place):
            first.setdefault(commit.entity, commit)
        for entity, commit in first.items():
            writes.setdefault((intent.asked.at, entity), []).append((intent, commit))
    for committed in writes.values():
        committed.sort(key=lambda write: _place(write[1]))
    return writes


def _place(commit: Record) -> tuple[int, int]:
    return commit.lsn, commit.seq


def _story(intent: Intent, commit: Record, later: Intent, overtaking: Record) -> Story:
    row = row_name(commit.entity)
    return Story(
        text=(
            f"{chose(intent)}, and after that {chose(later)}. On {row} the backend committed the"
            f" later wish first, at {seconds(overtaking.time_us)} as version {overtaking.version},"
            f" and the earlier one at {seconds(commit.time_us)} as version {commit.version}."
        ),
        records=tuple(sorted((intent.asked.seq, later.asked.seq, overtaking.seq, commit.seq))),
        at_us=commit.time_us,
        client=intent.asked.at,
        entity=commit.entity,
    )


CHECK = Check(
    name="ORDER",
    statement=(
        "What one client asks of one row is committed in the order in which its person asked for"
        " it."
    ),
    source=(
        "Monotonic Writes of D. B. Terry et al., Session Guarantees for Weakly Consistent"
        " Replicated Data, PDIS 1994; a client is a session, a committed intent a write."
    ),
    needs=(
        "intent records in the order of asking, and commit records with the intent's id and the"
        " lsn."
    ),
    proves_not=(
        "Only intents that were committed are compared: an earlier wish that was refused because a"
        " later one overtook it passes. Rows are judged one by one, and of an intent that was"
        " committed twice the first commit counts; the second is for ONCE."
    ),
    judge=judge,
)
