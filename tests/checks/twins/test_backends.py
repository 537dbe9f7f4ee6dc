"""BATCH, AUDIT and DURABLE, each said over again over all pairs of records."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from syncsim.checks import CHECKS
from syncsim.history import History
from tests.checks.notation import HEADER
from tests.checks.twins.backends import Backends
from tests.checks.twins.histories import EXAMPLES, ended, evidence, histories

MOVES = (
    *["whole"] * 12, "ask", "ask", "decide", "decide", "decide", "tell", "tell", "tell", "again",
    "mistake", "alone", "log", "rewind", "crash", "crash",
)  # fmt: skip
drawn = histories(kinds=MOVES, least=6, writer=Backends)


def answer(wrong, met):
    return wrong, "fail" if wrong else "pass" if met else "unknown"


def asked(records):
    """Return the first record of each intent with its first outcome after that, None if none."""
    found = []
    for record in records:
        is_first = not any(
            r.intent == record.intent and r.kind == "intent" for r in records[: record.seq]
        )
        if record.kind == "intent" and is_first:
            after = [r for r in records[record.seq :] if r.intent == record.intent]
            found.append((record, next((r for r in after if r.kind == "outcome"), None)))
    return found


def of_intent(records, first, kind):
    return [r for r in records[first.seq :] if r.kind == kind and r.intent == first.intent]


def batch(records):
    """Count the batches of which any item was shown otherwise than it was answered."""
    wrong, met = 0, False
    for first, outcome in asked(records):
        is_batch = HEADER["domain"]["actions"][first.data["action"]]["batch"]
        if not is_batch or outcome is None or outcome.data["result"] not in ("ok", "refused"):
            continue
        met = True
        shown = outcome.data.get("items", {})
        entities = first.data["entities"]
        wrong += any(
            entity not in entities
            or shown.get(entity) is None
            or shown[entity] != answered(records, first, outcome, entity)
            for entity in {*entities, *shown}
        )
    return answer(wrong, met)


def answered(records, first, outcome, entity):
    """Return what the backend had made of one item; what is committed once stays so."""
    before = records[: outcome.seq]
    if any(commit.entity == entity for commit in of_intent(before, first, "commit")):
        return "ok"
    refused = [refusal.entity for refusal in of_intent(before, first, "refuse")]
    return "refused" if "" in refused or entity in refused else None


def audit(records):
    """Count the transactions without their one true entry or against the rules, and the strays."""
    is_over = records[-1].kind == "phase"
    commits = [r for r in records if r.kind == "commit" and r.data.get("action") != "rewind"]
    entries = [r for r in records if r.kind == "audit"]
    wrong = 0
    for lsn in {commit.lsn for commit in commits}:
        rows = [commit for commit in commits if commit.lsn == lsn]
        logged = [entry for entry in entries if entry.lsn == lsn]
        wrong += (
            any(not may(records, commit) for commit in rows)
            or len(logged) > 1
            or (not logged and is_over)
            or any(says(entry) != says(commit) for entry in logged for commit in rows)
        )
    wrong += len({entry.lsn for entry in entries} - {commit.lsn for commit in commits})
    return answer(wrong, commits)


def says(record):
    return record.intent, *(record.data.get(name) for name in ("action", "role", "user"))


def may(records, commit):
    """Tell whether a role may take an action, and is that of the client that asked."""
    _, action, role, user = says(commit)
    if role not in HEADER["domain"]["actions"].get(action, {"roles": []})["roles"]:
        return False
    first = [one for one, _ in asked(records) if one.intent == commit.intent]
    asker = commit.peer or (first[0].at if first else "")
    if not asker:
        return role == "system"
    return HEADER["clients"].get(asker) == {"role": role, "user": user}


def durable(records):
    """Count the commits that somebody was told of and a later crash had not kept."""
    wrong, met = 0, False
    for first, outcome in asked(records):
        if outcome is None:
            continue
        told = [
            commit
            for commit in of_intent(records[: outcome.seq], first, "commit")
            if outcome.lsn in (-1, commit.lsn) and told_of(outcome, commit.entity) == "ok"
        ]
        for commit in told:
            if any(r.entity == commit.entity and r.seq > commit.seq for r in told):
                continue
            after = records[commit.seq :]
            met |= any(is_crash(record) for record in after)
            wrong += any(r.kind == "rewind" and r.lsn < commit.lsn for r in after)
    return answer(wrong, met)


def told_of(outcome, entity):
    return outcome.data.get("items", {}).get(entity, outcome.data["result"])


def is_crash(record):
    if record.kind == "fault":
        return record.at == "backend" and record.data["verb"] in ("crash", "restart")
    return record.kind == "rewind"


TWINS = {"BATCH": batch, "AUDIT": audit, "DURABLE": durable}


@settings(max_examples=EXAMPLES)
@given(history=drawn, is_over=st.booleans())
def test_each_check_answers_as_its_twin(history, is_over):
    history = ended(history) if is_over else history
    found = {name: CHECKS[name].judge(evidence(history)) for name in TWINS}
    assert {name: (each.failures, each.status) for name, each in found.items()} == {
        name: twin(list(history)) for name, twin in TWINS.items()
    }


@settings(max_examples=EXAMPLES)
@given(history=drawn)
def test_without_a_log_in_the_design_or_the_history_nothing_is_missed_in_it(history):
    header = {name: value for name, value in HEADER.items() if name != "design"}
    bare = History(header)
    for record in ended(history):
        fields = {name: getattr(record, name) for name in record._fields if name != "seq"}
        if record.kind != "audit":
            bare.append(**fields | {"cause": -1})
    records = list(bare)
    commits = [r for r in records if r.kind == "commit" and r.data.get("action") != "rewind"]
    forbidden = {commit.lsn for commit in commits if not may(records, commit)}
    found = CHECKS["AUDIT"].judge(evidence(bare))
    assert (found.failures, found.status) == answer(len(forbidden), met=False)
