"""Many clients, one restart of the backend, and all of them coming back: time, memory, growth.

    python benchmarks/herd.py CLIENTS

prints the figures of one fleet. `figures` measures each fleet in a process of its own, so that
the peak memory is that of this fleet alone. Times are CPU time of one core.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time

from syncsim.scenario import loads
from syncsim.scenario.scenario import Scenario
from syncsim.world import run

FLEETS = (100, 1_000, 10_000)
OPERATOR_EVERY = 100


def scenario(clients: int) -> Scenario:
    """Return so many dashboards, a row for each, six actions that all are told of, a restart.

    Every commit is told to everybody, who then look at their own list again; so do all who come
    back. One in a hundred is an operator.
    """
    assert clients >= OPERATOR_EVERY, clients
    therapists = clients - clients // OPERATOR_EVERY
    people = [f"  th-{n}: {{role: therapist, shows: [mine]}}" for n in range(1, therapists + 1)]
    people += [
        f"  op-{n}: {{role: operator, shows: [pending]}}"
        for n in range(1, clients - therapists + 1)
    ]
    names = ", ".join(f"th-{n}" for n in range(1, therapists + 1))
    fleet = "\n".join(people)
    return loads(
        f"""
syncsim: 1
title: A herd of {clients} clients
seed: 1
design: hardened
network: office
until: 60s
clients:
{fleet}
rows:
  appointment:
    A1..A12: {{therapist: [{names}]}}
    B1..B{therapists}: {{therapist: [{names}], status: therapist_accepted}}
steps:
  - {{at: 10s, who: op-1, do: accept, on: A1}}
  - {{at: 20s, who: op-1, do: accept, on: A2}}
  - {{at: 50s, who: op-1, do: accept, on: A3}}
generators:
  - {{do: herd, load: work, for: 2s..4s, busy: 1s, percent: 50}}
load:
  - {{id: work, who: [op-1], every: 10s, from: 25s, until: 35s, actions: [accept]}}
bounds: {{settle: 60s}}
"""
    )


def measure(clients: int) -> list[tuple[str, float, str]]:
    """Run one fleet, and return (what, figure, unit)."""
    world = scenario(clients)
    began = time.process_time()
    history = run(world)
    took = time.process_time() - began
    sent = sum(1 for _ in history.of("send"))
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return [
        ("run", took, "s"),
        ("peak memory", peak_kb / 1024, "MiB"),
        ("messages", sent, ""),
        ("records", len(history), ""),
        ("for each message", 1e6 * took / sent, "us"),
    ]


def figures() -> list[tuple[str, float, str]]:
    """Measure each fleet in a process of its own."""
    rows: list[tuple[str, float, str]] = []
    for clients in FLEETS:
        command = [sys.executable, __file__, str(clients)]
        found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        rows += [
            (f"{clients:,} clients: {what}", one, unit) for what, one, unit in json.loads(found)
        ]
    return rows


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
