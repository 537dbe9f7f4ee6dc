"""Records of a comparison for other programs: CSV, Parquet, and values that JSON can hold."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, fields
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syncsim.errors import InputError, Problem, writing

if TYPE_CHECKING:
    import pandas as pd

DIGITS = 6
"""Of a rounded number; what lies beyond differs between machines and means nothing."""


def csv_text(records: Sequence[Any], kind: type) -> str:
    """Return records of one kind as CSV: lists separated by blanks, nothing for None."""
    names = [field.name for field in fields(kind)]
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for record in records:
        cells = [plain(getattr(record, name)) for name in names]
        writer.writerow([" ".join(cell) if isinstance(cell, list) else cell for cell in cells])
    return out.getvalue()


def plain_record(record: Any) -> dict[str, Any]:
    """Return a record as JSON can hold it."""
    return {name: plain(value) for name, value in asdict(record).items()}


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it: tuples as lists, fractions rounded."""
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    """Write a table as a Parquet file.

    Raises:
        InputError: if the file cannot be written, or pyarrow is not installed.
    """
    # pandas would name the missing package, too, but in a long error of its own.
    if find_spec("pyarrow") is None:
        raise InputError(
            Problem(
                code="package-missing",
                place=str(path),
                expected="the package pyarrow, which writes Parquet",
                found="no module of that name",
                hint="pip install 'syncsim[parquet]', or write CSV",
            )
        )
    with _writing(path):
        table.to_parquet(path, engine="pyarrow", index=False)


def write_text(path: Path, text: str) -> None:
    """Write a text file.

    Raises:
        InputError: if it cannot be written.
    """
    with _writing(path):
        path.write_text(text, encoding="utf-8")


def _writing(path: Path) -> AbstractContextManager[None]:
    hint = "give a path in a folder that exists and is yours"
    return writing(path, expected="a file that can be written", hint=hint)
