"""Each check on a history that it passes and one that it fails, and on what damage leaves.

What a record does not say is not evidence: with every record of a kind lost, or emptied of one
thing, a history that failed its check may leave it unknown and must never pass it.
"""

from __future__ import annotations

import pytest

from syncsim.checks import CHECKS, Status, judge
from syncsim.checks.slices import causal_slice
from tests.checks.notation import rebuilt
from tests.checks.pairs import PAIRS, bad, good

DAMAGES = {
    "lost": None,
    "emptied": {"data": None},
    "at nobody": {"at": "nobody"},
    "of no row": {"entity": ""},
    "of no intent": {"intent": ""},
    "of no view": {"view": ""},
    "of no message": {"message": ""},
    "of no version": {"version": -1},
    "of no commit": {"lsn": -1},
}

# The others that notice a failing history: one wrong is often several, as a list that went back in
# its version is also behind what it had shown. AUDIT and DONE are left out: few of these histories
# have an audit log, or say how every intent ended.
ALSO = {
    "CONV": {"ROLL"},
    "INVAL": {"CONV", "ROLL"},
    "ROLL": {"CONV"},
    "RYW": {"CAUSAL"},
    "MONO": {"CAUSAL", "NOFLAP"},
    "ORDER": {"LEGAL"},
    "CAUSAL": {"WFR"},
    "NOFLAP": {"OVER"},
}


def test_every_check_has_a_pair():
    assert set(PAIRS) == set(CHECKS)


@pytest.mark.parametrize("check", PAIRS)
def test_a_check_passes_one_and_fails_the_other(check):
    passed, failed = judge(good(check))[check], judge(bad(check))[check]
    assert (passed.status, failed.status) == (Status.PASS, Status.FAIL)
    assert passed.seen > 0
    for story in failed.stories:
        assert story.records
        assert story.text.endswith(".")
        slice_ = causal_slice(bad(check), story.records)
        assert slice_


@pytest.mark.parametrize("check", PAIRS)
def test_the_others_are_silent_but_for_those_that_the_same_wrong_concerns(check):
    failed = {found.check for found in judge(bad(check)).findings if found.status is Status.FAIL}
    assert failed - {check, "AUDIT", "DONE"} == ALSO.get(check, set())


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("check", PAIRS)
def test_no_damage_to_one_kind_of_record_turns_a_failure_into_a_pass(check, damage):
    history = bad(check)
    for kind in dict.fromkeys(record.kind for record in history):
        records = [
            record._replace(**(DAMAGES[damage] or {})) if record.kind == kind else record
            for record in history
            if record.kind != kind or DAMAGES[damage] is not None
        ]
        found = judge(rebuilt(history, records), only=[check])[check]
        assert found.status is not Status.PASS, kind


@pytest.mark.parametrize("check", PAIRS)
@pytest.mark.parametrize("make", [good, bad])
def test_a_history_cut_off_anywhere_passes_nothing(check, make):
    history = make(check)
    for length in range(len(history)):
        cut = rebuilt(history, list(history)[:length])
        assert judge(cut, only=[check])[check].status is not Status.PASS, length
