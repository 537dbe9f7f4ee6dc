from __future__ import annotations

from hypothesis import given, settings

from syncsim.checks.inval import judge
from tests.checks.twins import plain
from tests.checks.twins.histories import EXAMPLES, evidence, histories
from tests.checks.twins.screens import BOUNDS, Screens

MOVES = (
    "change", "change", "publish", "arrive", "lose", "refresh", "refresh", "fetch", "fetched",
    "failed", "invalidate", "freshen", "arm", "disarm", "ask", "answer", "forget", "paint", "mount",
    "unmount", "ready", "wait", "wait", "wait", "wait", "miss",
)  # fmt: skip
drawn = histories(kinds=MOVES, writer=Screens)


def naive(history):
    """Return (since, client, row) of all that was stuck for too long, and the answer.

    Every row of every view is asked at every instant. A row counts once from when it is stale
    until it is not, or its view leaves the screen.
    """
    records = list(history)
    moments = list(plain.instants(history))
    wrong, stale_views = [], set()
    for client, view in plain.views_of(records):
        if view == "slice":
            continue
        for entity in plain.rows_of(records):
            stretches, life, was = [], 0, None
            for now_us, next_us, past in moments:
                since = plain.mounted(past, client, view)
                stale = since is not None and is_stale(past, since, entity)
                if stale and was != since.seq:
                    life += 1
                    stale_views.add((client, view))
                was = since.seq if stale else None
                stuck = stale and is_beyond_mending(past, client, view)
                stretches.append((now_us, next_us, life if stuck else None))
            late = {}
            for began, each in plain.longer_than(BOUNDS["paint_us"], stretches):
                late.setdefault(each, began)
            wrong += [(began, client, entity) for began in late.values()]
    unmarked = [place for place in stale_views if not is_ever_marked(records, *place)]
    met = stale_views and not unmarked
    return sorted(wrong), "fail" if wrong else "pass" if met else "unknown"


def is_stale(past, since, entity):
    client, view = since.at, since.view
    if not plain.is_ready(past, since):
        return False
    paint = plain.painted(past, since, client, view, entity)
    if plain.shown(paint) == plain.due(past, client, view, entity):
        return False
    if paint is None or not paint.data["overlays"]:
        return True
    return paint.version < last_change(past, since, entity)


def last_change(past, since, entity):
    """Return the version in which what a view should show of a row last changed while mounted."""
    before, version = None, 0
    rows = [r for r in past if r.kind in ("row", "commit") and r.entity == entity]
    at_mount = [row for row in rows if row.seq < since.seq][-1:]
    for row in [*at_mount, *(row for row in rows if row.seq > since.seq)]:
        now = plain.seen_by(since.at, since.view, entity, row)
        if now != before:
            version = row.version
        before = now
    return version


def is_beyond_mending(past, client, view):
    mark = plain.last(past, "fetched", "freshen", "invalidate", at=client, view=view)
    is_fresh = mark and (mark.kind == "freshen" or (mark.kind == "fetched" and mark.data["fresh"]))
    return bool(
        is_fresh
        and not plain.is_fetching(past, client, view)
        and not plain.events_in_flight(past, client)
        and not any(pending(past, client))
        and not any(armed(past, client))
    )


def pending(past, client):
    for asked in past:
        if asked.kind == "intent" and asked.at == client:
            found = plain.last(past, "intent", "outcome", "forget", at=client, intent=asked.intent)
            yield found.kind == "intent"


def armed(past, client):
    for record in past:
        if record.kind == "arm" and record.at == client:
            same = [
                r for r in past
                if r.kind in ("arm", "disarm") and r.at == client and r.data == record.data
            ]  # fmt: skip
            yield same[-1].kind == "arm"


def is_ever_marked(records, client, view):
    kinds = ("fetched", "freshen", "fetch_failed")
    return plain.last(records, *kinds, at=client, view=view) is not None


@settings(max_examples=EXAMPLES)
@given(history=drawn)
def test_the_check_finds_what_asking_every_row_at_every_instant_finds(history):
    found = judge(evidence(history))
    wrong, status = naive(history)
    assert (found.failures, found.status) == (len(wrong), status)
    assert {(s.at_us, s.client, s.entity) for s in found.stories} <= set(wrong)
