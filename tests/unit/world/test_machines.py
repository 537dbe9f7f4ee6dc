"""Whole small runs in which a client's machine sleeps, or its access token expires."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncsim.checks import judge
from syncsim.checks.verdict import Status
from syncsim.design import Merge
from syncsim.scenario import load, names
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

ACCEPT = (step(3 * SECOND, "op-1", "accept", "A1"),)


def work(*faults, steps=ACCEPT):
    """Run two operators, of whom one accepts A1 at 3 s, with faults."""
    return run(
        scenario(
            ENHANCED,
            clients=(operator("op-1"), operator("op-2")),
            rows=appointments(2),
            steps=steps,
            until_us=20 * SECOND,
            faults=faults,
        )
    )


def at(history, client: str, from_us: int, until_us: int) -> list[str]:
    """Return the kinds of what a client itself did within a time."""
    return [
        record.kind
        for record in history
        if record.at == client and from_us < record.time_us < until_us
    ]


def test_a_machine_that_sleeps_does_nothing_and_nobody_sits_at_it():
    history = work(fault(2 * SECOND, "sleep", "op-1", 5 * SECOND))
    assert at(history, "op-1", 2 * SECOND, 7 * SECOND) == []
    assert list(history.of("intent")) == []
    began, ended = history.of("fault", "heal")
    assert (began.time_us, ended.time_us) == (2 * SECOND, 7 * SECOND)


def test_wake_ends_a_sleep_and_nothing_else():
    history = work(
        fault(SECOND, "wake", "op-1"),
        fault(2 * SECOND, "sleep", "op-1"),
        fault(2 * SECOND, "delay", "op-1", by_us=MS),
        fault(6 * SECOND, "wake", "op-1"),
    )
    assert [(r.time_us, r.data["verb"]) for r in history.of("heal")] == [
        (6 * SECOND, "sleep"), (20 * SECOND, "delay"),
    ]  # fmt: skip


def test_a_time_out_that_was_due_in_the_sleep_comes_when_the_machine_wakes():
    history = work(fault(3 * SECOND + MS, "sleep", "op-1", 12 * SECOND))
    (outcome,) = history.of("outcome")
    assert (outcome.time_us, outcome.data["reason"]) == (15 * SECOND + MS, "timeout")


def test_timers_set_after_waking_count_from_then():
    """A fetch is lost and times out in the sleep; its retry waits its whole second."""
    history = work(fault(5 * MS, "sleep", "op-1", 15 * SECOND))
    fetches = [r.time_us for r in history.of("fetch") if r.at == "op-1"]
    assert fetches[:2] == [0, 0]
    woke = 15 * SECOND + 5 * MS
    assert all(woke + SECOND <= time < woke + SECOND + 2 * MS for time in fetches[2:4])


def test_the_socket_opens_again_after_the_sleep():
    history = work(fault(2 * SECOND, "sleep", "op-1", 5 * SECOND))
    opened = [r.time_us for r in history.of("open") if r.at == "op-1"]
    assert opened == [120 * MS, 7 * SECOND + 120 * MS], "the try that was due begins on waking"


@pytest.mark.parametrize(("first", "second"), [("sleep", "partition"), ("partition", "sleep")])
def test_a_link_is_up_when_the_last_reason_to_be_down_is_gone(first, second):
    history = work(
        fault(2 * SECOND, first, "op-1", 2 * SECOND),
        fault(3 * SECOND, second, "op-1", 14 * SECOND),
    )
    opened = [r.time_us for r in history.of("open") if r.at == "op-1"]
    assert len(opened) == 2
    assert opened[1] > 17 * SECOND, "no wait between two tries is as long as that"


def test_a_machine_that_is_told_to_sleep_twice_sleeps_until_the_later_end():
    history = work(
        fault(2 * SECOND, "sleep", "op-1", 4 * SECOND),
        fault(3 * SECOND, "sleep", "op-1", 6 * SECOND),
    )
    assert [r.time_us for r in history.of("heal")] == [9 * SECOND]


def test_everybody_is_awake_when_the_world_heals():
    history = work(fault(2 * SECOND, "sleep", "op-1"))
    assert [r.time_us for r in history.of("heal")] == [20 * SECOND]
    assert at(history, "op-1", 20 * SECOND, 80 * SECOND) != []


def sent(history, what: str) -> list[int]:
    """Return when requests of a sort were sent."""
    return [r.time_us for r in history.of("send") if r.data["what"] == what]


def test_a_request_with_an_old_token_is_sent_again_with_a_new_one():
    history = work(fault(2 * SECOND, "expire-token", "op-1"))
    asked = 3 * SECOND
    assert sent(history, "mutate") == [asked, asked + 80 * MS]
    assert sent(history, "refresh") == [asked + 40 * MS]
    assert len(list(history.of("commit"))) == 1
    (outcome,) = history.of("outcome")
    assert (outcome.time_us, outcome.data) == (asked + 120 * MS, {"result": "ok"})


def test_one_new_token_serves_all_that_wait():
    reload = (step(3 * SECOND, "op-1", "refresh"),)
    history = work(fault(2 * SECOND, "expire-token", "op-1"), steps=reload)
    assert len(sent(history, "error")) == 2
    assert len(sent(history, "refresh")) == 1


def test_without_a_new_token_the_request_fails():
    history = work(
        fault(2 * SECOND, "expire-token", "op-1"),
        fault(3 * SECOND + 30 * MS, "restart", "backend", 10 * SECOND),
    )
    (outcome,) = history.of("outcome")
    assert outcome.data["reason"] == "http-401"
    assert list(history.of("commit")) == []


def test_a_token_is_one_clients_own():
    history = work(fault(2 * SECOND, "expire-token", "op-2"))
    assert sent(history, "mutate") == [3 * SECOND]


@pytest.mark.parametrize(
    ("name", "design", "wrong"),
    [
        ("sleeping-laptop", {}, ["CONV", "INVAL"]),
        ("sleeping-laptop", {"recovery": {"strategy": "invalidate-all"}}, ["INVAL"]),
        ("expired-token", {}, []),
    ],
)
def test_the_scenarios_fail_where_they_say_and_pass_where_they_say(name, design, wrong):
    loaded = load(f"faults/{name}")
    history = run(replace(loaded, design=with_design(loaded.design, **design)))
    found = {each.check: each.status.value for each in judge(history).findings}
    assert sorted(check for check, status in found.items() if status == "fail") == wrong


@pytest.mark.parametrize(
    "name", [name for name in names("scenarios") if name.startswith("faults/")]
)
def test_every_scenario_of_faults_runs_to_a_verdict(name):
    verdict = judge(run(load(name)))
    assert verdict.status is not Status.UNKNOWN, str(verdict)


def wrong(client: str, for_us: int = 0, **how: int):
    """Let a client's clock be wrong from 1 s on."""
    return fault(SECOND, "skew-clock", client, for_us, **how)


