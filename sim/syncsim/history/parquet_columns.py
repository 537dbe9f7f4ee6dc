"""Between the columns of a history and those of a Parquet file, with every value checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from syncsim.errors import HistoryError, quoted
from syncsim.history.columns import Columns
from syncsim.history.damage import NUMBER_MAX, TIME_MAX, unreadable
from syncsim.history.jsonl import LINE_BYTES_MAX, encoded, parsed
from syncsim.history.kinds import KINDS
from syncsim.history.record import FIELDS, NUMBER_FIELDS, TEXT_FIELDS, Record, record_of

TEXTS = ["kind", *TEXT_FIELDS, "data"]
"""The columns that hold text."""


def table_of(columns: Columns, first: int) -> Any:
    """Return columns as a table of pyarrow; the records are numbered from `first` on."""
    import numpy as np
    import pyarrow as pa

    def number(values: Any, kind: Any) -> Any:
        return pa.array(values, kind, mask=values < 0)

    def text(codes: Any) -> Any:
        used, indices = np.unique(codes, return_inverse=True)
        names = pa.array([columns.names[code] for code in used], pa.string())
        indices = pa.array(indices, pa.int32(), mask=codes == 0)
        return pa.DictionaryArray.from_arrays(indices, names)

    used, data = np.unique(columns.data, return_inverse=True)
    objects = (columns.objects[code] for code in used)
    texts = [None if each is None else encoded(each) for each in objects]
    return pa.table(
        {
            "seq": pa.array(np.arange(first, first + len(columns)), pa.int64()),
            "time_us": pa.array(columns.time_us, pa.int64()),
            "kind": text(columns.kind),
            **{field: text(getattr(columns, field)) for field in TEXT_FIELDS},
            **{field: number(getattr(columns, field), pa.int32()) for field in NUMBER_FIELDS},
            "data": pa.array(texts, pa.string()).take(pa.array(data)).dictionary_encode(),
        }
    )


def problem_of_type(field: str, of: Any) -> str:
    """Return what the column of a field must hold, empty if values of this type are that."""
    import pyarrow as pa

    if field not in TEXTS:
        return "" if pa.types.is_integer(of) else "whole numbers"
    if pa.types.is_dictionary(of):
        of = of.value_type
    return "" if pa.types.is_string(of) or pa.types.is_large_string(of) else "text"


def columns_of(path: str, batch: Any, first: int, last_us: int) -> Columns:
    """Return a batch of pyarrow as columns.

    Args:
        path: The file, to name in errors.
        batch: The records from number `first` on.
        first: How many records came before.
        last_us: The time of the record before.

    Raises:
        HistoryError: with the record, if anything is not as it must be.
    """
    import numpy as np

    reader = _Reader(path, batch, first)
    seq = reader.numbers("seq", 0, TIME_MAX)
    due = np.arange(first, first + len(batch))
    reader.hold(seq == due, seq, lambda row: f"record {due[row]}")
    time_us = reader.numbers("time_us", 0, TIME_MAX)
    earlier_us = np.concatenate(([last_us], time_us[:-1]))
    reader.hold(time_us >= earlier_us, time_us, lambda row: f"a time of {earlier_us[row]} or later")
    numbers = {field: reader.numbers(field, -1, NUMBER_MAX) for field in NUMBER_FIELDS}
    cause = numbers["cause"]
    reader.hold(cause < seq, cause, lambda row: "an earlier record as the cause")
    kind, (data, objects) = reader.kinds(), reader.data()
    return Columns(
        seq=seq,
        time_us=time_us,
        kind=kind,
        data=data,
        names=reader.names,
        objects=objects,
        **{field: values.astype(np.int32) for field, values in numbers.items()},
        **{field: reader.texts(field) for field in TEXT_FIELDS},
    )


def chosen_of(batch: Any, wanted: Any) -> Columns:
    """Return some records of a batch that `columns_of` found to be whole, as columns.

    Args:
        batch: The batch.
        wanted: A mask of the records to return.
    """
    import numpy as np

    reader = _Reader("", batch.take(np.flatnonzero(wanted)), 0)
    data, objects = reader.data()
    numbers = {field: reader.numbers(field, -1, NUMBER_MAX) for field in NUMBER_FIELDS}
    return Columns(
        seq=reader.numbers("seq", 0, TIME_MAX),
        time_us=reader.numbers("time_us", 0, TIME_MAX),
        data=data,
        names=reader.names,
        objects=objects,
        **{field: values.astype(np.int32) for field, values in numbers.items()},
        **{field: reader.texts(field) for field in ("kind", *TEXT_FIELDS)},
    )


def records_of(batch: Any, wanted: Any) -> Iterator[Record]:
    """Return some records of a batch that `columns_of` found to be whole.

    Args:
        batch: The batch.
        wanted: A mask of the records to return.
    """
    import numpy as np

    rows = np.flatnonzero(wanted)
    if not len(rows):
        return iter(())
    reader = _Reader("", batch if len(rows) == len(batch) else batch.take(rows), 0)
    return map(record_of, zip(*map(reader.values, FIELDS), strict=True))


def is_of(batch: Any, kinds: Sequence[str]) -> Any:
    """Return the mask of the records of some kinds."""
    return _mask(batch, "kind", lambda name: name in kinds)


def is_way_of_event(batch: Any, events: dict[str, int]) -> Any:
    """Return the mask of the messages that carry an event, as they are sent and as they arrive.

    Args:
        batch: The batch.
        events: Which messages of the batches before carried one, and in which record the first of
            a name was sent; those of this batch are added.
    """
    import numpy as np

    sends = is_of(batch, ("send",))
    sends &= _mask(batch, "data", lambda text: (parsed(text) or {}).get("what") == "event")
    for seq, message in _sent(batch, np.flatnonzero(sends)):
        events.setdefault(message, seq)
    rows = np.flatnonzero(is_of(batch, ("receive",)))
    arrive = [events.get(message, seq) < seq for seq, message in _sent(batch, rows)]
    sends[rows[np.array(arrive, dtype=bool)]] = True
    return sends


def _sent(batch: Any, rows: Any) -> Iterator[tuple[int, str]]:
    """Return the number and the message of some records."""
    reader = _Reader("", batch.take(rows), 0)
    return zip(reader.values("seq"), reader.values("message"), strict=True)


def _mask(batch: Any, field: str, holds: Callable[[str], bool]) -> Any:
    """Return the mask of the records of which something holds for a text."""
    import numpy as np

    if field not in batch.schema.names:
        return np.full(len(batch), holds(""))
    codes, texts = _coded(batch.column(field))
    return np.array([*map(holds, texts), holds("")])[codes]


def record_at(batch: Any, row: int) -> Record:
    """Return one record of a batch that `columns_of` found to be whole."""
    found = {name: batch.column(name)[row].as_py() for name in batch.schema.names}
    values = {name: value for name, value in found.items() if value is not None}
    if "data" in values:
        values["data"] = parsed(values["data"])
    return Record(**values)


class _Reader:
    """Takes the columns of one batch apart; `names` are the texts met so far."""

    def __init__(self, path: str, batch: Any, first: int) -> None:
        self.names = [""]
        self._path = path
        self._batch = batch
        self._first = first

    def hold(self, holds: Any, values: Any, expected: Callable[[int], str]) -> None:
        """Refuse the first record of which something does not hold."""
        if not holds.all():
            row = int(holds.argmin())
            raise self._wrong(row, expected(row), f"{values[row]}")

    def numbers(self, field: str, missing: int, largest: int) -> Any:
        """Return a column of whole numbers, `missing` where it is null or not there."""
        import numpy as np
        import pyarrow as pa

        column = self._column(field)
        if column is None:
            return np.full(len(self._batch), missing, dtype=np.int64)
        try:
            values = column.cast(pa.int64()).fill_null(missing).to_numpy(zero_copy_only=False)
        except pa.ArrowException as error:
            raise self._wrong(-1, f"whole numbers in '{field}'", quoted(str(error))) from None
        fits = (values >= missing) & (values <= largest)
        self.hold(fits, values, lambda row: f"a whole number up to {largest} in '{field}'")
        return values

    def texts(self, field: str) -> Any:
        """Return a column of text as codes of `names`."""
        import numpy as np

        found = self._texts(field)
        if found is None:
            return np.zeros(len(self._batch), dtype=np.int32)
        codes, texts = found
        # Null stands before the first text, so that it becomes the empty one.
        own = np.array([0, *range(len(self.names), len(self.names) + len(texts))], dtype=np.int32)
        self.names += texts
        return own[codes + 1]

    def values(self, field: str) -> list[Any]:
        """Return a column as the values of records."""
        if field == "data":
            codes, objects = self.data()
            return [objects[code] for code in codes.tolist()]
        if field in TEXTS:
            found = self._texts(field)
            if found is None:
                return [""] * len(self._batch)
            # Null is -1, which is the last.
            texts = [*found[1], ""]
            return [texts[code] for code in found[0].tolist()]
        values: list[int] = self.numbers(field, -1, TIME_MAX).tolist()
        return values

    def kinds(self) -> Any:
        """Return the column of kinds as codes of `names`; each must be known."""
        import numpy as np

        codes = self.texts("kind")
        is_known = np.array([name in KINDS for name in self.names])
        found = [quoted(name) for name in self.names]
        self.hold(is_known[codes], np.array(found)[codes], lambda row: "a known kind of record")
        return codes

    def data(self) -> tuple[Any, list[dict[str, Any] | None]]:
        """Return the column of data as codes, and what they stand for: 0 for None."""
        import numpy as np

        found = self._texts("data")
        if found is None:
            return np.zeros(len(self._batch), dtype=np.int32), [None]
        codes, texts = found
        objects: list[dict[str, Any] | None] = [None, *map(parsed, texts)]
        damaged = [each is None for each in objects[1:]]
        if any(damaged):
            is_whole = ~np.array([False, *damaged])
            shown = np.array([quoted(text[:60]) for text in ["", *texts]])
            self.hold(is_whole[codes + 1], shown[codes + 1], lambda row: "a JSON object in 'data'")
        return (codes + 1).astype(np.int32), objects

    def _texts(self, field: str) -> tuple[Any, list[str]] | None:
        """Return a column of text as indices, -1 for null, and the texts; None without one."""
        import numpy as np

        column = self._column(field)
        if column is None:
            return None
        codes, texts = _coded(column)
        self.hold(
            np.array([len(text) <= LINE_BYTES_MAX for text in [*texts, ""]])[codes],
            np.full(len(codes), "a longer one"),
            lambda row: f"a text of at most {LINE_BYTES_MAX} characters in '{field}'",
        )
        return codes, texts

    def _column(self, field: str) -> Any:
        if field not in self._batch.schema.names:
            return None
        return self._batch.column(self._batch.schema.get_field_index(field))

    def _wrong(self, row: int, expected: str, found: str) -> HistoryError:
        """Return the error about one record, or about the whole batch where `row` is -1."""
        place = f"record {self._first + row}" if row >= 0 else f"from record {self._first} on"
        return unreadable(f"{self._path}: {place}", expected, found)


def _coded(column: Any) -> tuple[Any, list[str]]:
    """Return a column of text as indices, -1 for null, and the texts that they stand for."""
    import numpy as np
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    codes = column.indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False)
    # A dictionary may stand for far more records than the batch has.
    used, codes = np.unique(codes, return_inverse=True)
    has_null = int(len(used) > 0 and used[0] < 0)
    return codes - has_null, column.dictionary.take(pa.array(used[has_null:])).to_pylist()
