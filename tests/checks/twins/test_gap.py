from __future__ import annotations

from hypothesis import given, settings

from syncsim.checks.gap import judge
from tests.checks.notation import DOMAIN, HEADER
from tests.checks.twins import plain
from tests.checks.twins.histories import EXAMPLES, evidence, histories
from tests.checks.twins.screens import BOUNDS, Screens

MOVES = (
    "miss", "miss", "miss", "miss", "change", "publish", "lose", "hear", "hear", "open", "close",
    "deaf", "fetch", "fetched", "invalidate", "base", "refresh", "mount", "unmount", "wait",
    "wait", "wait", "wait",
)  # fmt: skip
drawn = histories(kinds=MOVES, writer=Screens)


def naive(history):
    """Return (since, client, row) of every loss that was not made up for in time, and the answer.

    For each loss, all that came after it is looked through.
    """
    records = list(history)
    late, met = [], False
    for lost in records:
        if lost.kind != "lose" or lost.data["what"] != "event" or lost.at not in HEADER["clients"]:
            continue
        views = concerned(records[: lost.seq], lost)
        if not views:
            continue
        after = [r for r in records[lost.seq + 1 :] if r.at == lost.at]
        made_up = next((r for r in after if makes_up(after, r, lost, views)), None)
        until_us = made_up.time_us if made_up else history.end_us
        stretches = reachable(records, lost, made_up)
        too_long = [
            since
            for since, end in stretches
            if (end.time_us if end else until_us) - since.time_us > BOUNDS["gap_us"]
        ]
        if too_long:
            late.append((too_long[0].time_us, lost.at, lost.entity))
        met |= bool(too_long) or bool(made_up and stretches and stretches[-1][1] is None)
    return sorted(late), "fail" if late else "pass" if met else "unknown"


def concerned(before, lost):
    """Return the views on screen that may hold the row and have not been read since."""
    return [
        view
        for client, view in plain.views_of(before)
        if client == lost.at
        and view != "slice"
        and plain.mounted(before, client, view)
        and DOMAIN["queries"][view.partition("/")[0]]["entity"] == lost.entity.partition("/")[0]
        and not any(
            (r.kind, r.at, r.view) == ("fetched", client, view) and r.lsn >= lost.lsn
            for r in before
        )
    ]


def makes_up(after, record, lost, views):
    """Tell whether a client has made up for a loss with this record, if not before."""
    if record.kind in ("event", "base"):
        return record.entity == lost.entity and record.version >= lost.version
    return all(any(looks(r, view, lost) for r in after if r.seq <= record.seq) for view in views)


def looks(record, view, lost):
    return record.view == view and (
        record.kind in ("fetch", "invalidate", "unmount")
        or (record.kind == "fetched" and record.lsn >= lost.lsn)
    )


def reachable(records, lost, made_up):
    """Return the stretches in which the client could have known: what began and ended each."""
    sockets = [r for r in records if r.kind in ("open", "close", "deaf") and r.at == lost.at]
    before = [r for r in sockets if r.seq < lost.seq]
    after = [r for r in sockets if r.seq > lost.seq and (made_up is None or r.seq < made_up.seq)]
    begins = [lost] if not before or before[-1].kind == "open" else []
    begins += [r for r in after if r.kind == "open"]
    return [(one, next((r for r in after if r.seq > one.seq), None)) for one in begins]


@settings(max_examples=EXAMPLES)
@given(history=drawn)
def test_the_check_finds_what_looking_on_from_every_loss_finds(history):
    found = judge(evidence(history))
    late, status = naive(history)
    assert (found.failures, found.status) == (len(late), status)
    assert {(s.at_us, s.client, s.entity) for s in found.stories} <= set(late)
