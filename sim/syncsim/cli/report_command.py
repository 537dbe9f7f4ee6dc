"""`syncsim report`: the page and figures of a run folder, made again from its history."""

from __future__ import annotations

import click


@click.command("report")
@click.argument("run", type=click.Path())
def command(run: str) -> None:
    """Judge the history in the folder RUN again and write its page and figures.

    \b
    Examples:
      syncsim report out/run
    """
    from pathlib import Path

    from syncsim.checks import judge
    from syncsim.history import jsonl
    from syncsim.staleness import costs, measure
    from syncsim_reports.folder import read_scenario, write_run_folder

    folder = Path(run)
    history = jsonl.read(folder / "history.jsonl")
    files = write_run_folder(
        folder,
        history=history,
        verdict=judge(history),
        staleness=measure(history),
        costs=costs(history),
        scenario_yaml=read_scenario(folder),
        figures=True,
    )
    for path in files:
        click.echo(path)
