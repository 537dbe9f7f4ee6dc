from __future__ import annotations

import pytest

from syncsim.checks.over import CHECK
from syncsim.checks.verdict import Status
from tests.checks.notation import finding

PENDING = "A1 @100 op-1?i1:accept(A1) op-1+i1:A1.1{status=accepted} "


def status(line):
    return finding(CHECK, PENDING + line).status


@pytest.mark.parametrize(
    "line",
    [
        "@200 op-1!i1=ok op-1-i1:A1=response end",
        "@200 op-1!i1=refused @250 op-1-i1:A1=rollback end",
        "@200 op-1!i1=unknown op-1-i1:A1=rollback end",
        "@150 op-1-i1:A1=response @200 op-1!i1=ok end",
        "@200 +A1{status=accepted}/i1 op-1!i1=ok @9000 op-1-i1:A1=fence end",
        "@200 +A1{status=accepted}/i1 @300 op-1-i1:A1=fence @9000 op-1!i1=ok end",
    ],
    ids=["ok", "refused", "unknown", "one-frame-early", "late-fence", "fence-before-the-answer"],
)
def test_an_overlay_that_goes_with_its_intent_passes(line):
    found = finding(CHECK, PENDING + line)
    assert (found.status, found.seen) == (Status.PASS, 1)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (
            "@200 op-1!i1=ok @9000 end",
            "and still there at 9.000 s, although its outcome was ok at 0.200 s.",
        ),
        (
            "@300 end",
            "and still there at 0.300 s, without an outcome.",
        ),
        (
            "@200 op-1!i1=refused @251 op-1-i1:A1=rollback end",
            "and vanished at 0.251 s, too long after its outcome (refused at 0.200 s).",
        ),
        (
            "@120 op-1-i1:A1=response @200 op-1!i1=ok end",
            "and vanished at 0.120 s, before its outcome was known (ok at 0.200 s).",
        ),
    ],
    ids=["left-after-ok", "left-without-outcome", "late", "early"],
)
def test_an_overlay_that_outlives_or_precedes_its_intents_end_fails(line, wrong):
    found = finding(CHECK, PENDING + line)
    assert (found.status, found.failures) == (Status.FAIL, 1)
    assert found.stories[0].text == (
        'op-1 chose "accept" for appointment A1 at 0.100 s. The pending change i1 was painted by'
        f" op-1 on appointment A1 at 0.100 s, {wrong}"
    )


def test_a_fence_before_the_answer_needs_a_commit():
    assert status("@120 op-1-i1:A1=fence @200 +A1/i1 op-1!i1=ok end") is Status.FAIL
    assert status("@110 +A1/i1 @120 op-1-i1:A1=fence @200 op-1!i1=ok end") is Status.PASS
    assert status("@110 +A1/i1 @120 op-1-i1:A1=rollback @200 op-1!i1=ok end") is Status.FAIL


def test_an_overlay_after_the_outcome_fails():
    line = "@200 op-1!i1=ok op-1-i1:A1=response op-1+i1:A1.1{status=accepted} op-1-i1:A1=response"
    found = finding(CHECK, PENDING + line + " end")
    assert (found.status, found.failures, found.seen) == (Status.FAIL, 1, 2)
    assert found.stories[0].text.endswith("after its outcome, ok at 0.200 s, was on screen.")


def test_an_overlay_of_nobodys_intent_fails():
    done = "@200 op-1!i1=ok op-1-i1:A1=response "
    stranger = finding(CHECK, PENDING + done + "op-2+i1:A1.1{status=accepted} op-2-i1:A1=fence end")
    assert stranger.failures == 1
    assert stranger.stories[0].text.endswith("though nobody had asked for it on op-2.")
    early = "A1 op-1+i1:A1.1{status=accepted} op-1?i1:accept(A1) op-1!i1=ok op-1-i1:A1=fence end"
    assert finding(CHECK, early).status is Status.FAIL
    assert status(done + "op-1+i9:A1.1{status=accepted} op-1-i9:A1=fence end") is Status.FAIL


def test_taking_away_what_was_not_there_fails():
    found = finding(CHECK, PENDING + "@200 op-1!i1=ok op-1-i1:A1=response op-1-i1:A1=response end")
    assert found.failures == 1
    assert found.stories[0].text == (
        'op-1 chose "accept" for appointment A1 at 0.100 s. The pending change i1 was never'
        " painted by op-1 on appointment A1, though op-1 says that it took it away at 0.200 s."
    )


def test_each_row_of_a_batch_has_its_own_overlay():
    batch = "A1 A2 op-1?i1:cancel(A1,A2) op-1+i1:A1.1- op-1+i1:A2.1- op-1!i1=ok op-1-i1:A1=response"
    assert finding(CHECK, batch + " end").status is Status.FAIL
    assert finding(CHECK, batch + " op-1-i1:A2=response end").seen == 2


def test_a_refused_item_of_a_batch_that_was_ok_waits_for_no_fence():
    batch = (
        "A1 A2 op-1?i1:cancel(A1,A2) op-1+i1:A1.1- op-1+i1:A2.1- @100 +A1{status=cancelled}/i1"
        " op-1!i1=ok(A1=ok,A2=refused) @150 op-1-i1:A2=rollback @900 op-1-i1:A1=fence end"
    )
    assert finding(CHECK, batch).status is Status.PASS
    assert finding(CHECK, batch.replace("@150", "@151")).status is Status.FAIL


def test_until_the_run_ends_an_overlay_may_still_go():
    assert status("@200 op-1!i1=ok @9000 settle") is Status.PASS
    assert status("@200 op-1!i1=refused @250 settle") is Status.PASS
    assert status("@200 op-1!i1=refused @251 settle") is Status.FAIL


def test_no_overlay_tells_nothing():
    found = finding(CHECK, "A1 op-1?i1:accept(A1) op-1!i1=ok end")
    assert (found.status, found.seen) == (Status.UNKNOWN, 0)


def test_a_missing_outcome_is_for_another_check_to_find():
    assert status("@200 op-1-i1:A1=response end") is Status.PASS
