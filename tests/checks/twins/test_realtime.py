from __future__ import annotations

from itertools import permutations
from typing import NamedTuple

from hypothesis import given, settings

from syncsim.checks.evidence import promised
from syncsim.checks.realtime import tally
from syncsim.checks.verdict import told
from tests.checks.twins.histories import EXAMPLES, cut, evidence, histories, true_histories

NEVER = float("inf")
REQUESTS = ("ask", "commit", "answer", "fetch", "fetched", "own", "write", "read", "read")


class Operation(NamedTuple):
    kind: str
    client: str
    began_us: float
    ended_us: float
    lsn: int


def operations(evidence):
    """Return every request with its interval; one that was never answered has no end."""
    history = evidence.history
    found = []
    commits = {}
    for commit in history.of("commit"):
        commits.setdefault((commit.entity, commit.version), commit)
        if commit.intent not in evidence.intents:
            found.append(Operation("write", "", -NEVER, NEVER, commit.lsn))
    for intent in evidence.intents.values():
        asked = intent.asked
        if intent.commits:
            lsn = min(commit.lsn for commit in intent.commits)
            found.append(Operation("write", asked.at, asked.time_us, NEVER, lsn))
    for record in history.of("outcome"):
        intent = evidence.intents.get(record.intent)
        for write in promised(intent, record).items() if intent else ():
            if write in commits:
                lsn = commits[write].lsn
                found.append(Operation("told", "", -NEVER, record.time_us, lsn))
    for record in history.of("fetched"):
        began = [f for f in history.of("fetch") if f.message == record.message]
        began_us = began[0].time_us if began and began[0].seq < record.seq else -NEVER
        found.append(Operation("read", record.at, began_us, record.time_us, record.lsn))
    return found


def naive(evidence):
    """Return (kind, client, beginning, place) of each request that all pairs contradict."""
    done = operations(evidence)
    return sorted(
        (late.kind, late.client, late.began_us, late.lsn)
        for late in done
        if any(
            early.ended_us < late.began_us and late.lsn < early.lsn + (late.kind == "write")
            for early in done
        )
    )


@settings(max_examples=EXAMPLES)
@given(history=histories(*REQUESTS))
def test_the_check_finds_what_comparing_all_pairs_finds(history):
    found = []
    for story in map(told, tally(evidence(history)).stories):
        began = next(
            record
            for record in map(history.__getitem__, story.records)
            if record.kind in ("intent", "fetch") and record.at == story.client
        )
        found.append(("write" if began.kind == "intent" else "read", story.client, began.time_us))
    assert sorted(found) == [each[:3] for each in naive(evidence(history))]


def is_linearizable(done):
    """Try all orders: each write is the next one, and each read sees the writes before it."""
    return any(is_legal(order) and respects_time(order) for order in permutations(done))


def is_legal(order):
    writes = [each.lsn for each in order if each.kind == "write"]
    held = 0
    for each in order:
        if each.kind == "write":
            held = each.lsn
        elif held != max((lsn for lsn in writes if lsn <= each.lsn), default=0):
            return False
    return writes == sorted(writes)


def respects_time(order):
    return not any(
        late.ended_us < early.began_us
        for place, early in enumerate(order)
        for late in order[place + 1 :]
    )


@settings(max_examples=EXAMPLES)
@given(history=true_histories(kinds=REQUESTS, least=8))
def test_pairs_that_keep_to_the_clock_are_enough_for_an_order_to_exist(history):
    ours = evidence(cut(history, 6, lambda each: each.kind in ("commit", "fetched")))
    done, told = [], {}
    for each in operations(ours):
        if each.kind == "told":
            told[each.lsn] = min(told.get(each.lsn, NEVER), each.ended_us)
        else:
            done.append(each)
    done = [
        each._replace(ended_us=told.get(each.lsn, NEVER)) if each.kind == "write" else each
        for each in done
    ]
    assert is_linearizable(done) == (not tally(ours).stories)
