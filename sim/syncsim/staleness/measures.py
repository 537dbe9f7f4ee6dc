"""The measures by which runs are compared: their names for people, units and directions."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Measure(NamedTuple):
    """One number that each run has.

    `statistic` tells what stands for many runs. Times have long tails, so a single bad run
    would decide a mean; counts and shares add up, so their mean is what one pays.
    """

    name: str
    title: str
    unit: Literal["us", "share", "count", "bytes"]
    statistic: Literal["median", "mean"]
    better: Literal["lower", "higher"] = "lower"


MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure("checks_failed", "checks failed", "count", "mean"),
        Measure("lost_intents", "intents lost", "count", "mean"),
        Measure("staleness_p50_us", "old data p50", "us", "median"),
        Measure("staleness_p90_us", "old data p90", "us", "median"),
        Measure("staleness_p99_us", "old data p99", "us", "median"),
        Measure("censored_share", "old data censored", "share", "mean"),
        Measure("mean_age_us", "mean age", "us", "mean"),
        Measure("coherent_share", "time coherent", "share", "mean", "higher"),
        Measure("feedback_p50_us", "own action seen", "us", "median"),
        Measure("visibility_p50_us", "others see it", "us", "median"),
        Measure("unseen_share", "others never do", "share", "mean"),
        Measure("flickers", "flickers", "count", "mean"),
        Measure("requests_per_commit", "requests/commit", "count", "mean"),
        Measure("bytes_per_commit", "sent/commit", "bytes", "mean"),
        Measure("refetches_per_commit", "refetches/commit", "count", "mean"),
        Measure("reconnect_peak_per_s", "reconnect peak/s", "count", "mean"),
    )
}
"""By name, in the order of tables. `mean_age_us` is the one measure of old data that windows
which never closed cannot flatter, because it counts their whole length."""
