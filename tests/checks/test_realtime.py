from __future__ import annotations

import pytest

from syncsim.checks.evidence import Evidence
from syncsim.checks.realtime import CHECK
from syncsim.checks.verdict import Status
from syncsim.history import parquet
from syncsim.history.stored import Stored
from tests.checks.notation import finding, history

TOLD = "A1 A2 @100 op-1?i1:accept(A1) @150 +A1{status=accepted}/i1 @200 op-1!i1=ok "
READ = "@300 op-2.fetch(pending,f1,mount) @400 op-2.fetched(pending,f1,{}) "


def test_a_read_that_holds_what_was_told_before_it_was_sent_passes():
    found = finding(CHECK, TOLD + READ.format(3))
    assert (found.status, found.seen) == (Status.PASS, 1)


def test_a_read_from_before_what_was_told_fails():
    found = finding(CHECK, TOLD + READ.format(2))
    assert (found.status, found.failures) == (Status.FAIL, 1)
    story = found.stories[0]
    assert story.text == (
        'op-1 chose "accept" for appointment A1 at 0.100 s and was told ok at 0.200 s; that was'
        " commit 3. The fetch that op-2 sent for pending after that, at 0.300 s, was answered at"
        " 0.400 s with what the backend had held at commit 2, before it."
    )
    assert (story.at_us, story.client, story.entity) == (400_000, "op-2", "")
    assert story.records == (4, 5, 6)


def test_a_write_that_comes_before_what_was_told_before_it_was_asked_fails():
    line = TOLD + "@300 op-2?i2:cancel(A1) @350 +A1{status=cancelled}/i2"
    assert finding(CHECK, line).status is Status.PASS
    found = finding(CHECK, line + "[lsn=2]")
    assert found.why == (
        'op-1 chose "accept" for appointment A1 at 0.100 s and was told ok at 0.200 s; that was'
        ' commit 3. After that op-2 chose "cancel" for appointment A1 at 0.300 s, and the backend'
        " put it in as commit 2, at 0.350 s."
    )
    assert (found.stories[0].client, found.stories[0].entity) == ("op-2", "appointment/A1")
    assert finding(CHECK, line + "[lsn=3]").status is Status.FAIL


def test_of_an_intent_that_was_committed_twice_the_first_commit_counts():
    line = TOLD + "@300 op-2?i2:cancel(A1) @350 +A1{status=cancelled}/i2[lsn=2] +A1/i2"
    assert finding(CHECK, line).failures == 1


def test_a_read_may_not_go_back_behind_another():
    line = TOLD.partition("@200")[0] + "op-1.fetched(pending,f0,3) " + READ.format(2)
    assert finding(CHECK, line).why == (
        "At 0.150 s op-1's view pending had an answer that the backend had read at commit 3. The"
        " fetch that op-2 sent for pending after that, at 0.300 s, was answered at 0.400 s with"
        " what the backend had held at commit 2, before it."
    )


def test_what_overlaps_may_come_in_any_order():
    at_once = TOLD + READ.format(2).replace("@300", "@200")
    assert finding(CHECK, at_once).status is Status.UNKNOWN
    before = TOLD.replace("@100", "@90 op-2.fetch(pending,f1,mount) @100")
    assert finding(CHECK, before + "@400 op-2.fetched(pending,f1,2)").status is Status.UNKNOWN


def test_without_a_request_after_an_answer_nobody_knows():
    assert finding(CHECK, TOLD).status is Status.UNKNOWN
    unanswered = TOLD + "@300 op-2.fetch(pending,f1,mount) op-2?i2:cancel(A1)"
    assert finding(CHECK, unanswered).status is Status.UNKNOWN
    assert finding(CHECK, TOLD + READ.format(-1)).status is Status.UNKNOWN


def test_an_intent_whose_ok_was_never_shown_is_not_over():
    for result in ("unknown", "refused"):
        line = TOLD.replace("=ok", f"={result}") + READ.format(2)
        assert finding(CHECK, line).status is Status.UNKNOWN


def test_the_furthest_of_several_answers_counts():
    line = TOLD + "op-1.fetched(pending,f0,2) @250 op-2.fetched(pending,f9,1) " + READ.format(2)
    assert finding(CHECK, line).stories[0].text.startswith("op-1 chose")


def test_screens_are_not_judged():
    line = TOLD + READ.format(3) + "@500 op-2:pending=A1.1"
    assert finding(CHECK, line).status is Status.PASS


def test_the_rows_of_an_answer_are_not_looked_at():
    line = TOLD + READ.format(3) + "op-2:pending<A1.1"
    assert finding(CHECK, line).status is Status.PASS


AGAIN = TOLD + (
    "@300 op-2.fetch(pending,f1,mount) op-1.fetch(pending,f1,mount) @310 op-2.fetch(slice,f1,mount)"
    " @320 op-2.fetched(pending,f1,-1) @400 op-2.fetched(pending,f1,2) "
)
ANEW = AGAIN + "@410 op-2.fetch(pending,f1,mount) @420 op-2.fetched(pending,f1,2) "


def test_an_answer_ends_the_fetch_of_its_message_that_began_first():
    found = finding(CHECK, AGAIN)
    assert (found.failures, found.seen) == (1, 1)
    assert "The fetch that op-2 sent for pending after that, at 0.300 s, was answered" in found.why
    assert finding(CHECK, AGAIN + "@410 op-2.fetched(pending,f1,2)").failures == 1
    assert finding(CHECK, ANEW).failures == 2
    assert finding(CHECK, ANEW + "op-1.fetched(pending,f1,2)").failures == 3


def test_a_fetch_from_before_anything_was_over_does_not_stand_for_a_later_one():
    before = TOLD.replace("@100", "@90 op-2.fetch(pending,f1,mount) @100")
    assert finding(CHECK, before + READ.format(2)).failures == 1


def test_a_point_may_be_as_far_as_a_number_goes():
    line = TOLD.replace("A2 ", "A2[lsn=2147483647] ") + READ.format(2147483647)
    assert finding(CHECK, line).status is Status.PASS
    assert finding(CHECK, line + "@500 op-1?i2:cancel(A1) +A1/i2[lsn=2147483647]").failures == 1


@pytest.mark.parametrize(
    "line", [TOLD + READ.format(2), AGAIN, ANEW, ANEW + "op-1.fetched(pending,f1,2)"]
)
def test_in_a_file_messages_are_told_apart_as_well(line, tmp_path):
    pytest.importorskip("pyarrow")
    whole = history(line)
    parquet.write(whole, tmp_path / "history.parquet")
    stored = Stored(parquet.open_stream(tmp_path / "history.parquet"))
    assert CHECK.judge(Evidence(stored)) == CHECK.judge(Evidence(whole))
