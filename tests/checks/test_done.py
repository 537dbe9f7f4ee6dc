from __future__ import annotations

import pytest

from syncsim.checks.done import CHECK, run_ended
from syncsim.checks.verdict import Status
from tests.checks.notation import finding, history

ASKED = "A1 @100 op-1?i1:accept(A1) "


@pytest.mark.parametrize("result", ["ok", "refused", "failed", "unknown", "withheld"])
def test_one_outcome_passes_whatever_it_says(result):
    found = finding(CHECK, ASKED + f"op-1!i1={result} end")
    assert (found.status, found.seen) == (Status.PASS, 1)


def test_an_intent_that_never_ended_fails():
    found = finding(CHECK, ASKED + "@150 +A1{status=accepted}/i1 @900 end")
    assert (found.status, found.failures) == (Status.FAIL, 1)
    story = found.stories[0]
    assert story.text == (
        'op-1 chose "accept" for appointment A1 at 0.100 s and had no answer when the run ended at'
        " 0.900 s, not even that the outcome is unknown. The backend committed it at 0.150 s."
    )
    assert story.records == (1, 2)
    assert (story.at_us, story.client, story.entity) == (900_000, "op-1", "appointment/A1")


def test_the_story_tells_of_a_refusal_that_was_not_passed_on():
    found = finding(CHECK, ASKED + "@150 -A1/i1:illegal-state @900 end")
    assert found.why.endswith("The backend refused it at 0.150 s.")


def test_the_story_tells_that_the_page_had_not_stored_the_intent():
    line = "@120 op-1.forget(i1) @150 +A1{status=accepted}/i1 @900 end"
    story = finding(CHECK, ASKED + line).stories[0]
    assert story.text.endswith(
        " The page was loaded anew at 0.120 s and had not stored it. The backend committed it at"
        " 0.150 s."
    )
    assert story.records == (1, 2, 3)


def test_an_intent_that_ended_twice_fails():
    found = finding(CHECK, ASKED + "@200 op-1!i1=refused @300 op-1!i1=ok end")
    assert (found.status, found.failures) == (Status.FAIL, 1)
    assert found.why == (
        'op-1 chose "accept" for appointment A1 at 0.100 s and was given 2 answers: refused at'
        " 0.200 s and ok at 0.300 s."
    )
    assert found.stories[0].records == (1, 2, 3)


def test_until_the_run_ends_the_outcome_may_still_come():
    assert finding(CHECK, ASKED).status is Status.UNKNOWN
    assert finding(CHECK, ASKED + "op-1!i1=ok op-1!i1=ok").status is Status.FAIL


def test_no_intent_tells_nothing():
    assert finding(CHECK, "A1 end").status is Status.UNKNOWN


def test_a_run_has_ended_if_that_is_its_last_word():
    assert run_ended(history("A1 settle end"))
    assert not run_ended(history("A1 settle"))
    assert not run_ended(history("A1 end op-1.open(1)"))
    assert not run_ended(history(""))
