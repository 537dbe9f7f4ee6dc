"""Modelled dashboards and real ones in the same runs: the histories must be the same.

The networks are each scenario's own and two extremes: no delay at all, where all that belongs to
one moment happens in it, and the one on which most is lost. Loss brings what delay alone never
does: time-outs, retries, rollbacks, and writes whose fate is unknown.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import islice, zip_longest

import pytest

from syncsim.bridge import ClientError
from syncsim.bridge.tanstack import find_node
from syncsim.checks import judge
from syncsim.history import History, jsonl
from syncsim.scenario import Scenario, load, made_of, names
from syncsim.world import run

SEEDS = sorted(name for name in names("scenarios") if name.startswith("seed/"))
OWN, PERFECT, WORST = "own", "perfect", "worst"


@pytest.fixture(autouse=True, scope="module")
def _real_client() -> None:
    try:
        find_node()
    except ClientError as error:
        pytest.skip(f"the real client needs {error.problems[0].expected}")


@cache
def worst_network(name: str) -> str:
    """Return the network on which the modelled dashboards of a scenario lose most messages."""
    lost = {
        network: sum(1 for _ in run(load(name, design="enhanced", network=network)).of("lose"))
        for network in sorted(names("networks"))
    }
    return max(lost, key=lambda network: lost[network])


def on(name: str, network: str, seed: int | None = None) -> Scenario:
    """Return a scenario of the catalogue on its own network or on an extreme one."""
    chosen = {OWN: None, PERFECT: PERFECT, WORST: worst_network(name)}
    return load(name, design="enhanced", network=chosen[network], seed=seed)


def both(scenario: Scenario) -> tuple[History, History]:
    """Run a scenario with modelled dashboards only, and with real ones only."""
    return run(made_of(scenario, "model")), run(made_of(scenario, "tanstack"))


def difference(modelled: History, real: History) -> str:
    """Show the first records in which two histories differ side by side, empty if none does.

    The bytes are compared too, since Python takes 1 and True for the same.
    """
    pairs = enumerate(zip_longest(modelled, real))
    found = list(islice(((seq, a, b) for seq, (a, b) in pairs if a != b), 3))
    if found:
        return "\n".join(f"{seq}\n  modelled: {a}\n  real:     {b}" for seq, a, b in found)
    real.header = modelled.header
    return "" if jsonl.digest(modelled) == jsonl.digest(real) else "the digests differ"


@pytest.mark.parametrize("network", [OWN, PERFECT, WORST])
@pytest.mark.parametrize("name", SEEDS)
def test_a_real_fleet_leaves_the_history_of_a_modelled_one(name, network):
    modelled, real = both(on(name, network))
    assert len(modelled) > 400
    assert all(client["runs"] == "tanstack" for client in real.header["clients"].values())
    verdicts = judge(modelled), judge(real)
    assert difference(modelled, real) == ""
    told = [
        [(each.check, each.status, each.why, each.stories) for each in verdict.findings]
        for verdict in verdicts
    ]
    assert told[0] == told[1]


@pytest.mark.parametrize("name", SEEDS)
def test_real_and_modelled_dashboards_mix_in_one_run(name):
    scenario = on(name, OWN)
    clients = [
        replace(client, runs="tanstack" if place % 2 else "model")
        for place, client in enumerate(scenario.clients)
    ]
    assert difference(run(scenario), run(replace(scenario, clients=tuple(clients)))) == ""


@pytest.mark.slow
@pytest.mark.parametrize("network", [OWN, PERFECT, WORST])
@pytest.mark.parametrize("seed", range(1, 11))
@pytest.mark.parametrize("name", SEEDS)
def test_so_it_is_under_other_seeds(name, seed, network):
    assert difference(*both(on(name, network, seed))) == ""


@pytest.mark.parametrize(
    ("read", "write"),
    [
        ({"stale_time_us": 0, "retries": 1}, {}),
        ({"stale_time_us": 700_900, "retries": 0}, {"timeout_us": 100_300}),
        ({"timeout_us": 90_999, "retries": 7}, {"timeout_us": 999}),
    ],
    ids=["fresh for no time", "fractions of a millisecond", "too little time"],
)
def test_times_and_retries_of_a_design_reach_the_real_client(read, write):
    scenario = on("seed/offline", OWN)
    design = scenario.design
    design = replace(
        design, read=replace(design.read, **read), write=replace(design.write, **write)
    )
    modelled, real = both(replace(scenario, design=design))
    assert difference(modelled, real) == ""
    assert difference(modelled, run(scenario)) != "", "they make a difference"


@pytest.mark.parametrize("other", [{"refresh_every_us": 5_000_000}, {"strategy": "manual"}])
def test_the_real_client_plays_no_other_design(other):
    scenario = on("seed/payment", OWN)
    read = replace(scenario.design.read, **other)
    scenario = replace(scenario, design=replace(scenario.design, read=read))
    for refused in (scenario, load("seed/payment", design="hardened")):
        with pytest.raises(ClientError, match="design-not-real"):
            run(made_of(refused, "tanstack"))
