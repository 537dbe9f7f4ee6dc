from __future__ import annotations

import pytest

from syncsim.checks.gap import CHECK
from syncsim.checks.verdict import Status
from tests.checks.notation import finding

START = "A1 A2 P1 op-1.mount(pending) op-1.mount(slice) op-1.open(1) op-2.open(1) "
COMMIT = "@1000 op-2?i1:accept(A1) +A1{status=accepted}/i1 "
LOST = "op-1.lose(backend,e1,event,away)[entity=appointment/A1,version=2,lsn=4] "
AWAY = START + "@500 op-1.close(1,offline) " + COMMIT + LOST + "@30000 op-1.open(2) "
LOSSY = START + COMMIT + LOST


@pytest.mark.parametrize("before", [AWAY, LOSSY], ids=["away", "lossy"])
@pytest.mark.parametrize(
    "made_up",
    [
        "op-1.fetch(pending,f1,reconnect)",
        "op-1.invalidate(pending,reconnect)",
        "op-1.fetched(pending,f1,4)",
        "op-1.event(A1,2)",
        "op-1.event(A1,3)",
        "op-1:pending<A1.2",
        "op-1.unmount(pending)",
    ],
)
def test_a_client_that_looks_again_or_is_told_passes(before, made_up):
    start_ms = 35_000 if before is AWAY else 6_000
    found = finding(CHECK, f"{before} @{start_ms} {made_up} @90000 end")
    assert (found.status, found.seen) == (Status.PASS, 1)
    late = finding(CHECK, f"{before} @{start_ms + 1} {made_up} @90000 end")
    assert (late.status, late.seen, late.failures) == (Status.FAIL, 1, 1)


@pytest.mark.parametrize(
    "idle",
    [
        "",
        "op-1.fetched(pending,f1,3)",
        "op-1.event(A1,1)",
        "op-1.event(A2,9)",
        "op-2.event(A1,2)",
        "op-2.fetch(pending,f1,event)",
        "op-1.mount(payments) op-1.fetch(payments,f1,mount) op-1.fetch(slice,f2,mount)",
        "op-1.open(2)",
    ],
)
def test_what_does_not_concern_the_row_makes_up_for_nothing(idle):
    found = finding(CHECK, f"{LOSSY} {idle} @90000 end")
    assert (found.status, found.failures) == (Status.FAIL, 1)


def test_every_view_that_may_hold_the_row_has_to_be_looked_at():
    line = LOSSY.replace("op-1.mount(slice)", "op-1.mount(accepted)") + "op-1.fetch(pending,f1,x) "
    assert finding(CHECK, line + "@90000 end").status is Status.FAIL
    assert finding(CHECK, line + "op-1.fetch(accepted,f2,x) @90000 end").status is Status.PASS


def test_time_counts_only_while_the_socket_is_live():
    deaf = LOSSY + "@2000 op-1.deaf(1) @50000 op-1.close(1) @60000 op-1.open(2) "
    assert finding(CHECK, deaf + "@64000 op-1.event(A1,2) @90000 end").status is Status.PASS
    assert finding(CHECK, deaf + "@66000 op-1.event(A1,2) @90000 end").status is Status.FAIL
    never = START + "@500 op-1.close(1,offline) " + COMMIT + LOST + "@90000 end"
    assert finding(CHECK, never).status is Status.UNKNOWN


def test_the_bound_is_the_headers():
    line = LOSSY + "@2000 op-1.event(A1,2) end"
    assert finding(CHECK, line, bounds={"gap_us": 1_000_000}).status is Status.PASS
    assert finding(CHECK, line, bounds={"gap_us": 999_999}).status is Status.FAIL


def test_the_story_tells_what_was_missed_since_when_and_for_how_long():
    story = finding(CHECK, AWAY + "@50000 op-1.invalidate(pending,event) @90000 end").stories[0]
    assert story.text == (
        "op-2's accept of 1.000 s made version 2 of appointment A1. The message that told op-1 of"
        " it was lost at 1.000 s (away). It was connected again from 30.000 s on. For more than"
        " 5.000 s op-1 neither looked at pending again nor was told of that version otherwise. It"
        " lasted 20.000 s, until 50.000 s."
    )
    assert (story.at_us, story.client, story.entity) == (30_000_000, "op-1", "appointment/A1")
    assert story.records == (9, 10, 11)
    never = finding(CHECK, LOSSY + "@90000 end").stories[0]
    assert "connected again" not in never.text
    assert never.text.endswith("It was still so when the record ended at 90.000 s, 89.000 s later.")


@pytest.mark.parametrize(
    "line",
    [
        START + "@90000 end",
        START + COMMIT + LOST.replace("event", "rows") + "@90000 end",
        START.replace("pending", "payments") + COMMIT + LOST + "@90000 end",
        START + COMMIT + "op-1.fetched(pending,f1,4) " + LOST + "@90000 end",
        LOSSY + "@6000 end",
        LOSSY.replace("op-1.lose", "backend.lose") + "@90000 end",
    ],
    ids=["no-loss", "no-event", "no-view", "known", "cut-off", "elsewhere"],
)
def test_without_a_gap_that_concerns_the_screen_nobody_knows(line):
    found = finding(CHECK, line)
    assert (found.status, found.seen) == (Status.UNKNOWN, 0)
    assert found.why.startswith("no client missed a change that a view on its screen may hold")


def test_a_client_outside_the_core_is_not_asked():
    assert finding(CHECK, LOSSY + "@90000 end", core=["op-1"]).status is Status.FAIL
    found = finding(CHECK, LOSSY + "@90000 end", core=["op-2"])
    assert (found.status, found.seen) == (Status.UNKNOWN, 0)
