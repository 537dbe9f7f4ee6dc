"""The example clients of the guide: small, judged, and the same every time."""

from __future__ import annotations

import dataclasses
import shutil
import sys
from pathlib import Path

import pytest

from syncsim.checks import judge
from syncsim.history import jsonl
from syncsim.scenario import load
from syncsim.world import run

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "examples" / "clients"
LINES_MAX = 40
NODE = shutil.which("node")


def code_of(name: str) -> list[str]:
    """Return the lines of a file but for blanks, imports and what it says of itself."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines[1:] if line and not line.startswith("import ")]


@pytest.mark.parametrize("name", ["dashboard.mjs", "dashboard.py"])
def test_an_example_is_forty_lines(name):
    assert len(code_of(name)) <= LINES_MAX


@pytest.mark.parametrize(
    "makes",
    [
        {"op-1": (sys.executable, "dashboard.py"), "op-2": (sys.executable, "dashboard.py")},
        pytest.param(
            {"op-1": (NODE, "dashboard.mjs"), "op-2": (sys.executable, "dashboard.py")},
            marks=pytest.mark.skipif(NODE is None, reason="needs Node 20"),
        ),
    ],
    ids=["python", "node-and-python"],
)
def test_examples_mix_with_the_model_and_pass_the_same_way_twice(makes):
    scenario = load(FOLDER / "scenario.yaml")
    clients = tuple(
        dataclasses.replace(
            client, runs=(makes[client.name][0], str(FOLDER / makes[client.name][1]))
        )
        if client.name in makes
        else client
        for client in scenario.clients
    )
    scenario = dataclasses.replace(scenario, clients=clients)
    first, second = (run(scenario, allow_commands=True) for _ in range(2))
    assert jsonl.digest(first) == jsonl.digest(second)
    verdict = judge(first)
    assert verdict.status.value == "pass", [f.why for f in verdict.findings]
