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
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes to use; all cores if left out.")
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
    from syncsim_reports.folder import make_folder

    folder = make_folder(Path(out))
    with progress("running", quiet=as_json) as show:
        comparison = api.compare(
            SCENARIOS, designs=DESIGNS, seeds=seeds, jobs=jobs or default_jobs(), progress=show
        )
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
    from syncsim.cli.compare_command import document, write_csv
    from syncsim_reports.figures.save import save
    from syncsim_reports.figures.survival import survival_curves
    from syncsim_reports.html import demo_page

    write_csv(comparison, str(folder / "comparison.csv"))
    text = json.dumps(document(comparison), indent=2, sort_keys=True)
    (folder / "comparison.json").write_text(text + "\n", encoding="utf-8")
    windows = {
        design: [
            window
            for result in comparison.results
            if result.design == design
            for window in result.windows
        ]
        for design in DESIGNS
    }
    race = api.run("seed/two-operators", design="enhanced")
    figures = {
        "survival": survival_curves(windows),
        "offline-enhanced": api.run("seed/offline", design="enhanced").plot.staleness(),
        "offline-hardened": api.run("seed/offline", design="hardened").plot.staleness(),
        "race-enhanced": race.plot.spacetime(),
    }
    for stem, figure in figures.items():
        save(figure, folder, stem)
    page = demo_page(rows=comparison.rows, claims=comparison.claims, figures=figures)
    (folder / "index.html").write_text(page, encoding="utf-8")
