"""Generated programs, run on the real packages and on the model."""

from __future__ import annotations

import pytest

from syncsim.client.cache.query import Query
from syncsim.conformance.campaign import run_campaign
from syncsim.conformance.node import Node, ToolError
from syncsim.conformance.programs import QUERY_STEPS, REDUX_STEPS

PROGRAMS = 400
MANY_PROGRAMS = 5_000
LINES_LEFT_MAX = 20
"""What programs cannot reach, such as keys that are records, and what a sample may miss."""


@pytest.fixture
def node():
    try:
        node = Node()
    except ToolError as error:
        pytest.skip(f"{error.problems[0].expected} is missing ({error.problems[0].hint})")
    with node:
        yield node


def silent(done: int, total: int) -> None:
    """Show no progress."""


def test_the_model_does_what_the_packages_do(node):
    campaign = run_campaign(node, PROGRAMS, 0, silent)
    assert campaign.mismatch is None
    assert campaign.exercise.programs == PROGRAMS
    assert sorted(campaign.exercise.steps) == sorted({*QUERY_STEPS, *REDUX_STEPS})


def test_equal_seeds_give_equal_programs_and_others_give_others(node):
    first, again, other = (run_campaign(node, 50, seed, silent).as_json() for seed in (3, 3, 4))
    assert first == again
    assert first["steps"] != other["steps"]


@pytest.mark.slow
def test_many_programs_reach_nearly_every_line_of_the_model(node):
    campaign = run_campaign(node, MANY_PROGRAMS, 1, silent)
    assert campaign.mismatch is None
    assert len(campaign.never_run) <= LINES_LEFT_MAX, campaign.never_run


@pytest.mark.slow
def test_a_model_that_is_wrong_is_found_and_the_program_cut_small(node, monkeypatch):
    monkeypatch.setattr(Query, "invalidate", lambda _: None)
    campaign = run_campaign(node, PROGRAMS, 0, silent)
    assert campaign.mismatch is not None
    mismatch = campaign.mismatch
    assert len(mismatch.program["steps"]) <= 3
    assert '"invalidate"' in mismatch.packages[mismatch.first_difference]
