"""Histories as Parquet: a column for each field of a record, read back batch by batch.

What does not apply is null. Text is dictionary-encoded, `data` is the text of a JSON object with
its keys in order, and the header stands as JSON in the metadata of the file, so nothing that the
JSON Lines hold is lost. Writing and reading need the extra `parquet`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from typing import Any

from syncsim.errors import InputError, Problem, quoted
from syncsim.history.columns import Columns
from syncsim.history.damage import Asked, checked_header, cut_short, unreadable
from syncsim.history.history import Header, History
from syncsim.history.parquet_columns import TEXTS, columns_of, problem_of_type, table_of
from syncsim.history.record import FIELDS
from syncsim.history.records import Records

HEADER = b"syncsim-history"
"""The key of the header in the metadata."""

BATCH = 65_536
"""Records in a row group that is written, and at most in a batch that is read."""

GROUP_BYTES_MAX = 1_000_000_000
"""A row group may be unpacked as a whole; a larger one is nothing that a history needs."""

_REQUIRED = ("seq", "time_us", "kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A history in a file, of which no more than a batch is in memory at a time.

    `starts` has the number of the first record in each row group.
    """

    path: Path
    header: Header
    records: int
    fields: list[str]
    starts: list[int]

    def batches(self) -> Iterator[Columns]:
        """Yield the records in order; each batch has names of its own.

        Raises:
            HistoryError: with the record, if the file is damaged or out of order.
        """
        done, last_us = 0, 0
        with self._open() as file:
            batches = file.iter_batches(BATCH, columns=self.fields, use_threads=False)
            while (batch := _next(self.path, batches, done)) is not None:
                columns = columns_of(str(self.path), batch, done, last_us)
                if not len(columns):
                    continue
                done += len(columns)
                last_us = int(columns.time_us[-1])
                yield columns
        if done != self.records:
            raise cut_short(f"{self.path}: after record {done - 1}", self.records, done)

    def groups(self, *chosen: int) -> Iterator[Any]:
        """Yield the batches of some row groups as they are, not looked at."""
        with self._open() as file:
            for group in chosen:
                yield from file.iter_batches(BATCH, [group], columns=self.fields, use_threads=False)

    def _open(self) -> Any:
        return _open(self.path, [name for name in self.fields if name in TEXTS])


def write(history: History, path: Path) -> None:
    """Write a history.

    Raises:
        InputError: if pyarrow is not installed.
    """
    parquet = _parquet()
    header = json.dumps(dict(history.header, records=len(history)), sort_keys=True)
    columns = history.columns()
    schema = table_of(columns.part(0, 0), 0).schema.with_metadata({HEADER: header})
    with path.open("wb") as file, parquet.ParquetWriter(file, schema, compression="zstd") as out:
        for start in range(0, len(history), BATCH):
            table = table_of(columns.part(start, start + BATCH), start)
            out.write_table(table.cast(schema), BATCH)


def read(path: Path) -> History:
    """Read a history back; the result writes the same JSON Lines.

    Raises:
        HistoryError: with the record, if the file is damaged, out of order or no history.
        InputError: if pyarrow is not installed.
    """
    stream = open_stream(path)
    history = History(stream.header)
    for columns in stream.batches():
        history.extend(columns)
    hold_ids(path, history)
    return history


def hold_ids(path: Path, history: Records) -> None:
    """Refuse a history in which two intents have one id, or one that nobody asked has an outcome.

    Raises:
        HistoryError: with the record.
    """
    asked = Asked()
    for record in history.of("intent", "outcome"):
        where = f"record {record.seq}"
        asked.hold(record.kind, record.intent, f"{path}: {where}", where)


def open_stream(path: Path) -> Stream:
    """Look at what a file says of itself, and return it ready to be read in batches.

    Raises:
        HistoryError: if the file is no history, or one that could not be read safely.
        InputError: if pyarrow is not installed.
    """
    with _open(path) as file:
        text = (file.metadata.metadata or {}).get(HEADER)
        if text is None:
            raise unreadable(str(path), f"metadata under '{HEADER.decode()}'", "none")
        try:
            header = json.loads(text.decode("utf-8"))
        except (ValueError, RecursionError):
            header = None
        if not isinstance(header, dict):
            raise unreadable(f"{path}: header", "a JSON object", quoted(text[:60]))
        header = checked_header(f"{path}: header", header, quoted(text[:60]))
        fields = _fields(path, file)
        sizes = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
    records: int = header.pop("records")
    starts = [0, *accumulate(sizes[:-1])] if sizes else []
    return Stream(path=path, header=header, records=records, fields=fields, starts=starts)


def _fields(path: Path, file: Any) -> list[str]:
    """Return the columns to read.

    Refuses a file that lacks one or has one of another type, and one of which a row group might
    not fit into memory.
    """
    schema = file.schema_arrow
    for name in _REQUIRED:
        if name not in schema.names:
            raise unreadable(str(path), f"a column '{name}'", quoted(", ".join(schema.names)))
    fields = [name for name in schema.names if name in FIELDS]
    for name in fields:
        expected = problem_of_type(name, schema.field(name).type)
        if expected or fields.count(name) > 1:
            found = quoted(str(schema.field(name).type)) if expected else "two columns"
            raise unreadable(f"{path}: column '{name}'", expected or "one column", found)
    for index in range(file.num_row_groups):
        size = file.metadata.row_group(index).total_byte_size
        if not 0 <= size <= GROUP_BYTES_MAX:
            expected = f"at most {GROUP_BYTES_MAX} bytes"
            raise unreadable(f"{path}: row group {index}", expected, f"{size}")
    return fields


def _open(path: Path, texts: Sequence[str] = ()) -> Any:
    """Open a Parquet file, some columns as codes."""
    parquet = _parquet()
    import pyarrow as pa

    try:
        with path.open("rb"):
            pass
        return parquet.ParquetFile(path, read_dictionary=[*texts])
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _broken(str(path), error) from None


def _next(path: Path, batches: Iterator[Any], done: int) -> Any:
    """Return the next batch with its texts and indices looked at, None after the last."""
    import pyarrow as pa

    try:
        batch = next(batches, None)
        if batch is not None:
            batch.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _broken(f"{path}: from record {done} on", error) from None
    return batch


def _broken(place: str, error: Exception) -> Exception:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return unreadable(place, "a readable Parquet file", quoted(text.partition("\n")[0]))


def _parquet() -> Any:
    """Import what reads and writes Parquet, or say how to get it."""
    if find_spec("pyarrow") is None:
        raise InputError(
            Problem(
                code="missing-package",
                place="pyarrow",
                expected="the package pyarrow, which reads and writes Parquet",
                found="no such package",
                hint="install it with: pip install 'syncsim[parquet]'",
            )
        )
    from pyarrow import parquet

    return parquet
