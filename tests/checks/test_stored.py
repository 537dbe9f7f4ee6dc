"""A history that stays in its file gets the very verdict that it gets in memory."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings

from syncsim.checks import as_json, judge
from syncsim.history import History, Records, files, parquet
from syncsim.history.stored import Stored
from syncsim.history.vocabulary import CHECK_NAMES, SOMETIMES
from syncsim.scenario.scenario import Scenario
from syncsim.world import run
from tests.checks.pairs import PAIRS, bad, good
from tests.checks.twins.histories import histories
from tests.properties.worlds import worlds

pytest.importorskip("pyarrow")

SOME = settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])

ALL_ASKED = {
    "checks": [*CHECK_NAMES],
    "sometimes": [*SOMETIMES],
    "properties": [
        "p90 staleness < 100ms",
        "all feedback < 1ms",
        "never refusal",
        "eventually coherent within 1s",
        "refetches per commit < 1",
        "flickers < 1",
    ],
}
"""Everything that a header may ask for; most of the properties do not hold."""

BOUNDS = {"requests_per_commit": 1, "bytes_per_commit": 1, "reconnect_peak_per_s": 0}


def told(history: Records) -> str:
    return json.dumps(as_json(judge(history), history), sort_keys=True)


def check(history: History) -> str:
    """Hold the verdict of a file that is read in small parts against that of memory."""
    history.header.update(ALL_ASKED)
    history.header.setdefault("bounds", {}).update(BOUNDS)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "BATCH", 250)
        path = Path(folder) / "history.parquet"
        parquet.write(history, path)
        held, stored = files.read(path), Stored(parquet.open_stream(path))
        verdict = told(held)
        assert told(stored) == verdict
    return verdict


@pytest.mark.parametrize("name", PAIRS)
def test_of_the_histories_of_each_check(name):
    assert '"fail"' in check(bad(name))
    check(good(name))


@SOME
@given(histories("fetch", "fetched", "read", "mount"))
def test_of_generated_histories_true_and_damaged(history: History):
    assume(is_readable(history))
    check(history)


def is_readable(history: History) -> bool:
    """Tell whether nothing ended that nobody had asked, which a file may not say."""
    asked: dict[str, None] = {}
    for record in history.of("intent", "outcome"):
        if record.kind == "intent":
            asked[record.intent] = None
        elif record.intent not in asked:
            return False
    return True


@settings(SOME, max_examples=4)
@given(worlds())
def test_of_whole_runs(world: Scenario):
    check(run(world))
