"""Gateways in whole runs and in files: faults on them, what a history says, and the picture."""

from __future__ import annotations

import pytest

from syncsim import scenario as files
from syncsim.cli.topology_picture import picture
from syncsim.history import jsonl
from syncsim.net.gateways import Gateways
from syncsim.scenario.scenario import Hosting
from syncsim.scenario.topology import topology
from syncsim.world import run
from tests.support.scenarios import HARDENED, SECOND, appointments, fault, operator, scenario, step
from tests.unit.scenario.sample import SAMPLE, problems_of

ACCEPT = step(4 * SECOND, "op-1", "accept", "A1")
NAMES = tuple(f"op-{n}" for n in range(1, 9))


def among(*faults, **given):
    """Return eight operators at three gateways, of whom one accepts A1."""
    return scenario(
        HARDENED,
        clients=tuple(operator(name) for name in NAMES),
        faults=faults,
        until_us=8 * SECOND,
        **{"gateways": Gateways(count=3), "steps": (ACCEPT,), "rows": appointments(6), **given},
    )


def homes(history, epoch=1):
    """Return the gateway of each client's connection of an epoch."""
    return {
        record.at: record.data["gateway"]
        for record in history.of("open")
        if record.data["epoch"] == epoch
    }


def test_one_gateway_without_limits_is_as_none_was_ever_stated():
    plain = run(among(gateways=Gateways()))
    assert "gateways" not in plain.header
    assert {tuple(record.data) for record in plain.of("open")} == {("epoch",)}
    # A limit that is never met changes nothing but the header.
    wide = run(among(gateways=Gateways(queue=1_000, idle_us=60 * SECOND)))
    assert list(jsonl.lines(wide))[1:] == list(jsonl.lines(plain))[1:]


def test_a_partition_of_a_gateway_hits_its_clients_alone_and_is_healed():
    calm = run(among())
    history = run(among(fault(3 * SECOND, "partition", "gateway-2")))
    theirs = sorted(name for name, home in homes(history).items() if home == "gateway-2")
    assert homes(history) == homes(calm)
    assert [r.at for r in history.of("lose")] == [name for name in theirs if name != "op-1"]
    assert [(r.at, r.time_us) for r in history.of("heal")] == [("gateway-2", 8 * SECOND)]
    assert list(history.of("close")) == []


def test_a_restart_of_a_gateway_sends_its_clients_to_others():
    history = run(among(fault(3 * SECOND, "restart", "gateway-2", 4 * SECOND)))
    theirs = {name for name, home in homes(history).items() if home == "gateway-2"}
    assert {record.at for record in history.of("close")} == theirs
    assert set(homes(history, 2)) == theirs
    assert "gateway-2" not in homes(history, 2).values()


def test_a_drop_on_a_gateway_is_that_of_each_of_its_sockets():
    history = run(among(fault(3 * SECOND, "drop", "gateway-1")))
    theirs = {name for name, home in homes(history).items() if home == "gateway-1"}
    assert {record.at for record in history.of("close")} == theirs != set()


def test_a_full_queue_makes_a_client_look_again_unless_the_gateway_says_nothing():
    steps = tuple(
        step(4 * SECOND + n, f"op-{n}", "accept", f"A{n}") for n in range(1, 6)
    )  # fmt: skip
    narrow = among(gateways=Gateways(queue=2), steps=steps)
    assert {r.data["reason"] for r in run(narrow).of("close")} == {"overflow"}
    silent = fault(SECOND, "lose", "gateway-1")
    history = run(among(silent, gateways=Gateways(queue=2), steps=steps))
    assert list(history.of("close")) == []
    assert {record.data["reason"] for record in history.of("lose")} == {"overflow"}


# In a file

