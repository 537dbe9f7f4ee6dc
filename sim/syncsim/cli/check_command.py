"""`syncsim check`: judge a history from a file."""

from __future__ import annotations

import click

from syncsim.cli.output import STATUS_EXIT, console, json_option, names, print_json


@click.command("check")
@click.argument("history", type=click.Path())
@click.option("--only", help="Names of checks to run, separated by commas.")
@click.option("--as", "kind", help="What an outside history is, if it does not tell by itself.")
@click.option("--model", help="What must hold of an outside history; the strictest by default.")
@click.option("--assume", help="What you vouch for in an rw-register, separated by commas.")
@click.option("--seconds", type=click.FloatRange(0), help="Give up an outside history after this.")
@json_option
def command(
    history: str,
    only: str | None,
    kind: str | None,
    model: str | None,
    assume: str | None,
    seconds: float | None,
    as_json: bool,
) -> int:
    """Judge HISTORY, a file as `syncsim run --out` writes it, of Parquet, or of a recorder.

    An outside history is one of Jepsen (EDN) or elle-cli (JSON). It is a `register` (read, write,
    cas), a `list-append` (append and r or get) or an `rw-register` (w and r), and is asked for
    linearizability or for isolation models by the cycles that they forbid.

    \b
    Examples:
      syncsim check out/run/history.jsonl
      syncsim check out/run/history.jsonl --only ROLL,CONV --json
      syncsim check history.parquet
      syncsim check store/latest/history.edn
      syncsim check history.json --as rw-register --model snapshot-isolation
    """
    from pathlib import Path

    from syncsim.checks import CHECKS, judge
    from syncsim.checks import as_json as verdict_json
    from syncsim.cli import outside
    from syncsim.errors import InputError, unknown_name
    from syncsim.history import files

    wanted = names(only) or None
    unknown = [name for name in wanted or [] if name not in CHECKS]
    if unknown:
        valid = list(CHECKS)
        raise InputError(
            [unknown_name(what="check", name=n, valid=valid, place="--only") for n in unknown]
        )
    path = Path(history)
    options = {"--as": kind, "--model": model, "--assume": assume, "--seconds": seconds}
    if kind or outside.is_outside(path):
        outside.refuse({"--only": only}, "a history of Jepsen is asked for a model: --model NAME")
        return outside.check(
            path,
            kind=kind or "",
            model=model or "",
            assume=assume or "",
            seconds=seconds,
            as_json=as_json,
        )
    outside.refuse(options, "it is for histories of Jepsen and elle-cli")
    record = files.for_judging(path)
    verdict = judge(record, wanted)
    if as_json:
        print_json(verdict_json(verdict, record, file=history))
    else:
        from syncsim_reports.text import verdict_table

        console().print(verdict_table(verdict, record, file=history))
    return STATUS_EXIT[verdict.status.value]
