"""Whole small runs in which a page is loaded anew, with and without what is stored of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncsim.checks import judge
from syncsim.history.replay import Replay
from syncsim.scenario import load
from syncsim.world import run
from tests.support.scenarios import (
    DESIGNS,
    ENHANCED,
    HARDENED,
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
EVERY = pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)


def reloads(design, at_us: int, *faults, steps=ACCEPT):
    """Run two operators, of whom one accepts A1 at 3 s and reloads the page at some time."""
    return run(
        scenario(
            design,
            clients=(operator("op-1"), operator("op-2")),
            rows=appointments(2),
            steps=steps,
            until_us=20 * SECOND,
            faults=(fault(at_us, "reload", "op-1"), *faults),
        )
    )


def stored(design, *, cache: bool = False, queue: bool = False):
    """Return a design that stores these."""
    return with_design(design, read={"persist": cache}, write={"persist": queue})


def of(history, *kinds: str, at: str = "op-1", since_us: int = 0) -> list:
    """Return what one client did of some kinds from some time on."""
    return [r for r in history.of(*kinds) if r.at == at and r.time_us >= since_us]


@EVERY
@pytest.mark.parametrize("cache", [False, True])
@pytest.mark.parametrize("queue", [False, True])
@pytest.mark.parametrize("at_us", [MS, 50 * MS, 2 * SECOND, 3 * SECOND + 30 * MS])
def test_after_a_reload_the_same_views_show_what_the_backend_holds(design, cache, queue, at_us):
    history = reloads(stored(design, cache=cache, queue=queue), at_us)
    replay = Replay(history.header)
    for record in history:
        replay.apply(record)
    views = ["active", "pending", *(["slice"] if design.store == "cache-and-slice" else [])]
    shown = sorted(screen.query for screen in replay.screens_of("op-1"))
    assert shown == views
    assert all(screen.ready for screen in replay.screens_of("op-1"))
    found = {each.check: each.status.value for each in judge(history).findings}
    keeps_overlay = cache and not queue and design is ENHANCED and at_us > 3 * SECOND
    assert (found["CONV"] == "fail") is keeps_overlay


def test_a_stored_cache_keeps_what_an_intent_that_was_not_stored_had_written_into_it():
    """Fresh for five minutes, of nobody: the event of the own commit goes to all others."""
    history = reloads(stored(ENHANCED, cache=True), 3 * SECOND + 30 * MS)
    stories = judge(history)["CONV"].stories
    assert any("with the pending intent" in story.text for story in stories)


def test_a_page_closes_its_socket_and_the_next_one_opens_another_at_once():
    history = reloads(ENHANCED, 5 * SECOND)
    (closed,) = of(history, "close")
    assert closed.time_us == 5 * SECOND
    assert closed.data == {"epoch": 1, "reason": "reload", "code": 1001}
    opened = [(r.time_us, r.data["epoch"]) for r in of(history, "open")]
    assert opened == [(120 * MS, 1), (5 * SECOND + 120 * MS, 2)]


def test_what_is_on_its_way_to_the_old_socket_is_lost():
    accepts = (step(3 * SECOND, "op-2", "accept", "A1"),)
    history = reloads(ENHANCED, 3 * SECOND + 30 * MS, steps=accepts)
    (lost,) = of(history, "lose")
    assert (lost.data["what"], lost.data["reason"]) == ("event", "dropped")
    assert of(history, "event") == []


def test_a_page_that_is_gone_makes_no_more_tries():
    """The backend is down; the old page would have tried again, and the new one does, alone."""
    history = reloads(ENHANCED, 6 * SECOND, fault(5 * SECOND, "restart", "backend", 4 * SECOND))
    assert [r.data["epoch"] for r in of(history, "open")] == [1, 2]


def test_the_views_leave_the_screen_and_come_back_and_are_fetched_again():
    history = reloads(ENHANCED, 5 * SECOND)
    gone = [r.view for r in of(history, "unmount")]
    back = [r.view for r in of(history, "mount", since_us=5 * SECOND)]
    assert sorted(gone) == sorted(back) != []
    fetches = of(history, "fetch", since_us=5 * SECOND)
    assert [r.message.partition("@")[2] for r in fetches] == ["reload", "reload"]
    painted = min(r.time_us for r in of(history, "paint", since_us=5 * SECOND))
    assert painted == 5 * SECOND + 56 * MS, "a round trip and a frame with nothing on screen"


def test_a_stored_cache_is_on_screen_at_once_and_is_not_fetched_while_it_is_fresh():
    history = reloads(stored(ENHANCED, cache=True), 5 * SECOND)
    assert of(history, "fetch", since_us=5 * SECOND) == []
    painted = of(history, "paint", since_us=5 * SECOND)
    assert {r.time_us for r in painted if r.view != "slice"} == {5 * SECOND + 16 * MS}


def test_a_stored_cache_that_had_been_marked_stale_is_fetched():
    """The reload comes between an event and the answer to the fetch that it set off."""
    accepts = (step(3 * SECOND, "op-2", "accept", "A1"),)
    history = reloads(stored(ENHANCED, cache=True), 3 * SECOND + 50 * MS, steps=accepts)
    fetches = of(history, "fetch", since_us=3 * SECOND + 50 * MS)
    assert [r.message.partition("@")[2] for r in fetches] == ["reload", "reload"]
    gone = of(history, "fetch_cancelled")
    assert [r.data["reason"] for r in gone] == ["reload", "reload"]


def test_an_answer_to_the_page_before_is_nobodys():
    history = reloads(ENHANCED, 30 * MS, steps=())
    assert [r.time_us for r in of(history, "receive")] == [40 * MS, 40 * MS, 70 * MS, 70 * MS]
    assert [r.time_us for r in of(history, "fetched")] == [70 * MS, 70 * MS]


@pytest.mark.parametrize("design", [ENHANCED, HARDENED], ids=["enhanced", "hardened"])
def test_an_intent_that_is_not_stored_has_no_outcome(design):
    history = reloads(design, 3 * SECOND + 10 * MS)
    assert len(list(history.of("commit"))) == 1, "the request was under way"
    assert list(history.of("outcome")) == []
    (forgotten,) = history.of("forget")
    assert (forgotten.at, forgotten.entity) == ("op-1", "appointment/A1")
    assert [r.data["reason"] for r in history.of("unlay")] == ["reload"]
    (story,) = judge(history)["DONE"].stories
    assert "loaded anew" in story.text


@pytest.mark.parametrize(("key", "answers"), [(True, ["ok"]), (False, ["refused"])])
def test_a_stored_intent_is_sent_again_and_a_key_tells_that_it_is_the_same(key, answers):
    plain = with_design(ENHANCED, write={"idempotency_key": key})
    history = reloads(stored(plain, queue=True), 3 * SECOND + 10 * MS)
    assert [r.message for r in history.of("send") if r.data["what"] == "mutate"] == [
        f"{ACCEPT[0].id}/1", f"{ACCEPT[0].id}/2",
    ]  # fmt: skip
    assert [r.data["result"] for r in history.of("outcome")] == answers
    assert len(list(history.of("commit"))) == 1
    assert list(history.of("forget")) == []


@pytest.mark.parametrize("strategy", ["snapshot", "inverse", "revision", "layers", "freeze"])
@pytest.mark.parametrize("cache", [False, True])
def test_a_stored_intent_that_is_refused_leaves_nothing_on_screen(strategy, cache):
    """Both accept A1; op-2 is first, and op-1's request is lost with the page."""
    both = (step(3 * SECOND, "op-1", "accept", "A1"), step(3 * SECOND, "op-2", "accept", "A1"))
    design = stored(with_design(ENHANCED, overlay={"strategy": strategy}), cache=cache, queue=True)
    lost = fault(2 * SECOND, "lose", "op-1", 1005 * MS, leg="request")
    history = reloads(design, 3 * SECOND + 10 * MS, lost, steps=both)
    found = {each.check: each.status.value for each in judge(history).findings}
    assert (found["CONV"], found["DONE"]) == ("pass", "pass")
    assert [r.data["result"] for r in history.of("outcome")] == ["ok", "refused"]


