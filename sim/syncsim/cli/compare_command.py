"""`syncsim compare`: designs side by side under the same luck."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from syncsim.cli.output import (
    console,
    default_jobs,
    json_option,
    names,
    plain,
    print_json,
    progress,
)

if TYPE_CHECKING:
    from syncsim.api import Comparison


@click.command("compare")
@click.argument("scenarios", nargs=-1, required=True)
@click.option("--designs", required=True, help="Names of designs, separated by commas.")
@click.option("--networks", help="Names of networks; the scenario's own if left out.")
@click.option("--seeds", type=click.IntRange(1, 100_000), help="Run the seeds 1 to N.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes to use; default all cores.")
@click.option("--csv", type=click.Path(), help="Write the table to this file too.")
@json_option
def command(
    scenarios: tuple[str, ...],
    designs: str,
    networks: str | None,
    seeds: int | None,
    jobs: int | None,
    csv: str | None,
    as_json: bool,
) -> int:
    """Run SCENARIOS under several designs: same people, same think times, same delays.

    The exit status is 0 if all runs could be judged; the verdicts are in the table.

    \b
    Examples:
      syncsim compare seed/offline --designs manual-refresh,enhanced,hardened
      syncsim compare seed/everyone-at-once --designs enhanced,hardened --seeds 50 --json
    """
    from syncsim import api

    with progress("comparing", quiet=as_json) as show:
        comparison = api.compare(
            scenarios,
            designs=names(designs),
            networks=names(networks) or (None,),
            seeds=seeds,
            jobs=jobs or default_jobs(),
            progress=show,
        )
    if csv:
        write_csv(comparison, csv)
    if as_json:
        print_json(document(comparison))
    else:
        from syncsim_reports.text import claims_table, comparison_table

        out = console()
        out.print(comparison_table(comparison.rows))
        out.print(claims_table(comparison.claims))
    return 0


def document(comparison: Comparison) -> dict[str, object]:
    """Return a comparison as plain data."""
    from dataclasses import asdict

    return {
        "rows": [plain(asdict(row)) for row in comparison.rows],
        "claims": [plain(asdict(claim)) for claim in comparison.claims],
    }


def comparison_csv(comparison: Comparison) -> str:
    """Return the rows of a comparison as CSV, names of checks separated by blanks."""
    table = comparison.table
    for column in ("failed", "unknown"):
        table[column] = [" ".join(names) for names in table[column]]
    return str(table.to_csv(index=False, lineterminator="\n"))


def write_csv(comparison: Comparison, path: str) -> None:
    """Write the rows of a comparison as CSV.

    Raises:
        InputError: if the file cannot be written.
    """
    from pathlib import Path

    from syncsim.errors import InputError, Problem

    try:
        Path(path).write_text(comparison_csv(comparison), encoding="utf-8")
    except OSError as error:
        raise InputError(
            Problem(
                code="unwritable",
                place=path,
                expected="a file that can be written",
                found=error.strerror or "an error",
                hint="give a path in a folder that exists and is yours",
            )
        ) from None
