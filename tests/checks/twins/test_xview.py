from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings

from syncsim.checks.xview import judge
from tests.checks.twins import plain
from tests.checks.twins.histories import EXAMPLES, evidence, histories
from tests.checks.twins.screens import BOUNDS, Screens

MOVES = (
    "change", "change", "publish", "arrive", "lose", "paint", "paint", "paint", "refresh", "fetch",
    "fetched", "failed", "mount", "unmount", "wait", "wait", "wait",
)  # fmt: skip
drawn = histories(kinds=MOVES, writer=Screens)


def naive(history):
    """Return (since, client, row) of each two copies that were apart for too long, and the answer.

    Every two copies of every row are compared at every instant. Two count once from when they
    are apart until they are not.
    """
    moments = list(plain.instants(history))
    wrong = []
    # What was painted was on screen, even if nobody recorded that it came there.
    views = sorted({(paint.at, paint.view) for paint in history.of("paint")})
    for (client, one), (other_client, other) in combinations(views, 2):
        if client != other_client:
            continue
        for entity in plain.rows_of(history):
            stretches, life, was = [], 0, False
            for now_us, next_us, past in moments:
                apart = are_apart(past, client, entity, one, other)
                life += apart and not was
                was = apart
                bare = apart and not is_excused(past, client, entity, one, other)
                stretches.append((now_us, next_us, life if bare else None))
            late = {}
            for began, each in plain.longer_than(BOUNDS["paint_us"], stretches):
                late.setdefault(each, began)
            wrong += [(began, client, entity) for began in late.values()]
    met = any(changes_beside_another(list(history), paint) for paint in history.of("paint"))
    return sorted(wrong), "fail" if wrong else "pass" if met else "unknown"


def copy(past, client, view, entity):
    """Return the fields that a view shows of a row, None if it shows none."""
    came = plain.last(past, "mount", "unmount", at=client, view=view)
    paints = past[came.seq :] if came else past
    return plain.shown(plain.last(paints, "paint", at=client, view=view, entity=entity))


def are_apart(past, client, entity, one, other):
    first, second = copy(past, client, one, entity), copy(past, client, other, entity)
    if first is None or second is None:
        return False
    return any(first[name] != second[name] for name in first if name in second)


def is_excused(past, client, entity, one, other):
    if plain.is_fetching(past, client, one) or plain.is_fetching(past, client, other):
        return True
    return any(
        sent.entity == entity or plain.last(past, "commit", lsn=sent.lsn, entity=entity)
        for sent in plain.events_in_flight(past, client)
    )


def changes_beside_another(records, paint):
    """Tell whether a view was painted otherwise than before while another showed the row, too."""
    before = copy(records[: paint.seq], paint.at, paint.view, paint.entity)
    now = paint.data["fields"]
    others = {r.view for r in records if r.at == paint.at} - {"", paint.view}
    return (
        before is not None
        and now is not None
        and before != now
        and any(copy(records[: paint.seq], paint.at, v, paint.entity) for v in others)
    )


@settings(max_examples=EXAMPLES)
@given(history=drawn)
def test_the_check_finds_what_comparing_all_copies_at_every_instant_finds(history):
    found = judge(evidence(history))
    wrong, status = naive(history)
    assert (found.failures, found.status) == (len(wrong), status)
    assert {(s.at_us, s.client, s.entity) for s in found.stories} <= set(wrong)
