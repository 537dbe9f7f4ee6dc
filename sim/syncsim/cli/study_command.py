"""`syncsim study`: the page of a study, its tables and figures, made again from its question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from syncsim.cli.output import STATUS_EXIT, default_jobs, progress

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from syncsim.api import Comparison
    from syncsim.search.study import Study


@click.command("study")
@click.argument("study", metavar="NAME|PATH")
@click.option("--check", is_flag=True, help="Write nothing; compare with what is there.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes to use; default all cores.")
def command(study: str, check: bool, jobs: int | None) -> int:
    """Make the study NAME again: README.md, its tables and its figures.

    A study is a folder with a file study.yaml, which asks one question. Equal code gives equal
    bytes. With --check the exit status is 1 if any file differs.

    \b
    Examples:
      syncsim study before-and-after
      syncsim study reports/studies/before-and-after --check
    """
    from syncsim import api
    from syncsim.search.study import load_study

    asked = load_study(study)
    with progress("running", quiet=False) as show:
        comparison = api.compare(
            asked.sources,
            designs=asked.design_sources,
            networks=asked.networks or (None,),
            seeds=asked.seeds,
            jobs=jobs or default_jobs(),
            progress=show,
        )
    files = study_files(asked, comparison)
    if check:
        return _check(asked.folder, files)
    from syncsim_reports.folder import make_folder, write_files

    make_folder(asked.folder / "figures")
    for path in write_files(asked.folder, files):
        click.echo(path)
    return 0


def study_files(study: Study, comparison: Comparison) -> dict[str, str | bytes]:
    """Return every file of a study but its question, by its name in the folder."""
    from syncsim.search import Difference, Metrics, differences_over_all, typical
    from syncsim.search.study import fill
    from syncsim.search.tables import csv_text
    from syncsim_reports.conclusions import Found, values
    from syncsim_reports.figures import png
    from syncsim_reports.studies import study_page

    runs, differences = comparison.metrics, comparison.differences
    found = Found(
        typical=typical(runs, by=("design",)),
        differences=differences_over_all(runs),
        claims=comparison.claims,
        tallies=comparison.tallies,
    )
    filled = values(found)
    page = study_page(
        study,
        typical=typical(runs),
        differences=differences,
        claims=comparison.claims,
        conclusion=[fill(sentence, filled) for sentence in study.conclusion],
    )
    figures = comparison.figures(study.measure)
    return {
        "README.md": page,
        "results.csv": csv_text(runs, Metrics),
        "differences.csv": csv_text(differences, Difference),
        **{f"figures/{stem}.png": png(figure) for stem, figure in figures.items()},
    }


def _check(folder: Path, files: Mapping[str, str | bytes]) -> int:
    """Say which files are not what they would be now."""
    changed = []
    for name, content in files.items():
        data = content.encode("utf-8") if isinstance(content, str) else content
        path = folder / name
        if not path.is_file() or path.read_bytes() != data:
            changed.append(path)
    for path in changed:
        click.echo(f"{path}: not what the study gives now")
    return STATUS_EXIT["fail" if changed else "pass"]
