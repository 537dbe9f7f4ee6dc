"""The table of strategies names what can be made, and packages may add to it."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest

from syncsim import extensions
from syncsim.backend.merge import MergeRule, merge_rule
from syncsim.client.overlay import OverlayStrategy, overlay_strategy
from syncsim.client.read import ReadStrategy, read_strategy
from syncsim.client.recovery import RecoveryStrategy, recovery_strategy
from syncsim.client.write import WriteStrategy, write_strategy
from syncsim.design import Merge, Overlay, Read, Recovery, Write
from syncsim.design.strategies import STRATEGIES
from syncsim.errors import InputError

AXES = {
    "read": (Read, read_strategy, ReadStrategy),
    "overlay": (Overlay, overlay_strategy, OverlayStrategy),
    "write": (Write, write_strategy, WriteStrategy),
    "recovery": (Recovery, recovery_strategy, RecoveryStrategy),
    "merge": (Merge, merge_rule, MergeRule),
}


@pytest.fixture
def added(monkeypatch):
    """Let a package add a strategy `acme.own` to every axis: what the test puts in `made`."""
    box = SimpleNamespace(made=None, given=[])

    def make(settings):
        box.given.append(settings)
        return box.made

    def found(group):
        return {"acme.own": EntryPoint("acme.own", "acme:own", group)}

    monkeypatch.setattr(extensions, "_found", found)
    monkeypatch.setattr(EntryPoint, "load", lambda self: make)
    return box


@pytest.mark.parametrize("row", STRATEGIES, ids=lambda row: row.name)
def test_every_strategy_of_the_table_can_be_made(row):
    settings, make, kind = AXES[row.axis]
    assert isinstance(make(settings(strategy=row.name)), kind)


@pytest.mark.parametrize("axis", AXES)
def test_a_strategy_of_a_package_is_given_the_settings_of_its_axis(added, axis):
    settings, make, _ = AXES[axis]
    own = next(row.name for row in STRATEGIES if row.axis == axis)
    added.made = make(settings(strategy=own))
    chosen = settings(strategy="acme.own")
    assert make(chosen) is added.made
    assert added.given == [chosen]


@pytest.mark.parametrize("axis", AXES)
def test_what_is_no_strategy_is_refused_by_the_name_of_its_package(added, axis):
    settings, make, kind = AXES[axis]
    added.made = object()
    with pytest.raises(InputError) as caught:
        make(settings(strategy="acme.own"))
    (problem,) = caught.value.problems
    assert problem.code == "broken-extension"
    assert problem.place == f"syncsim.strategies.{axis}: acme.own = acme:own"
    assert kind.__name__ in problem.expected
