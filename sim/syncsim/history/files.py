"""Histories from files of either format, told apart by their first bytes."""

from __future__ import annotations

from pathlib import Path

from syncsim.history import jsonl, parquet
from syncsim.history.history import History

PARQUET_MAGIC = b"PAR1"


def read(path: Path) -> History:
    """Read a history from JSON Lines or from Parquet.

    Raises:
        HistoryError: with the place, if the file is damaged or no history.
        InputError: if it is Parquet and pyarrow is not installed.
    """
    return parquet.read(path) if is_parquet(path) else jsonl.read(path)


def is_parquet(path: Path) -> bool:
    """Tell whether a file starts as Parquet does; one that cannot be read does not."""
    try:
        with path.open("rb") as file:
            return file.read(len(PARQUET_MAGIC)) == PARQUET_MAGIC
    except OSError:
        return False
