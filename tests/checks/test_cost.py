from __future__ import annotations

import pytest

from syncsim.checks.cost import CHECK
from syncsim.checks.verdict import Status
from tests.checks.notation import finding

SPENT = (
    "A1 @10 op-1.send(backend,f1,query)[bytes=450] @20 backend.send(op-1,f1/r,rows)[bytes=900]"
    " @30 op-2.send(backend,f2,query)[bytes=450] @40 op-2.send(backend,i1/1,mutate)[bytes=500]"
    " @50 +A1{status=accepted}/:accept @60 backend.send(op-1,e1,event)[bytes=120] "
)
BACK = (
    "@1000 op-1.open(2) op-1.fetch(pending,f3,reconnect) @1400 op-2.open(3)"
    " @1999 op-2.fetch(pending,f4,online) @2000 op-2.fetch(pending,f5,reconnect)"
)


def judged(line, **bounds):
    return finding(CHECK, f"{line} end", bounds=bounds)


@pytest.mark.parametrize(
    ("bound", "spent"),
    [("requests_per_commit", 3), ("bytes_per_commit", 2420), ("reconnect_peak_per_s", 4)],
)
def test_what_is_spent_may_reach_its_bound_and_no_more(bound, spent):
    assert judged(SPENT + BACK, **{bound: spent}).status is Status.PASS
    assert judged(SPENT + BACK, **{bound: spent - 1}).status is Status.FAIL


def test_the_story_tells_who_spent_the_most():
    found = judged(SPENT, requests_per_commit=2)
    story = found.stories[0]
    assert story.text == (
        "Until 0.040 s there were 3 requests for 1 commit; the bound is 2 for each. The most, 2,"
        " were op-2's, the first at 0.030 s."
    )
    assert (story.at_us, story.client, story.records) == (40_000, "op-2", (1, 4))


def test_a_run_that_was_cut_off_is_only_blamed_for_a_peak():
    """The next commit may bring what was spent for each down again."""
    bounds = {"requests_per_commit": 2, "bytes_per_commit": 1}
    cut = finding(CHECK, SPENT + BACK, bounds=bounds)
    assert (cut.status, cut.why) == (Status.UNKNOWN, "the run did not end")
    peak = finding(CHECK, SPENT + BACK, bounds={**bounds, "reconnect_peak_per_s": 3})
    assert (peak.status, peak.failures) == (Status.FAIL, 1)


def test_bytes_count_in_both_directions():
    found = judged(SPENT, bytes_per_commit=1)
    assert found.why == (
        "Until 0.060 s there were 2420 bytes for 1 commit; the bound is 1 for each. The most,"
        " 1470, were op-1's, the first at 0.010 s."
    )


def test_the_story_tells_of_the_second_in_which_all_came_back():
    story = judged(SPENT + BACK, reconnect_peak_per_s=3).stories[0]
    assert story.text == (
        "Within one second from 1.000 s clients coming back opened 2 connections and sent 2"
        " fetches, 4 together; the bound is 3. The first was op-1, the last op-2 at 1.999 s."
    )
    assert (story.at_us, story.client, story.records) == (1_000_000, "op-1", (7, 8, 9, 10))


def test_two_rows_of_one_transaction_are_one_commit():
    both = SPENT.replace("+A1{status=accepted}", "+P1{status=paid}&A1{status=accepted}")
    assert judged("P1 " + both, requests_per_commit=2).status is Status.FAIL
    two = SPENT + "+A1{overdue=true}/:mark_overdue"
    assert judged(two, requests_per_commit=2).status is Status.PASS


def test_each_bound_fails_by_itself():
    found = judged(SPENT + BACK, requests_per_commit=2, bytes_per_commit=1, reconnect_peak_per_s=9)
    assert (found.status, found.failures) == (Status.FAIL, 2)


def test_without_a_bound_nobody_knows():
    found = judged(SPENT + BACK, settle_us=1)
    assert (found.status, found.why) == (
        Status.UNKNOWN,
        "the header states none of the bounds requests_per_commit, bytes_per_commit,"
        " reconnect_peak_per_s",
    )


def test_without_what_a_bound_is_about_nobody_knows():
    idle = judged("A1 op-1.send(backend,f1,query)", requests_per_commit=9)
    assert (idle.status, idle.why) == (Status.UNKNOWN, "nothing was committed")
    first = judged(SPENT + "op-1.open(1) op-1.fetch(pending,f9,mount)", reconnect_peak_per_s=9)
    assert (first.status, first.why) == (Status.UNKNOWN, "no client came back")
    assert judged(SPENT, requests_per_commit=9, reconnect_peak_per_s=9).status is Status.UNKNOWN


def test_a_burst_may_hide_in_a_long_run():
    burst = SPENT + "".join(f"op-1.send(backend,g{n},query) " for n in range(20))
    calm = "".join(f"+A1{{overdue={flag}}}/:mark_overdue " for flag in ("true", "false") * 5)
    assert judged(burst, requests_per_commit=3).status is Status.FAIL
    assert judged(burst + "@900000 " + calm, requests_per_commit=3).status is Status.PASS
