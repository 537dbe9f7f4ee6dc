"""`syncsim show`: one entry of the catalogue, as it is written or as it is explained."""

from __future__ import annotations

from dataclasses import asdict

import click

from syncsim.cli.catalogue import all_names, kind_of
from syncsim.cli.output import console, json_option, print_json


@click.command("show")
@click.argument("name")
@json_option
def command(name: str, as_json: bool) -> None:
    """Show the scenario, design, network or check called NAME.

    A scenario is drawn: its clients, gateways and replicas, and when each has a fault. So is a
    network: the way from a client to the backend, what its link does to messages, and how long one
    takes.

    \b
    Examples:
      syncsim show seed/offline
      syncsim show hardened
      syncsim show commuter
      syncsim show ROLL
    """
    from syncsim import scenario
    from syncsim.checks import CHECKS
    from syncsim.errors import InputError, unknown_name

    kind = kind_of(name)
    if kind is not None:
        text = scenario.find(kind, name).read_text(encoding="utf-8")
        drawn = _picture(kind, name)
        if as_json:
            document = {"kind": kind, "name": name, "yaml": text}
            print_json({**document, "picture": drawn} if drawn else document)
        else:
            # As comments: what is printed can be kept as a file of one's own.
            click.echo(text + "".join(f"# {line}\n" for line in drawn), nl=False)
    elif name in CHECKS:
        _show_check(name, as_json)
    else:
        problem = unknown_name(what="entry", name=name, valid=all_names(), place="NAME")
        raise InputError(problem)


def _picture(kind: str, name: str) -> list[str]:
    from syncsim import scenario
    from syncsim.cli import network_picture, topology_picture

    if kind == "networks":
        return network_picture.picture(scenario.load_network(name))
    return topology_picture.picture(scenario.load(name)) if kind == "scenarios" else []


def _show_check(name: str, as_json: bool) -> None:
    from syncsim.checks import CHECKS
    from syncsim.checks.verdict import CONFIRMED

    check = CHECKS[name]
    facts = {key: v for key, v in asdict(check).items() if key not in ("judge", "confirmed")}
    if check.confirmed is not None:
        facts["confirmed"] = CONFIRMED
    if as_json:
        print_json({"kind": "checks", **facts})
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False)
    titles = {
        "name": "check",
        "statement": "states",
        "source": "source",
        "needs": "must have seen",
        "proves_not": "a pass does not prove",
        "confirmed": "on confirmed views",
    }
    for key, title in titles.items():
        if key in facts:
            table.add_row(Text(title, style="bold", no_wrap=True), Text(str(facts[key])))
    console().print(table)
