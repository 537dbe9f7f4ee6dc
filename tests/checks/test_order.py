from __future__ import annotations

from syncsim.checks.order import CHECK
from syncsim.checks.verdict import Status
from tests.checks.notation import finding

ASKED = "A1 A2 @100 op-1?i1:accept(A1) @200 op-1?i2:cancel(A1) "
FIRST, SECOND = "@250 +A1{status=accepted}/i1 ", "@250 +A1{status=cancelled}/i2 "


def test_commits_in_the_order_of_asking_pass():
    found = finding(CHECK, ASKED + FIRST + SECOND)
    assert (found.status, found.seen) == (Status.PASS, 1)


def test_a_later_wish_that_is_committed_first_fails():
    found = finding(CHECK, ASKED + SECOND + "@300 +A1{status=accepted}/i1")
    assert (found.status, found.failures) == (Status.FAIL, 1)
    story = found.stories[0]
    assert story.text == (
        'op-1 chose "accept" for appointment A1 at 0.100 s, and after that op-1 chose "cancel" for'
        " appointment A1 at 0.200 s. On appointment A1 the backend committed the later wish first,"
        " at 0.250 s as version 2, and the earlier one at 0.300 s as version 3."
    )
    assert (story.at_us, story.client, story.entity) == (300_000, "op-1", "appointment/A1")
    assert story.records == (2, 3, 4, 5)


def test_every_wish_that_was_overtaken_counts_once():
    line = "A1 op-1?i1:accept(A1) op-1?i2:accept(A1) op-1?i3:accept(A1) +A1/i3 +A1/i1 +A1/i2"
    assert finding(CHECK, line).failures == 2


def test_the_order_of_commits_is_that_of_the_lsn():
    swapped = "+A1{status=accepted}/i1[lsn=9] +A1{status=cancelled}/i2[lsn=8]"
    assert finding(CHECK, ASKED + swapped).status is Status.FAIL


def test_with_one_committed_intent_on_a_row_nobody_knows():
    assert finding(CHECK, ASKED + FIRST).status is Status.UNKNOWN
    other_row = ASKED.replace("cancel(A1)", "cancel(A2)")
    assert finding(CHECK, other_row + "+A2/i2 " + FIRST).status is Status.UNKNOWN
    other_client = ASKED.replace("op-1?i2", "op-2?i2")
    assert finding(CHECK, other_client + SECOND + FIRST).status is Status.UNKNOWN


def test_a_wish_that_was_refused_because_it_was_overtaken_is_not_judged():
    assert finding(CHECK, ASKED + SECOND + "-A1/i1:illegal-state").status is Status.UNKNOWN


def test_the_second_commit_of_an_intent_is_not_judged():
    assert finding(CHECK, ASKED + FIRST + SECOND + FIRST).status is Status.PASS
