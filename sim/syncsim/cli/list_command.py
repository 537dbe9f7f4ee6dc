"""`syncsim list`: what the catalogue holds."""

from __future__ import annotations

import click

from syncsim.cli.catalogue import KINDS, entries
from syncsim.cli.output import console, json_option, print_json


@click.command("list")
@click.argument("kind", type=click.Choice(KINDS))
@json_option
def command(kind: str, as_json: bool) -> None:
    """List what there is of KIND, with a line on each.

    \b
    Examples:
      syncsim list scenarios
      syncsim list checks --json
    """
    found = entries(kind)
    if as_json:
        print_json([{"name": name, "title": title} for name, title in found])
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False)
    for name, title in found:
        table.add_row(Text(name, style="bold", no_wrap=True), Text(title))
    console().print(table)
