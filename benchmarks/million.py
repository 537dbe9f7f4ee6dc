"""A million records, read from both formats and judged by all checks; or ten, left in their file.

    python benchmarks/million.py FILE

prints the figures of one file. `figures` makes the histories, and measures each file in a process
of its own, so that the peak memory is that of this file alone. Times are CPU time: that of a judge
waiting for its turn says nothing about the judge.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from syncsim.checks import CHECKS, judge
from syncsim.history import files, jsonl, parquet
from syncsim.scenario.scenario import Scenario
from syncsim.world import run

WRITERS = {"jsonl": jsonl.write, "parquet": parquet.write}


def figures(
    scenarios: dict[str, Scenario], endings: Sequence[str] = tuple(WRITERS)
) -> list[tuple[str, float, str]]:
    """Run each scenario, and return (what, figure, unit) of reading and judging its history."""
    rows: list[tuple[str, float, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, scenario in scenarios.items():
            history = run(scenario)
            rows.append((f"{name}: records", len(history), ""))
            for ending in endings:
                path = Path(folder) / f"history.{ending}"
                WRITERS[ending](history, path)
                rows.append((f"{name}: {ending}", path.stat().st_size / 2**20, "MiB"))
                rows += _measured(f"{name}: {ending}", path)
            del history
    return rows


def _measured(name: str, path: Path) -> list[tuple[str, float, str]]:
    command = [sys.executable, __file__, str(path)]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [(f"{name}, {what}", figure, unit) for what, figure, unit in json.loads(found)]


def _peak_mib() -> float:
    """Return the peak memory of this process alone.

    What `getrusage` tells on Linux counts the process that started this one, too.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(path: Path) -> list[tuple[str, float, str]]:
    """Read one history and judge it, and return (what, figure, unit)."""
    before_mib = _peak_mib()
    began_s = time.process_time()
    history = files.for_judging(path)
    read_s = time.process_time() - began_s
    read_mib = _peak_mib()
    began_s = time.process_time()
    judge(history, list(CHECKS))
    judged_s = time.process_time() - began_s
    return [
        ("reading", read_s, "s"),
        ("records read", len(history) / read_s, "a second"),
        ("memory for each record read", (read_mib - before_mib) * 2**20 / len(history), "bytes"),
        ("all checks", judged_s, "s"),
        ("records judged", len(history) / judged_s, "a second"),
        ("peak memory", _peak_mib(), "MiB"),
        ("peak memory for each record", _peak_mib() * 2**20 / len(history), "bytes"),
    ]


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]))))
