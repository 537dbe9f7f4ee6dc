"""The checks beside their brute-force twins: a floor that a check should be far above.

A twin tries all pairs, all triples or all moments, as the tests do to find out whether a check is
right, so this needs what the tests need. `figures` judges the same histories with both, and says
how many records each takes in a second; the longer the history, the farther they are apart.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from syncsim.checks import CHECKS, Evidence
from syncsim.scenario.scenario import Scenario
from syncsim.world import run

TWINS = "tests.checks.twins."
OF_EVIDENCE = {"WFR": "wfr", "CAUSAL": "causal", "NOFLAP": "noflap"}
"""Checks with a twin that looks at the indexes, too, each with the last word of its module."""
OF_RECORDS = ("RYW", "MONO")
"""Checks with a twin that looks at the records alone."""


def figures(scenarios: list[Scenario]) -> list[tuple[str, float, str]]:
    """Judge each scenario's history twice, and return (what, figure, unit)."""
    rows: list[tuple[str, float, str]] = []
    for scenario in scenarios:
        history = run(scenario)
        records = list(history)
        for name, twin in twins().items():
            evidence = Evidence(history)
            # What checks share is made before, for both.
            _ = evidence.intents, evidence.commits_by_version
            check_s = min(_seconds(CHECKS[name].judge, evidence) for _ in range(3))
            twin_s = _seconds(twin, evidence if name in OF_EVIDENCE else records)
            of = f"{name}, {len(history):,} records"
            rows += [
                (f"{of}: check", len(history) / check_s, "records a second"),
                (f"{of}: brute force", len(history) / twin_s, "records a second"),
                (f"{of}: check over brute force", twin_s / check_s, "times"),
            ]
    return rows


def twins() -> dict[str, Callable[[Any], Any]]:
    """Return the twins by check; they are part of the tests."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    found = {
        name: import_module(TWINS + f"test_{word}").naive for name, word in OF_EVIDENCE.items()
    }
    sessions = import_module(TWINS + "test_sessions").TWINS
    return {**found, **{name: sessions[name] for name in OF_RECORDS}}


def _seconds(work: Callable[[Any], Any], on: Any) -> float:
    """Return the CPU time of a piece of work."""
    began_s = time.process_time()
    work(on)
    return time.process_time() - began_s
