"""The reference page of the command line."""

from __future__ import annotations

import click

from pages.markdown import GENERATED, table
from syncsim.cli.main import COMMANDS, cli

HELP_COLUMNS = 96
"""The width of help texts; a page must not depend on the terminal of its writer."""

_INTRO = """\
# Command line

Exit status: 0 pass, 1 fail, 2 unknown, 64 wrong usage or bad input, 70 internal error. With
`--json` a command prints one JSON document on standard output and nothing else there. Progress goes
to standard error. `NO_COLOR` is honoured. A mistake is told in three lines: the place, what was
expected and found, and a hint.
"""


def page() -> str:
    """Return the reference page of the command line: what each command says with `--help`."""
    lines = ((f"[{name}](#{name})", meaning) for name, meaning in COMMANDS.items())
    return "\n".join(
        [GENERATED, _INTRO, table(("command", "what it does"), lines), *map(_section, COMMANDS)]
    )


def _section(name: str) -> str:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None, name
    context = click.Context(
        command,
        info_name=f"syncsim {name}",
        terminal_width=HELP_COLUMNS,
        help_option_names=["-h", "--help"],
    )
    lines = (line.rstrip() for line in command.get_help(context).splitlines())
    return f"## {name}\n\n```\n" + "\n".join(lines) + "\n```\n"
