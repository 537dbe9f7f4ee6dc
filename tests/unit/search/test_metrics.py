"""One run in numbers, and what stands for many."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from syncsim.checks import Finding, Status, Verdict
from syncsim.scenario import load
from syncsim.search import Result, metrics, summarise, tallies, trial, typical
from syncsim.staleness import MEASURES, costs, flickers, quantiles, reconnect_peak_per_s
from tests.unit.search.records import run


@pytest.fixture(scope="module")
def done():
    return trial(load("seed/offline", design="enhanced"))


@pytest.fixture(scope="module")
def result(done) -> Result:
    return summarise(done)


def test_a_run_in_numbers_is_what_the_judges_measured(done, result):
    found = metrics(result)
    spent = costs(done.history)
    old = quantiles(done.staleness.windows)
    assert (found.scenario, found.design, found.seed) == (
        "seed/offline", "enhanced", done.scenario.seed,
    )  # fmt: skip
    assert found.windows == (old["uncensored"] or 0) + (old["censored"] or 0)
    assert found.censored_share == (old["censored"] or 0) / found.windows
    assert (found.staleness_p50_us, found.staleness_p99_us) == (old["p50_us"], old["p99_us"])
    assert (found.requests, found.bytes, found.commits) == (
        spent.requests, spent.bytes, spent.commits,
    )  # fmt: skip
    assert found.flickers == flickers(done.history)
    assert found.reconnect_peak_per_s == reconnect_peak_per_s(done.history)
    statuses = [finding.status for finding in result.verdict.findings]
    assert found.checks_failed == statuses.count(Status.FAIL)
    assert found.checks_failed + found.checks_passed + found.checks_unknown == len(statuses)


def test_what_did_not_arise_is_none(result):
    empty = replace(
        result,
        windows=(),
        feedback=replace(result.feedback, lengths_us=()),
        visibility=replace(result.visibility, due=0, lengths_us=()),
        costs=replace(result.costs, commits=0),
        phi=None,
    )
    found = metrics(empty)
    for name in (
        "staleness_p50_us", "censored_share", "coherent_share", "feedback_p50_us",
        "visibility_p50_us", "unseen_share", "requests_per_commit",
    ):  # fmt: skip
        assert getattr(found, name) is None


def test_every_measure_is_a_number_of_a_run():
    assert MEASURES.keys() <= asdict(run()).keys()
    assert {measure.unit for measure in MEASURES.values()} == {"us", "share", "count", "bytes"}


def test_times_have_a_median_and_the_rest_a_mean():
    runs = [run(seed=n, staleness_p50_us=us, flickers=us) for n, us in enumerate((1, 2, 9))]
    (line,) = typical(runs)
    assert line.runs == 3
    assert (line.values["staleness_p50_us"], line.values["flickers"]) == (2.0, 4.0)


def test_runs_without_a_measure_are_left_out_of_it():
    (line,) = typical([run(staleness_p50_us=None), run(staleness_p50_us=7)])
    assert line.values["staleness_p50_us"] == 7.0
    assert line.values["reconnect_peak_per_s"] is None


def test_groups_are_what_one_asks_for():
    runs = [run(design, network=net) for design in "ab" for net in ("office", "3g")]
    assert [(line.network, line.design) for line in typical(runs)] == [
        ("office", "a"), ("3g", "a"), ("office", "b"), ("3g", "b"),
    ]  # fmt: skip
    pooled = typical(runs, by=("design",))
    assert [(line.scenario, line.network, line.design, line.runs) for line in pooled] == [
        ("all", "all", "a", 2), ("all", "all", "b", 2),
    ]  # fmt: skip


def test_a_check_is_tallied_by_answer_and_its_share_is_of_what_it_could_tell(result):
    def answered(status, seed):
        finding = Finding(check="ROLL", status=status, why="", seen=1)
        return replace(result, seed=seed, verdict=Verdict(status=status, findings=(finding,)))

    answers = [Status.FAIL, Status.PASS, Status.PASS, Status.PASS, Status.UNKNOWN]
    (tally,) = tallies([answered(status, seed) for seed, status in enumerate(answers)])
    assert (tally.passed, tally.failed, tally.unknown) == (3, 1, 1)
    assert tally.failed_share == 0.25
    assert 0 < tally.low < 0.25 < tally.high < 1
    (never,) = tallies([answered(Status.UNKNOWN, 1)])
    assert (never.failed_share, never.low, never.high) == (None, None, None)


def test_a_situation_that_must_arise_is_tallied_too(result):
    names = [finding.check for finding in result.verdict.sometimes]
    assert names
    assert set(names) <= {tally.check for tally in tallies([result])}
