"""What `syncsim check` does with a file that is no history of syncsim's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from syncsim.cli.output import STATUS_EXIT, console, names, print_json
from syncsim.errors import InputError, Problem, unknown_name

LOOK_BYTES = 100_000
"""Enough of a file to see what it is; the first line of a history is shorter."""

ASSUMPTIONS = ("writes-follow-reads", "linearizable-keys")


def is_outside(path: Path) -> bool:
    """Tell whether a file looks like a history of Jepsen or elle-cli.

    What cannot be read or looks like nothing known is left to the reader of syncsim's own.
    """
    try:
        with path.open("rb") as file:
            start = file.read(LOOK_BYTES)
    except OSError:
        return False
    text = start.decode("utf-8-sig", errors="replace").lstrip(" \t\r\n,")
    if text.startswith((";", "#", "[", "(")):
        return True
    if not text.startswith("{"):
        return False
    inside = text[1:].lstrip(" \t\r\n,")
    if not inside.startswith('"'):
        return inside.startswith(":")
    try:
        first, _ = json.JSONDecoder().raw_decode(text)
    except ValueError:
        return False
    return isinstance(first, dict) and {"type", "process"} <= first.keys()


def check(
    path: Path, *, kind: str, model: str, assume: str, seconds: float | None, as_json: bool
) -> int:
    """Judge a history of Jepsen or elle-cli, print the verdict, and return the exit status.

    Raises:
        InputError: if an option names nothing, or nobody can tell the kind of the history.
        HistoryError: if the history cannot be trusted, with every problem of it.
    """
    from syncsim.jepsen import KINDS, Assumptions, Bounds, judge_operations, kind_of, read_file

    assumed = names(assume)
    wrong = [name for name in assumed if name not in ASSUMPTIONS]
    if wrong:
        raise InputError(
            unknown_name(what="assumption", name=name, valid=ASSUMPTIONS, place="--assume")
            for name in wrong
        )
    if kind and kind not in KINDS:
        raise InputError(unknown_name(what="kind", name=kind, valid=KINDS, place="--as"))
    operations = read_file(path)
    kind = kind or kind_of(operations)
    if not kind:
        raise InputError(
            Problem(
                code="unknown-kind",
                place=str(path),
                expected="a write, an append or a cas, which tells the kind of the history",
                found="only reads",
                hint=f"add --as {' or --as '.join(KINDS)}",
            )
        )
    judgement = judge_operations(
        operations,
        kind,
        model,
        bounds=Bounds(is_over=_deadline(seconds)) if seconds is not None else None,
        assumptions=Assumptions(
            writes_follow_reads="writes-follow-reads" in assumed,
            linearizable_keys="linearizable-keys" in assumed,
        ),
    )
    from syncsim_reports.outside import as_json as document
    from syncsim_reports.outside import outside_table

    if as_json:
        print_json(document(judgement))
    else:
        console().print(outside_table(judgement))
    return STATUS_EXIT[judgement.verdict.status.value]


def refuse(options: dict[str, Any], why: str) -> None:
    """Refuse options that mean nothing for a file.

    Raises:
        InputError: if any of them was given.
    """
    given = [name for name, value in options.items() if value]
    if given:
        raise InputError(
            Problem(
                code="wrong-option",
                place=name,
                expected="an option for this kind of history",
                found=name,
                hint=why,
            )
            for name in given
        )


def _deadline(seconds: float) -> Callable[[], bool]:
    """Return what says whether time is up; then the answer is unknown and says so."""
    from time import monotonic

    end = monotonic() + seconds
    return lambda: monotonic() > end
