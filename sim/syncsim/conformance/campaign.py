"""Many generated programs, run on the packages and on the model, and compared."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from syncsim.conformance.compare import Mismatch, compare, trace_of_model
from syncsim.conformance.exercise import Exercise, lines_never_run
from syncsim.conformance.generate import BATCH_MIN, BATCHES
from syncsim.conformance.node import Node
from syncsim.conformance.omissions import OMISSIONS
from syncsim.conformance.programs import Program
from syncsim.conformance.show import as_json
from syncsim.conformance.trace import Record

CHUNK = 100
"""Batches drawn with one seed, at most. A chunk with a mismatch is drawn again to cut that down."""

SEEDS_APART = 1_000_003
"""Campaigns of different seeds draw different chunks."""

SAMPLE_EVERY = 5
SAMPLE_MAX = 1000
"""Programs whose run is followed line by line: a few of each chunk."""


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


def run_campaign(
    node: Node, programs: int, first_seed: int, progress: Callable[[int, int], None]
) -> Campaign:
    """Compare so many programs, or as many as it takes to find a mismatch.

    Equal numbers and seeds give equal programs.
    """
    run = _Run(node, programs, Campaign(seed=first_seed))
    chunk = 0
    while run.campaign.exercise.programs < programs:
        chunk_seed = first_seed * SEEDS_APART + chunk
        left = programs - run.campaign.exercise.programs
        batches = min(CHUNK, left // BATCH_MIN + 1)
        _draw(run.compare_batch, batches, chunk_seed, [Phase.generate])
        run.take_all()
        if run.campaign.mismatch is not None:
            run.campaign.mismatch = shrink(node, batches, chunk_seed) or run.campaign.mismatch
            break
        progress(run.campaign.exercise.programs, programs)
        chunk += 1
    run.campaign.never_run = lines_never_run(run.replay_sample)
    return run.campaign


class _Run:
    """One campaign under way; Node works some programs ahead of what is compared."""

    def __init__(self, node: Node, programs: int, campaign: Campaign) -> None:
        self._node = node
        self._left = programs
        self._waiting: deque[tuple[Program, str, list[Record]]] = deque()
        self._sample: list[str] = []
        self.campaign = campaign

    def compare_batch(self, batch: list[Program]) -> None:
        """Run the programs of a batch both ways."""
        for program in batch[: self._left]:
            self._left -= 1
            text = json.dumps(program, separators=(",", ":"))
            if self._node.is_full:
                self._take()
            self._node.ask(text)
            self._waiting.append((program, text, trace_of_model(text)))
            if self._left % SAMPLE_EVERY == 0 and len(self._sample) < SAMPLE_MAX:
                self._sample.append(text)

    def take_all(self) -> None:
        """Wait for all answers."""
        while self._waiting:
            self._take()

    def _take(self) -> None:
        program, text, trace = self._waiting.popleft()
        found = compare(text, self._node.answer(), trace)
        self.campaign.exercise.add(program, trace)
        if self.campaign.mismatch is None:
            self.campaign.mismatch = found

    def replay_sample(self) -> None:
        """Run the sample again."""
        for text in self._sample:
            trace_of_model(text)


def shrink(node: Node, batches: int, chunk_seed: int) -> Mismatch | None:
    """Draw a chunk again, stop at its first mismatch, and cut that to the smallest program."""
    # Most programs of a batch come again as they were while one of them is cut down.
    known: dict[str, Mismatch | None] = {}
    smallest: list[Mismatch] = []

    def check(batch: list[Program]) -> None:
        for program in batch:
            text = json.dumps(program, separators=(",", ":"))
            if text not in known:
                node.ask(text)
                known[text] = compare(text, node.answer(), trace_of_model(text))
            found = known[text]
            if found is not None:
                smallest[:] = [found]
                raise _Differs

    try:
        _draw(check, batches, chunk_seed, [Phase.generate, Phase.shrink])
    except _Differs:
        return smallest[0]
    return None


class _Differs(Exception):  # noqa: N818 - a signal to Hypothesis
    """The traces of a program that was drawn differ."""


def _draw(
    check: Callable[[list[Program]], None], batches: int, chunk_seed: int, phases: list[Phase]
) -> None:
    steady = settings(
        max_examples=batches,
        # The seed alone says what is drawn, whatever profile is in force.
        derandomize=False,
        phases=phases,
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    seed(chunk_seed)(steady(given(BATCHES)(check)))()
