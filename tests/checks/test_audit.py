from __future__ import annotations

import pytest

from syncsim.checks.audit import CHECK
from syncsim.checks.verdict import Status
from tests.checks.notation import finding

ACCEPTED = "A1 @100 op-1?i1:accept(A1) @150 +A1{status=accepted}/i1 "


def test_a_commit_with_its_entry_passes():
    found = finding(CHECK, ACCEPTED + "$i1 end")
    assert (found.status, found.seen) == (Status.PASS, 1)


@pytest.mark.parametrize(
    ("rest", "wrong"),
    [
        ("", "and the audit log has no entry for it."),
        ("$i1 $i1", "and the audit log has 2 entries for it."),
        ("$i1[user=omar]", 'but the audit log says "accept" by omar in the role operator.'),
        ("$i1[role=driver]", 'but the audit log says "accept" by olga in the role driver.'),
        ("$i1[action=pay]", 'but the audit log says "pay" by olga in the role operator.'),
        ("$i1[intent=i9]", 'but the audit log says "accept" by olga in the role operator.'),
    ],
)
def test_a_commit_without_its_one_true_entry_fails(rest, wrong):
    found = finding(CHECK, f"{ACCEPTED}{rest} end")
    assert (found.status, found.failures) == (Status.FAIL, 1)
    assert found.why == (
        f'At 0.150 s the backend committed "accept" on appointment A1 as commit 2 {wrong}'
    )


def test_the_story_has_the_commit_and_its_entries():
    story = finding(CHECK, ACCEPTED + "$i1 $i1 end").stories[0]
    assert story.records == (2, 3, 4)
    assert (story.at_us, story.client, story.entity) == (150_000, "op-1", "appointment/A1")


def test_an_entry_without_a_commit_fails():
    found = finding(CHECK, ACCEPTED + "$i1 $i1[lsn=9] end")
    assert found.failures == 1
    assert found.why == (
        'At 0.150 s the audit log took an entry for "accept" by olga in the role operator as commit'
        " 9, but nothing was committed then."
    )


def test_a_role_that_may_not_take_the_action_fails():
    found = finding(CHECK, "A1 th-1?i1:accept(A1) +A1{status=accepted}/i1 $i1 end")
    assert found.failures == 1
    assert "in the role therapist, though only operator may take this action" in found.why
    found = finding(CHECK, "A1 op-1?i1:dance(A1) +A1{status=accepted}/i1 $i1 end")
    assert "in the role operator, though nobody may take this action" in found.why


@pytest.mark.parametrize(
    ("asker", "change", "wrong"),
    [
        ("th-1", "role=operator", "for tess in the role operator, though th-1 is used by tess"),
        ("op-1", "user=omar", "for omar in the role operator, though op-1 is used by olga"),
        ("op-1", "peer=th-1", "for olga in the role operator, though th-1 is used by tess"),
        ("op-1", "peer=op-9", "for op-9, which is no client of this run"),
    ],
)
def test_a_commit_in_a_name_that_is_not_the_clients_fails(asker, change, wrong):
    line = f"A1 {asker}?i1:accept(A1) +A1{{status=accepted}}/i1[{change}] $i1 end"
    found = finding(CHECK, line)
    assert (found.status, found.failures) == (Status.FAIL, 1)
    assert wrong in found.why


def test_only_the_backends_own_clock_acts_as_system():
    late = "A1 +A1{overdue=true}/:mark_overdue"
    assert finding(CHECK, f"{late} $ end").status is Status.PASS
    found = finding(CHECK, f"{late}[peer=op-1] $ end")
    assert found.status is Status.FAIL
    assert (
        "for nobody in the role system, though op-1 is used by olga in the role operator"
        in found.why
    )


def test_without_a_peer_the_intent_tells_who_asked():
    line = "A1 op-1?i1:accept(A1) +A1{status=accepted}/i1[peer=] $i1 end"
    assert finding(CHECK, line).status is Status.PASS
    found = finding(CHECK, line.replace("peer=] $i1", "peer=,intent=] $"))
    assert found.status is Status.FAIL
    assert "in the role operator, though no client asked for it" in found.why


def test_two_rows_of_one_transaction_share_one_entry():
    two = "A1 P1 op-1?i1:pay(P1) +P1{status=paid}&A1{status=done}/i1 "
    found = finding(CHECK, two + "$i1 end")
    assert (found.status, found.seen) == (Status.PASS, 1)
    found = finding(CHECK, two + "end")
    assert "on payment P1 and appointment A1 as commit 3" in found.why


def test_until_the_run_ends_the_entry_may_still_come():
    assert finding(CHECK, ACCEPTED).status is Status.PASS


def test_nothing_committed_tells_nothing():
    assert finding(CHECK, "A1 op-1?i1:accept(A1) -A1/i1:forbidden end").status is Status.UNKNOWN


def test_going_back_after_a_crash_needs_no_entry():
    back = ACCEPTED + "$i1 @300 backend.rewind(1) +A1{status=pending}/:rewind end"
    assert finding(CHECK, back).status is Status.PASS
    assert finding(CHECK, back.replace(":rewind", ":mark_overdue")).status is Status.FAIL
