"""What anomalies rule out, and that the table of models hangs together."""

from __future__ import annotations

import pytest

from syncsim.jepsen.models import ANOMALIES, FORBIDS, IMPLIES, MODELS, ruled_out, strongest

WEAKEST = [
    ("G0", ["read-uncommitted"]),
    ("duplicate-elements", ["read-uncommitted"]),
    ("garbage-read", ["read-uncommitted"]),
    ("cyclic-versions", ["read-uncommitted"]),
    ("G1a", ["read-committed"]),
    ("G1b", ["read-committed"]),
    ("G1c", ["read-committed"]),
    ("dirty-update", ["read-committed"]),
    ("incompatible-order", ["read-committed"]),
    ("future-read", ["read-committed"]),
    ("internal", ["read-atomic"]),
    ("lost-update", ["cursor-stability"]),
    ("G-single", ["consistent-view", "repeatable-read"]),
    ("G-nonadjacent", ["repeatable-read", "snapshot-isolation"]),
    ("G2-item", ["repeatable-read"]),
    ("G0-process", ["strong-session-read-uncommitted"]),
    ("G1c-process", ["strong-session-read-committed"]),
    ("G-single-process", ["strong-session-snapshot-isolation"]),
    ("G-nonadjacent-process", ["strong-session-snapshot-isolation"]),
    ("G2-item-process", ["strong-session-serializable"]),
    ("G0-realtime", ["strong-read-uncommitted"]),
    ("G1c-realtime", ["strong-read-committed"]),
    ("G-single-realtime", ["strong-snapshot-isolation"]),
    ("G-nonadjacent-realtime", ["strong-snapshot-isolation"]),
    ("G2-item-realtime", ["strict-serializable"]),
]


@pytest.mark.parametrize(("anomaly", "weakest"), WEAKEST)
def test_an_anomaly_rules_out_these_models_and_what_implies_them(anomaly, weakest):
    broken = ruled_out([anomaly])
    assert sorted(m for m in broken if not set(IMPLIES[m]) & set(broken)) == weakest
    assert "strict-serializable" in broken


def test_every_anomaly_is_in_that_list():
    assert sorted(ANOMALIES) == sorted(name for name, _ in WEAKEST)


def test_each_model_stands_above_those_that_it_implies():
    assert tuple(FORBIDS) == MODELS
    for model, weaker in IMPLIES.items():
        assert all(MODELS.index(model) < MODELS.index(other) for other in weaker)


def test_with_nothing_ruled_out_the_strictest_model_remains():
    assert strongest(ruled_out([])) == ("strict-serializable",)
    assert strongest(MODELS) == ()


def test_write_skew_leaves_snapshot_isolation_and_a_long_fork_does_not():
    assert strongest(ruled_out(["G2-item"])) == ("strong-snapshot-isolation",)
    assert "snapshot-isolation" not in strongest(ruled_out(["G-nonadjacent"]))
    assert "consistent-view" in strongest(ruled_out(["G-nonadjacent"]))
