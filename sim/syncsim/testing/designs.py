"""What holds for every design that is worth shipping: equal bytes, and screens that agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from syncsim.checks import Status, judge
from syncsim.history import History, jsonl
from syncsim.scenario import load
from syncsim.world import run

SEEDS = (1, 2, 3)


class DesignTests:
    """Tests of a design over scenarios; a subclass names both.

    Attributes:
        design: The name of a design, of the catalogue or of a file; None for that of each
            scenario.
        scenarios: Names of the catalogue, or paths.
        keeps: The checks that no run may fail.
        seeds: The seeds of the runs.
    """

    design: ClassVar[str | None] = None
    scenarios: ClassVar[Sequence[str | Path]] = ("seed/accept-pending", "seed/two-operators")
    keeps: ClassVar[Sequence[str]] = ("CONV", "DONE", "LEGAL", "ONCE")
    seeds: ClassVar[Sequence[int]] = SEEDS

    def test_equal_runs_give_equal_bytes(self) -> None:
        """A strategy that draws, waits or iterates a set breaks this sooner or later."""
        for name, history in self._runs():
            _, again = next(run for run in self._runs() if run[0] == name)
            assert jsonl.digest(history) == jsonl.digest(again), f"{name} came out otherwise"

    def test_no_run_fails_what_it_keeps(self) -> None:
        """Screens agree once the world has healed, and whatever else the design promises."""
        for name, history in self._runs():
            for finding in judge(history, self.keeps).findings:
                assert finding.status is not Status.FAIL, f"{name}: {finding.check}, {finding.why}"

    def test_people_get_something_done(self) -> None:
        """A run without a commit would pass everything else."""
        for name, history in self._runs():
            assert list(history.of("commit")), f"nothing was committed in {name}"

    def _runs(self) -> Iterator[tuple[str, History]]:
        for scenario in self.scenarios:
            for seed in self.seeds:
                loaded = load(scenario, design=self.design, seed=seed)
                yield f"{loaded.name} with seed {seed}", run(loaded)
