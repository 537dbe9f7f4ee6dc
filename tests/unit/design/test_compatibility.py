"""What goes together: every name in the tables exists, and each row refuses what it says."""

from __future__ import annotations

from dataclasses import fields
from typing import get_args, get_type_hints

import pytest

from syncsim import design
from syncsim.design.compatibility import NEEDS, SETTINGS, is_used, unmet, value_at
from syncsim.design.strategies import STRATEGIES, strategy_names
from tests.support.scenarios import DESIGNS, ENHANCED, with_design

AXES = {
    "read": design.Read,
    "overlay": design.Overlay,
    "write": design.Write,
    "recovery": design.Recovery,
    "merge": design.Merge,
    "feed": design.Feed,
}


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: f"{need.choice}-{need.key}")
def test_a_need_is_about_what_there_is(need):
    where, name = need.choice
    value_at(ENHANCED, need.key)
    axis, _, setting = where.partition(".")
    if setting == "strategy":
        assert name in strategy_names(axis)
    else:
        assert name in (get_args(get_type_hints(AXES[axis])[setting]) or (True, False))


@pytest.mark.parametrize("key", SETTINGS)
def test_a_setting_belongs_to_strategies_that_there_are(key):
    value_at(ENHANCED, key)
    where, names = SETTINGS[key]
    known = [each.name for each in STRATEGIES if where == f"{each.axis}.strategy"]
    if where == "read.fresh_by":
        known = list(get_args(get_type_hints(design.Read)["fresh_by"]))
    assert [name for name in names if name not in known] == []


@pytest.mark.parametrize("made", DESIGNS.values(), ids=DESIGNS)
def test_the_designs_of_the_app_leave_nothing_unmet(made):
    assert list(unmet(made)) == []


def test_what_is_missing_is_told():
    deaf = with_design(ENHANCED, push=False, recovery={"strategy": "invalidate-all"})
    assert [need.choice[1] for need in unmet(deaf)] == ["invalidate", "invalidate-all"]
    idle = with_design(ENHANCED, read={"strategy": "poll", "interval_us": 0})
    assert [need.key for need in unmet(idle)] == ["read.interval_us"]


def test_facts_leave_out_what_plays_no_part():
    assert not is_used(ENHANCED, "read.interval_us")
    assert sorted(ENHANCED.facts()["read"]) == [
        "refresh_every_us", "retries", "stale_time_us", "strategy", "timeout_us",
    ]  # fmt: skip
    polling = with_design(ENHANCED, read={"strategy": "poll"})
    assert polling.facts()["read"]["interval_us"] == 30_000_000
    assert {each.name for each in fields(ENHANCED)} >= set(ENHANCED.facts())
