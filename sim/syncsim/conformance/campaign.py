"""Many generated programs, run on the packages and on the model, and compared.

A campaign is cut into shards, which one process after another takes, or several at once. What
comes of it is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import asdict, dataclass, field
from typing import Any

from syncsim.conformance.compare import Mismatch
from syncsim.conformance.exercise import Exercise, Lines, lines_never_run
from syncsim.conformance.node import Node, find_node, missing
from syncsim.conformance.omissions import OMISSIONS
from syncsim.conformance.shard import (
    SHARD,
    Outcome,
    Shard,
    run_in_worker,
    run_shard,
    shrink,
    start_worker,
)
from syncsim.conformance.show import as_json
from syncsim.processes import pool

Progress = Callable[[int, int], None]


@dataclass(slots=True, kw_only=True)
class Campaign:
    """What came of it: `mismatch` is the first one, cut to the smallest program."""

    seed: int
    exercise: Exercise = field(default_factory=Exercise)
    mismatch: Mismatch | None = None
    never_run: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        exercise = self.exercise
        return {
            "seed": self.seed,
            "programs": exercise.programs,
            "records": exercise.records,
            "mismatch": None if self.mismatch is None else as_json(self.mismatch),
            "steps": dict(exercise.steps),
            "options": dict(exercise.options),
            "branches": dict(exercise.branches),
            "lines_never_run": self.never_run,
            "left_out": [asdict(omission) for omission in OMISSIONS],
        }


def run_campaign(programs: int, seed: int, progress: Progress, *, jobs: int = 1) -> Campaign:
    """Compare so many programs, or as many shards as it takes to find a mismatch.

    Equal numbers and seeds give equal programs and counts, whatever the number of jobs.

    Raises:
        ToolError: if Node or its packages are missing, or a process dies.
    """
    assert programs > 0, programs
    campaign = Campaign(seed=seed)
    lines: Lines = {}
    shards = [
        Shard(seed=seed, number=number, programs=min(SHARD, programs - number * SHARD))
        for number in range(-(-programs // SHARD))
    ]
    with closing(_outcomes(shards, min(jobs, len(shards)))) as outcomes:
        for outcome in outcomes:
            campaign.exercise.add_all(outcome.exercise)
            lines |= outcome.lines
            if outcome.mismatch is not None:
                break
            progress(campaign.exercise.programs, programs)
    if outcome.mismatch is not None:
        with Node() as node:
            campaign.mismatch = shrink(node, outcome)
    campaign.never_run = lines_never_run(lines)
    return campaign


def _outcomes(shards: list[Shard], jobs: int) -> Generator[Outcome, None, None]:
    """Yield the outcome of each shard in its turn."""
    if jobs == 1:
        with Node() as node:
            for shard in shards:
                yield run_shard(node, shard)
        return
    # What can be missing is told before there are processes that miss it.
    find_node()
    executor = pool(jobs, "syncsim.conformance.shard", start_worker)
    try:
        yield from executor.map(run_in_worker, shards)
    except BrokenProcessPool:
        found = "a process that died"
        raise missing("worker-died", "worker", "an outcome", found, "--jobs 1") from None
    finally:
        executor.shutdown(cancel_futures=True)
