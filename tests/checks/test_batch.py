from __future__ import annotations

import pytest

from syncsim.checks.batch import CHECK
from syncsim.checks.verdict import Status
from tests.checks.notation import finding

BATCH = "A1 A2 @100 op-1?i1:cancel(A1,A2) @150 +A1{status=cancelled}/i1 -A2/i1:illegal-state @200 "


def test_items_as_the_backend_answered_pass():
    found = finding(CHECK, BATCH + "op-1!i1=ok(A1=ok,A2=refused)")
    assert (found.status, found.seen) == (Status.PASS, 1)


@pytest.mark.parametrize(
    ("shown", "wrong"),
    [
        ("(A1=ok,A2=ok)", "appointment A2 was shown as ok, but the backend had refused it."),
        ("(A1=refused,A2=refused)", "A1 was shown as refused, but the backend had committed it."),
        ("(A1=ok)", "appointment A2 was not shown at all; the backend had refused it."),
        ("(A2=refused)", "appointment A1 was not shown at all; the backend had committed it."),
        (
            "",
            "appointment A1 was not shown at all; the backend had committed it. The same batch was"
            " wrong about 1 more.",
        ),
        (
            "(A1=ok,A2=refused,A3=ok)",
            "appointment A3 was shown as ok, though the batch was not about it.",
        ),
    ],
)
def test_items_otherwise_than_the_backend_answered_fail(shown, wrong):
    found = finding(CHECK, BATCH + f"op-1!i1=ok{shown}")
    assert (found.status, found.failures) == (Status.FAIL, 1)
    assert found.why.endswith(wrong)


def test_the_story_has_the_records_of_the_item():
    found = finding(CHECK, BATCH + "op-1!i1=ok(A1=ok,A2=ok)")
    story = found.stories[0]
    assert story.text == (
        'op-1 chose "cancel" for appointments A1 and A2 at 0.100 s. When the result came'
        " up at 0.200 s, appointment A2 was shown as ok, but the backend had refused it."
    )
    assert story.records == (2, 4, 5)
    assert (story.at_us, story.client, story.entity) == (200_000, "op-1", "appointment/A2")


def test_a_commit_that_came_after_the_outcome_was_no_answer():
    line = "A1 op-1?i1:cancel(A1) op-1!i1=ok(A1=ok) +A1{status=cancelled}/i1"
    found = finding(CHECK, line)
    assert found.status is Status.FAIL
    assert found.why.endswith("but the backend had not answered for it.")


def test_a_refusal_that_came_after_the_outcome_was_no_answer():
    line = "A1 op-1?i1:cancel(A1) op-1!i1=refused(A1=refused) -A1/i1:illegal-state"
    assert finding(CHECK, line).status is Status.FAIL


def test_a_commit_stands_even_if_a_retry_was_refused():
    again = BATCH + "-A1/i1:illegal-state -A2/i1:illegal-state "
    assert finding(CHECK, again + "op-1!i1=ok(A1=ok,A2=refused)").status is Status.PASS
    assert finding(CHECK, again + "op-1!i1=refused(A1=refused,A2=refused)").status is Status.FAIL


def test_a_refusal_of_the_whole_batch_refuses_each_item():
    line = "A1 A2 op-1?i1:cancel(A1,A2) -/i1:forbidden op-1!i1=refused(A1=refused,A2=refused)"
    assert finding(CHECK, line).status is Status.PASS


def test_a_second_row_of_an_item_is_no_item():
    line = "A1 P1 op-1?i1:cancel(A1) +A1{status=cancelled}&P1/i1 op-1!i1=ok(A1=ok)"
    assert finding(CHECK, line).status is Status.PASS


@pytest.mark.parametrize("result", ["unknown", "failed", "withheld"])
def test_an_outcome_that_claims_nothing_of_the_items_tells_nothing(result):
    assert finding(CHECK, BATCH + f"op-1!i1={result}").status is Status.UNKNOWN


def test_no_batch_tells_nothing():
    assert finding(CHECK, BATCH).status is Status.UNKNOWN
    line = "A1 op-1?i1:accept(A1) +A1{status=accepted}/i1 op-1!i1=ok"
    assert finding(CHECK, line).status is Status.UNKNOWN
