from __future__ import annotations

from hypothesis import given, settings

from syncsim.checks.order import tally
from tests.checks.twins.histories import EXAMPLES, evidence, histories


def naive(evidence):
    """Return who saw an earlier wish committed after a later one, comparing all pairs."""
    overtaken, seen = [], {}
    for one in evidence.intents.values():
        for entity in {commit.entity for commit in one.commits}:
            for other in evidence.intents.values():
                if other.asked.at != one.asked.at or other is one:
                    continue
                mine, theirs = first_commit(one, entity), first_commit(other, entity)
                if theirs is None:
                    continue
                seen[one.asked.at, entity] = None
                if one.asked.seq < other.asked.seq and theirs < mine:
                    overtaken.append((one.asked.at, entity, mine[1]))
    return sorted(set(overtaken)), sorted(seen)


def first_commit(intent, entity):
    return min(((c.lsn, c.seq) for c in intent.commits if c.entity == entity), default=None)


@settings(max_examples=EXAMPLES)
@given(history=histories())
def test_the_check_finds_what_comparing_all_pairs_finds(history):
    found = tally(evidence(history))
    told = [(story.client, story.entity, max(commits(history, story))) for story in found.stories]
    seen = [(client, entity) for client, rows in found.seen.items() for entity in rows]
    assert (sorted(told), sorted(seen)) == naive(evidence(history))


def commits(history, story):
    """Return the commit of the overtaken wish; it is the last in the order of commits."""
    records = [history[seq] for seq in story.records if history[seq].kind == "commit"]
    return [max((record.lsn, record.seq) for record in records)[1]]
