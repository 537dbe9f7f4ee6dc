"""`syncsim run`: one scenario, one verdict, one folder."""

from __future__ import annotations

import click

from syncsim.cli.output import STATUS_EXIT, console, json_option, print_json


@click.command("run")
@click.argument("scenario")
@click.option("--seed", type=click.IntRange(min=0), help="Seed in place of the scenario's own.")
@click.option("--design", help="A design, or its file, in place of the scenario's own.")
@click.option("--network", help="A network, or its file, likewise.")
@click.option(
    "--runs",
    type=click.Choice(["model", "tanstack"]),
    help="What every dashboard is made of, in place of the scenario's own.",
)
@click.option(
    "--allow-commands", is_flag=True, help="Start the programs that the scenario names as clients."
)
@click.option(
    "--counterfactual",
    is_flag=True,
    help="Run it again without each refused intent: the settled screens must be the same.",
)
@click.option("--out", type=click.Path(), help="Write the run folder here.")
@click.option("--no-figures", is_flag=True, help="Leave the figures out of the run folder.")
@json_option
def command(
    scenario: str,
    seed: int | None,
    design: str | None,
    network: str | None,
    runs: str | None,
    allow_commands: bool,
    counterfactual: bool,
    out: str | None,
    no_figures: bool,
    as_json: bool,
) -> int:
    """Run SCENARIO, a catalogue name or a YAML file, and judge it.

    \b
    Examples:
      syncsim run seed/two-operators
      syncsim run seed/offline --design hardened --network slow-4g --seed 3
      syncsim run seed/two-operators --runs tanstack
      syncsim run my-scenario.yaml --out out/mine --json
    """
    from syncsim import api
    from syncsim.checks import as_json as verdict_json
    from syncsim.checks.models import models_as_json, models_of
    from syncsim.errors import Problem
    from syncsim.history import jsonl

    run = api.run(
        scenario,
        design=design,
        network=network,
        seed=seed,
        runs=runs,
        allow_commands=allow_commands,
        counterfactual=counterfactual,
    )
    if out is not None:
        run.save(out, figures=not no_figures)
    history = run.trial.history
    if as_json:
        document = verdict_json(run.verdict, history)
        document["models"] = models_as_json(models_of(history))
        document["history_sha256"] = jsonl.digest(history)
        print_json(document)
    else:
        from syncsim_reports.text import run_summary

        run_summary(
            console(), history, run.verdict, run.trial.staleness, run.trial.costs, folder=out
        )
    for record in history.of("broke"):
        click.echo(str(Problem(**(record.data or {}))), err=True)
    return STATUS_EXIT[run.verdict.status.value]
