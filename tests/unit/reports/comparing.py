"""Cells, tallies and differences, made up for tests of figures and pages that show them."""

from __future__ import annotations

from types import SimpleNamespace

from syncsim.staleness import MEASURES

VALUES = {
    "checks_failed": 1.0,
    "lost_intents": 0.0,
    "staleness_p50_us": 76_000.0,
    "staleness_p90_us": 106_000.0,
    "staleness_p99_us": 900_000.0,
    "censored_share": 0.05,
    "mean_age_us": 50_000.0,
    "coherent_share": 0.97,
    "feedback_p50_us": 16_000.0,
    "visibility_p50_us": 76_000.0,
    "unseen_share": 0.0,
    "flickers": 2.0,
    "requests_per_commit": 6.0,
    "bytes_per_commit": 7_700.0,
    "refetches_per_commit": 4.0,
    "reconnect_peak_per_s": None,
}
assert VALUES.keys() == MEASURES.keys()


def cell(design="enhanced", network="office", scenario="all", runs=8, **values):
    """Return what the runs of a cell came to."""
    return SimpleNamespace(
        scenario=scenario, network=network, design=design, runs=runs, values={**VALUES, **values}
    )


def difference(design="enhanced", **changes):
    """Return a difference that shows the design to be better."""
    values = {
        "scenario": "seed/offline",
        "network": "office",
        "against": "manual-refresh",
        "measure": "mean_age_us",
        "pairs": 8,
        "unpaired": 0,
        "value": 50_000.0,
        "against_value": 90_000.0,
        "difference": -40_000.0,
        "low": -60_000.0,
        "high": -20_000.0,
        "says": "better",
    }
    return SimpleNamespace(**{**values, "design": design, **changes})


def tally(check="ROLL", design="enhanced", **changes):
    """Return a check that failed in two of eight runs."""
    values = {
        "scenario": "seed/offline",
        "network": "office",
        "passed": 6,
        "failed": 2,
        "unknown": 0,
        "failed_share": 0.25,
        "low": 0.071,
        "high": 0.591,
    }
    return SimpleNamespace(**{**values, "check": check, "design": design, **changes})
