from __future__ import annotations

from itertools import permutations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from syncsim.checks.evidence import promised
from syncsim.checks.models import IMPLIES, standings
from syncsim.checks.one_order import instantaneous, sequential
from syncsim.checks.verdict import Finding, Status
from tests.checks.twins.histories import EXAMPLES, cut, evidence, histories, true_histories

FEW = ("ask", "commit", "own", "own", "relay", "write", "paint", "look", "look", "look")


def is_read(record):
    return record.kind == "paint" and record.version >= 0


def own_versions(evidence, paint):
    """Return the versions that the intents painted over a row have made of it."""
    return {
        commit.version
        for name in paint.data["overlays"]
        if name in evidence.intents
        for commit in evidence.intents[name].commits
        if commit.entity == paint.entity
    }


def session_order(evidence, reads, writes):
    """Return the pairs of operations of one client of which one was over when the other began."""
    began, ended = {}, {}
    for seq, paint in reads.items():
        began[seq] = ended[seq] = (paint.at, seq)
    for intent in evidence.intents.values():
        for commit in intent.commits:
            began[commit.entity, commit.version] = (intent.asked.at, intent.asked.seq)
        if intent.outcome:
            for write in promised(intent, intent.outcome).items():
                ended[write] = (intent.outcome.at, intent.outcome.seq)
    return [
        (one, two)
        for one, two in product(ended, began)
        if ended[one][0] == began[two][0] and ended[one][1] < began[two][1]
    ]


def fits_one_order(evidence):
    """Try every order of all reads and writes."""
    history = evidence.history
    reads = {paint.seq: paint for paint in history.of("paint") if is_read(paint)}
    writes = [(commit.entity, commit.version) for commit in history.of("commit")]
    before = session_order(evidence, reads, writes)
    for order in permutations([*reads, *writes]):
        place = {each: number for number, each in enumerate(order)}
        if all(place[one] < place[two] for one, two in before) and is_legal(evidence, order, reads):
            return True
    return False


def is_legal(evidence, order, reads):
    held = {}
    for each in order:
        if each not in reads:
            entity, version = each
            if version < max(held.get(entity, {0})):
                return False
            held.setdefault(entity, set()).add(version)
            continue
        paint = reads[each]
        made = held.get(paint.entity, set())
        newer = {version for version in made if version > paint.version}
        # Version 1 is the row of the start.
        if (paint.version > 1 and paint.version not in made) or newer - own_versions(
            evidence, paint
        ):
            return False
    return True


@settings(max_examples=EXAMPLES)
@given(history=true_histories(kinds=FEW, least=8))
def test_an_order_without_circles_is_an_order_that_can_be_found(history):
    ours = evidence(cut(history, 7, lambda each: each.kind == "commit" or is_read(each)))
    assert fits_one_order(ours) == (not sequential(ours).stories)


@settings(max_examples=EXAMPLES)
@given(history=histories())
def test_screens_that_kept_up_with_the_clock_are_those_that_no_pair_contradicts(history):
    ours = evidence(history)
    commits = {(commit.entity, commit.version) for commit in history.of("commit")}
    known = []
    for record in history.of("outcome", "paint"):
        intent = ours.intents.get(record.intent)
        told = {record.entity: record.version}
        if record.kind == "outcome":
            told = promised(intent, record) if intent else {}
        known += [(record.time_us, *write) for write in told.items() if write in commits]
    behind = {
        (paint.at, paint.entity)
        for paint in history.of("paint")
        for time_us, entity, version in known
        if time_us < paint.time_us
        and entity == paint.entity
        and -1 < paint.version < version
        and version not in own_versions(ours, paint)
    }
    assert {(story.client, story.entity) for story in instantaneous(ours).stories} == behind


def implied_by(model):
    """Return a model and everything that it implies."""
    return {model}.union(*(implied_by(weaker) for weaker in IMPLIES[model]))


@settings(max_examples=EXAMPLES)
@given(statuses=st.lists(st.sampled_from(Status), min_size=len(IMPLIES), max_size=len(IMPLIES)))
def test_a_model_stands_as_the_worst_of_all_that_it_implies(statuses):
    own = dict(zip(IMPLIES, statuses, strict=True))
    own.pop("PRAM")
    found = standings(
        "op-1",
        {m: [Finding(check=m, status=status, why="", seen=0)] for m, status in own.items()},
    )
    for model, standing in found.standings.items():
        below = [own[each] for each in implied_by(model) if each in own]
        assert standing.status is Status.worst(below)
        assert own[standing.finding.check] is standing.status
        assert standing.finding.check in implied_by(model)
    holding = {m for m, s in found.standings.items() if s.status is Status.PASS}
    assert set(found.strongest) == {
        m for m in holding if not any(m in implied_by(other) for other in holding - {m})
    }
