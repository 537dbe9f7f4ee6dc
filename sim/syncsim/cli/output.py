"""What the commands share: options, progress, exact JSON, and exit statuses."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from syncsim.errors import EXIT_FAIL, EXIT_PASS, EXIT_UNKNOWN

if TYPE_CHECKING:
    from rich.console import Console

STATUS_EXIT = {"pass": EXIT_PASS, "fail": EXIT_FAIL, "unknown": EXIT_UNKNOWN}
PLAIN_WIDTH = 100
"""Columns of a table that goes to a file or a pipe."""

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document and nothing else."
)


def default_jobs() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def print_json(document: object) -> None:
    """Print one JSON document on standard output."""
    click.echo(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False))


def console() -> Console:
    """Return the console for standard output; without a terminal it is plain and wide."""
    from rich.console import Console

    if sys.stdout.isatty():
        return Console()
    return Console(width=int(os.environ.get("COLUMNS", PLAIN_WIDTH)), force_terminal=False)


@contextmanager
def progress(what: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Give a function that shows progress on standard error.

    A bar if a terminal is attached, a plain line at every quarter if not.
    """
    if quiet:
        yield lambda done, total: None
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
    else:
        yield _quarters(what)


def _quarters(what: str) -> Callable[[int, int], None]:
    def show(done: int, total: int) -> None:
        if done == total or 4 * done // total > 4 * (done - 1) // total:
            click.echo(f"{what}: {done} of {total}", err=True)

    return show


def names(text: str | None) -> list[str]:
    """Split a comma-separated option."""
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def plain(value: Any) -> Any:
    """Return a record's value as JSON can hold it: tuples as lists, shares as text."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
