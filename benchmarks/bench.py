"""Speed of syncsim, measured in one run and printed as a table.

    python benchmarks/bench.py [--quick | --million | --ten-million | --twins | --herd]
                               [--json FILE] [--profile]

Prints bare SimPy timeouts per second, our messages and records per second with recording,
their ratio to bare SimPy, simulated over real time for ten clients at one action a second
in all, the exchanges per second of one modelled and of one real client where Node is present,
the judge's and the staleness instrument's records per second, peak memory, and the
start-up time of `syncsim --help`. Each figure is the best of several repetitions, which is
the one least disturbed by whatever else the machine is doing. With `--million` it measures
instead how a million records are read and judged, once, which takes some minutes; with
`--ten-million` how ten million are judged that stay in a file of Parquet, which takes long and,
to make them, several GB; with `--twins` how far checks are above brute force; with `--herd` how
fleets of up to ten thousand clients come back after a restart.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import herd
import million
import simpy
import twins

import clients
from syncsim.checks import judge
from syncsim.history import History, jsonl
from syncsim.scenario import loads
from syncsim.scenario.scenario import Scenario
from syncsim.staleness import measure
from syncsim.world import run

TIMEOUTS = 200_000
SETTLE_S = 60


def scenario(design: str, seconds: int, tens: int = 1) -> Scenario:
    """Return ten clients that together take about one action a second, so many times over."""
    people = [("op", "operator", "pending", 2), ("th", "therapist", "mine", 4)]
    people += [("dr", "driver", "my-trips", 4)]
    clients = "\n".join(
        f"  {name}-{number}: {{role: {role}, shows: [{view}]}}"
        for name, role, view, count in people
        for number in range(1, tens * count + 1)
    )
    names = [f"{name}-{n}" for name, _, _, count in people for n in range(1, tens * count + 1)]
    therapists = ", ".join(name for name in names if name.startswith("th"))
    drivers = ", ".join(name for name in names if name.startswith("dr"))
    appointments = max(20, tens * seconds // 3)
    return loads(
        f"""
syncsim: 1
title: Ten clients, one action a second
about: The workload of the benchmark.
seed: 1
design: {design}
network: office
until: {seconds}s
clients:
{clients}
rows:
  appointment:
    A1..A{appointments}:
      therapist: [{therapists}]
      driver: [{drivers}]
load:
  - who: [{", ".join(names)}]
    every: 10s
    from: 0s
    until: {seconds}s
    with: {{reason: [ill], driver: [{drivers}]}}
"""
    )


def millions() -> dict[str, Scenario]:
    """Return workloads of a million records: of many people, and of many rows on each screen."""
    return {
        "100 clients, 400 rows": scenario("enhanced", 120, tens=10),
        "10 clients, 3,200 rows": scenario("enhanced", 9600),
    }


def ten_millions() -> dict[str, Scenario]:
    """Return a workload of ten million records, which are judged in their file."""
    return {"320 clients, 1,280 rows": scenario("enhanced", 120, tens=32)}


def best(repeats: int, work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the shortest time of several repetitions, in seconds, and the last result."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - began)
    return min(times), result


def bare_simpy() -> None:
    """Schedule and run timeouts with one callback each, and nothing else."""
    environment = simpy.Environment()
    ran = 0

    def callback(_event: object) -> None:
        nonlocal ran
        ran += 1

    for delay in range(TIMEOUTS):
        timeout = environment.timeout(delay)
        assert timeout.callbacks is not None
        timeout.callbacks.append(callback)
    environment.run()
    assert ran == TIMEOUTS


def messages_of(history: History) -> int:
    """Count the messages that were sent."""
    return sum(1 for _ in history.of("send"))


def help_ms() -> float:
    """Return the best start-up time of the command line, in milliseconds."""
    command = [sys.executable, "-m", "syncsim", "--help"]
    took, _ = best(7, lambda: subprocess.run(command, check=True, capture_output=True))
    return 1000 * took


def figures(seconds: int, repeats: int) -> list[tuple[str, float, str]]:
    """Measure everything and return (what, figure, unit)."""
    rows: list[tuple[str, float, str]] = []
    took, _ = best(repeats, bare_simpy)
    bare = TIMEOUTS / took
    rows.append(("bare SimPy timeouts", bare, "a second"))
    for design in ("manual-refresh", "enhanced", "hardened"):
        world = scenario(design, seconds)
        took, history = best(repeats, lambda world=world: run(world))
        messages, actions = messages_of(history), sum(1 for _ in history.of("intent"))
        rows += [
            (f"{design}: messages with recording", messages / took, "a second"),
            (f"{design}: share of bare SimPy", messages / took / bare, "messages a timeout"),
            (f"{design}: records", len(history) / took, "a second"),
            (f"{design}: records for each action", len(history) / max(1, actions), ""),
            (f"{design}: simulated over real time", (seconds + SETTLE_S) / took, "times"),
        ]
    rows += clients.figures(scenario("enhanced", seconds), repeats)
    took, _ = best(repeats, lambda: judge(history))
    rows.append(("judge, all checks", len(history) / took, "records a second"))
    took, _ = best(repeats, lambda: measure(history))
    rows.append(("staleness", len(history) / took, "records a second"))
    took, _ = best(repeats, lambda: jsonl.digest(history))
    rows.append(("history as JSON Lines", len(history) / took, "records a second"))
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows.append((f"peak memory, {len(history)} records", peak_kb / 1024, "MiB"))
    rows.append(("syncsim --help", help_ms(), "ms"))
    return rows


def profile(seconds: int) -> None:
    """Print where the time of one run goes."""
    world = scenario("enhanced", seconds)
    profiler = cProfile.Profile()
    profiler.runcall(run, world)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


def main() -> None:
    """Parse the arguments and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one short repetition")
    parser.add_argument("--million", action="store_true", help="a million records instead")
    parser.add_argument("--ten-million", action="store_true", help="ten million in their file")
    parser.add_argument("--twins", action="store_true", help="checks beside brute force instead")
    parser.add_argument("--herd", action="store_true", help="up to ten thousand clients instead")
    parser.add_argument("--json", metavar="FILE", help="write the figures to this file too")
    parser.add_argument("--profile", action="store_true", help="print a profile instead")
    options = parser.parse_args()
    seconds, repeats = (120, 1) if options.quick else (600, 3)
    if options.profile:
        profile(seconds)
        return
    if options.million:
        rows = million.figures(millions())
    elif options.ten_million:
        rows = million.figures(ten_millions(), ["parquet"])
    elif options.twins:
        rows = twins.figures([scenario("enhanced", seconds) for seconds in (3, 12)])
    else:
        rows = herd.figures() if options.herd else figures(seconds, repeats)
    for what, figure, unit in rows:
        text = f"{figure:,.0f}" if figure >= 100 else f"{figure:,.2f}"
        print(f"{what:<44} {text:>14} {unit}")
    if options.json:
        figures_of = {what: round(figure, 3) for what, figure, _ in rows}
        Path(options.json).write_text(json.dumps(figures_of, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
