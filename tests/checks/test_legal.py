from __future__ import annotations

from syncsim.checks.evidence import Evidence
from syncsim.checks.legal import CHECK
from syncsim.checks.verdict import Status
from tests.checks.notation import finding, history, rebuilt

ACCEPTED = "A1 @100 op-1?i1:accept(A1) @150 +A1{status=accepted}/i1 "


def test_an_allowed_transition_passes():
    found = finding(CHECK, ACCEPTED)
    assert (found.status, found.seen) == (Status.PASS, 1)


def test_a_forbidden_transition_fails():
    found = finding(CHECK, ACCEPTED + "@300 op-2?i2:accept(A1) +A1{status=pending}/i2")
    assert (found.status, found.failures) == (Status.FAIL, 1)
    story = found.stories[0]
    assert story.text == (
        'At 0.300 s the backend committed "accept" for op-2 on appointment A1 with status from'
        " accepted to pending, which is not allowed. The row had been at version 2 since 0.150 s."
    )
    assert story.records == (2, 4)
    assert (story.at_us, story.client, story.entity) == (300_000, "op-2", "appointment/A1")


def test_a_second_payment_fails():
    paid = "P1 op-1?i1:pay(P1) +P1{status=paid}/i1 op-2?i2:pay(P1) +P1{status=unpaid}/i2"
    assert finding(CHECK, paid).status is Status.FAIL


def test_a_version_that_does_not_count_up_by_one_fails():
    for version in (1, 2, 4):
        found = finding(CHECK, ACCEPTED + f"op-2?i2:accept(A1) +A1.{version}/i2")
        assert found.status is Status.FAIL
        assert f"as version {version}, right after version 2" in found.why
    assert finding(CHECK, ACCEPTED + "op-2?i2:accept(A1) +A1.3/i2").status is Status.PASS


def test_the_backends_own_clock_is_bound_by_the_rules_too():
    late = "A1 +A1{overdue=true}/:mark_overdue "
    assert finding(CHECK, late).status is Status.PASS
    found = finding(CHECK, late + "+A1{overdue=false}/:mark_overdue")
    assert found.status is Status.FAIL
    assert 'committed "mark overdue" by itself on appointment A1' in found.why


def test_a_commit_without_a_transition_tells_nothing():
    assert finding(CHECK, "A1 op-1?i1:accept(A1) +A1{note=late}/i1").status is Status.UNKNOWN
    assert finding(CHECK, "A1 op-1?i1:accept(A1) -A1/i1:illegal-state").status is Status.UNKNOWN


def test_a_new_row_and_a_row_of_no_known_type_start_as_they_like():
    assert finding(CHECK, "op-1?i1:pay(P1) +P1{status=paid}/i1").status is Status.UNKNOWN
    unruled = {"transitions": {}, "actions": {}, "queries": {}, "projections": {}}
    line = "A1 +A1{status=done}/:mark_overdue"
    assert finding(CHECK, line, domain=unruled).status is Status.UNKNOWN


def test_going_back_after_a_crash_follows_no_transition():
    back = ACCEPTED + "@300 backend.rewind(1) +A1{status=pending}/:rewind"
    assert finding(CHECK, back).status is Status.PASS
    assert finding(CHECK, back.replace(":rewind", ":mark_overdue")).status is Status.FAIL
    assert finding(CHECK, ACCEPTED + "+A1.4{status=pending}/:rewind").status is Status.FAIL


def test_what_one_row_may_do_another_may_not_do_alike():
    """Of commits that do the same, only one is looked at: the same is of one type and one mind."""
    both = "A1 A2 +A1{status=accepted}/:accept +A2{status=accepted}/:accept backend.rewind(1) "
    back = both + "+A1{status=pending}/:rewind +A2{status=pending}/:"
    assert finding(CHECK, back + "rewind").status is Status.PASS
    found = finding(CHECK, back + "accept")
    assert (found.failures, found.seen) == (1, 3)
    assert found.stories[0].entity == "appointment/A2"
    assert finding(CHECK, back + "rewind[role=operator]").failures == 1


def found_of(line, *rows):
    """Return what is found of a line if its records have these rows."""
    whole = history(line)
    records = [
        record._replace(data={**record.data, "fields": row})
        for record, row in zip(whole, rows, strict=True)
    ]
    return CHECK.judge(Evidence(rebuilt(whole, records)))


def statuses(*values):
    """Return what is found of a row that has one status after another."""
    line = "A1" + " +A1/:accept" * (len(values) - 1)
    return found_of(line, *({"status": value} for value in values))


def test_what_one_type_may_do_another_may_not():
    pending, accepted = {"status": "pending"}, {"status": "accepted"}
    line = "A1 P1 +A1/:accept +P1/:accept"
    found = found_of(line, pending, pending, accepted, accepted)
    assert (found.failures, found.seen) == (1, 2)
    assert found.stories[0].entity == "payment/P1"


def test_a_field_that_was_not_there_has_not_changed():
    line, accepted = "A1 A2 +A1/:accept +A2/:accept", {"status": "accepted"}
    found = found_of(line, {"id": "A1"}, {"status": None}, accepted, accepted)
    assert (found.failures, found.seen) == (1, 1)
    assert found.stories[0].entity == "appointment/A2"


def test_a_status_may_be_anything():
    found = statuses("pending", ["accepted"], ["accepted"], {"is": "done"}, None, float("nan"))
    assert (found.failures, found.seen) == (4, 4)
    assert "with status from pending to ['accepted'], which is not allowed" in found.why
    assert "with status from None to nan, which" in found.stories[3].text


def test_what_is_equal_is_told_as_it_is():
    found = statuses(1, 2, 1, 2, True, 2)
    assert "with status from True to 2" in found.stories[4].text
