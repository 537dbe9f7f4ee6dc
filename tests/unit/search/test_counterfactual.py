from __future__ import annotations

import syncsim
from syncsim.checks import Status
from syncsim.checks.counterfactual import NAME
from syncsim.history import History
from syncsim.scenario import load
from syncsim.search import counterfactual, roll_without, trial
from tests.checks.notation import rebuilt

PAYMENT = load("seed/payment")


def test_each_refused_intent_is_left_out_and_nothing_else_changes():
    done = syncsim.run("seed/rejection-review", counterfactual=True)
    found = done.verdict[NAME]
    assert (found.status, found.seen) == (Status.PASS, 2)
    plain = syncsim.run("seed/rejection-review")
    assert list(done.trial.history) == list(plain.trial.history)
    assert done.verdict.findings[:-1] == plain.verdict.findings


def test_a_screen_that_a_refusal_spoilt_is_told_of(monkeypatch):
    done = trial(PAYMENT)
    found = roll_without(PAYMENT, _with_another_row(done.history))
    assert found.status is Status.FAIL
    assert found.stories[0].client in done.history.header["clients"]
    monkeypatch.setattr(counterfactual, "RUNS_MAX", 0)
    assert roll_without(PAYMENT, done.history).status is Status.UNKNOWN


def _with_another_row(history: History) -> History:
    """Return a history whose last paint of a row is of another status."""
    records = list(history)
    place = max(r.seq for r in history.of("paint") if r.data["fields"] and r.view != "slice")
    record = records[place]
    fields = {**record.data["fields"], "status": "spoilt"}
    records[place] = record._replace(data={**record.data, "fields": fields})
    return rebuilt(history, records)
