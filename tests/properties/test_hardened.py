"""The hardened design holds what it claims in any world, but for stated weaknesses."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from syncsim.checks import Status, Verdict, judge
from syncsim.history.vocabulary import CHECK_NAMES
from syncsim.scenario import load, names
from syncsim.scenario.scenario import Bounds, Scenario
from syncsim.world import run
from tests.properties.worlds import worlds
from tests.support.scenarios import ENHANCED, HARDENED, SECOND, busy

SEEDS = (1, 2, 3)
SEED = tuple(name for name in names("scenarios") if name.startswith("seed/"))
"""The scenarios of the app. Those under `faults/` break the backend in ways that a design answers
with an outbox, a read point or a wait of its own, and these two have none."""
SETTLE = Bounds(settle_us=90 * SECOND)
"""Long enough for four tries of a write, each waited for in vain."""

CHECKS = tuple(
    name for name in CHECK_NAMES if name not in ("XVIEW", "NOFLAP", "ORDER", "WFR", "CAUSAL")
)
"""What the design claims: all but five.

XVIEW: an own overlay cancels the fetches of the lists that its action concerns, and until the
intent has ended nothing makes up for them. Where an answer takes seconds, so long two lists may
disagree about a row that somebody else has changed.

NOFLAP: the answer to a repeated write is the one given at first, with the row as it was then. A
list that a newer fetch has taken the row out of gets it back until the next fetch, since a row
that is absent has no version that would tell which of the two is newer.

ORDER, WFR and CAUSAL: each view is fetched by itself, and nothing orders one row after another.
"""

AFTER = {
    "sleep": "INVAL",  # the machine shows what it showed
    "hide": "ROLL",  # the timers of the tab are slow, so a frame may be a second late
    "reload": "DONE",  # what waits is kept in memory only
}
"""The check that the design cannot help to fail after a verb."""


def failures(verdict: Verdict) -> list[str]:
    """Return what failed, each with its first story."""
    return [
        f"{finding.check}: {finding.stories[0].text}"
        for finding in verdict.findings
        if finding.status is Status.FAIL
    ]


BEYOND = {
    "faults/broker-down": {"GAP", "INVAL"},  # needs an outbox, or a feed that keeps events
    "faults/crash-before-event": {"CONV", "INVAL"},  # needs an outbox
    "faults/deaf-gateway": {"GAP", "INVAL"},  # nothing tells a client that its gateway is cut off
    "faults/lost-commits": {"CONV", "DURABLE"},  # no client can know what a backend forgot
    "faults/reload-in-mid-send": {"DONE"},  # what waits is kept in memory only
    "faults/sleeping-laptop": {"INVAL"},  # a machine that sleeps shows what it showed
    "faults/stale-replica": {"CONV", "INVAL"},  # needs `fresh_by`
    "faults/unfaithful-socket": {"CONV", "INVAL", "GAP"},  # needs recovery `audit`
}
"""What the design cannot help: the checks that fail in scenarios about other parts."""
LUCK = ("faults/unfaithful-socket",)
"""Where the seed decides which of these fail."""


@pytest.mark.parametrize("name", names("scenarios"))
def test_hardened_passes_every_scenario_of_the_catalogue_but_what_it_cannot_help(name):
    fails: dict[str, None] = {}
    for seed in SEEDS:
        verdict = judge(run(load(name, design="hardened", seed=seed)))
        failed = [each.check for each in verdict.findings if each.status is Status.FAIL]
        assert name in LUCK or set(failed) == BEYOND.get(name, set()), verdict
        assert failed or verdict.status is Status.PASS, verdict
        fails |= dict.fromkeys(failed)
    assert set(fails) == BEYOND.get(name, set())


@pytest.mark.parametrize("name", SEED)
def test_best_passes_every_seed_scenario_on_its_own_network(name):
    verdict = judge(run(load(name, design="best")))
    assert verdict.status is Status.PASS, verdict


@pytest.mark.parametrize("seed", range(1, 9))
def test_hardened_passes_amid_every_fault_where_the_app_as_it_is_fails(seed):
    assert failures(judge(run(busy(HARDENED, seed)), CHECKS)) == []
    assert failures(judge(run(busy(ENHANCED, seed)), CHECKS)) != []


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(worlds(hidden=False))
def test_no_small_world_fails_hardened_but_where_it_cancels_fetches(world: Scenario):
    history = run(replace(world, design=HARDENED, bounds=SETTLE))
    verbs = {fault.do for fault in world.faults}
    beyond = {check for verb, check in AFTER.items() if verb in verbs}
    assert failures(judge(history, [name for name in CHECKS if name not in beyond])) == []
