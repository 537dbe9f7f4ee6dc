"""The committed traces of the real packages, replayed on the model. Needs no Node."""

from __future__ import annotations

import json

import pytest

from syncsim.conformance.clock import TooManyTurns
from syncsim.conformance.compare import canonical
from syncsim.conformance.node import RUNNER_FOLDER
from syncsim.conformance.replay import replay

GOLDEN = RUNNER_FOLDER / "golden"
NAMES = sorted(path.stem for path in GOLDEN.glob("*.json") if not path.name.endswith(".trace.json"))


def test_there_are_golden_programs():
    assert "g1" in NAMES
    assert any(name.startswith("rtk-") for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_model_gives_the_trace_of_the_packages(name):
    program = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    packages = json.loads((GOLDEN / f"{name}.trace.json").read_text("utf-8"))
    assert canonical(replay(program)) == canonical(packages)


def test_a_program_that_never_ends_is_refused():
    again = {"at": 0, "do": "mutate", "mutation": "m", "gcTime": 0, "answer": {"hang": True}}
    with pytest.raises(TooManyTurns, match="more than 100000 turns"):
        replay({"id": "endless", "steps": [again], "until": 1})
