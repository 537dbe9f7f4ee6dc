"""Runs in numbers, made up for tests of what is concluded from them."""

from __future__ import annotations

from typing import Any

from syncsim.search.metrics import Metrics

PLAIN: dict[str, Any] = {
    "scenario": "seed/payment",
    "network": "office",
    "checks_failed": 0,
    "checks_passed": 5,
    "checks_unknown": 0,
    "lost_intents": 0,
    "windows": 10,
    "staleness_p50_us": 100_000,
    "staleness_p90_us": 200_000,
    "staleness_p99_us": 300_000,
    "censored_share": 0.0,
    "mean_age_us": 1_000.0,
    "coherent_share": 0.9,
    "feedback_p50_us": 16_000,
    "visibility_p50_us": 76_000,
    "unseen_share": 0.0,
    "flickers": 0,
    "commits": 4,
    "requests": 20,
    "bytes": 4_000,
    "refetches": 8,
    "requests_per_commit": 5.0,
    "bytes_per_commit": 1_000.0,
    "refetches_per_commit": 2.0,
    "reconnect_peak_per_s": None,
}


def run(design: str = "before", seed: int = 1, **changes: Any) -> Metrics:
    """Return one run in numbers."""
    return Metrics(**{**PLAIN, "design": design, "seed": seed, **changes})


def two_designs(measure: str, before: list[Any], after: list[Any], **same: Any) -> list[Metrics]:
    """Return runs of two designs, whose measure takes these values seed by seed."""
    return [
        run(design, seed, **{measure: value}, **same)
        for design, values in (("before", before), ("after", after))
        for seed, value in enumerate(values, 1)
    ]
