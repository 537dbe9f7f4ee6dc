"""Histories from files of any format, told apart by how they begin."""

from __future__ import annotations

from pathlib import Path

from syncsim.history import jsonl, parquet, recording
from syncsim.history.history import History
from syncsim.history.records import Records
from syncsim.history.stored import Stored

PARQUET_MAGIC = b"PAR1"

HELD_MAX = 1_500_000
"""Records read from Parquet that are judged in memory, in less than a gigabyte and much sooner."""


def read(path: Path) -> History:
    """Read a history from JSON Lines, from Parquet, or from what an application recorded.

    Raises:
        HistoryError: with the place, if the file is damaged or no history.
        InputError: if it is Parquet and pyarrow is not installed.
    """
    if is_parquet(path):
        return parquet.read(path)
    return recording.read(path) if recording.is_recording(path) else jsonl.read(path)


def for_judging(path: Path) -> Records:
    """Return a history to be judged: read as by `read`, or left in its file if that is large.

    Raises:
        HistoryError: with the place, if the file is damaged or no history.
        InputError: if it is Parquet and pyarrow is not installed.
    """
    if is_parquet(path):
        stream = parquet.open_stream(path)
        if stream.records > HELD_MAX:
            return Stored(stream)
    return read(path)


def is_parquet(path: Path) -> bool:
    """Tell whether a file starts as Parquet does; one that cannot be read does not."""
    try:
        with path.open("rb") as file:
            return file.read(len(PARQUET_MAGIC)) == PARQUET_MAGIC
    except OSError:
        return False
