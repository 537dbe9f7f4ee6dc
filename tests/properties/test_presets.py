"""What each design of the catalogue fails, and why: in the scenarios of the app, on their seed."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from syncsim.checks import Status, judge
from syncsim.scenario import load, names
from syncsim.world import run

SEED = tuple(name for name in names("scenarios") if name.startswith("seed/"))
FAULTS = tuple(name for name in names("scenarios") if name.startswith("faults/"))

UNAUDITED = "the app before writes no audit entries"
NOT_IN_SLICE = "an overlay goes into the query cache and not into the slice store"
RESTORED = "a snapshot comes back over what others have changed since it was taken"
FETCHED_OVER = "a fetch that was sent before an action wipes out what is painted"
OVERLAPPED = "of two own actions under way, the end of one shows what was before the other"
LOOKS_FRESH = "what is written into the cache makes a list look fresh that had been marked stale"
TIMED_OUT = "the answer was lost, and after the time-out the snapshot is back"
NOT_TOLD = "an event that is missed is never told again, and nothing else makes the client look"

NO_AUDIT = {name: {"AUDIT": UNAUDITED} for name in SEED}
SNAPSHOT = {
    "seed/everyone-at-once": {
        "INVAL": LOOKS_FRESH,
        "ROLL": FETCHED_OVER,
        "RYW": OVERLAPPED,
        "MONO": OVERLAPPED,
        "XVIEW": NOT_IN_SLICE,
    },
    "seed/offline": {"MONO": TIMED_OUT, "XVIEW": NOT_IN_SLICE},
    "seed/two-operators": {"ROLL": RESTORED, "XVIEW": NOT_IN_SLICE},
}

FAILS: dict[str, Mapping[str, Mapping[str, str]]] = {
    "manual-refresh": NO_AUDIT,
    "enhanced": {
        **SNAPSHOT,
        "seed/offline": {**SNAPSHOT["seed/offline"], "CONV": NOT_TOLD, "INVAL": NOT_TOLD},
    },
    "socketio-recovery": SNAPSHOT,
    "tkdodo": {
        **SNAPSHOT,
        "seed/everyone-at-once": {"INVAL": LOOKS_FRESH, "RYW": OVERLAPPED, "XVIEW": NOT_IN_SLICE},
    },
    "polling": {
        "seed/everyone-at-once": {"ROLL": FETCHED_OVER, "MONO": OVERLAPPED},
        "seed/two-operators": {"ROLL": FETCHED_OVER},
    },
    "linear-like": {},
    "convex-like": {},
    "meteor-like": {},
    "powersync-like": {},
    "firestore-like": {},
    "hardened": {},
    "best": {},
}
"""The checks that fail in the scenarios under `seed/`, and what it is in the design."""

OUTAGE = "the event waits in the outbox while the backend is down, and till then nobody knows"
ASLEEP = "a machine that sleeps shows what it showed"
GONE = "no client can know what a backend forgot"
IN_MEMORY = "what waits is kept in memory, and a reload forgets it"
BEHIND = "what an event or an action makes it fetch is read from a replica that lacks the change"

CUT_OFF = "nothing tells a client that its gateway is cut off; the next event does, or shows a gap"
NO_GAP = "and a change of another row shows no gap where versions are those of rows"
TOO_LONG = "the log is told again over the socket, and each telling is too long for the gateway"
UNFAITHFUL = "the last event is lost on a socket that stays open, and nothing comes after it"
NO_KEY = "a request that comes twice without a key is refused the second time, and rolled back"

NO_HELP = {
    "faults/deaf-gateway": {"INVAL": CUT_OFF, "GAP": CUT_OFF},
    "faults/crash-before-event": {"INVAL": OUTAGE},
    "faults/sleeping-laptop": {"INVAL": ASLEEP},
    "faults/lost-commits": {"CONV": GONE, "DURABLE": GONE},
    "faults/unfaithful-socket": {"CONV": UNFAITHFUL, "INVAL": UNFAITHFUL, "GAP": UNFAITHFUL},
}
TOLD_AGAIN = {"faults/frame-too-long": {"CONV": TOO_LONG}}
TWICE = {"faults/request-sent-twice": {"NOFLAP": NO_KEY}}
FORGETS = {"faults/reload-in-mid-send": {"DONE": IN_MEMORY}}
BEYOND: dict[str, Mapping[str, Mapping[str, str]]] = {
    "linear-like": {**NO_HELP, **TOLD_AGAIN},
    "convex-like": {**NO_HELP, **FORGETS},
    "meteor-like": {
        **NO_HELP,
        **FORGETS,
        **TWICE,
        "faults/deaf-gateway": {"INVAL": CUT_OFF, "GAP": CUT_OFF, "CONV": NO_GAP},
        "faults/stale-replica": {"CONV": BEHIND, "INVAL": BEHIND},
    },
    "powersync-like": {**NO_HELP, **TOLD_AGAIN, **TWICE},
    "firestore-like": {**NO_HELP, **TOLD_AGAIN},
}
"""The same for the designs after sync engines, where the backend breaks."""


def failed(
    scenario: str, design: str, *, network: str | None = None, seed: int | None = None
) -> set[str]:
    """Return the checks that fail."""
    verdict = judge(run(load(scenario, design=design, network=network, seed=seed)))
    return {each.check for each in verdict.findings if each.status is Status.FAIL}


def test_every_design_is_looked_at():
    assert sorted(FAILS) == sorted(names("designs"))


@pytest.mark.parametrize("scenario", SEED)
@pytest.mark.parametrize("design", FAILS)
def test_a_design_fails_what_is_said_of_it_and_no_more(design, scenario):
    assert failed(scenario, design) == set(FAILS[design].get(scenario, {}))


@pytest.mark.parametrize("scenario", FAULTS)
@pytest.mark.parametrize("design", BEYOND)
def test_a_sync_engine_fails_what_no_client_can_help_and_no_more(design, scenario):
    assert failed(scenario, design) == set(BEYOND[design].get(scenario, {}))


@pytest.mark.parametrize("network", ["wifi-lossy", "satellite"])
@pytest.mark.parametrize("design", BEYOND)
def test_a_sync_engine_passes_a_busy_day_on_a_bad_network(design, network):
    assert failed("seed/everyone-at-once", design, network=network, seed=3) == set()


@pytest.mark.parametrize("design", BEYOND)
def test_a_design_after_a_product_says_where_its_facts_are_from_and_what_it_leaves_out(design):
    loaded = load(SEED[0], design=design).design
    assert loaded.source
    assert loaded.simplifies
