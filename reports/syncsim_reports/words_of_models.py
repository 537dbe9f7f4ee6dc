"""What is said of the consistency models of a client, in one line."""

from __future__ import annotations

from syncsim.checks.models import IMPLIES, Models
from syncsim_reports.words import count, listed, moment


def held(of: Models) -> str:
    """Write the strongest models that hold: `causal, eventual`."""
    return ", ".join(of.strongest) or "no named model"


def broken(of: Models) -> str:
    """Write the weakest models that broke, each with the time; what implies them broke too."""
    failed = of.ruled_out
    weakest = [model for model in failed if not any(weak in failed for weak in IMPLIES[model])]
    told = []
    for model in weakest:
        times_us = [story.at_us for story in failed[model].stories]
        told.append(f"{model} at {moment(min(times_us))}" if times_us else model)
    if told:
        return listed(told)
    missing = count(len(of.unknown), "model was", "models were")
    return f"nothing; {missing} not put to the test" if of.unknown else "nothing"
