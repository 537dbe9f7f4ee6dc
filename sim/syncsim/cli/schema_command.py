"""`syncsim schema`: what editors check files against."""

from __future__ import annotations

from typing import Literal

import click

from syncsim.cli.output import print_json


@click.command("schema")
@click.argument("kind", type=click.Choice(("scenario", "design", "network")), default="scenario")
def command(kind: Literal["scenario", "design", "network"]) -> None:
    """Print the JSON Schema of a KIND of file: scenario (if left out), design or network.

    \b
    Examples:
      syncsim schema > scenario.schema.json
      syncsim schema design
    """
    from syncsim import scenario

    print_json(scenario.schema(kind))