def assigned(strategy: str, *faults) -> list[str]:
    """Return what became of two assignments, a second apart, under a rule that goes by clocks."""
    history = run(
        scenario(
            with_design(ENHANCED, merge=Merge(strategy=strategy)),
            clients=(operator("op-1"), operator("op-2")),
            rows=appointments(1),
            steps=(
                step(3 * SECOND, "op-1", "assign_driver", "A1", args={"driver": "dr-1"}),
                step(4 * SECOND, "op-2", "assign_driver", "A1", args={"driver": "dr-2"}),
            ),
            faults=faults,
        )
    )
    return [r.data["result"] for r in history.of("outcome")]


@pytest.mark.parametrize(
    ("strategy", "clocks", "becomes"),
    [
        ("client-clock", (), ["ok", "ok"]),
        ("client-clock", (wrong("op-1", skew_us=2 * SECOND),), ["ok", "refused"]),
        ("client-clock", (wrong("op-2", skew_us=-2 * SECOND),), ["ok", "refused"]),
        ("client-clock", (wrong("op-1", SECOND, skew_us=2 * SECOND),), ["ok", "ok"]),
        ("client-clock", (wrong("op-1", drift_ppm=900_000),), ["ok", "refused"]),
        ("hybrid-clock", (wrong("op-1", skew_us=2 * SECOND),), ["ok", "ok"]),
    ],
)  # fmt: skip
def test_a_client_stamps_its_writes_by_its_own_clock(strategy, clocks, becomes):
    assert assigned(strategy, *clocks) == becomes


def test_a_wrong_clock_is_no_reason_for_timers_to_come_late():
    when = [
        [r.time_us for r in work(fault(3 * SECOND + MS, "lose", "op-1"), *clocks).of("outcome")]
        for clocks in ((), (wrong("op-1", skew_us=-5 * SECOND),))
    ]
    assert when[0] == when[1] != []


def test_a_page_whose_clock_is_put_ahead_takes_its_data_for_old():
    """Data of 5 s ago are fresh for 300 s, and old by a clock that has gone on by an hour."""
    shows = (
        step(5 * SECOND, "op-1", "show", views=()),
        step(6 * SECOND, "op-1", "show", views=("pending",)),
    )
    fetches = [
        len([r for r in work(*clocks, steps=shows).of("fetch") if r.at == "op-1"])
        for clocks in ((), (wrong("op-1", skew_us=3600 * SECOND),))
    ]
    assert fetches == [2, 3]
