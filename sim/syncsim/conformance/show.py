"""A mismatch as a person reads it, and as a program does."""

from __future__ import annotations

import json
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from syncsim.conformance.compare import Mismatch

if TYPE_CHECKING:
    from rich.table import Table

BEFORE_MAX, AFTER_MAX = 20, 5
"""Records shown around the first difference; what comes later mostly follows from it."""


def side_by_side(mismatch: Mismatch) -> Table:
    """Return both traces beside each other, the first difference marked."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title="The first difference is marked", title_justify="left")
    table.add_column("")
    table.add_column("packages", overflow="fold")
    table.add_column("model", overflow="fold")
    first = mismatch.first_difference
    for at, pair in enumerate(zip_longest(mismatch.packages, mismatch.model, fillvalue="-")):
        if first - BEFORE_MAX <= at <= first + AFTER_MAX:
            mark = "≠" if at == first else ""
            table.add_row(mark, *map(Text, pair), style="bold" if at == first else "")
    return table


def program_lines(mismatch: Mismatch) -> str:
    """Return the program, one step a line, as a file in `golden/` has it."""
    program = dict(mismatch.program)
    steps = ",\n".join(f"    {json.dumps(step)}" for step in program.pop("steps"))
    rest = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in program.items()]
    return "{\n" + ",\n".join([*rest, f'  "steps": [\n{steps}\n  ]']) + "\n}"


def as_json(mismatch: Mismatch) -> dict[str, Any]:
    """Return a mismatch as JSON."""
    return {
        "program": mismatch.program,
        "first_difference": mismatch.first_difference,
        "packages": [json.loads(record) for record in mismatch.packages],
        "model": [json.loads(record) for record in mismatch.model],
    }
