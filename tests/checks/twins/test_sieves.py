"""What a check does not walk over, as the columns have told enough, it would not tell of."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncsim.checks import Evidence, Finding, conv, inval, noflap, roll, xview
from syncsim.checks import evidence as evidence_of_a_history
from syncsim.history import History
from syncsim.history.damage import TIME_MAX
from tests.checks.notation import rebuilt
from tests.checks.pairs import bad, good
from tests.checks.state_histories import history
from tests.checks.twins import test_noflap, test_roll, test_xview
from tests.checks.twins.histories import EXAMPLES, ended, evidence, histories
from tests.checks.twins.screens import Screens


@pytest.fixture(autouse=True, scope="module")
def _long():
    """Take even the shortest history for one whose columns are asked first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evidence_of_a_history, "SHORT", -1)
        yield


SOME = settings(max_examples=EXAMPLES // 2)
MOVES = tuple(
    dict.fromkeys(
        (*test_roll.MOVES, *test_xview.MOVES, "refuse", "hear", "miss", "invalidate", "forget")
    )
)
BOUNDS = (50_000, 50_000, 50_000, 0, 1, 20_000, 49_999, TIME_MAX, 2**70, -1, 50_000.0)
"""How long a screen may lag: as long as the waits of these histories, and what no array holds."""


def walked(check: str, given_: Evidence) -> Finding:
    """Return what a check finds if it walks over everything."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(roll, "suspects", lambda _: None)
        patch.setattr(conv, "_sieve", lambda *_: None)
        for module in (inval, noflap, xview):
            patch.setattr(module, "sieve", lambda _: None)
        return JUDGES[check](given_)


JUDGES = {
    "CONV": conv.judge, "INVAL": inval.judge, "NOFLAP": noflap.judge, "ROLL": roll.judge,
    "XVIEW": xview.judge,
}  # fmt: skip


def check(history_: History) -> None:
    # Without an end nothing converges.
    finished = ended(history_)
    assert conv.judge(evidence(finished)) == walked("CONV", evidence(finished))
    for name, judge in JUDGES.items():
        assert judge(evidence(history_)) == walked(name, evidence(history_))


@SOME
@given(history=histories(kinds=MOVES, writer=Screens, least=40), bound_us=st.sampled_from(BOUNDS))
def test_nothing_is_left_out_of_two_screens(history, bound_us):
    history.header["bounds"] = {"paint_us": bound_us}
    check(history)


@SOME
@given(history=test_roll.drawn)
def test_nothing_is_left_out_where_much_is_pending(history):
    check(history)


@SOME
@given(history=histories(*test_noflap.PAINTED))
def test_nothing_is_left_out_where_much_is_painted(history):
    check(history)


@SOME
@given(history=test_xview.drawn, shift=st.integers(0, 30))
def test_nothing_is_left_out_late_in_time(history, shift):
    """The last records of all at the latest time that there can be."""
    records = list(history)
    late_us = TIME_MAX - records[-1].time_us
    shift = min(shift, len(records) - 1)
    moved = [record._replace(time_us=record.time_us + late_us) for record in records[shift:]]
    check(rebuilt(history, [*records[:shift], *moved]))


@pytest.mark.parametrize("name", JUDGES)
def test_the_histories_of_a_check_itself(name):
    assert JUDGES[name](evidence(bad(name))).status == "fail"
    check(bad(name))
    check(good(name))


COPIES = (
    "safety A1 op-1.mount(pending) op-1.mount(one/A1) op-1:pending=A1.1 op-1:one/A1=A1.1"
    " @100 +A1{overdue=true}/:mark "
)
PENDING = (
    "safety A1 A2 op-1.mount(pending) op-1:pending<A1.1 op-1:pending=A1.1 op-1.ready(pending)"
    " @100 op-1?i1:accept(A1) op-1+i1:A1.1{status=accepted}[views=pending]"
    " op-1.send(backend,i1/1,mutate,intent=i1) @116 op-1:pending=A1.1{status=accepted}+i1 "
)
COMMITTED = "@150 +A1{status=accepted}/i1"

FAILS = {
    "an excuse that ends at once": (
        "XVIEW",
        COPIES + "@150 op-1:one/A1=A1.2 @190 op-1.fetch(pending,f1,event)"
        " op-1.fetched(pending,f1,2) @230 op-1:pending=A1.2",
    ),
    "just too long after an excuse": (
        "XVIEW",
        COPIES + "op-1.fetch(pending,f1,event) @150 op-1:one/A1=A1.2 @200"
        " op-1.fetched(pending,f1,2) @251 op-1:pending=A1.2",
    ),
    "told by a read, but not by a row": (
        "ROLL",
        PENDING + COMMITTED + " @160 op-1.fetched(pending,f1,3) @170 op-1!i1=ok",
    ),
    "told by a row, but not by a read": (
        "ROLL",
        PENDING + COMMITTED + " @160 op-1:pending<A1.2{status=pending} @170 op-1!i1=ok",
    ),
    "read before anything was read": (
        "ROLL",
        PENDING + COMMITTED + "[lsn=-1] @170 op-1!i1=ok",
    ),
    "another change on top of one that ends": (
        "ROLL",
        PENDING + "@150 op-1?i2:cancel(A1) op-1+i2:A1.1{status=cancelled}[views=pending]"
        " @160 op-1:pending=A1.1{status=cancelled}+i2 @200 op-1-i1:A1=rollback op-1!i1=refused"
        " op-1:pending=A1.1",
    ),
    "ended twice": ("ROLL", PENDING + "@200 op-1!i1=ok @210 op-1!i1=refused"),
    "ended otherwise for its row": ("ROLL", PENDING + "@200 op-1!i1=ok(A1=refused)"),
    "ended with nothing to show": (
        "ROLL",
        PENDING + "@200 op-1!i1=ok[result=] @216 op-1:pending=A1.1",
    ),
    "committed twice": (
        "ROLL",
        PENDING + COMMITTED + "[lsn=9] +A1{status=accepted}/i1[lsn=4] @160"
        " op-1.fetched(pending,f1,4) @170 op-1!i1=ok",
    ),
}


@pytest.mark.parametrize("what", FAILS)
def test_what_is_hard_to_tell_is_watched(what):
    name, line = FAILS[what]
    given_ = history(f"{line} @900 end", bounds={"paint_us": 50_999})
    assert JUDGES[name](evidence(given_)).status == "fail"
    check(given_)


def test_that_no_view_was_looked_at_is_told():
    given_ = history(PENDING.replace("op-1.ready(pending)", "") + "@200 op-1!i1=refused @900 end")
    assert JUDGES["ROLL"](evidence(given_)).status == "unknown"
    check(given_)


def test_most_of_a_good_history_is_left_out():
    given_ = evidence(good("NOFLAP"))
    assert not len(noflap.sieve(given_).paints)
    assert not xview.sieve(evidence(good("XVIEW"))).clients
    found = roll.suspects(evidence(good("ROLL")))
    assert found is not None
    assert not len(found.at)
