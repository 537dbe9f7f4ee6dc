"""Generated programs, run on the real packages and on the model."""

from __future__ import annotations

import json

import pytest

from syncsim.client.cache.query import Query
from syncsim.conformance.campaign import run_campaign
from syncsim.conformance.generate import BATCH, draw, program_of, programs_of
from syncsim.conformance.programs import QUERY_STEPS, REDUX_STEPS
from syncsim.conformance.shard import SHARD

PROGRAMS = 400
MANY_PROGRAMS = 5_000
LINES_LEFT_MAX = 20
"""What programs cannot reach, such as keys that are records, and what a sample may miss."""


needs_node = pytest.mark.usefixtures("packages")


def silent(done: int, total: int) -> None:
    """Show no progress."""


@needs_node
def test_the_model_does_what_the_packages_do():
    campaign = run_campaign(PROGRAMS, 0, silent)
    assert campaign.mismatch is None
    assert campaign.exercise.programs == PROGRAMS
    assert sorted(campaign.exercise.steps) == sorted({*QUERY_STEPS, *REDUX_STEPS})


@needs_node
def test_equal_seeds_give_equal_programs_and_others_give_others():
    first, again, other = (run_campaign(50, seed, silent).as_json() for seed in (3, 3, 4))
    assert first == again
    assert first["steps"] != other["steps"]


@needs_node
def test_the_number_of_processes_changes_nothing():
    seen: list[tuple[int, int]] = []
    alone = run_campaign(2 * SHARD + 1, 5, silent)
    together = run_campaign(2 * SHARD + 1, 5, lambda *shown: seen.append(shown), jobs=2)
    assert together.as_json() == alone.as_json()
    total = 2 * SHARD + 1
    assert seen == [(SHARD, total), (2 * SHARD, total), (total, total)]


def test_nearly_every_program_is_another():
    drawn = [drawn for batch in draw(8, 1) for drawn in programs_of(batch)]
    assert len(drawn) == 8 * BATCH
    assert len({json.dumps(program) for program, _ in drawn}) > 0.99 * len(drawn)


def test_equal_bytes_choose_equal_programs():
    assert draw(2, 7) == draw(2, 7)
    assert draw(2, 7) != draw(2, 8)
    for batch in draw(2, 7):
        for program, rows in programs_of(batch):
            assert program_of(rows) == program
            assert len(program["steps"]) <= len(rows) + len(program.get("queries", ()))


def test_a_batch_that_ends_early_gives_all_its_programs():
    [batch] = draw(1, 7)
    cut = list(programs_of(batch[:1000]))
    assert len(cut) == BATCH
    assert cut[0] == next(programs_of(batch))
    assert [program_of(rows) for _, rows in cut] == [program for program, _ in cut]


@needs_node
@pytest.mark.slow
def test_many_programs_reach_nearly_every_line_of_the_model():
    campaign = run_campaign(MANY_PROGRAMS, 1, silent, jobs=2)
    assert campaign.mismatch is None
    assert len(campaign.never_run) <= LINES_LEFT_MAX, campaign.never_run


@needs_node
def test_a_model_that_is_wrong_is_found_and_the_program_cut_small(monkeypatch):
    monkeypatch.setattr(Query, "invalidate", lambda _: None)
    campaign = run_campaign(PROGRAMS, 0, silent)
    assert campaign.mismatch is not None
    mismatch = campaign.mismatch
    assert len(mismatch.program["steps"]) <= 3
    assert '"invalidate"' in mismatch.packages[mismatch.first_difference]