def test_intents_that_wait_in_a_queue_keep_their_order():
    steps = tuple(
        step(3 * SECOND + n * MS, "op-1", "assign_driver", "A1", args={"driver": f"dr-{n}"})
        for n in (1, 2, 3)
    )
    design = stored(with_design(HARDENED, write={"if_match": False}), queue=True)
    history = reloads(design, 3 * SECOND + 10 * MS, steps=steps)
    assert [r.data["fields"]["driver"] for r in history.of("commit")] == ["dr-1", "dr-2", "dr-3"]
    assert [r.data["result"] for r in history.of("outcome")] == ["ok"] * 3


def test_nobody_reloads_a_page_on_a_machine_that_sleeps():
    history = reloads(ENHANCED, 5 * SECOND, fault(4 * SECOND, "sleep", "op-1", 4 * SECOND))
    assert of(history, "unmount") == []


def test_two_reloads_in_a_row_use_no_name_twice():
    history = reloads(ENHANCED, 5 * SECOND, fault(5 * SECOND + 10 * MS, "reload", "op-1"))
    sent = [r.message for r in history.of("send")]
    assert len(sent) == len(frozenset(sent))


@pytest.mark.parametrize(
    ("design", "wrong"),
    [
        ({}, ["DONE"]),
        ({"write": {"persist": True, "idempotency_key": True}}, []),
    ],
)
def test_the_scenario_fails_where_it_says_and_passes_where_it_says(design, wrong):
    loaded = load("faults/reload-in-mid-send")
    history = run(replace(loaded, design=with_design(loaded.design, **design)))
    found = {each.check: each.status.value for each in judge(history).findings}
    assert sorted(check for check, status in found.items() if status == "fail") == wrong
