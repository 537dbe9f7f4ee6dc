"""RYW, MONO, ONCE, LEGAL and DONE, each said over again over all pairs of records."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from syncsim.checks import CHECKS, Status
from tests.checks.notation import HEADER, rebuilt
from tests.checks.twins.histories import EXAMPLES, ended, evidence, histories
from tests.checks.twins.screens import Screens


def answer(broken, seen):
    """Return what a check must say from whether it was broken and whether it met anything."""
    return Status.FAIL if broken else Status.PASS if seen else Status.UNKNOWN


def asked(history):
    """Return the first record of each intent, by its id."""
    first = {}
    for record in history:
        if record.kind == "intent":
            first.setdefault(record.intent, record)
    return first


def shown(history, kind):
    """Return what a kind of record, paints or confirmed rows, says of versions of rows."""
    return [record for record in history if record.kind == kind and record.version >= 0]


def cell(record):
    return record.at, record.view, record.entity


def ryw(history, kind="paint"):
    met = broken = False
    first = asked(history)
    for told in history:
        if told.kind != "outcome" or told.intent not in first or told.data["result"] != "ok":
            continue
        rows = {told.entity: told.version} if told.entity and told.version >= 0 else {}
        for commit in history:
            mine = commit.kind == "commit" and commit.intent == told.intent
            between = first[told.intent].seq < commit.seq < told.seq
            if mine and between and told.lsn in (-1, commit.lsn):
                rows.setdefault(commit.entity, commit.version)
        for paint in shown(history, kind):
            if paint.seq > told.seq and paint.at == told.at and paint.entity in rows:
                met = True
                is_old = paint.version < rows[paint.entity]
                broken |= is_old and told.intent not in paint.data.get("overlays", ())
    return answer(broken, met)


def mono(history, kind="paint"):
    met = broken = False
    painted = shown(history, kind)
    for one in painted:
        for two in painted:
            if one.seq < two.seq and cell(one) == cell(two):
                between = history[one.seq : two.seq]
                is_one_life = not any(
                    r.kind in ("mount", "unmount") and (r.at, r.view) == (one.at, one.view)
                    for r in between
                )
                met |= is_one_life and one.version != two.version
                broken |= is_one_life and two.version < one.version
    return answer(broken, met)


def once(history):
    commits = [r for r in history if r.kind == "commit" and r.intent and r.peer]
    broken = any(
        one.seq < two.seq and (one.intent, one.entity) == (two.intent, two.entity)
        for one in commits
        for two in commits
    )
    return answer(broken, commits)


def legal(history):
    allowed = HEADER["domain"]["transitions"]
    met = broken = False
    for commit in history:
        before = [
            record
            for record in history[: commit.seq]
            if record.kind in ("row", "commit") and record.entity == commit.entity
        ]
        if commit.kind != "commit" or not before:
            continue
        old, new = before[-1].data["fields"], commit.data["fields"]
        moves = {name: [old[name], new[name]] for name in ("status", "overdue")}
        changed = {name: move for name, move in moves.items() if move[0] != move[1]}
        met |= bool(changed)
        broken |= any(move not in allowed["appointment"][name] for name, move in changed.items())
        broken |= commit.version != before[-1].version + 1
    return answer(broken, met)


def done(history):
    first = asked(history)
    ends = Counter(record.intent for record in history if record.kind == "outcome")
    return answer(any(ends[name] != 1 for name in first), first)


TWINS = {"RYW": ryw, "MONO": mono, "ONCE": once, "LEGAL": legal, "DONE": done}


@settings(max_examples=EXAMPLES)
@given(drawn=histories(), again=st.lists(st.integers(0, 59), max_size=3))
def test_each_check_answers_as_its_twin(drawn, again):
    """Some records come once more before the end: told twice, committed twice, painted late."""
    twice = [drawn[place % len(drawn)] for place in again]
    twice = [record._replace(time_us=drawn.end_us, cause=-1) for record in twice]
    history = ended(rebuilt(drawn, [*drawn, *twice]))
    found = {name: CHECKS[name].judge(evidence(history)).status for name in TWINS}
    assert found == {name: twin(list(history)) for name, twin in TWINS.items()}


MOVES = (
    "ask", "ask", "commit", "commit", "settle", "settle", "settle", "change", "refresh", "refresh",
    "fetch", "fetched", "fetched", "base", "base", "paint", "mount", "unmount",
)  # fmt: skip
of_screens = histories(kinds=MOVES, writer=Screens)


@settings(max_examples=EXAMPLES)
@given(history=of_screens)
def test_ryw_and_mono_answer_of_confirmed_views_as_their_twins(history):
    found = {name: CHECKS[name].confirmed(evidence(history)).status for name in ("RYW", "MONO")}
    records = list(history)
    assert found == {"RYW": ryw(records, "base"), "MONO": mono(records, "base")}
