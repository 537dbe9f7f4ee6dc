"""`syncsim check`: judge a history from a file."""

from __future__ import annotations

import click

from syncsim.cli.output import STATUS_EXIT, console, json_option, names, print_json


@click.command("check")
@click.argument("history", type=click.Path())
@click.option("--only", help="Names of checks to run, separated by commas.")
@json_option
def command(history: str, only: str | None, as_json: bool) -> int:
    """Judge HISTORY, a file of JSON Lines as `syncsim run --out` writes it, or of Parquet.

    \b
    Examples:
      syncsim check out/run/history.jsonl
      syncsim check out/run/history.jsonl --only ROLL,CONV --json
      syncsim check history.parquet
    """
    from pathlib import Path

    from syncsim.checks import CHECKS, judge
    from syncsim.checks import as_json as verdict_json
    from syncsim.errors import InputError, unknown_name
    from syncsim.history import files

    wanted = names(only) or None
    unknown = [name for name in wanted or [] if name not in CHECKS]
    if unknown:
        valid = list(CHECKS)
        raise InputError(
            [unknown_name(what="check", name=n, valid=valid, place="--only") for n in unknown]
        )
    record = files.read(Path(history))
    verdict = judge(record, wanted)
    if as_json:
        print_json(verdict_json(verdict, record))
    else:
        from syncsim_reports.text import verdict_table

        console().print(verdict_table(verdict, record))
    return STATUS_EXIT[verdict.status.value]
