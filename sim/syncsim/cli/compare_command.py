"""`syncsim compare`: designs side by side under the same luck."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from syncsim.cli.output import console, default_jobs, json_option, names, print_json, progress

if TYPE_CHECKING:
    from syncsim.api import Comparison


@click.command("compare")
@click.argument("scenarios", nargs=-1, required=True)
@click.option(
    "--designs", required=True, help="Names of designs or paths of files, separated by commas."
)
@click.option("--networks", help="The same of networks; the scenario's own if left out.")
@click.option("--seeds", type=click.IntRange(1, 100_000), help="Run the seeds 1 to N.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes to use; default all cores.")
@click.option("--out", type=click.Path(), help="Write tables, JSON and figures to this folder.")
@click.option("--csv", type=click.Path(), help="Write the table to this file too.")
@click.option("--parquet", type=click.Path(), help="The same as Parquet; needs pyarrow.")
@json_option
def command(
    scenarios: tuple[str, ...],
    designs: str,
    networks: str | None,
    seeds: int | None,
    jobs: int | None,
    out: str | None,
    csv: str | None,
    parquet: str | None,
    as_json: bool,
) -> int:
    """Run SCENARIOS under several designs: same people, same think times, same delays.

    Each design is held against the first. A difference is called better or worse only if its
    interval of 95 %, over at least six pairs of runs, leaves out zero. The exit status is 0 if
    all runs could be judged; the verdicts are in the table.

    \b
    Examples:
      syncsim compare seed/offline --designs manual-refresh,enhanced,hardened
      syncsim compare seed/everyone-at-once --designs enhanced,hardened --seeds 50 --json
      syncsim compare seed/offline --designs enhanced,hardened --seeds 20 --out out/offline
      syncsim compare seed/two-operators --designs enhanced,my-design.yaml
    """
    from pathlib import Path

    from syncsim import api
    from syncsim.search.tables import write_text

    with progress("comparing", quiet=as_json) as show:
        comparison = api.compare(
            scenarios,
            designs=names(designs),
            networks=names(networks) or (None,),
            seeds=seeds,
            jobs=jobs or default_jobs(),
            progress=show,
        )
    if csv is not None:
        write_text(Path(csv), comparison_csv(comparison))
    if parquet is not None:
        comparison.to_parquet(parquet)
    if out is not None:
        comparison.save(out)
    if as_json:
        print_json(document(comparison))
    else:
        _print(comparison, out)
    return 0


def _print(comparison: Comparison, folder: str | None) -> None:
    from syncsim_reports.text import (
        claims_table,
        comparison_table,
        differences_table,
        tallies_table,
    )

    terminal = console()
    terminal.print(comparison_table(comparison.rows))
    terminal.print(claims_table(comparison.claims))
    terminal.print()
    terminal.print(tallies_table(comparison.tallies))
    differences = comparison.differences
    if differences:
        terminal.print(differences_table(differences))
    if folder is not None:
        terminal.print(f"written to {folder}", markup=False, highlight=False)


def document(comparison: Comparison) -> dict[str, object]:
    """Return a comparison as plain data."""
    return {**comparison.as_json()}


def comparison_csv(comparison: Comparison) -> str:
    """Return the rows of a comparison as CSV."""
    return comparison.to_csv()
