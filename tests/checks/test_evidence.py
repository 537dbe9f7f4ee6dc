"""Evidence: the records of a history by kind, and the collector while they are judged."""

from __future__ import annotations

import gc

import pytest

from syncsim.checks import CHECKS, evidence, judge
from syncsim.checks.evidence import Evidence
from syncsim.history import History
from tests.checks.pairs import PAIRS, bad


@pytest.fixture
def history() -> History:
    history = History({"seed": 1})
    for place, kind in enumerate(("row", "commit", "paint", "commit", "row", "commit")):
        history.append(5, kind, entity="a/1", version=place // 4, data={"fields": {}})
    return history


@pytest.fixture(params=["short", "long"])
def _length(request, monkeypatch):
    """Take a history for a short one, which is walked through, or for a long one."""
    if request.param == "long":
        monkeypatch.setattr(evidence, "SHORT", -1)


@pytest.mark.usefixtures("_length")
@pytest.mark.parametrize(
    "kinds", [("commit",), ("paint", "commit"), ("commit", "row", "commit"), ("mount",)]
)
def test_records_of_kinds_come_once_and_in_order(history, kinds):
    assert list(Evidence(history).of(*kinds)) == list(history.of(*kinds))


def test_the_first_commit_that_claims_a_version_counts(history):
    commits = Evidence(history).commits_by_version
    assert {key: commit.seq for key, commit in commits.items()} == {("a/1", 0): 1, ("a/1", 1): 5}


@pytest.mark.parametrize("is_on", [True, False])
def test_judging_leaves_the_collector_as_it_was(is_on):
    (gc.enable if is_on else gc.disable)()
    try:
        domain = {key: {} for key in ("transitions", "actions", "queries", "projections")}
        clients = {"a": {"role": "r", "user": "u"}}
        judge(History({"clients": clients, "domain": domain}))
        assert gc.isenabled() == is_on
    finally:
        gc.enable()


@pytest.mark.usefixtures("_length")
@pytest.mark.parametrize("name", PAIRS)
def test_a_check_that_has_failures_leaves_nothing_to_the_collector(name):
    history = bad(name)
    gc.collect()
    gc.disable()
    try:
        CHECKS[name].judge(Evidence(history))
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_what_is_under_way_leaves_out_the_ways_of_requests(history, monkeypatch):
    monkeypatch.setattr(evidence, "SHORT", -1)
    history.append(6, "intent", at="op-1", intent="i1")
    for what, message in (("request", "m1"), ("event", "m2")):
        history.append(8, "send", peer="op-1", message=message, data={"what": what})
        history.append(8, "receive", at="op-1", message=message)
    history.append(9, "phase", data={"phase": "end"})
    found = Evidence(history).under_way_and("phase", "paint")
    assert [each.seq for each in found] == [1, 2, 3, 5, 6, 9, 10, 11]
