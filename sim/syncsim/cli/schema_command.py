"""`syncsim schema`: what editors check files against."""

from __future__ import annotations

from typing import Literal

import click

from syncsim.cli.output import print_json


@click.command("schema")
@click.argument(
    "kind",
    type=click.Choice(("scenario", "design", "network", "lockstep")),
    default="scenario",
)
def command(kind: Literal["scenario", "design", "network", "lockstep"]) -> None:
    """Print the JSON Schema of a KIND of file: scenario (if left out), design or network.

    `lockstep` is that of one line between syncsim and a client that is a program.

    \b
    Examples:
      syncsim schema > scenario.schema.json
      syncsim schema design
    """
    from syncsim import scenario
    from syncsim.bridge.schema import lockstep_schema

    print_json(lockstep_schema() if kind == "lockstep" else scenario.schema(kind))
