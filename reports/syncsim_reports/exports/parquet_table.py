"""Parquet: the whole history as columns, which `syncsim check` reads again."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from syncsim.history import History, parquet
from syncsim_reports.exports.format import Format


def write(history: History) -> bytes:
    """Return the file.

    Raises:
        InputError: if pyarrow is not installed.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "history.parquet"
        parquet.write(history, path)
        return path.read_bytes()


FORMAT = Format(
    name="parquet",
    suffix=".parquet",
    readers="pandas, DuckDB, Spark; `syncsim check`",
    holds="everything: every field of every record, and the header as metadata of the file",
    cannot_hold="nothing is lost; `data` is text in JSON",
    write=write,
    is_text=False,
)
