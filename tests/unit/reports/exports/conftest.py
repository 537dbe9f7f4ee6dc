"""Runs that the formats are written from: two that go wrong in many ways, and one by hand."""

from __future__ import annotations

import pytest

import syncsim
from tests.unit.reports import sample

RUNS = {
    "raced": ("seed/two-operators", "enhanced"),
    "offline": ("seed/offline", "hardened"),
    "payment": ("seed/payment", "manual-refresh"),
}


@pytest.fixture(scope="session", params=[*RUNS, "written"])
def history(request):
    if request.param == "written":
        return sample.sample()
    scenario, design = RUNS[request.param]
    return syncsim.run(scenario, design=design, seed=7).trial.history


@pytest.fixture(scope="session")
def raced():
    return syncsim.run("seed/two-operators", design="enhanced", seed=7).trial.history
