"""Whole small runs: phases, people, messages and faults as a history tells them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncsim.history import History, Record
from syncsim.net.profile import MILLION
from syncsim.scenario.scenario import Bounds, Load
from syncsim.world import run
from tests.support.scenarios import (
    DESIGNS,
    ENHANCED,
    EVEN,
    HARDENED,
    MANUAL,
    MS,
    SECOND,
    appointment,
    driver,
    fault,
    operator,
    scenario,
    step,
    therapist,
    with_design,
)

EVERY = pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
PENDING = "appointments/list/pending"


def of(history: History, *kinds: str, **fields: str) -> list[Record]:
    """Return the records of these kinds whose fields are as given."""
    return [
        record
        for record in history.of(*kinds)
        if all(getattr(record, name) == value for name, value in fields.items())
    ]


def times(records: list[Record]) -> list[int]:
    """Return the times of records."""
    return [record.time_us for record in records]


@EVERY
def test_a_run_has_its_phases_and_ends_with_the_last(design):
    history = run(scenario(design, until_us=3 * SECOND, bounds=Bounds(settle_us=2 * SECOND)))
    phases = [(r.time_us, (r.data or {})["phase"]) for r in history.of("phase")]
    assert phases == [(0, "safety"), (3 * SECOND, "settle"), (5 * SECOND, "end")]
    assert history[0].kind == "phase"
    assert history[len(history) - 1].data == {"phase": "end"}


def test_the_header_holds_what_a_judge_must_know():
    header = run(
        scenario(HARDENED, seed=9, checks=("CONV",), sometimes=("refusal",), until_us=SECOND)
    ).header
    assert (header["scenario"], header["seed"]) == ("test", 9)
    assert header["clients"] == {"op-1": {"role": "operator", "user": "op-1"}}
    assert header["bounds"] == {
        "settle_us": 20 * SECOND,
        "paint_us": 50 * MS,
        "deaf_us": 45 * SECOND,
        "gap_us": 5 * SECOND,
    }
    assert (header["checks"], header["sometimes"]) == (["CONV"], ["refusal"])
    assert header["design"]["overlay"] == {"strategy": "layers", "cancel_fetches": True}
    assert header["network"]["delay_us"] == 20 * MS
    assert set(header["domain"]) >= {"transitions", "actions", "queries", "projections"}


@EVERY
def test_an_intent_from_the_person_to_the_screens_of_others(design):
    history = run(
        scenario(
            design,
            clients=(operator("op-1"), operator("op-2")),
            steps=(step(2 * SECOND, "op-1", "accept", "A1", id="it"),),
            until_us=5 * SECOND,
        )
    )
    asked, outcome = of(history, "intent", "outcome", intent="it")
    assert (asked.time_us, asked.at, asked.cause) == (2 * SECOND, "op-1", -1)
    (commit,) = of(history, "commit")
    assert commit.time_us == 2 * SECOND + 20 * MS
    assert (commit.peer, commit.intent, commit.version) == ("op-1", "it", 2)
    assert (outcome.time_us, outcome.version) == (2 * SECOND + 40 * MS, 2)
    kinds = [record.kind for record in history.causes(outcome.seq)]
    assert kinds == ["receive", "send", "receive", "send", "intent"]

    others = [
        r
        for r in of(history, "paint", at="op-2", view=PENDING, entity="appointment/A1")
        if r.data["fields"] is None
    ]
    if design is MANUAL:
        assert of(history, "event") == []
    else:
        (event,) = of(history, "event", at="op-2")
        assert event.time_us == 2 * SECOND + 40 * MS
        assert times(others) == [2 * SECOND + 80 * MS + 16 * MS], "event, fetch, frame"
        kinds = [record.kind for record in history.causes(event.seq)]
        assert kinds[:4] == ["receive", "send", "publish", "commit"]


@EVERY
def test_what_a_person_does_in_the_moment_of_a_frame_does_not_follow_from_the_frame(design):
    """The frame is due at the same microsecond, so its records come first."""
    history = run(
        scenario(
            design,
            steps=(
                step(2 * SECOND, "op-1", "open", "A1"),
                step(2 * SECOND + 40 * MS + 16 * MS, "op-1", "accept", "A2", id="it"),
            ),
            until_us=5 * SECOND,
        )
    )
    (asked,) = of(history, "intent", intent="it")
    (painted,) = of(history, "paint", view="appointments/detail/A1", entity="appointment/A1")
    assert (painted.time_us, painted.seq < asked.seq) == (asked.time_us, True)
    assert history[painted.cause].kind == "receive"
    assert asked.cause == -1
    (sent,) = of(history, "send", intent="it", peer="backend")
    assert sent.cause == asked.seq


def test_a_timer_goes_off_at_its_time_and_what_it_does_follows_from_what_had_set_it():
    history = run(
        scenario(
            ENHANCED,
            clients=(operator("op-1", "pending"),),
            faults=(fault(0, "restart", "backend", 2 * SECOND),),
        )
    )
    lost = of(history, "lose", at="backend")
    fetches = of(history, "fetch")
    told = [r.time_us for r in of(history, "fetch_failed")]
    assert told == [40 * MS, 40 * MS + SECOND + 40 * MS], "the request, and the news"
    assert times(fetches) == [0, told[0] + SECOND, told[1] + 2 * SECOND]
    assert [r.cause for r in fetches[1:]] == [r.seq for r in lost]
    assert of(history, "fetched")[0].time_us == fetches[2].time_us + 40 * MS


@EVERY
def test_gestures_change_what_is_on_screen(design):
    history = run(
        scenario(
            design,
            steps=(
                step(1 * SECOND, "op-1", "show", views=("overdue",)),
                step(2 * SECOND, "op-1", "open", "A1"),
                step(3 * SECOND, "op-1", "refresh"),
                step(4 * SECOND, "op-1", "close"),
            ),
        )
    )
    moves = [
        (r.time_us // SECOND, r.kind, r.view)
        for r in of(history, "mount", "unmount", at="op-1")
        if r.view != "slice"
    ]
    assert moves == [
        (0, "mount", PENDING),
        (0, "mount", "appointments/list/active"),
        (1, "unmount", PENDING),
        (1, "unmount", "appointments/list/active"),
        (1, "mount", "appointments/list/overdue"),
        (2, "mount", "appointments/detail/A1"),
        (4, "unmount", "appointments/detail/A1"),
    ]
    refreshed = [r.view for r in of(history, "fetch") if r.data["trigger"] == "refresh"]
    assert refreshed[:2] == ["appointments/list/overdue", "appointments/detail/A1"]


def test_what_is_omitted_does_not_happen():
    steps = (
        step(1 * SECOND, "op-1", "accept", "A1", id="one"),
        step(2 * SECOND, "op-1", "accept", "A2", id="two"),
    )
    faults = (fault(3 * SECOND, "drop", "op-1"),)
    load = Load(
        id="load", who=("op-1",), every_us=SECOND, from_us=4 * SECOND, until_us=9 * SECOND,
        actions=("assign_driver",), args={"driver": ("dr-2",)},
    )  # fmt: skip
    whole = scenario(steps=steps, faults=faults, loads=(load,))
    intents = [record.intent for record in run(whole).of("intent")]
    omitted = ["one", faults[0].id, intents[3]]
    history = run(replace(whole, omit=frozenset(omitted)))
    assert [r.intent for r in history.of("intent")] == [i for i in intents if i not in omitted]
    assert of(history, "fault") == []


def test_an_event_that_is_published_while_a_client_is_away_is_lost_without_a_send():
    history = run(
        scenario(
            clients=(operator("op-1"), operator("op-2")),
            steps=(step(4 * SECOND, "op-1", "accept", "A1", id="it"),),
            faults=(fault(3 * SECOND, "partition", "op-2", 4 * SECOND),),
        )
    )
    (lost,) = [r for r in of(history, "lose", at="op-2") if r.data["reason"] == "away"]
    assert (lost.intent, lost.data["what"]) == ("it", "event")
    assert of(history, "send", message=lost.message) == []
    (publish,) = of(history, "publish", intent="it")
    assert publish.data == {"to": 0}
    assert lost.cause == publish.seq


# Faults


@pytest.mark.parametrize(
    "given",
    [
        fault(3 * SECOND, "partition", "op-1", 2 * SECOND),
        fault(3 * SECOND, "delay", "op-1", 2 * SECOND, by_us=MS),
        fault(3 * SECOND, "lose", "op-1", 2 * SECOND),
        fault(3 * SECOND, "restart", "backend", 2 * SECOND),
    ],
    ids=lambda given: given.do,
)
def test_a_fault_is_noted_and_heals_after_its_time(given):
    history = run(scenario(faults=(given,)))
    began, ended = of(history, "fault", "heal")
    assert (began.time_us, began.at) == (3 * SECOND, given.on)
    assert began.data == {"verb": given.do, "until_us": 5 * SECOND}
    assert (ended.time_us, ended.at, ended.cause) == (5 * SECOND, given.on, began.seq)
    assert ended.data == {"verb": given.do}


def test_a_fault_without_a_time_lasts_until_it_is_healed_by_name_or_by_the_end():
    history = run(
        scenario(
            clients=(operator("op-1"), operator("op-2")),
            faults=(
                fault(1 * SECOND, "partition", "op-1"),
                fault(1 * SECOND, "lose", "op-1"),
                fault(1 * SECOND, "partition", "op-2"),
                fault(4 * SECOND, "heal", "op-1"),
            ),
            until_us=8 * SECOND,
        )
    )
    assert {"until_us"} & set(of(history, "fault")[0].data) == set()
    healed = [(r.time_us // SECOND, r.at, r.data["verb"]) for r in of(history, "heal")]
    assert healed == [
        (4, "op-1", "partition"), (4, "op-1", "lose"), (8, "op-2", "partition"),
    ]  # fmt: skip


def test_a_fault_that_begins_anew_is_not_ended_by_the_end_of_the_first():
    history = run(
        scenario(
            faults=(
                fault(1 * SECOND, "partition", "op-1", 3 * SECOND),
                fault(2 * SECOND, "partition", "op-1", 5 * SECOND),
            )
        )
    )
    assert times(of(history, "heal")) == [7 * SECOND]


def test_every_fault_ends_before_the_settling():
    history = run(
        scenario(
            faults=(
                fault(9 * SECOND, "restart", "backend", 60 * SECOND),
                fault(9 * SECOND, "delay", "op-1", 60 * SECOND, by_us=SECOND),
            )
        )
    )
    assert times(of(history, "heal")) == [10 * SECOND] * 2
    assert of(history, "open")[-1].time_us > 10 * SECOND, "and the sockets come back"


def test_an_offline_client_is_told_and_cannot_ask():
    history = run(
        scenario(
            ENHANCED,
            steps=(step(4 * SECOND, "op-1", "accept", "A1", id="it"),),
            faults=(fault(3 * SECOND, "partition", "op-1", 3 * SECOND),),
        )
    )
    (outcome,) = of(history, "outcome")
    assert outcome.data == {"result": "failed", "reason": "offline"}
    (close,) = of(history, "close")
    assert close.data["reason"] == "offline"
    assert [r.data["epoch"] for r in of(history, "open")] == [1, 2]


def test_a_hardened_client_sends_what_it_was_asked_offline():
    history = run(
        scenario(
            HARDENED,
            steps=(step(4 * SECOND, "op-1", "accept", "A1", id="it"),),
            faults=(fault(3 * SECOND, "partition", "op-1", 3 * SECOND),),
        )
    )
    (outcome,) = of(history, "outcome")
    assert (outcome.time_us, outcome.data) == (6 * SECOND + 40 * MS, {"result": "ok"})
    assert of(history, "commit")[0].time_us == 6 * SECOND + 20 * MS


def test_a_hardened_client_looks_again_only_when_what_it_was_asked_offline_is_answered():
    """query-core resumes paused mutations first and waits for them (queryClient.ts, mount)."""
    steps = (
        step(4 * SECOND, "op-1", "refresh"),
        step(4 * SECOND, "op-1", "accept", "A1", id="it"),
    )
    faults = (fault(3 * SECOND, "partition", "op-1", 3 * SECOND),)
    back_us = 6 * SECOND
    for design, looks_us in ((ENHANCED, back_us), (HARDENED, back_us + 40 * MS)):
        clients = (operator("op-1", "rejections", "pending"),)
        history = run(scenario(design, clients=clients, steps=steps, faults=faults))
        first: dict[str, int] = {}
        for record in of(history, "fetch"):
            if record.time_us >= back_us:
                first.setdefault(record.view, record.time_us)
        assert first == {"rejections/review": looks_us, PENDING: looks_us}, design.name


def test_the_person_of_the_app_before_looks_again_at_intervals_from_a_drawn_point_on():
    clients = (operator("op-1"), operator("op-2"), therapist("th-1"))
    history = run(
        scenario(MANUAL, clients=clients, until_us=100 * SECOND, bounds=Bounds(settle_us=SECOND))
    )
    first = {}
    for client in clients:
        marks = of(history, "invalidate", at=client.name)
        looked_us = list(dict.fromkeys(times(marks)))
        first[client.name] = looked_us[0]
        assert looked_us == list(range(looked_us[0], 101 * SECOND + 1, 30 * SECOND))
        assert [r.cause for r in marks if r.view == marks[0].view] == [-1] * len(looked_us)
        assert {r.data["reason"] for r in marks} == {"refresh"}
        sent = of(history, "send", at=client.name, view=marks[0].view)
        names = [r.message.partition("@")[2] for r in sent]
        assert names == ["start", *(f"habit/{n}" for n in range(1, len(looked_us) + 1))]
    assert len(set(first.values())) == 3, "people do not look at the same moment"
    assert max(first.values()) < 30 * SECOND


@pytest.mark.parametrize("design", [MANUAL, ENHANCED], ids=lambda design: design.name)
def test_nobody_has_a_habit_where_the_design_has_none(design):
    plain = with_design(design, read={"refresh_every_us": 0})
    history = run(scenario(plain, until_us=100 * SECOND))
    assert of(history, "invalidate") == []


def test_a_drop_takes_the_socket_only():
    history = run(
        scenario(
            steps=(step(3 * SECOND, "op-1", "accept", "A1", id="it"),),
            faults=(fault(3 * SECOND, "drop", "op-1"),),
        )
    )
    assert of(history, "heal") == []
    assert [r.data["reason"] for r in of(history, "close")] == ["dropped"]
    assert of(history, "outcome")[0].data == {"result": "ok"}


@pytest.mark.parametrize(("leg", "commits"), [("request", 0), ("response", 1), ("both", 0)])
def test_a_lost_leg_leaves_the_person_without_an_answer(leg, commits):
    history = run(
        scenario(
            steps=(step(3 * SECOND, "op-1", "accept", "A1", id="it"),),
            faults=(fault(2 * SECOND, "lose", "op-1", 3 * SECOND, leg=leg),),
            until_us=20 * SECOND,
        )
    )
    assert len(of(history, "commit")) == commits
    assert of(history, "outcome")[0].data == {"result": "unknown", "reason": "timeout"}


def test_a_request_to_a_machine_without_a_backend_is_refused_and_says_why():
    history = run(
        scenario(
            steps=(step(3 * SECOND, "op-1", "accept", "A1", id="it"),),
            faults=(fault(2 * SECOND, "restart", "backend", 3 * SECOND),),
        )
    )
    (lost,) = of(history, "lose", message="it/1")
    assert lost.data["reason"] == "down"
    (outcome,) = of(history, "outcome")
    assert outcome.data == {"result": "unknown", "reason": "refused"}
    assert (outcome.time_us, outcome.cause) == (3 * SECOND + 40 * MS, lost.seq)
    assert [r.data["reason"] for r in of(history, "close")] == ["down"]


def test_a_restart_keeps_the_store():
    history = run(
        scenario(
            steps=(
                step(1 * SECOND, "op-1", "accept", "A1"),
                step(8 * SECOND, "op-1", "assign_driver", "A1", args={"driver": "dr-2"}),
            ),
            faults=(fault(2 * SECOND, "restart", "backend", SECOND),),
        )
    )
    assert [(r.entity, r.version) for r in of(history, "commit")] == [
        ("appointment/A1", 2), ("appointment/A1", 3),
    ]  # fmt: skip


def overdue(*faults) -> list[int]:
    """Return when an appointment due at 3 s was marked overdue, under some faults."""
    history = run(
        scenario(
            clients=(operator("op-1", "overdue"),),
            rows=appointment("A1", overdue_at_us=3 * SECOND),
            faults=faults,
        )
    )
    commits = of(history, "commit")
    assert {r.data["role"] for r in commits} == {"system"}
    published = {r.cause for r in of(history, "publish")}
    assert published == {r.seq for r in commits}, "a publication follows from its commit"
    return times(commits)


def test_the_clock_of_the_backend_strikes_when_it_is_due_or_when_it_is_up_again():
    assert overdue() == [3 * SECOND]
    assert overdue(fault(2 * SECOND, "restart", "backend", 4 * SECOND)) == [6 * SECOND]
    healed_early = (
        fault(2 * SECOND, "restart", "backend", 7 * SECOND),
        fault(5 * SECOND, "heal", "backend"),
    )
    assert overdue(*healed_early) == [5 * SECOND]
    assert overdue(fault(2 * SECOND, "restart", "backend")) == [10 * SECOND], "healed at the end"


def test_nothing_is_lost_on_a_quiet_network_and_all_on_a_dead_one():
    steps = (step(3 * SECOND, "op-1", "accept", "A1"),)
    assert of(run(scenario(steps=steps)), "lose") == []
    dead = run(scenario(steps=steps, network=replace(EVEN, http_loss_ppm=MILLION)))
    assert of(dead, "receive") == []
    assert [r.data["result"] for r in of(dead, "outcome")] == ["withheld"], "nothing was on screen"


def test_views_of_other_roles_are_fed_by_the_same_change():
    history = run(
        scenario(
            clients=(operator("op-1"), therapist("th-1"), driver("dr-1")),
            steps=(step(2 * SECOND, "op-1", "accept", "A1"),),
        )
    )
    shown = [
        (r.at, r.view)
        for r in of(history, "paint", entity="appointment/A1")
        if r.time_us > 2 * SECOND
        and r.view != "slice"
        and (r.data["fields"] or {}).get("status") == "therapist_accepted"
    ]
    assert sorted(dict.fromkeys(at for at, _ in shown)) == ["dr-1", "op-1", "th-1"]
