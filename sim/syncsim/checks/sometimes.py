"""Situations that a run may be required to have met, so that a pass is not an empty one.

Each function yields the `seq` of every record at which its situation arose. The words for
people stand in `history.vocabulary.SOMETIMES`; the docstrings here say what that means in
records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from syncsim.checks.evidence import Evidence, seconds
from syncsim.checks.verdict import Finding, Status
from syncsim.history import Record
from syncsim.history.replay import entity_type
from syncsim.history.vocabulary import SOMETIMES

HTTP = (
    "query", "rows", "mutate", "result", "audit", "audited", "checkpoint", "whole",
)  # fmt: skip
"""What travels over HTTP; events travel over the socket."""

FETCH_ENDS = ("fetched", "fetch_failed", "fetch_cancelled")

Situation = Callable[[Evidence], Iterator[int]]


def find(name: str, evidence: Evidence) -> Finding:
    """Return pass if a situation arose, with how often and when first, else unknown."""
    arose = list(SITUATIONS[name](evidence))
    if not arose:
        why = f"never arose: {SOMETIMES[name]}"
        return Finding(check=name, status=Status.UNKNOWN, why=why, seen=0)
    first = evidence.history[arose[0]]
    why = f"{SOMETIMES[name]}, first at {seconds(first.time_us)}"
    return Finding(check=name, status=Status.PASS, why=why, seen=len(arose))


def refusal(evidence: Evidence) -> Iterator[int]:
    """A `refuse` record."""
    return (record.seq for record in evidence.of("refuse"))


def rollback(evidence: Evidence) -> Iterator[int]:
    """An `unlay` record with the reason rollback."""
    return _with(evidence, "unlay", "reason", "rollback")


def event_missed(evidence: Evidence) -> Iterator[int]:
    """A `lose` record of an event."""
    return _with(evidence, "lose", "what", "event")


def same_row_raced(evidence: Evidence) -> Iterator[int]:
    """An `intent` on a row on which another client's intent has no `outcome` yet.

    Intents that were withheld do not count: nothing of them left the client.
    """
    return (seq for seq, _, _ in _races(evidence))


def roles_raced(evidence: Evidence) -> Iterator[int]:
    """As same-row-raced, between clients of two roles."""
    for seq, asker, others in _races(evidence):
        role = evidence.clients[asker]["role"]
        if any(evidence.clients[other]["role"] != role for other in others):
            yield seq


def fetch_overlapped_commit(evidence: Evidence) -> Iterator[int]:
    """A `commit` between a `fetch` and its end, if the fetched view can hold such a row.

    A view holds rows of the entity of its query; a view without a query may hold any.
    """
    queries = evidence.header["domain"]["queries"]
    holds: dict[tuple[str, str], str] = {}
    under_way: dict[tuple[str, str], str] = {}
    fetching: Counter[str] = Counter()
    for record in evidence.of("mount", "fetch", *FETCH_ENDS, "commit"):
        if record.kind == "mount":
            query = (record.data or {}).get("query")
            holds[record.at, record.view] = queries[query]["entity"] if query else ""
        elif record.kind == "fetch":
            held = holds.get((record.at, record.view), "")
            under_way[record.at, record.message] = held
            fetching[held] += 1
        elif record.kind == "commit":
            if fetching[entity_type(record.entity)] or fetching[""]:
                yield record.seq
        else:
            ended = under_way.pop((record.at, record.message), None)
            if ended is not None:
                fetching[ended] -= 1


def outcome_unknown(evidence: Evidence) -> Iterator[int]:
    """An `outcome` record with the result unknown."""
    return _with(evidence, "outcome", "result", "unknown")


def offline_intent(evidence: Evidence) -> Iterator[int]:
    """An `intent` of a client between a `fault` partition at that client and its `heal`."""
    offline: dict[str, bool] = {}
    for record in evidence.of("fault", "heal", "intent"):
        if record.kind == "intent":
            if offline.get(record.at, False):
                yield record.seq
        elif (record.data or {}).get("verb") == "partition":
            offline[record.at] = record.kind == "fault"


def message_lost(evidence: Evidence) -> Iterator[int]:
    """A `lose` record of a request or a response."""
    return _with(evidence, "lose", "what", *HTTP)


def reconnect(evidence: Evidence) -> Iterator[int]:
    """An `open` record with an epoch above 1."""
    return (record.seq for record in evidence.of("open") if (record.data or {}).get("epoch", 0) > 1)


def restart(evidence: Evidence) -> Iterator[int]:
    """A `fault` record with the verb restart at the backend."""
    return (
        record.seq
        for record in evidence.of("fault")
        if record.at == "backend" and (record.data or {}).get("verb") == "restart"
    )


def two_row_change(evidence: Evidence) -> Iterator[int]:
    """A `commit` record of a second row under the same `lsn`."""
    last: Record | None = None
    for record in evidence.of("commit"):
        if last is not None and last.lsn == record.lsn and last.entity != record.entity:
            yield record.seq
        last = record


def batch_partial(evidence: Evidence) -> Iterator[int]:
    """The first record by which an intent has both a `commit` and a `refuse`, of two rows."""
    for intent in evidence.intents.values():
        asked = (intent.asked.data or {}).get("entities", ())
        commits = [r for r in intent.commits if r.entity in asked]
        refusals = [r for r in intent.refusals if r.entity in asked]
        both = [max(c.seq, r.seq) for c in commits for r in refusals if c.entity != r.entity]
        if both:
            yield min(both)


def withheld(evidence: Evidence) -> Iterator[int]:
    """An `outcome` record with the result withheld."""
    return _with(evidence, "outcome", "result", "withheld")


def _with(evidence: Evidence, kind: str, key: str, *values: str) -> Iterator[int]:
    """Yield the records of a kind whose data has one of these values."""
    return (record.seq for record in evidence.of(kind) if (record.data or {}).get(key) in values)


def _races(evidence: Evidence) -> Iterator[tuple[int, str, list[str]]]:
    """Yield (seq, client, other clients) for each intent that others' intents overlap."""
    under_way: dict[str, dict[str, str]] = {}
    for record in evidence.of("intent", "outcome"):
        intent = evidence.intents.get(record.intent)
        if intent is None or intent.result == "withheld":
            continue
        others: list[str] = []
        for entity in (intent.asked.data or {}).get("entities", ()):
            askers = under_way.setdefault(entity, {})
            if record.kind == "outcome":
                askers.pop(intent.id, None)
            else:
                others += [asker for asker in askers.values() if asker != record.at]
                askers[intent.id] = record.at
        if others:
            yield record.seq, record.at, others


SITUATIONS: dict[str, Situation] = {
    "refusal": refusal,
    "rollback": rollback,
    "event-missed": event_missed,
    "same-row-raced": same_row_raced,
    "roles-raced": roles_raced,
    "fetch-overlapped-commit": fetch_overlapped_commit,
    "outcome-unknown": outcome_unknown,
    "offline-intent": offline_intent,
    "message-lost": message_lost,
    "reconnect": reconnect,
    "restart": restart,
    "two-row-change": two_row_change,
    "batch-partial": batch_partial,
    "withheld": withheld,
}
