"""The Python interface: run a scenario, look at it, compare designs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from syncsim.checks import Verdict, as_json, judge
from syncsim.checks.models import Models, models_of
from syncsim.errors import InputError, Problem, quoted
from syncsim.history import History, files
from syncsim.processes import pool
from syncsim.scenario import design_from, dump, load, made_of
from syncsim.scenario.scenario import Scenario
from syncsim.search import (
    Claim,
    Difference,
    Metrics,
    Result,
    Row,
    Tally,
    Trial,
    claims,
    differences,
    metrics,
    rows,
    tallies,
    trial,
    typical,
    with_counterfactual,
)
from syncsim.search import compare as compare_scenarios
from syncsim.search.tables import csv_text, plain_record, write_parquet
from syncsim.staleness import frame

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one scenario, judged.

    `trial` holds the parts: scenario, history, verdict, staleness, costs, feedback.
    """

    trial: Trial

    @property
    def verdict(self) -> Verdict:
        """Return the answer of every check; it shows itself well in a notebook."""
        return self.trial.verdict

    @property
    def history(self) -> pd.DataFrame:
        """Return everything that happened, one row a record."""
        return self.trial.history.frame()

    @property
    def staleness(self) -> pd.DataFrame:
        """Return the staleness windows, one row a window, times in microseconds."""
        return frame(self.trial.staleness.windows)

    @property
    def models(self) -> dict[str, Models]:
        """Return the consistency models that held: of everybody, under "", and each client."""
        return models_of(self.trial.history)

    @property
    def plot(self) -> Plots:
        """Return the figures of this run."""
        return Plots(self.trial)

    def save(self, folder: str | Path, *, figures: bool = True) -> list[Path]:
        """Write the run folder and return its files.

        Raises:
            InputError: if the folder cannot be written.
        """
        from syncsim_reports.folder import write_run_folder

        done = self.trial
        return write_run_folder(
            Path(folder),
            history=done.history,
            verdict=done.verdict,
            staleness=done.staleness,
            costs=done.costs,
            scenario_yaml=dump(done.scenario),
            figures=figures,
        )

    def _repr_html_(self) -> str:
        return self.verdict._repr_html_()


@dataclass(frozen=True, slots=True)
class Plots:
    """The figures of one run, as matplotlib figures."""

    trial: Trial

    def staleness(self) -> Figure:
        """Return the swimlanes: when each client showed which row old."""
        from syncsim_reports.figures.swimlanes import swimlanes

        return swimlanes(self.trial.history, self.trial.staleness)

    def survival(self) -> Figure:
        """Return the share of windows that stay open longer than a time."""
        from syncsim_reports.figures.survival import survival_curves

        name = self.trial.scenario.design.name
        return survival_curves({name: self.trial.staleness.windows})

    def ladder(self) -> Figure:
        """Return the ladder of consistency models: which rungs held for each client."""
        from syncsim_reports.figures.ladder import ladder

        return ladder(models_of(self.trial.history), self.trial.history.header)

    def story(self, check: str, number: int = 0) -> Figure:
        """Return the space-time diagram of what led to a failure of a check.

        Raises:
            LookupError: if the check has no such story.
        """
        from syncsim_reports.figures.story import story_diagram

        document = as_json(self.trial.verdict, self.trial.history)
        stories = {f["check"]: f["stories"] for f in document["findings"]}[check]
        return story_diagram(self.trial.history, check, stories[number])

    def spacetime(self, from_us: int | None = None, until_us: int | None = None) -> Figure:
        """Return the space-time diagram of a stretch of the run."""
        from syncsim_reports.figures.spacetime import spacetime

        return spacetime(self.trial.history, from_us=from_us, until_us=until_us)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Designs side by side under the same luck; the first is what the others are held against.

    `results` has one entry a run, in the order of scenarios, networks, designs and seeds.
    """

    results: tuple[Result, ...]

    @property
    def rows(self) -> list[Row]:
        """Return one row for each scenario, design and network."""
        return rows(self.results)

    @property
    def claims(self) -> list[Claim]:
        """Return the app's five claims, for each design."""
        return claims(self.results)

    @property
    def metrics(self) -> list[Metrics]:
        """Return every run in numbers."""
        return [metrics(result) for result in self.results]

    @property
    def tallies(self) -> list[Tally]:
        """Return how often each check passed, failed and could not tell."""
        return tallies(self.results)

    @property
    def differences(self) -> list[Difference]:
        """Return how each design differs from the first, with intervals over paired seeds."""
        return differences(self.metrics)

    @property
    def table(self) -> pd.DataFrame:
        """Return the rows as a table."""
        import pandas as pd

        return pd.DataFrame([asdict(row) for row in self.rows])

    def to_csv(self) -> str:
        """Return the rows as CSV, names of checks separated by blanks."""
        return csv_text(self.rows, Row)

    def to_parquet(self, path: str | Path) -> None:
        """Write the rows as a Parquet file.

        Raises:
            InputError: if the file cannot be written, or pyarrow is not installed.
        """
        write_parquet(self.table, Path(path))

    def as_json(self) -> dict[str, list[dict[str, object]]]:
        """Return everything that was found as JSON can hold it: rows, claims, checks and all."""
        parts: dict[str, Sequence[object]] = {
            "rows": self.rows,
            "claims": self.claims,
            "checks": self.tallies,
            "differences": self.differences,
            "runs": self.metrics,
        }
        return {name: [plain_record(record) for record in part] for name, part in parts.items()}

    def figures(self, measure: str = "mean_age_us") -> dict[str, Figure]:
        """Return the figures: cost against old data, the heat map, one measure's differences."""
        from syncsim_reports.figures.differences import difference_plot
        from syncsim_reports.figures.heatmap import heat_map
        from syncsim_reports.figures.pareto import pareto

        over_scenarios = typical(self.metrics, by=("design", "network"))
        return {
            "pareto": pareto(over_scenarios),
            "heat-map": heat_map(over_scenarios),
            "differences": difference_plot(self.differences, measure),
        }

    def save(self, folder: str | Path) -> list[Path]:
        """Write everything that was found into a folder, as tables, JSON and figures.

        Raises:
            InputError: if the folder cannot be written.
        """
        import json

        from syncsim_reports.figures import png
        from syncsim_reports.folder import write_files

        found: dict[str, str | bytes] = {
            "comparison.csv": self.to_csv(),
            "runs.csv": csv_text(self.metrics, Metrics),
            "checks.csv": csv_text(self.tallies, Tally),
            "differences.csv": csv_text(self.differences, Difference),
            "comparison.json": json.dumps(self.as_json(), indent=2, sort_keys=True) + "\n",
        }
        figures = {f"{name}.png": png(figure) for name, figure in self.figures().items()}
        return write_files(Path(folder), {**found, **figures})


