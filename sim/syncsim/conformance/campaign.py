"""Many generated programs, run on the packages and on the model, and compared."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, seed, settings

from syncsim.conformance.compare import Mismatch, answer_of_model, compare
from syncsim.conformance.exercise import Exercise, lines_never_run
from syncsim.conformance.generate import PROGRAMS
from syncsim.conformance.node import Node
from syncsim.conformance.programs import Program

CHUNK = 500
"""Programs drawn with one seed. A chunk with a mismatch is drawn again to cut it down."""

SAMPLE = 300
"""Programs whose run is followed line by line."""


@dataclass(slots=True, kw_only=True)
class Campaign:
    """What came of it: `mismatch` is the first one, cut to the smallest program."""

    seed: int
    exercise: Exercise = field(default_factory=Exercise)
    mismatch: Mismatch | None = None
    never_run: list[str] = field(default_factory=list)


def run_campaign(
    node: Node, programs: int, first_seed: int, progress: Callable[[int, int], None]
) -> Campaign:
    """Compare so many programs, or as many as it takes to find a mismatch.

    Equal numbers and seeds give equal programs.
    """
    campaign = Campaign(seed=first_seed)
    sample: list[str] = []
    for number in range(0, programs, CHUNK):
        count = min(CHUNK, programs - number)
        chunk_seed = first_seed * 1_000_003 + number // CHUNK
        found = None
        for text, packages, model in _answers(node, count, chunk_seed):
            campaign.exercise.add(json.loads(text), packages)
            found = found or compare(text, packages, model)
            if len(sample) < SAMPLE:
                sample.append(text)
        if found is not None:
            campaign.mismatch = shrink(node, count, chunk_seed) or found
            break
        progress(number + count, programs)
    campaign.never_run = lines_never_run(lambda: _replay_all(sample))
    return campaign


def _answers(node: Node, count: int, chunk_seed: int) -> Iterator[tuple[str, str, str]]:
    """Yield each program of a chunk with its two answers; Node works ahead meanwhile."""
    waiting: deque[tuple[str, str]] = deque()
    answers: list[tuple[str, str, str]] = []

    def take() -> None:
        text, model = waiting.popleft()
        answers.append((text, node.answer().decode(), model))

    def check(program: Program) -> None:
        text = json.dumps(program, separators=(",", ":"))
        if node.is_full:
            take()
        node.ask(text)
        waiting.append((text, answer_of_model(text)))

    _draw(check, count, chunk_seed, [Phase.generate])
    while waiting:
        take()
    yield from answers


def shrink(node: Node, count: int, chunk_seed: int) -> Mismatch | None:
    """Draw a chunk again, stop at its first mismatch, and cut that to the smallest program."""
    smallest: list[Mismatch] = []

    def check(program: Program) -> None:
        text = json.dumps(program, separators=(",", ":"))
        node.ask(text)
        found = compare(text, node.answer().decode(), answer_of_model(text))
        if found is not None:
            smallest[:] = [found]
            raise _Differs

    try:
        _draw(check, count, chunk_seed, [Phase.generate, Phase.shrink])
    except _Differs:
        pass
    return smallest[0] if smallest else None


class _Differs(Exception):  # noqa: N818 - a signal to Hypothesis
    """The answers for the program that was drawn differ."""


def _draw(
    check: Callable[[Program], None], count: int, chunk_seed: int, phases: list[Phase]
) -> None:
    steady = settings(
        max_examples=count,
        phases=phases,
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    seed(chunk_seed)(steady(given(PROGRAMS)(check)))()


def _replay_all(programs: list[str]) -> None:
    for text in programs:
        answer_of_model(text)
