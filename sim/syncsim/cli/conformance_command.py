"""`syncsim conformance`: the modelled client held against the real packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from syncsim.cli.output import STATUS_EXIT, console, default_jobs, json_option, print_json, progress

if TYPE_CHECKING:
    from collections import Counter

    from rich.console import Console

    from syncsim.conformance.campaign import Campaign

PROGRAMS = 1_000


@click.command("conformance")
@click.option(
    "--programs", type=click.IntRange(min=1), default=PROGRAMS, show_default=True,
    help="How many programs to generate and compare.",
)  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=0, help="Seed of the programs.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes to use; default all cores.")
@click.option(
    "--client", metavar="COMMAND", help="Check instead whether this client keeps the protocol."
)
@json_option
def command(programs: int, seed: int, jobs: int | None, client: str | None, as_json: bool) -> int:
    """Run generated programs on the model and on query-core and Redux Toolkit, and compare.

    A program of which the traces differ is cut to the smallest, and both traces are shown.
    Needs Node and the packages of clients/tanstack (make clients).

    \b
    Examples:
      syncsim conformance
      syncsim conformance --programs 100000 --seed 7
      syncsim conformance --json
      syncsim conformance --client 'node my-dashboard.mjs'
    """
    if client is not None:
        from syncsim.cli import adapter

        return adapter.check(client, as_json=as_json)

    from time import perf_counter

    from syncsim.conformance.node import missing

    try:
        from syncsim.conformance.campaign import run_campaign
    except ModuleNotFoundError as error:
        hint = "pip install 'syncsim[test]'"
        found = f"no module {error.name}"
        raise missing("package-missing", "Python", "Hypothesis", found, hint) from None

    began = perf_counter()
    with progress("programs", quiet=as_json) as show:
        campaign = run_campaign(programs, seed, show, jobs=jobs or default_jobs())
    status = "pass" if campaign.mismatch is None else "fail"
    if as_json:
        print_json({"status": status, **campaign.as_json()})
    else:
        _print(console(), campaign, perf_counter() - began)
    return STATUS_EXIT[status]


def _print(out: Console, campaign: Campaign, seconds: float) -> None:
    from syncsim.conformance.omissions import OMISSIONS
    from syncsim.conformance.show import program_lines, side_by_side

    exercise = campaign.exercise
    for title, counts in (
        ("steps", exercise.steps),
        ("options", exercise.options),
        ("branches", exercise.branches),
    ):
        _print_counts(out, title, counts)
    never = ", ".join(campaign.never_run) or "none"
    out.print(f"lines of the model that no program of a sample ran: {never}", highlight=False)
    out.print("left out on purpose:")
    for omission in OMISSIONS:
        out.print(f"  {omission.what}: {omission.why}", highlight=False, markup=False)
    if campaign.mismatch is not None:
        out.print("a program of which the traces differ, as small as it could be made:")
        out.print(program_lines(campaign.mismatch), highlight=False, markup=False)
        out.print(side_by_side(campaign.mismatch))
    found = 0 if campaign.mismatch is None else 1
    speed = exercise.programs / seconds
    out.print(
        f"{exercise.programs} programs, {exercise.records} records, {found} mismatches, "
        f"{speed:.0f} programs a second, seed {campaign.seed}",
        highlight=False,
    )


def _print_counts(out: Console, title: str, counts: Counter[str]) -> None:
    from rich.columns import Columns

    out.print(f"{title} exercised:")
    named = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    out.print(Columns([f"{count:>7} {name}" for name, count in named], padding=(0, 2)))
