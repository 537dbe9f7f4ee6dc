"""The `syncsim` command: finds the subcommand, and turns errors into exit statuses.

A subcommand is imported when it is called, so `syncsim --help` starts fast.
"""

from __future__ import annotations

import importlib
import os
import sys

import click

from syncsim.errors import EXIT_INTERNAL, EXIT_USAGE, SyncSimError, nearest

COMMANDS: dict[str, str] = {
    "run": "Run a scenario, judge it, and write its run folder.",
    "compare": "Run scenarios under several designs and the same luck.",
    "study": "Make a study again: one question, its runs, page and figures.",
    "check": "Judge a history from a file.",
    "export": "Write a history in the format of another tool.",
    "report": "Write the page and figures of a run folder again.",
    "list": "List scenarios, designs, networks or checks.",
    "show": "Show one scenario, design, network or check.",
    "network": "Make a network from a trace of packets.",
    "schema": "Print the JSON Schema of scenario, design or network files.",
    "conformance": "Compare the modelled client with the real packages.",
    "demo": "Run the six seed scenarios under the three designs.",
}


class LazyGroup(click.Group):
    """A group whose commands live in `syncsim.cli.<name>_command`, as `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command, None if there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"syncsim.cli.{cmd_name}_command")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or fail with the nearest name."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            hint = nearest(args[0], list(COMMANDS))
            raise click.UsageError(f"there is no command '{args[0][:80]}'\n  hint: {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands from the table, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 pass, 1 fail, 2 unknown, 64 wrong usage or bad input, 70 internal "
    "error.",
)
@click.version_option(package_name="syncsim", message="syncsim %(version)s")
def cli() -> None:
    """Find out whether web clients stay in sync.

    \b
    Examples:
      syncsim list scenarios
      syncsim run seed/two-operators --design enhanced --seed 7 --out out/run
      syncsim compare seed/offline --designs manual-refresh,enhanced,hardened --seeds 20
      syncsim check out/run/history.jsonl
    """


def main(args: list[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    sys.exit(_status(args))


def _status(args: list[str] | None) -> int:
    try:
        result = cli.main(args=args, prog_name="syncsim", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        return EXIT_INTERNAL
    except click.ClickException as error:
        error.show()
        return EXIT_USAGE
    except SyncSimError as error:
        click.echo(str(error), err=True)
        return error.exit_status
    except BrokenPipeError:
        # The reader of our output went away, as `head` does; that is no error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - a user never sees a traceback
        return _internal(error)
    return result if isinstance(result, int) else 0


def _internal(error: Exception) -> int:
    """Say that it is our fault, and where; the traceback only on request."""
    if os.environ.get("SYNCSIM_TRACEBACK"):
        raise error
    click.echo(
        f"syncsim: internal error\n  {type(error).__name__}: {str(error)[:200]}\n"
        "  hint: this is a defect of syncsim; SYNCSIM_TRACEBACK=1 shows where it came from",
        err=True,
    )
    return EXIT_INTERNAL
