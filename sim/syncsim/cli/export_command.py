"""`syncsim export`: a history in the format of another tool."""

from __future__ import annotations

import sys

import click


@click.command("export")
@click.argument("run", type=click.Path())
@click.option("--to", "form", required=True, metavar="FORMAT", help="The format; see below.")
@click.option("--out", type=click.Path(dir_okay=False), help="The file; standard output if none.")
def command(run: str, form: str, out: str | None) -> None:
    """Write the history of RUN, a run folder or a history file, in another format.

    \b
    Formats:
      edn         Jepsen and Elle: requests as transactions over lists
      elle-json   the same as JSON, as elle-cli reads it
      shiviz      a log with vector clocks
      perfetto    a timeline for ui.perfetto.dev
      porcupine   the data of Porcupine's viewer
      itf         the states of the run, for Apalache and Quint
      csv         one line a record
      parquet     the whole history as columns
      junit       the verdict, for continuous integration

    What a format cannot hold is said on standard error.

    \b
    Examples:
      syncsim export out/run --to perfetto --out run.pftrace
      syncsim export out/run/history.jsonl --to edn > history.edn
    """
    from pathlib import Path

    from syncsim.errors import InputError, Problem, unknown_name
    from syncsim.history import files
    from syncsim_reports.exports import FORMATS
    from syncsim_reports.folder import write_file

    if form not in FORMATS:
        raise InputError(unknown_name(what="format", name=form, valid=list(FORMATS), place="--to"))
    chosen = FORMATS[form]
    if out is None and not chosen.is_text and sys.stdout.isatty():
        raise InputError(
            Problem(
                code="binary",
                place="--out",
                expected=f"a file for {form}, which is no text",
                found="a terminal",
                hint=f"add --out run{chosen.suffix}",
            )
        )
    path = Path(run)
    history = files.read(path / "history.jsonl" if path.is_dir() else path)
    data = chosen.write(history)
    if out is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        write_file(Path(out), data)
        click.echo(out)
    click.echo(f"{form} cannot hold: {chosen.cannot_hold}.", err=True)
