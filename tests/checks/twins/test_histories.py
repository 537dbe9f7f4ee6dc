from __future__ import annotations

import pytest
from hypothesis import Phase, find, settings

from syncsim.checks import CHECKS, causal, noflap, one_order, order, realtime, wfr
from syncsim.checks.verdict import Status, told
from tests.checks.twins import (
    test_backends,
    test_conv,
    test_gap,
    test_honest,
    test_inval,
    test_over,
    test_roll,
    test_sessions,
    test_xview,
)
from tests.checks.twins.histories import ended, evidence, histories, true_histories

ANSWERS = {
    "ORDER": order.judge,
    "WFR": wfr.judge,
    "CAUSAL": causal.judge,
    "NOFLAP": noflap.judge,
    "LINEAR": realtime.judge,
    "sequential": lambda ours: one_order.sequential(ours).finding(),
    "linearizable": lambda ours: one_order.instantaneous(ours).finding(),
}
DRAWN_FOR = {
    "CONV": test_conv.drawn.map(ended),
    "INVAL": test_inval.drawn,
    "GAP": test_gap.drawn,
    "ROLL": test_roll.drawn,
    "OVER": test_over.drawn,
    "XVIEW": test_xview.drawn,
    "HONEST": test_honest.drawn,
    **dict.fromkeys(("BATCH", "AUDIT", "DURABLE"), test_backends.drawn.map(ended)),
}
# Nothing is cut small: that such a history is drawn at all is what counts.
DRAWN = settings(max_examples=1_000, phases=[Phase.generate])


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("name", ANSWERS)
def test_histories_are_drawn_that_get_each_answer_from_each_check(name, status):
    drawn = histories("read", "read")
    assert find(
        drawn, lambda history: ANSWERS[name](evidence(history)).status is status, settings=DRAWN
    )


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("name", DRAWN_FOR)
def test_histories_of_its_own_are_drawn_that_get_each_answer_from_a_check(name, status):
    assert find(
        DRAWN_FOR[name],
        lambda history: CHECKS[name].judge(evidence(history)).status is status,
        settings=DRAWN,
    )


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("name", ["RYW", "MONO"])
def test_histories_of_screens_are_drawn_that_get_each_answer_about_confirmed_views(name, status):
    assert find(
        test_sessions.of_screens,
        lambda history: CHECKS[name].confirmed(evidence(history)).status is status,
        settings=DRAWN,
    )


@pytest.mark.parametrize("name", [name for name in ANSWERS if name != "ORDER"])
def test_true_histories_are_drawn_in_which_a_screen_or_an_answer_is_too_old(name):
    drawn = true_histories("read", "read")
    assert find(
        drawn, lambda history: ANSWERS[name](evidence(history)).failures > 0, settings=DRAWN
    )


def test_a_change_is_drawn_that_reached_its_reader_over_somebody_else():
    def has_a_chain(history):
        stories = causal.tally(evidence(history)).stories
        return any(story.text.count("After that") > 1 for story in map(told, stories))

    assert find(histories(), has_a_chain, settings=settings(DRAWN, max_examples=10_000))
