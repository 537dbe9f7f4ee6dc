"""`syncsim conformance --client`: does a client of another make keep the protocol?"""

from __future__ import annotations

import shlex

import click

from syncsim.cli.output import STATUS_EXIT, console, print_json


def check(command: str, *, as_json: bool) -> int:
    """Check the client that a command starts, print what was found, and return the status."""
    from rich.markup import escape
    from rich.table import Table

    from syncsim.bridge.messages import PROTOCOL
    from syncsim.conformance.adapter import check_client

    try:
        words = shlex.split(command)
    except ValueError as error:
        raise click.UsageError(f"the command cannot be read: {error}") from None
    if not words:
        raise click.UsageError("the command is empty")
    answers = check_client(words)
    status = "pass" if all(answer.status == "pass" for answer in answers) else "fail"
    if as_json:
        rules = [answer._asdict() for answer in answers]
        print_json({"status": status, "protocol": PROTOCOL, "rules": rules})
    else:
        table = Table("rule", "answer", "found", box=None)
        for answer in answers:
            table.add_row(answer.rule, answer.status, escape(answer.found))
        out = console()
        out.print(table)
        out.print(f"\nprotocol {PROTOCOL}: {status}", highlight=False)
    return STATUS_EXIT[status]
