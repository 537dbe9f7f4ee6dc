"""Histories as Parquet: nothing is lost, and nothing damaged or hostile is believed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from syncsim.errors import EXIT_UNKNOWN, HistoryError, InputError
from syncsim.history import History, files, jsonl, parquet, parquet_columns

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


def sample() -> History:
    history = History({"scenario": "Größe", "clients": {"op-1": {"role": "operator"}}})
    history.append(0, "phase", data={"phase": "safety"})
    history.append(5, "send", "op-1", "backend", 0, "i1", "i1/1", data={"what": "mutate"})
    history.append(9, "receive", "backend", "op-1", 1, "i1", "i1/1", "appointment/A1", 2, 7)
    history.append(9, "commit", "backend", entity="a/1", version=2**31 - 1, lsn=0, data={})
    history.append(9, "paint", "op-1", view="x", data={"fields": {"note": "déjà \n vu", "n": None}})
    history.append(2**61, "phase", data={"phase": "end"})
    return history


@pytest.fixture
def path(tmp_path: Path) -> Path:
    parquet.write(sample(), tmp_path / "history.parquet")
    return tmp_path / "history.parquet"


def rewritten(path: Path, change, **options) -> Path:
    """Write the sample again with its table changed, as a strange or hostile writer might."""
    table = pq.read_table(path, use_threads=False)
    metadata = table.schema.metadata
    table = change(table)
    if not table.schema.metadata:
        table = table.replace_schema_metadata(metadata)
    pq.write_table(table, path, **options)
    return path


def with_column(name: str, values) -> object:
    """Return a change that puts other values into one column."""

    def change(table):
        index = table.schema.get_field_index(name)
        return table.set_column(index, name, values)

    return change


def refused(path: Path) -> str:
    """Return what is said of a file that is not read."""
    with pytest.raises(HistoryError) as error:
        files.read(path)
    assert error.value.exit_status == EXIT_UNKNOWN
    return str(error.value).replace(str(path), "FILE")


def test_what_is_written_reads_back_to_the_byte(path):
    again = files.read(path)
    assert list(again) == list(sample())
    assert again.header == sample().header
    assert jsonl.digest(again) == jsonl.digest(sample())


def test_nothing_is_lost_across_batches(path, monkeypatch):
    monkeypatch.setattr(parquet, "BATCH", 2)
    parquet.write(sample(), path)
    assert pq.ParquetFile(path).num_row_groups == 3
    sizes = [len(columns) for columns in parquet.open_stream(path).batches()]
    assert sizes == [2, 2, 2]
    assert list(files.read(path)) == list(sample())


def test_an_empty_history_is_one(path):
    parquet.write(History({"seed": 3}), path)
    assert list(files.read(path)) == []
    assert files.read(path).header["seed"] == 3


def test_other_readers_find_a_table_with_nulls_for_what_does_not_apply(path):
    rows = pq.read_table(path).to_pylist()
    assert rows[0]["peer"] is None
    assert rows[0]["cause"] is None
    assert rows[2]["entity"] == "appointment/A1"
    assert json.loads(rows[1]["data"]) == {"what": "mutate"}


def test_columns_may_be_missing_plain_or_of_other_widths(path):
    def change(table):
        table = table.drop_columns(["lsn", "peer", "version"])
        table = with_column("time_us", table["time_us"].cast(pa.uint64()))(table)
        return with_column("kind", table["kind"].cast(pa.large_string()))(table)

    again = list(files.read(rewritten(path, change)))
    assert again == [record._replace(peer="", version=-1, lsn=-1) for record in sample()]


@pytest.mark.parametrize(
    ("name", "values", "place", "expected"),
    [
        ("seq", [0, 2, 1, 3, 4, 5], "record 1", "record 1"),
        ("seq", [0, 1, 1, 3, 4, 5], "record 2", "record 2"),
        ("time_us", [0, 5, 4, 9, 9, 9], "record 2", "a time of 5 or later"),
        ("time_us", [0, 5, 9, 9, 9, 2**63 - 1], "record 5", "a whole number up to"),
        ("time_us", [-1, 5, 9, 9, 9, 9], "record 0", "a whole number"),
        ("time_us", [0.0, 5.5, 9, 9, 9, 9], "column 'time_us'", "whole numbers"),
        ("time_us", ["0", "5", "9", "9", "9", "9"], "column 'time_us'", "whole numbers"),
        ("version", [None, None, 2**31, None, None, None], "record 2", "a whole number up to"),
        ("cause", [None, 1, None, None, None, None], "record 1", "an earlier record as the cause"),
        ("kind", ["phase", "sent", *["phase"] * 4], "record 1", "a known kind of record"),
        ("kind", ["phase", None, *["phase"] * 4], "record 1", "a known kind of record"),
        ("kind", [1, 2, 3, 4, 5, 6], "column 'kind'", "text"),
        ("at", [b"\xff\xfe"] * 6, "column 'at'", "text"),
        ("data", ["{}", "{}", "[1]", "{}", "{}", "{}"], "record 2", "a JSON object in 'data'"),
        ("data", ["{}", "{", "{}", "{}", "{}", "{}"], "record 1", "a JSON object in 'data'"),
        ("data", ["{}", '{"x":NaN}', *["{}"] * 4], "record 1", "a JSON object in 'data'"),
        ("data", ["[" * 100_000, *["{}"] * 5], "record 0", "a JSON object in 'data'"),
        ("data", ['{"x":"\\ud800"}', *["{}"] * 5], "record 0", "a JSON object in 'data'"),
        ("data", [[{"a": 1}]] * 6, "column 'data'", "text"),
    ],
    ids=[
        "reordered", "twice", "time-back", "late", "negative", "float", "text-for-number", "large",
        "later-cause", "unknown-kind", "no-kind", "number-for-text", "bytes-for-text", "list",
        "no-json", "nan", "deep", "half-a-surrogate", "nested",
    ],
)  # fmt: skip
def test_a_damaged_value_is_named_with_its_record(path, name, values, place, expected):
    said = refused(rewritten(path, with_column(name, pa.array(values))))
    assert said.startswith(f"FILE: {place}: unreadable-history"), said
    assert f"expected {expected}" in said
    assert len(said.splitlines()) == 3


def test_an_id_that_two_intents_have_is_refused(path):
    history = sample()
    for at, intent in (("op-1", ""), ("op-2", ""), ("op-1", "x"), ("op-2", "y")):
        history.append(2**61, "intent", at, intent=intent)
    parquet.write(history, path)
    assert len(files.read(path)) == len(history)
    history.append(2**61, "intent", "op-2", intent="x")
    parquet.write(history, path)
    said = refused(path)
    assert said.startswith("FILE: record 10: unreadable-history")
    assert "found 'x', the id of the intent at record 8" in said


def test_text_that_is_no_utf_8_is_refused(path):
    said = pa.array([b"\xff\xfe\xfd"] * 6).view(pa.string())
    text = refused(rewritten(path, with_column("peer", said)))
    assert text.startswith("FILE: from record 0 on:")
    assert "UTF8" in text


def test_a_long_text_is_refused(path, monkeypatch):
    monkeypatch.setattr(parquet_columns, "LINE_BYTES_MAX", 1_000)
    values = pa.array(["{}", "{}", '{"x":"' + "y" * 1_000 + '"}', "{}", "{}", "{}"])
    said = refused(rewritten(path, with_column("data", values)))
    assert said.startswith("FILE: record 2:")
    assert "at most 1000 characters" in said


def test_a_huge_row_group_is_refused_before_it_is_unpacked(path, monkeypatch):
    monkeypatch.setattr(parquet, "GROUP_BYTES_MAX", 200)
    said = refused(path)
    assert said.startswith("FILE: row group 0: unreadable-history")
    assert "at most 200 bytes" in said


@pytest.mark.parametrize("count", [5, 7])
def test_more_or_fewer_records_than_promised_are_refused(path, count):
    def change(table):
        header = json.loads(table.schema.metadata[parquet.HEADER])
        header["records"] = count
        return table.replace_schema_metadata({parquet.HEADER: json.dumps(header)})

    said = refused(rewritten(path, change))
    assert f"expected {count} records, as the header promises" in said
    assert said.startswith("FILE: after record 5:")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"{", "a JSON object"),
        (b"\xff", "a JSON object"),
        (b"[" * 100_000, "a JSON object"),
        (b"{}", 'a header with "format":"syncsim-history"'),
        (b'{"format":"syncsim-history","version":99,"records":6}', "history format version 1"),
        (b'{"format":"syncsim-history","version":1}', "the number of records"),
    ],
)
def test_a_damaged_header_is_named(path, header, expected):
    def change(table):
        return table.replace_schema_metadata({parquet.HEADER: header})

    said = refused(rewritten(path, change))
    assert said.startswith("FILE: header:")
    assert f"expected {expected}" in said


def test_a_table_that_is_no_history_is_refused(path):
    pq.write_table(pa.table({"a": [1, 2]}), path)
    assert "expected metadata under 'syncsim-history'" in refused(path)


def test_a_history_without_a_needed_column_is_refused(path):
    said = refused(rewritten(path, lambda table: table.drop_columns(["time_us"])))
    assert "expected a column 'time_us'" in said


@pytest.mark.parametrize("keep", [4, 100, 0.5, 0.9, -1])
def test_a_file_cut_short_is_refused(path, keep):
    whole = path.read_bytes()
    path.write_bytes(whole[: int(keep * len(whole)) if isinstance(keep, float) else keep])
    assert "expected a readable Parquet file" in refused(path)


def test_flipped_bytes_are_refused_or_change_nothing(path):
    """No byte may bring the reader down, whatever it makes of it."""
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            files.read(path)
        except HistoryError:
            continue


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(HistoryError, match="No such file"):
        parquet.read(tmp_path / "nothing.parquet")


def test_without_pyarrow_a_person_is_told_how_to_get_it(path, monkeypatch):
    monkeypatch.setattr(parquet, "find_spec", lambda name: None)
    for use in (lambda: files.read(path), lambda: parquet.write(sample(), path)):
        with pytest.raises(InputError) as error:
            use()
        assert len(str(error.value).splitlines()) == 3
        assert "pip install 'syncsim[parquet]'" in str(error.value)


def test_pyarrow_is_not_loaded_before_it_is_needed():
    code = "import sys, syncsim.history.parquet; sys.exit('pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
