"""Modelled dashboards and real ones in the same runs: the histories must be the same.

The networks are the two extremes of the catalogue, no delay at all and the one with loss, and
each scenario's own.
"""

from __future__ import annotations

import dataclasses
from itertools import zip_longest

import pytest

from syncsim.bridge import ClientError
from syncsim.bridge.tanstack import find_node
from syncsim.checks import judge
from syncsim.history import History
from syncsim.scenario import Scenario, load, made_of, names
from syncsim.world import run

SEEDS = sorted(name for name in names("scenarios") if name.startswith("seed/"))
NETWORKS = ("perfect", "wifi-lossy")


@pytest.fixture(autouse=True, scope="module")
def _real_client() -> None:
    try:
        find_node()
    except ClientError as error:
        pytest.skip(f"the real client needs {error.problems[0].expected}")


def difference(modelled: History, real: History) -> str:
    """Show the first record in which two histories differ, empty if they are the same."""
    for a, b in zip_longest(modelled, real):
        if a != b:
            return f"modelled: {a}\nreal:     {b}"
    return ""


def both(scenario: Scenario) -> tuple[History, History]:
    return run(made_of(scenario, "model")), run(made_of(scenario, "tanstack"))


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("name", SEEDS)
def test_a_real_fleet_leaves_the_history_of_a_modelled_one(name, network):
    modelled, real = both(load(name, design="enhanced", network=network))
    assert len(modelled) > 400
    assert difference(modelled, real) == ""
    told = [(finding.check, finding.status, finding.stories) for finding in judge(real).findings]
    assert told == [
        (finding.check, finding.status, finding.stories) for finding in judge(modelled).findings
    ]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 11))
@pytest.mark.parametrize("name", SEEDS)
def test_so_it_is_under_other_seeds(name, seed):
    assert difference(*both(load(name, design="enhanced", seed=seed))) == ""


def test_real_and_modelled_dashboards_mix_in_one_run():
    scenario = load("seed/two-operators", design="enhanced")
    mixed = dataclasses.replace(
        scenario,
        clients=tuple(
            dataclasses.replace(client, runs="tanstack" if place % 2 else "model")
            for place, client in enumerate(scenario.clients)
        ),
    )
    assert difference(run(scenario), run(mixed)) == ""


def test_times_and_retries_of_a_design_reach_the_real_client():
    scenario = load("seed/offline", design="enhanced")
    read = dataclasses.replace(scenario.design.read, stale_time_us=0, retries=1)
    design = dataclasses.replace(scenario.design, read=read)
    modelled, real = both(dataclasses.replace(scenario, design=design))
    assert difference(modelled, real) == ""
    assert difference(modelled, run(scenario)) != "", "they make a difference"


def test_the_real_client_plays_no_other_design():
    with pytest.raises(ClientError, match="design-not-real"):
        run(made_of(load("seed/payment", design="hardened"), "tanstack"))
