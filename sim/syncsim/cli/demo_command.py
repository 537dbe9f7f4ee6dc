"""`syncsim demo`: the six seed scenarios under the three designs, with a verdict on each claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from syncsim.cli.output import console, default_jobs, json_option, print_json, progress

if TYPE_CHECKING:
    from pathlib import Path

    from syncsim.api import Comparison

SCENARIOS = (
    "seed/accept-pending",
    "seed/two-operators",
    "seed/payment",
    "seed/rejection-review",
    "seed/offline",
    "seed/everyone-at-once",
)
DESIGNS = ("manual-refresh", "enhanced", "hardened")
SEEDS = 5
"""Seeds of each scenario: enough to show that a verdict is not one seed's luck."""


@click.command("demo")
@click.option("--out", type=click.Path(), default="out/demo", show_default=True)
@click.option("--seeds", type=click.IntRange(1, 1000), default=SEEDS, show_default=True)
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes to use; default all cores.")
@json_option
def command(out: str, seeds: int, jobs: int | None, as_json: bool) -> int:
    """Run the seed scenarios under the three designs and say which claims hold.

    Writes index.html with the figures, comparison.csv and comparison.json. The exit status
    is 0 if all runs could be judged; that some fail is the point of the demonstration.

    \b
    Examples:
      syncsim demo
      syncsim demo --seeds 50 --out out/fifty
    """
    from pathlib import Path

    from syncsim import api

    with progress("running", quiet=as_json) as show:
        comparison = api.compare(
            SCENARIOS, designs=DESIGNS, seeds=seeds, jobs=jobs or default_jobs(), progress=show
        )
    folder = Path(out)
    write(folder, comparison)
    from syncsim.cli.compare_command import document

    if as_json:
        print_json(document(comparison))
        return 0
    from syncsim_reports.text import claims_table, comparison_table

    terminal = console()
    terminal.print(comparison_table(comparison.rows))
    terminal.print(claims_table(comparison.claims))
    terminal.print(f"{len(comparison.results)} runs; the page is {folder / 'index.html'}")
    return 0


def write(folder: Path, comparison: Comparison) -> None:
    """Write the page, its figures and the tables."""
    import json

    from syncsim import api
    from syncsim.cli.compare_command import comparison_csv, document
    from syncsim_reports.figures.survival import survival_curves
    from syncsim_reports.folder import write_demo_folder

    windows = {
        design: [w for r in comparison.results if r.design == design for w in r.windows]
        for design in DESIGNS
    }
    enhanced, hardened = (api.run("seed/offline", design=name) for name in DESIGNS[1:])
    race = api.run("seed/two-operators", design="enhanced")
    write_demo_folder(
        folder,
        rows=comparison.rows,
        claims=comparison.claims,
        figures={
            "survival": survival_curves(windows, subtitle="six scenarios, all seeds"),
            "offline-enhanced": enhanced.plot.staleness(),
            "offline-hardened": hardened.plot.staleness(),
            "race-enhanced": race.plot.spacetime(),
        },
        tables={
            "comparison.csv": comparison_csv(comparison),
            "comparison.json": json.dumps(document(comparison), indent=2, sort_keys=True) + "\n",
        },
    )
