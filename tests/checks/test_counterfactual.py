"""Two runs, one without a refused intent: what was committed decides whether they compare."""

from __future__ import annotations

import pytest

from syncsim.checks import Evidence, Status
from syncsim.checks.counterfactual import Comparison, came_to_nothing, compare, conclude_all
from tests.checks.notation import history

PASS, FAIL, UNKNOWN = Status.PASS, Status.FAIL, Status.UNKNOWN

START = "A1 A2 op-1.mount(one/A1) op-1:one/A1=A1.1 op-1.ready(one/A1) safety "
OTHERS = "@300 op-2?i1:accept(A1) @350 +A1{status=accepted}/i1 @360 op-2!i1=ok "
REFUSED = (
    "@400 op-1?i2:cancel(A1) op-1.send(backend,m,mutate)[intent=i2] @450 -A1/i2:conflict"
    " @480 op-1!i2=refused "
)
SHOWN = "@500 op-1:one/A1=A1.2 "
ERASED = SHOWN + "@510 op-1:one/A1=A1.1 "
END = "settle @5000 end"

WITHOUT = START + OTHERS + SHOWN + END


def compared(factual, without=WITHOUT):
    evidence = Evidence(history(factual))
    (intent,) = came_to_nothing(evidence)
    return compare(evidence, history(without), intent)


def test_a_refusal_that_left_no_trace_passes():
    assert compared(START + OTHERS + REFUSED + SHOWN + END) == Comparison(PASS, "")


def test_a_trace_of_a_refusal_fails_with_both_screens_told():
    found = compared(START + OTHERS + REFUSED + ERASED + END)
    assert found.status is FAIL
    (story,) = found.stories
    assert story.text == (
        'op-1 chose "cancel" for appointment A1 at 0.400 s; it was refused at 0.480 s. When the run'
        " ended at 5.000 s, op-1's view one/A1 showed for appointment A1: status pending. In the"
        " same run without that, with the same commits, it showed: status accepted."
    )
    kinds = [history(START + OTHERS + REFUSED + ERASED + END)[seq].kind for seq in story.records]
    assert kinds == ["intent", "refuse", "outcome", "paint"]


@pytest.mark.parametrize(
    ("without", "why"),
    [
        (START + SHOWN.replace("A1.2", "A1.1") + END, "without i2 other intents were committed"),
        (START + OTHERS + ERASED + END.replace(" end", ""), "one of the two runs did not end"),
        (
            START + OTHERS + SHOWN + "op-1.unmount(one/A1) " + END,
            "without i2 other views were on screen at the end",
        ),
        (START + OTHERS + END, "without i2 the view one/A1 of op-1 was itself not what the"),
    ],
)
def test_runs_that_cannot_be_compared_are_unknown(without, why):
    found = compared(START + OTHERS + REFUSED + SHOWN + END, without)
    assert found.status is UNKNOWN
    assert found.why.startswith(why)


def test_other_versions_of_the_same_commits_are_other_commits():
    twice = WITHOUT.replace("status=accepted", "status=done")
    assert compared(START + OTHERS + REFUSED + SHOWN + END, twice).status is UNKNOWN


def test_the_slice_store_may_hold_more_rows_of_answers_but_no_others():
    mounts = "op-1.mount(slice) op-1.ready(slice) "
    without = START + mounts + OTHERS + SHOWN + END
    kept = START + mounts + OTHERS + REFUSED + SHOWN + "op-1:slice=A1.2 " + END
    assert compared(kept, without).status is PASS
    old = START + mounts + OTHERS + REFUSED + SHOWN + "op-1:slice=A1.1 " + END
    assert compared(old, without).status is FAIL


@pytest.mark.parametrize(
    "line",
    [
        START + OTHERS + END,
        START + REFUSED.replace("op-1.send(backend,m,mutate)[intent=i2]", "") + END,
        START + REFUSED.replace("=refused", "=unknown") + END,
    ],
    ids=["committed", "never-sent", "not-refused"],
)
def test_only_what_was_sent_and_refused_is_left_out(line):
    assert came_to_nothing(Evidence(history(line))) == []


def test_the_worst_comparison_is_the_finding():
    passed, unknown = Comparison(PASS, ""), Comparison(UNKNOWN, "because")
    failed = compared(START + OTHERS + REFUSED + ERASED + END)
    assert conclude_all([], 0).status is UNKNOWN
    assert conclude_all([passed], 1).status is PASS
    assert "each of 1 of 7 refused" in conclude_all([passed], 7).why
    found = conclude_all([passed, unknown], 2)
    assert (found.status, found.why) == (UNKNOWN, "1 of 2 could not be compared: because")
    found = conclude_all([unknown, failed, passed], 3)
    assert (found.status, found.failures, found.seen) == (FAIL, 1, 3)
