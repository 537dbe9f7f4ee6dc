"""A broker that fails alone: what becomes of changes, by what the feed promises."""

from __future__ import annotations

import pytest

from syncsim import scenario as files
from syncsim.checks import judge
from syncsim.checks.evidence import Evidence
from syncsim.checks.sometimes import SITUATIONS
from syncsim.cli.topology_picture import picture
from syncsim.design import Feed
from syncsim.history import History
from syncsim.net.gateways import Gateways
from syncsim.scenario.scenario import Fault
from syncsim.world import run
from tests.support.scenarios import (
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
from tests.unit.scenario.sample import SAMPLE, problems_of

REPLAY = with_design(HARDENED, recovery={"strategy": "replay"}, feed=Feed(retention_us=60 * SECOND))
ACKED = with_design(HARDENED, feed=Feed(delivery="at-least-once"))
LOG = with_design(
    HARDENED, read={"strategy": "delta-log"}, outbox=True, feed=Feed(payload="rows", delivery="log")
)
OUTBOX = with_design(HARDENED, outbox=True)
KEEPS = {"at-least-once": ACKED, "log": LOG, "outbox": OUTBOX}
FORGETS = {"nothing": HARDENED, "memory": REPLAY}

DOWN = fault(2 * SECOND, "restart", "broker", 4 * SECOND)
CUT = fault(2 * SECOND, "partition", "broker", 4 * SECOND)
HELD = fault(2 * SECOND, "hold", "broker", 4 * SECOND)
FIRST = step(3 * SECOND, "op-1", "accept", "A1", id="first")
SECOND_STEP = step(4 * SECOND, "op-1", "accept", "A2", id="second")
LATER = step(8 * SECOND, "op-1", "accept", "A3", id="later")


def accepts(design, *faults: Fault, **given) -> History:
    """Run two operators, of whom one accepts A1 at 3 s and A2 at 4 s."""
    return run(
        scenario(
            design,
            clients=(operator("op-1"), operator("op-2")),
            rows=appointments(3),
            faults=faults,
            until_us=20 * SECOND,
            **{"steps": (FIRST, SECOND_STEP), **given},
        )
    )


def heard(history: History, who: str = "op-2") -> list[tuple[int, str]]:
    """Return when somebody heard of which row, in milliseconds."""
    return [
        (each.time_us // MS, each.entity.removeprefix("appointment/"))
        for each in history.of("event")
        if each.at == who
    ]


def lost(history: History) -> list[tuple[int, str, str]]:
    """Return the events that were lost: when, at whom, and why."""
    return [
        (each.time_us // MS, each.at, each.data["reason"])
        for each in history.of("lose")
        if each.data["what"] == "event"
    ]


def published(history: History) -> list[tuple[int, int, bool]]:
    """Return what was published: when, to how many, and whether it waits."""
    return [
        (each.time_us // MS, each.data["to"], each.data.get("waits", False))
        for each in history.of("publish")
    ]


def stories(history: History) -> dict[str, str]:
    return {
        each.check: " ".join(story.text for story in each.stories)
        for each in judge(history).findings
        if each.status.value == "fail"
    }


@pytest.mark.parametrize("design", FORGETS.values(), ids=FORGETS)
@pytest.mark.parametrize(("off", "reason"), [(DOWN, "broker-down"), (CUT, "broker-cut")])
def test_at_most_once_what_is_published_to_no_broker_is_lost(design, off, reason):
    history = accepts(design, off, steps=(FIRST, SECOND_STEP, LATER))
    assert lost(history) == [(3_020, "op-2", reason), (4_020, "op-2", reason)]
    assert published(history) == [(3_020, 0, False), (4_020, 0, False), (8_020, 1, False)]
    assert heard(history) == [(8_040, "A3")]
    # Nobody's socket knows of it, so nobody looks.
    assert list(history.of("close")) == []
    assert [each.at for each in history.of("fault", "heal")] == ["broker", "broker"]


def test_the_checks_say_that_it_was_the_broker():
    told = stories(accepts(HARDENED, DOWN))
    assert "(the broker was down)" in told["INVAL"]
    assert "(the broker was down)" in told["GAP"]
    assert "CONV" in told
    told = stories(accepts(HARDENED, CUT))
    assert "(the backend could not reach the broker)" in told["INVAL"]


@pytest.mark.parametrize("design", KEEPS.values(), ids=KEEPS)
@pytest.mark.parametrize("off", [DOWN, CUT], ids=["restart", "partition"])
def test_what_must_not_be_lost_waits_at_the_backend_and_goes_out_in_order(design, off):
    history = accepts(design, off)
    assert [(at, waits) for at, _, waits in published(history)] == [
        (3_020, True),
        (4_020, True),
        (6_000, False),
        (6_000, False),
    ]
    assert heard(history) == [(6_020, "A1"), (6_020, "A2")]
    assert lost(history) == []
    assert "INVAL" not in stories(history), "it was on its way"
    causes = {history[each.cause].kind for each in history.of("publish")}
    assert causes == {"commit"}


@pytest.mark.parametrize("design", (FORGETS | KEEPS).values(), ids=FORGETS | KEEPS)
def test_a_broker_that_stalls_loses_nothing(design):
    history = accepts(design, HELD)
    assert heard(history) == [(6_020, "A1"), (6_020, "A2")]
    assert lost(history) == []
    assert stories(history) == {}


def test_who_connects_while_it_stalls_is_told_of_what_waited():
    """The gateways know who is connected when it goes on."""
    away = fault(2_500 * MS, "partition", "op-2", SECOND)
    history = accepts(HARDENED, HELD, away)
    (opened,) = [each for each in history.of("open") if each.at == "op-2" and each.time_us > SECOND]
    assert 3_500 * MS < opened.time_us < 6 * SECOND
    assert heard(history) == [(6_020, "A1"), (6_020, "A2")]


def test_a_broker_that_dies_while_it_stalls_takes_along_what_waited_in_front_of_it():
    dies = fault(3_500 * MS, "restart", "broker", SECOND)
    history = accepts(HARDENED, HELD, dies)
    assert lost(history) == [(3_500, "op-2", "broker-down"), (4_020, "op-2", "broker-down")]
    assert heard(accepts(ACKED, HELD, dies)) == [(6_020, "A1"), (6_020, "A2")]


def test_what_the_memory_held_is_forgotten_and_a_client_that_is_back_looks_at_everything():
    away = fault(2 * SECOND, "partition", "op-2", 6 * SECOND)
    restart = fault(5 * SECOND, "restart", "broker", SECOND)
    for faults, is_whole in (((away,), True), ((away, restart), False)):
        history = accepts(REPLAY, *faults)
        again = [each for each in history.of("invalidate") if each.data["reason"] == "reconnect"]
        assert bool([each for each in again if each.time_us > 8 * SECOND]) != is_whole
        assert "CONV" not in stories(history)


def test_a_log_forgets_nothing_over_a_restart():
    away = fault(2 * SECOND, "partition", "op-2", 6 * SECOND)
    design = with_design(LOG, recovery={"strategy": "cursor"})
    history = accepts(design, away, fault(5 * SECOND, "restart", "broker", SECOND))
    assert [row for _, row in heard(history)] == ["A1", "A2"]
    assert stories(history) == {}


def test_who_asks_a_broker_that_is_down_is_answered_when_it_is_back():
    """op-2 is back at 3 s, and says then what it knows."""
    away = fault(2_500 * MS, "partition", "op-2", 500 * MS)
    history = accepts(REPLAY, DOWN, away, steps=())
    asked = [each for each in history.of("receive") if ":resume@" in each.message]
    late = [each for each in asked if each.at == "backend" and each.time_us > 2_500 * MS]
    (answer,) = [
        each
        for each in history.of("send")
        if each.data["what"] == "resumed" and each.time_us > 2_500 * MS
    ]
    assert [each.time_us < 6 * SECOND for each in late] == [True]
    assert answer.time_us == 6 * SECOND


def test_what_a_broker_that_was_down_has_no_acknowledgement_of_is_told_again():
    """op-2 has heard of A1 at 3.040 s, and the broker is down when its word of that comes."""
    history = accepts(ACKED, fault(3_050 * MS, "restart", "broker", SECOND), steps=(FIRST,))
    told = [
        (each.time_us // MS, each.message.partition(">")[2])
        for each in history.of("send")
        if each.data["what"] == "event"
    ]
    assert told == [(3_020, "op-2"), (4_050, "op-2@broker/1")]
    assert heard(history) == [(3_040, "A1")], "it knows the number"
    held = accepts(ACKED, fault(3_050 * MS, "hold", "broker", SECOND), steps=(FIRST,))
    assert [each.data["what"] for each in held.of("send")].count("event") == 1


def told(history: History) -> list[tuple[int, str]]:
    """Return when the broker told op-2, and with which ends of the messages' names."""
    return [
        (each.time_us // MS, each.message.partition(">")[2])
        for each in history.of("send")
        if each.data["what"] == "event"
    ]


def test_a_word_that_waits_in_front_of_a_stalled_broker_is_heard_unless_it_dies():
    """op-2 has heard of A1 at 3.040 s, says so, and gets a new connection at 6 s."""
    stalls = fault(3_050 * MS, "hold", "broker", SECOND)
    drop = fault(6 * SECOND, "drop", "op-2")
    assert told(accepts(ACKED, stalls, drop, steps=(FIRST,))) == [(3_020, "op-2")]
    dies = fault(3_500 * MS, "restart", "broker", 200 * MS)
    history = accepts(ACKED, stalls, dies, steps=(FIRST,))
    assert told(history) == [(3_020, "op-2"), (4_050, "op-2@broker/1")]


def test_who_connects_to_a_stalled_broker_is_told_what_it_is_owed_when_that_goes_on():
    """op-2 is away from 2 s to 5 s, the broker stalls from 4 s to 7 s."""
    away = fault(2 * SECOND, "partition", "op-2", 3 * SECOND)
    stalls = fault(4_500 * MS, "hold", "broker", 2_500 * MS)
    history = accepts(ACKED, away, stalls)
    assert told(history) == [(7_000, "op-2@broker/1"), (7_000, "op-2@broker/1")]
    assert heard(history) == [(7_020, "A1"), (7_020, "A2")]


def test_an_outbox_that_the_backend_filled_before_it_died_goes_out_behind_what_waited():
    """A1 waits for the broker; the backend dies with the commit of A2, and outlasts the broker."""
    dies = fault(3_500 * MS, "crash", "backend", 5 * SECOND, after="commit")
    history = accepts(OUTBOX, DOWN, dies)
    assert heard(history) == [(9_040, "A1"), (9_040, "A2")]


def test_what_waited_and_is_not_undone_is_told_before_the_log_begins_anew():
    """The backend loses A2 and not A1, and is back before the broker."""
    crash = fault(4_500 * MS, "crash", "backend", SECOND, loses_us=SECOND)
    later = step(12 * SECOND, "op-1", "accept", "A3", id="later")
    history = accepts(LOG, DOWN, crash, steps=(FIRST, SECOND_STEP, later))
    assert [row for _, row in heard(history)] == ["A1", "A3"]
    offsets = [each.lsn for each in history.of("publish") if each.data["to"]]
    assert offsets == sorted(offsets)


def test_a_backend_that_goes_down_meanwhile_loses_what_it_kept_unless_it_has_an_outbox():
    crash = fault(3_500 * MS, "crash", "backend", SECOND)
    history = accepts(ACKED, DOWN, crash, steps=(FIRST,))
    assert lost(history) == [(3_500, "op-2", "unpublished")]
    assert "(the backend went down before the broker had it)" in stories(history)["INVAL"]
    kept = accepts(with_design(ACKED, outbox=True), DOWN, crash, steps=(FIRST,))
    assert heard(kept) == [(6_020, "A1")]
    longer = fault(3_500 * MS, "crash", "backend", 5 * SECOND)
    kept = accepts(with_design(ACKED, outbox=True), DOWN, longer, steps=(FIRST,))
    assert heard(kept) == [(8_520, "A1")], "the outbox is the backend's"


@pytest.mark.parametrize("for_us", [SECOND, 6 * SECOND])
def test_what_waited_of_commits_that_are_lost_is_never_told(for_us):
    crash = fault(3_900 * MS, "crash", "backend", for_us, loses_us=SECOND)
    late = step(12 * SECOND, "op-1", "accept", "A3", id="late")
    history = accepts(LOG, DOWN, crash, steps=(FIRST, late))
    assert [row for _, row in heard(history)] == ["A3"]
    assert len(list(history.of("rewind"))) == 1
    assert published(history)[1][1:] == (0, False), "what waited has an end"


def test_one_that_neither_serves_nor_is_reached_waits_for_the_end_of_both():
    faults = (CUT, fault(5 * SECOND, "hold", "broker", 4 * SECOND))
    assert heard(accepts(ACKED, *faults)) == [(9_020, "A1"), (9_020, "A2")]


def test_a_run_that_settles_heals_the_broker():
    history = accepts(ACKED, fault(2 * SECOND, "partition", "broker"))
    (healed,) = history.of("heal")
    assert (healed.at, healed.time_us) == ("broker", 20 * SECOND)
    assert [row for _, row in heard(history)] == ["A1", "A2"]


def test_a_faulty_broker_tells_a_design_without_push_nothing_anyway():
    design = files.load_design("manual-refresh")
    assert lost(accepts(design, DOWN)) == []


def test_a_broker_that_restarts_is_not_the_backend():
    """`sometimes: [restart]` speaks of the backend."""
    for place, is_backend in (("broker", False), ("gateway-1", False), ("backend", True)):
        history = accepts(HARDENED, fault(2 * SECOND, "restart", place, SECOND))
        assert bool([*SITUATIONS["restart"](Evidence(history))]) == is_backend


# In a file

FAULTS = """\
  - {at: 9s, do: restart, on: broker, for: 2s}
  - {at: 12s, do: hold, on: broker}
  - {at: 13s, do: release, on: broker}
  - {at: 14s, do: partition, on: broker}
  - {at: 15s, do: heal, on: broker}
"""
OLD = "  - {at: 9s, do: heal, on: dr-1}\n"
TEXT = SAMPLE.replace(OLD, OLD + FAULTS)
SWARM = """\
generators:
  - do: swarm
    until: 50s
    faults: [{do: restart, on: [broker, backend], every: 5s..9s, for: 1s..2s}]
  - {do: flap, on: broker, at: 20s, times: 3, down: 1s, up: 1s}
"""


def test_a_file_names_the_broker_and_the_picture_shows_its_faults():
    loaded = files.loads(TEXT)
    assert files.loads(files.dump(loaded)) == loaded
    history = run(loaded)
    told = [(each.kind, each.data["verb"]) for each in history.of("fault", "heal")
            if each.at == "broker"]  # fmt: skip
    assert told == [
        *(("fault", "restart"), ("heal", "restart"), ("fault", "hold"), ("heal", "hold")),
        *(("fault", "partition"), ("heal", "partition")),
    ]
    lines = picture(loaded)
    assert "9s: restart on broker, for 2s" in lines
    assert "12s: hold on broker" in lines


def test_generators_may_name_the_broker():
    history = run(files.loads(SAMPLE + SWARM))
    assert {each.data["verb"] for each in history.of("fault") if each.at == "broker"} >= {
        "partition"
    }


@pytest.mark.parametrize("verb", ["drop", "sleep", "delay", "lose", "duplicate", "overload"])
def test_what_cannot_happen_to_a_broker_is_said(verb):
    more = {"delay": ", by: 1s", "overload": ", for: 1s"}.get(verb, "")
    text = TEXT.replace("do: hold, on: broker", f"do: {verb}, on: broker{more}")
    (problem,) = problems_of(text)
    assert (problem.code, problem.found) == ("unknown-place", "'broker'")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("restart, on: broker, for: 2s", "restart, on: broker", "missing-key"),
        ("partition, on: broker", "partition, on: broker, unnoticed: true", "unknown-key"),
        ("partition, on: broker", "partition, on: broker, direction: up", "unknown-key"),
        ("restart, on: broker", "restart, on: brokr", "unknown-place"),
    ],
)
def test_keys_that_say_nothing_of_a_broker_are_refused(old, new, code):
    assert [each.code for each in problems_of(TEXT.replace(old, new))] == [code]


@pytest.mark.parametrize("place", ["broker", "gateway-1"])
def test_a_generator_says_nothing_of_a_link_where_there_is_none(place):
    swarm = SWARM.replace(
        "do: restart, on: [broker, backend]", f"do: partition, on: [op-1, {place}]"
    )
    flap = swarm.replace("on: broker, at", f"on: {place}, at")
    assert files.loads(SAMPLE + flap)
    for text in (
        flap.replace("for: 1s..2s}", "for: 1s..2s, unnoticed: true}"),
        flap.replace("down: 1s", "unnoticed: true, down: 1s"),
    ):
        (problem,) = problems_of(SAMPLE + text)
        assert (problem.code, problem.found) == ("unknown-key", "'unnoticed'")


def test_a_broker_that_fails_looks_the_same_from_every_gateway():
    history = accepts(HARDENED, DOWN, gateways=Gateways(count=3))
    assert lost(history) == [(3_020, "op-2", "broker-down"), (4_020, "op-2", "broker-down")]
    assert lost(accepts(ENHANCED, DOWN)) == lost(history)
