"""One part of a campaign: a few hundred programs, drawn, run both ways, and compared.

What a shard draws follows from the campaign's seed and the shard's number alone, so it does not
matter which process takes it, or when.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing import parent_process
from multiprocessing.connection import wait

from syncsim.conformance.compare import Mismatch, compare, trace_of_model
from syncsim.conformance.exercise import Exercise, Lines, lines_run
from syncsim.conformance.generate import BATCH, Drawn, Row, draw, program_of, programs_of
from syncsim.conformance.node import Node
from syncsim.conformance.shrink import smallest
from syncsim.conformance.trace import Record

SHARD = 8 * BATCH
"""Programs of a shard: small enough for a thousand programs to keep a few processes busy."""

SEEDS_APART = 1_000_003
"""Campaigns of different seeds draw different shards."""

SAMPLE_EVERY = 5
SAMPLE_OF = 5_000
"""Programs whose run is followed line by line: every fifth of the first so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """Which programs: the campaign's seed, which of its shards, and how many of that."""

    seed: int
    number: int
    programs: int


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of a shard; `mismatch` is its first one, chosen by `rows`."""

    exercise: Exercise = field(default_factory=Exercise)
    lines: Lines = field(default_factory=dict)
    mismatch: Mismatch | None = None
    rows: tuple[Row, ...] = ()


def run_shard(node: Node, shard: Shard) -> Outcome:
    """Compare the programs of a shard, all of them, whatever comes of it."""
    was_enabled = gc.isenabled()
    # The model is full of cycles; collecting after each batch is cheaper than now and then.
    gc.disable()
    try:
        return _Run(node, shard).outcome
    finally:
        if was_enabled:
            gc.enable()


class _Run:
    """One shard under way; Node works some programs ahead of what is compared."""

    def __init__(self, node: Node, shard: Shard) -> None:
        self._node = node
        self._waiting: deque[tuple[Drawn, str, list[Record]]] = deque()
        self.outcome = Outcome()
        sample: list[str] = []
        for number, drawn in enumerate(_programs(shard), shard.number * SHARD):
            text = json.dumps(drawn.program, separators=(",", ":"))
            while node.is_full:
                self._take()
            node.ask(text)
            self._waiting.append((drawn, text, trace_of_model(text)))
            if number % SAMPLE_EVERY == 0 and number < SAMPLE_OF:
                sample.append(text)
        while self._waiting:
            self._take()
        self.outcome.lines = lines_run(lambda: [trace_of_model(text) for text in sample])

    def _take(self) -> None:
        drawn, text, trace = self._waiting.popleft()
        outcome = self.outcome
        found = compare(text, self._node.answer(), trace)
        outcome.exercise.add(drawn.program, trace)
        if found is not None and outcome.mismatch is None:
            outcome.mismatch, outcome.rows = found, drawn.rows


def _programs(shard: Shard) -> Iterator[Drawn]:
    """Yield the programs of a shard."""
    left = shard.programs
    for batch in draw(-(-left // BATCH), shard.seed * SEEDS_APART + shard.number):
        for drawn in programs_of(batch):
            if left == 0:
                return
            left -= 1
            yield drawn
        # Only what the batch has made; what it was made with is old and large.
        gc.collect(0)


def shrink(node: Node, outcome: Outcome) -> Mismatch:
    """Cut the mismatch of a shard to the smallest program."""
    assert outcome.mismatch is not None, "there is something to cut"
    # Many rows choose one program.
    known: dict[str, Mismatch | None] = {}

    def mismatch_of(rows: tuple[Row, ...]) -> Mismatch | None:
        text = json.dumps(program_of(rows), separators=(",", ":"))
        if text not in known:
            node.ask(text)
            known[text] = compare(text, node.answer(), trace_of_model(text))
        return known[text]

    least = smallest(outcome.rows, lambda rows: mismatch_of(rows) is not None)
    return mismatch_of(least) or outcome.mismatch


_nodes: list[Node] = []
"""The runner of this process, if it is a worker; it ends as the process does, with its input."""


def start_worker() -> None:
    """Make a new process one that works for its parent, and as long as that."""
    # Whoever interrupts the parent sees it end its workers; they say nothing themselves.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None, "a worker was started by somebody"
    wait([parent.sentinel])
    os._exit(1)


def run_in_worker(shard: Shard) -> Outcome:
    """Compare the programs of a shard in a worker."""
    if not _nodes:
        _nodes.append(Node())
    return run_shard(_nodes[0], shard)