def run(
    scenario: str | Path | Scenario,
    *,
    design: str | None = None,
    network: str | None = None,
    seed: int | None = None,
    runs: str | None = None,
    allow_commands: bool = False,
    counterfactual: bool = False,
) -> Run:
    """Run a scenario and judge it.

    Args:
        scenario: A name from the catalogue, a path to a YAML file, or a resolved scenario.
        design: A design from the catalogue, in place of the scenario's own.
        network: A network from the catalogue, in place of the scenario's own.
        seed: A seed in place of the scenario's own.
        runs: What every client is made of, `model` or `tanstack`, in place of the scenario's own.
        allow_commands: Whether programs that the scenario names may be started.
        counterfactual: Whether to run it again without each refused intent, and to say whether
            that left the settled screens as they were.

    Raises:
        InputError: if a name or a file cannot be used.
        ClientError: if a client of another make cannot be started.
    """
    if not isinstance(scenario, Scenario):
        scenario = load(scenario, design=design, network=network, seed=seed)
    if runs is not None:
        scenario = made_of(scenario, runs)
    done = trial(scenario, allow_commands=allow_commands)
    if counterfactual:
        done = with_counterfactual(done, allow_commands=allow_commands)
    return Run(done)


def check(history: str | Path | History, only: Sequence[str] | None = None) -> Verdict:
    """Judge a history from a file of JSON Lines or Parquet, or one in memory.

    A large file of Parquet is not read into memory but in parts, again and again.

    Raises:
        HistoryError: if the file is cut off or is no history.
        InputError: if it is Parquet and pyarrow is not installed.
    """
    if not isinstance(history, History):
        return judge(files.for_judging(Path(history)), only)
    return judge(history, only)


def compare(
    scenarios: Iterable[str | Path],
    *,
    designs: Sequence[str],
    networks: Sequence[str | None] = (None,),
    seeds: int | None = None,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Run scenarios under several designs and the same luck.

    Args:
        scenarios: Catalogue names or paths.
        designs: Names of designs or paths of their files, compared in this order.
        networks: The same of networks; None stands for each scenario's own.
        seeds: Run the seeds 1 to this; None runs each scenario's own seed.
        jobs: Processes to use. Each imports the program that asks for them, so a program that asks
            for more than one does so under `if __name__ == "__main__":`.
        progress: Called with the number of runs done and the number in all.

    Raises:
        InputError: if a name or a file cannot be used.
    """
    chosen: Sequence[int | None] = (None,) if seeds is None else range(1, seeds + 1)
    _check_apart(designs)
    work = [
        load(scenario, design=design, network=network, seed=seed)
        for scenario in scenarios
        for network in networks
        for design in designs
        for seed in chosen
    ]
    with _executor(jobs, len(work)) as executor:
        return Comparison(tuple(compare_scenarios(work, executor=executor, progress=progress)))


def _check_apart(designs: Sequence[str]) -> None:
    """Refuse two designs of one name: their runs would be counted together."""
    called = [design_from(design).name for design in designs]
    for place, name in enumerate(called):
        if name in called[:place]:
            raise InputError(
                Problem(
                    code="duplicate-id",
                    place="the designs",
                    expected="each design once",
                    found=f"{quoted(designs[place])}, which is called {quoted(name)} like another",
                    hint="give the file of your own design another name",
                )
            )


@contextmanager
def _executor(jobs: int, work: int) -> Iterator[Executor | None]:
    """Give a process pool, or none where one process would do."""
    assert jobs > 0, jobs
    if min(jobs, work) < 2:
        yield None
        return
    with pool(min(jobs, work), "syncsim.search.compare") as executor:
        yield executor