GATEWAYS = """\
gateways: {count: 3, idle: 60s, queue: 50}
"""
FAULTS = """\
  - {at: 9s, do: heal, on: dr-1}
  - {at: 9s, do: partition, on: gateway-2, for: 2s}
  - {at: 9s, do: drop, on: gateway-1, unnoticed: true}
  - {at: 9s, do: lose, on: gateway-3}
  - {at: 9s, do: restart, on: gateway-3, for: 2s}
  - {at: 10s, do: heal, on: gateway-3}
"""
TEXT = SAMPLE.replace("  - {at: 9s, do: heal, on: dr-1}\n", FAULTS) + GATEWAYS


def test_a_file_says_what_the_record_holds_and_it_comes_back():
    loaded = files.loads(TEXT)
    assert loaded.gateways == Gateways(count=3, idle_us=60 * SECOND, queue=50)
    assert files.loads(files.dump(loaded)) == loaded
    assert files.loads(SAMPLE).gateways == Gateways()
    assert "gateways" not in files.dump(files.loads(SAMPLE))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("on: gateway-2, for", "on: gateway-4, for", "unknown-place"),
        ("do: partition, on: gateway-2", "do: sleep, on: gateway-2", "unknown-place"),
        ("do: partition, on: gateway-2", "do: crash, on: gateway-2", "unknown-place"),
        ("gateway-2, for: 2s", "gateway-2, unnoticed: true", "unknown-key"),
        ("gateway-2, for: 2s", "gateway-2, direction: up", "unknown-key"),
        ("do: lose, on: gateway-3", "do: lose, on: gateway-3, leg: request", "unknown-key"),
        ("count: 3", "count: 0", "out-of-range"),
        ("count: 3", "count: 101", "out-of-range"),
        ("queue: 50", "queue: -1", "out-of-range"),
        ("idle: 60s", "idle: 60", "missing-unit"),
        ("idle: 60s", "idel: 60s", "unknown-key"),
        ("  th-1: {role: therapist}", "  gateway-1: {role: therapist}", "reserved-name"),
        ("  th-1: {role: therapist}", "  broker: {role: therapist}", "reserved-name"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(old, new, code):
    assert TEXT.count(old) == 1, old
    assert code in [problem.code for problem in problems_of(TEXT.replace(old, new))]


# The graph and its picture


def test_the_graph_has_every_place_and_every_way():
    graph = topology(among(hosting=Hosting(replicas=2)))
    kinds = [kind for _, kind in graph.nodes(data="kind")]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "backend": 1, "broker": 1, "gateway": 3, "replica": 2, "client": 8, "link": 8
    }  # fmt: skip
    assert sorted(graph["op-1"]) == ["op-1/link"]
    assert sorted(graph["op-1/link"]) == [
        "backend", "gateway-1", "gateway-2", "gateway-3", "op-1"
    ]  # fmt: skip
    assert sorted(graph["gateway-2"])[:1] == ["broker"]


def test_the_picture_shows_places_people_and_faults():
    world = among(
        fault(3 * SECOND, "restart", "gateway-2", 4 * SECOND),
        fault(2 * SECOND, "drop", "op-1"),
        hosting=Hosting(replicas=2),
    )
    assert picture(world) == [
        "8 clients ── a link each ─┬─ gateway-1 ─┬── broker ─┬── backend ── replica-1, replica-2",
        "                          ├─ gateway-2 ─┤           │",
        "                          ├─ gateway-3 ─┘           │",
        "                          └─ HTTP ──────────────────┘",
        "operator: op-1, op-2, op-3, op-4, op-5, op-6, op-7, op-8",
        "2s: drop on op-1",
        "3s: restart on gateway-2, for 4s",
    ]
    alone = picture(scenario(gateways=Gateways()))
    assert alone == [
        "1 client ── a link each ─┬─ gateway-1 ──── broker ─┬── backend",
        "                         └─ HTTP ──────────────────┘",
        "operator: op-1",
    ]


def test_the_picture_says_what_the_seed_draws():
    lines = picture(files.load("faults/whatever-may-come"))
    assert "20s: partition on th-2, for 516266us, drawn as generator.2/1 from seed 21" in lines
    assert lines[-1] == "and 10 more faults"
