"""`syncsim report`: the page and figures of a run, made from its history."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("report")
@click.argument("run", type=click.Path())
@click.option("--out", type=click.Path(), help="The folder for the report on a history in a file.")
def command(run: str, out: str | None) -> None:
    """Judge the history of RUN again and write its page and figures.

    RUN is the folder of a run, which the report is written into, or with --out the file of a
    history or of a recording from anywhere.

    \b
    Examples:
      syncsim report out/run
      syncsim report recording.jsonl --out out/report
    """
    from syncsim.checks import judge
    from syncsim.cli import outside
    from syncsim.history import files, jsonl
    from syncsim.staleness import costs, measure
    from syncsim.timelines.cells import Timelines
    from syncsim_reports.folder import read_scenario, write_run_folder

    path, scenario = Path(run), None
    if path.is_file():
        folder = Path(_folder_of_file(run, out, is_outside=outside.is_outside(path)))
        history = files.read(path)
    else:
        outside.refuse({"--out": out}, "the report on a run is written into its own folder")
        folder = path
        history, scenario = jsonl.read(path / "history.jsonl"), read_scenario(path)
    timelines = Timelines(history)
    written = write_run_folder(
        folder,
        history=history,
        verdict=judge(history, timelines=timelines),
        staleness=measure(history, timelines),
        costs=costs(history),
        scenario_yaml=scenario,
        figures=True,
        file=run if scenario is None else "",
    )
    for each in written:
        click.echo(each)


def _folder_of_file(run: str, out: str | None, *, is_outside: bool) -> str:
    """Return where the report on a file goes.

    Raises:
        InputError: if that is not said, or if the file tells of no screens.
    """
    from syncsim.errors import InputError, Problem

    if is_outside:
        raise InputError(
            Problem(
                code="no-screens",
                place=run,
                expected="the folder of a run, or a history or recording that tells of screens",
                found="a history of Jepsen or elle-cli, which has neither clients nor views",
                hint=f"'syncsim check {run}' judges it",
            )
        )
    if out is None:
        raise InputError(
            Problem(
                code="no-folder",
                place=run,
                expected="a folder for the report on a file",
                found="none",
                hint="add --out DIR",
            )
        )
    return out
