from __future__ import annotations

from syncsim.checks.once import CHECK
from syncsim.checks.verdict import Status
from tests.checks.notation import finding

ACCEPTED = "A1 @100 op-1?i1:accept(A1) @150 +A1{status=accepted}/i1 "


def test_one_commit_of_an_intent_passes():
    found = finding(CHECK, ACCEPTED)
    assert (found.status, found.seen) == (Status.PASS, 1)


def test_a_second_commit_of_an_intent_fails():
    found = finding(CHECK, ACCEPTED + "@900 backend.receive(op-1,i1/2) +A1/i1^")
    assert (found.status, found.seen, found.failures) == (Status.FAIL, 1, 1)
    story = found.stories[0]
    assert story.text == (
        'op-1 chose "accept" for appointment A1 at 0.100 s, once. The backend committed it 2 times'
        " on appointment A1: at 0.150 s as version 2 and at 0.900 s as version 3. The request i1/2"
        " carried the second."
    )
    assert story.records == (1, 2, 4)
    assert (story.at_us, story.client, story.entity) == (900_000, "op-1", "appointment/A1")


def test_a_copy_of_a_commit_under_the_same_lsn_fails_too():
    assert finding(CHECK, ACCEPTED + "+A1.2/i1[lsn=2]").status is Status.FAIL


def test_nothing_committed_tells_nothing():
    assert finding(CHECK, "A1 op-1?i1:accept(A1) -A1/i1:illegal-state").status is Status.UNKNOWN


def test_the_backends_own_clock_is_nobodys_intent():
    line = "A1 +A1{overdue=true}/:mark_overdue +A1/:mark_overdue"
    assert finding(CHECK, line).status is Status.UNKNOWN
    named = "A1 +A1{overdue=true}/:mark_overdue[intent=clock]"
    assert finding(CHECK, named).status is Status.UNKNOWN


def test_two_rows_of_one_change_and_the_items_of_a_batch_are_one_effect_each():
    two = "A1 P1 op-1?i1:pay(P1) +P1{status=paid}&A1{status=done}/i1"
    batch = "A1 A2 op-1?i1:cancel(A1,A2) +A1{status=cancelled}/i1 +A2{status=cancelled}/i1"
    assert finding(CHECK, two).status is Status.PASS
    assert finding(CHECK, batch).status is Status.PASS


def test_two_intents_on_one_row_are_two_effects():
    found = finding(CHECK, ACCEPTED + "op-1?i2:accept(A1) +A1/i2")
    assert (found.status, found.seen) == (Status.PASS, 2)
