"""Whole small runs with faults of the backend, and of what it runs on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncsim.checks import judge
from syncsim.scenario import load
from syncsim.scenario.scenario import Hosting
from syncsim.world import run
from tests.support.scenarios import (
    ENHANCED,
    MS,
    SECOND,
    appointments,
    fault,
    operator,
    scenario,
    step,
    with_design,
)


def accepts(design=ENHANCED, **given):
    """Return a scenario with two operators, of whom one accepts A1 at 3 s."""
    return scenario(
        design,
        clients=(operator("op-1"), operator("op-2")),
        rows=appointments(2),
        steps=(step(3 * SECOND, "op-1", "accept", "A1"),),
        until_us=12 * SECOND,
        **given,
    )


def test_a_crash_after_a_commit_waits_for_one_and_leaves_the_sockets_open():
    crash = fault(SECOND, "crash", "backend", 2 * SECOND, after="commit")
    history = run(accepts(faults=(crash,)))
    (commit,) = history.of("commit")
    began, healed = history.of("fault", "heal")
    assert (began.time_us, healed.time_us) == (commit.time_us, commit.time_us + 2 * SECOND)
    assert len(list(history.of("open"))) == 2
    assert list(history.of("close", "publish")) == []
    (outcome,) = history.of("outcome")
    assert outcome.data["reason"] == "timeout"


def test_a_crash_after_the_reply_tells_the_asker_alone():
    crash = fault(SECOND, "crash", "backend", 2 * SECOND, after="reply")
    history = run(accepts(faults=(crash,)))
    (outcome,) = history.of("outcome")
    assert outcome.data["result"] == "ok"
    assert list(history.of("publish")) == []


def test_with_an_outbox_the_event_goes_out_when_the_backend_is_back():
    crash = fault(SECOND, "crash", "backend", 2 * SECOND, after="commit")
    history = run(accepts(with_design(ENHANCED, outbox=True), faults=(crash,)))
    (publish,), (healed,) = history.of("publish"), history.of("heal")
    assert publish.time_us == healed.time_us


def test_a_trap_that_no_commit_springs_is_gone_when_the_world_heals():
    crash = fault(11 * SECOND, "crash", "backend", 2 * SECOND, after="commit")
    assert list(run(accepts(faults=(crash,))).of("fault", "heal")) == []


def test_requests_to_a_crashed_backend_are_refused():
    crash = fault(2 * SECOND, "crash", "backend", 3 * SECOND)
    history = run(accepts(faults=(crash,)))
    assert {record.data["reason"] for record in history.of("lose")} == {"down"}
    assert list(history.of("commit")) == []


def test_two_reasons_to_be_down_must_both_be_gone():
    faults = (
        fault(2 * SECOND, "crash", "backend", 2 * SECOND),
        fault(3 * SECOND, "restart", "backend", 3 * SECOND),
    )
    history = run(accepts(faults=faults))
    opened = [record.time_us for record in history.of("open") if record.time_us > SECOND]
    assert len(opened) == 2
    assert min(opened) > 6 * SECOND


def test_a_commit_reaches_a_replica_after_its_lag():
    history = run(accepts(hosting=Hosting(replicas=1, lag_us=500 * MS)))
    (commit,) = history.of("commit")
    answers = [r.lsn for r in history.of("receive") if r.view and r.time_us > commit.time_us]
    assert set(answers) - {-1} == {commit.lsn - 1}, "every fetch came within the lag"


def test_the_luck_of_replicas_touches_nothing_else():
    plain = run(accepts())
    copied = run(accepts(hosting=Hosting(replicas=2)))
    assert list(copied) == list(plain)


def test_an_overloaded_backend_turns_away_its_share():
    busy = fault(2 * SECOND, "overload", "backend", 3 * SECOND, retry_after_us=SECOND)
    history = run(accepts(faults=(busy,)))
    (outcome,) = history.of("outcome")
    assert outcome.data["reason"] == "http-503"
    history = run(accepts(with_design(ENHANCED, retry_after=True), faults=(busy,)))
    (outcome,) = history.of("outcome")
    assert outcome.data["result"] == "ok"
    assert outcome.time_us > 5 * SECOND


def test_a_partition_that_the_browser_does_not_notice_is_found_out_by_time_outs():
    away = fault(2 * SECOND, "partition", "op-1", 20 * SECOND, unnoticed=True)
    history = run(accepts(faults=(away,)))
    (outcome,) = history.of("outcome")
    assert outcome.data["reason"] == "timeout"
    (began,) = history.of("fault")
    assert began.data["unnoticed"] is True


def verdicts(name: str, **design) -> dict[str, str]:
    """Return what the checks say of a scenario that comes with syncsim, changed in its design."""
    loaded = load(f"faults/{name}")
    history = run(replace(loaded, design=with_design(loaded.design, **design)))
    return {found.check: found.status.value for found in judge(history).findings}


@pytest.mark.parametrize(
    ("name", "design", "wrong"),
    [
        ("crash-before-event", {}, ["CONV", "INVAL"]),
        ("crash-before-event", {"outbox": True}, ["INVAL"]),
        ("crash-before-event", {"recovery": {"strategy": "audit"}}, []),
        ("lost-commits", {}, ["CONV", "DURABLE"]),
        ("lost-commits", {"recovery": {"strategy": "audit"}}, ["DURABLE"]),
        ("stale-replica", {}, ["CONV", "INVAL", "RYW", "MONO"]),
        ("stale-replica", {"read": {"fresh_by": "token"}}, []),
        ("frame-too-long", {}, ["CONV"]),
        (
            "frame-too-long",
            {"recovery": {"strategy": "invalidate-all"}, "feed": {"retention_us": 0}},
            [],
        ),
        ("request-sent-twice", {}, ["NOFLAP"]),
        ("request-sent-twice", {"write": {"idempotency_key": True}}, []),
        ("unfaithful-socket", {}, ["CONV", "INVAL", "GAP"]),
        ("unfaithful-socket", {"recovery": {"strategy": "audit", "every_us": 10 * SECOND}}, []),
    ],
)
def test_the_scenarios_fail_where_they_say_and_pass_where_they_say(name, design, wrong):
    found = verdicts(name, **design)
    assert sorted(check for check, status in found.items() if status == "fail") == sorted(wrong)
