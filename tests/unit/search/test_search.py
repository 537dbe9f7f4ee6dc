"""Comparisons and claims: the same luck for all, and nothing said that was not measured."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncsim.checks import Finding, Status, Verdict
from syncsim.history import History
from syncsim.processes import pool
from syncsim.scenario import load
from syncsim.search import claims, compare, rows, summarise, trial
from syncsim.search.refetches import refetches
from syncsim.search.trial import Result


@pytest.fixture(scope="module")
def result() -> Result:
    return summarise(trial(load("seed/accept-pending")))


def with_finding(result: Result, check: str, status: Status) -> Result:
    finding = Finding(check=check, status=status, why="", seen=1)
    return replace(result, verdict=Verdict(status=status, findings=(finding,)))


def answers(*results: Result) -> dict[str, bool | None]:
    return {claim.name: claim.holds for claim in claims(results)}


def test_a_pool_gives_what_one_process_gives():
    work = [load("seed/payment", design=name) for name in ("enhanced", "hardened")]
    with pool(2, "syncsim.search.compare") as executor:
        assert compare(work, executor=executor) == compare(work)


def test_rows_put_the_seeds_of_a_design_together(result):
    (row,) = rows([result, replace(result, seed=2)])
    assert row.runs == 2
    assert row.commits == 2 * result.costs.commits
    assert row.failed == () == row.unknown
    assert row.requests_per_commit == result.costs.requests_per_commit


def test_a_failed_check_is_named_once(result):
    failed = with_finding(result, "CONV", Status.FAIL)
    (row,) = rows([failed, failed, result])
    assert row.failed == ("CONV",)


def test_coherence_falls_with_any_of_its_checks_and_with_screens_that_lag(result):
    assert answers(result)["coherence"] is True
    assert answers(with_finding(result, "MONO", Status.FAIL))["coherence"] is False
    assert answers(replace(result, phi=0.5))["coherence"] is False
    assert answers(replace(result, phi=0.5, has_outage=True))["coherence"] is None


def test_real_time_asks_for_a_second_and_for_nothing_left_open(result):
    window = result.windows[0]
    slow = window._replace(end_us=window.start_us + 2_000_000)
    left = window._replace(ended="end")
    assert answers(result)["real time"] is True
    assert answers(replace(result, windows=(slow,)))["real time"] is False
    assert answers(replace(result, windows=(window, left)))["real time"] is False
    assert answers(replace(result, windows=()))["real time"] is None


def test_feedback_is_immediate_if_nearly_every_intent_shows_at_once(result):
    assert answers(result)["immediate feedback"] is True
    none = replace(result.feedback, lengths_us=())
    assert answers(replace(result, feedback=none))["immediate feedback"] is False


def test_offline_asks_for_an_outage_and_for_every_intent(result):
    assert answers(result)["works after offline"] is None
    hit = replace(result, has_outage=True)
    assert answers(hit)["works after offline"] is True
    assert answers(replace(hit, lost=("i1",)))["works after offline"] is False
    assert answers(with_finding(hit, "INVAL", Status.FAIL))["works after offline"] is False


def test_a_refetch_is_useful_if_its_answer_changed_a_row():
    history = History()
    for number, (trigger, changes) in enumerate((("mount", 1), ("event", 2), ("settle", 0))):
        name = f"f{number}"
        history.append(number, "fetch", "op-1", message=name, view="v", data={"trigger": trigger})
        cause = history.append(number, "receive", "op-1", "backend", message=name)
        history.append(number, "fetched", "op-1", cause=cause, message=name, view="v")
        for _ in range(changes):
            history.append(number, "base", "op-1", cause=cause, view="v", entity="a/A1")
    counted = refetches(history)
    assert (counted.answered, counted.useful) == (2, 1)
    assert refetches(History()).useful_share is None
