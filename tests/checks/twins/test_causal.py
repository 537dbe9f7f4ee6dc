from __future__ import annotations

import re
from itertools import product

from hypothesis import given, settings

from syncsim.checks.causal import tally
from syncsim.checks.evidence import promised
from syncsim.checks.verdict import told
from tests.checks.twins.histories import EXAMPLES, evidence, histories


def naive(evidence):
    """Return what was painted too old, with happens-before closed over all triples."""
    history = evidence.history
    commits = {}
    for commit in history.of("commit"):
        commits.setdefault((commit.entity, commit.version), commit)
    asked = {i.asked.seq: i.id for i in evidence.intents.values()}
    learnt = {}
    for record in history.of("paint", "outcome"):
        versions = {record.entity: record.version} if record.version >= 0 else {}
        if record.kind == "outcome":
            intent = evidence.intents.get(record.intent)
            versions = promised(intent, record) if intent else {}
        for write in versions.items():
            if write in commits:
                learnt.setdefault(record.seq, []).append(write)
    steps = sorted({*asked, *learnt, *(r.seq for r in history.of("paint"))})
    before = {
        (one, two)
        for one, two in product(steps, steps)
        if one < two
        and (
            history[one].at == history[two].at
            or any(commits[write].intent == asked.get(one) for write in learnt.get(two, ()))
        )
    }
    for middle, one, two in product(steps, steps, steps):
        if (one, middle) in before and (middle, two) in before:
            before.add((one, two))
    return compare(evidence, commits, learnt, before)


def compare(evidence, commits, learnt, before):
    wrong, seen = set(), set()
    for paint in evidence.history.of("paint"):
        if paint.version < 0:
            continue
        own = [n for n in paint.data["overlays"] if n in evidence.intents]
        past = [
            (one, version)
            for one in learnt
            for entity, version in learnt[one]
            if (one, paint.seq) in before and entity == paint.entity
            if not any(
                c.version == version and c.entity == entity and c.intent in own
                for c in evidence.history.of("commit")
            )
        ]
        if any(evidence.history[one].at != paint.at for one, _ in past):
            seen.add((paint.at, paint.entity))
        newest = max((version for _, version in past), default=-1)
        if newest > paint.version:
            wrong.add((paint.at, paint.entity, newest))
    return sorted(wrong), sorted(seen)


@settings(max_examples=EXAMPLES)
@given(history=histories())
def test_the_check_finds_what_the_closure_of_happens_before_finds(history):
    ours = evidence(history)
    found = tally(ours)
    wrong, seen = naive(ours)
    assert sorted((c, e) for c, rows in found.seen.items() for e in rows) == seen
    stories = [*map(told, found.stories)]
    assert sorted((s.client, s.entity, missing(s)) for s in stories) == wrong
    for story in stories:
        assert story.records == tuple(sorted(set(story.records)))


def missing(story):
    """Return the version that a story begins with: the one that was known but not shown."""
    return int(re.search(r"version (\d+)", story.text)[1])
