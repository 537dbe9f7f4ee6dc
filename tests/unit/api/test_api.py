"""The Python interface, as a notebook uses it."""

from __future__ import annotations

import pickle

import pytest

import syncsim
from syncsim.errors import InputError


@pytest.fixture(scope="module")
def run() -> syncsim.Run:
    return syncsim.run("seed/two-operators", design="enhanced", seed=7)


def test_a_run_shows_its_verdict_history_and_staleness(run):
    assert run.verdict.status.value == "fail"
    assert run.verdict["ROLL"].stories
    assert len(run.history) == len(run.trial.history)
    assert {"client", "view", "entity", "commit_us", "receipt_us", "paint_us", "cause"} <= set(
        run.staleness.columns
    )
    assert "<table>" in run._repr_html_()
    assert "ROLL" in str(run.verdict)


def test_a_verdict_in_a_notebook_is_escaped():
    from syncsim.checks import Finding, Status, Verdict

    finding = Finding(check="CONV", status=Status.FAIL, why="<script>alert(1)</script>", seen=1)
    shown = Verdict(status=Status.FAIL, findings=(finding,))._repr_html_()
    assert "<script>" not in shown


def test_designs_options_replace_those_of_the_file():
    run = syncsim.run("seed/payment", design="hardened", network="perfect", seed=9)
    header = run.trial.history.header
    assert (header["design"]["name"], header["network"]["name"], header["seed"]) == (
        "hardened", "perfect", 9,
    )  # fmt: skip


def test_a_comparison_has_a_row_for_each_design():
    comparison = syncsim.compare(["seed/payment"], designs=["enhanced", "hardened"], seeds=2)
    assert list(comparison.table["design"]) == ["enhanced", "hardened"]
    assert len(comparison.claims) == 10


def test_a_saved_history_is_judged_alike(run, tmp_path):
    run.save(tmp_path / "out", figures=False)
    again = syncsim.check(tmp_path / "out" / "history.jsonl")
    assert again == run.verdict


def test_errors_survive_pickling():
    with pytest.raises(InputError) as error:
        syncsim.run("seed/nothing")
    again = pickle.loads(pickle.dumps(error.value))  # noqa: S301 - our own bytes
    assert again.problems == error.value.problems
    assert str(again) == str(error.value)


def test_every_public_name_is_there():
    assert all(getattr(syncsim, name) for name in syncsim.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        syncsim.nothing  # noqa: B018 - the look-up is the test
