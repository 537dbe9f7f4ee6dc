"""A history that stays in its file: read in parts, and the same as one that is in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncsim.errors import HistoryError
from syncsim.history import History, files, parquet
from syncsim.history.stored import NEAR_MAX, Stored
from syncsim.world import run
from tests.support.scenarios import ENHANCED, busy

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


@pytest.fixture(scope="module")
def history() -> History:
    return run(busy(ENHANCED))


@pytest.fixture
def path(tmp_path: Path, history: History, monkeypatch) -> Path:
    """Return a file of many row groups."""
    monkeypatch.setattr(parquet, "BATCH", 50)
    assert len(history) > 50 * 2 * NEAR_MAX
    parquet.write(history, tmp_path / "history.parquet")
    return tmp_path / "history.parquet"


def stored(path: Path) -> Stored:
    return Stored(parquet.open_stream(path))


def rewritten(path: Path, change=lambda table: table, **options) -> Path:
    """Write the table again as another writer might."""
    table = pq.read_table(path, use_threads=False)
    pq.write_table(change(table), path, **options)
    return path


def without(*names: str):
    return lambda table: table.drop_columns([*names])


def plain(table):
    """Return the table with its texts not encoded as dictionaries."""
    for name in ("kind", "message", "data"):
        index = table.schema.get_field_index(name)
        table = table.set_column(index, name, table[name].cast(pa.string()))
    return table


@pytest.mark.parametrize(
    "kinds", [("paint",), ("paint", "commit", "phase"), ("broke",), ("send", "receive"), ()]
)
@pytest.mark.parametrize("events", [False, True])
def test_it_gives_the_same_records_of_each_kind(path, history, kinds, events):
    held = files.read(path)
    found = [*stored(path).of(*kinds, events=events)]
    assert found == [*held.of(*kinds, events=events)]
    assert found or kinds in {("broke",), ()}


def test_it_gives_the_same_records_one_by_one(path, history):
    far_apart = [*range(0, len(history), 77), *range(len(history) - 1, 0, -101)]
    kept = stored(path)
    assert [kept[seq] for seq in far_apart] == [history[seq] for seq in far_apart]
    assert [*kept] == [*history]
    assert (len(kept), kept.end_us, kept.header) == (len(history), history.end_us, history.header)
    last = len(history) - 1
    assert [*kept.causes(last - 3)] == [*history.causes(last - 3)]


@pytest.mark.parametrize(
    ("change", "options"),
    [
        (plain, {"row_group_size": 10_000}),
        (plain, {"use_dictionary": False}),
        (without("message", "view"), {"row_group_size": 300}),
        (without("data"), {}),
    ],
)
def test_what_another_writer_wrote_is_the_same_too(path, change, options):
    rewritten(path, change, **options)
    kept, held = stored(path), files.read(path)
    assert [*kept] == [*held]
    assert [*kept.of("event", events=True)] == [*held.of("event", events=True)]
    assert [kept[seq] for seq in (400, 5, 401)] == [held[seq] for seq in (400, 5, 401)]


def test_no_more_than_a_few_batches_are_kept(path, history):
    kept = stored(path)
    for seq in range(0, len(history), 25):
        assert kept[seq].seq == seq
    assert len(kept._near) == NEAR_MAX
    assert sum(map(len, kept._near.values())) <= 50 * NEAR_MAX


def test_only_the_parts_that_have_a_kind_are_read(path, monkeypatch):
    kept = stored(path)
    asked: list[int] = []
    groups = parquet.Stream.groups

    def watched(stream, *chosen):
        asked.extend(chosen)
        return groups(stream, *chosen)

    monkeypatch.setattr(parquet.Stream, "groups", watched)
    assert len([*kept.of("row")]) > 0
    assert asked == [0]
    asked.clear()
    assert [*kept.of("broke")] == []
    assert asked == []


def test_a_number_beyond_the_end_is_no_record(path, history):
    for seq in (-1, len(history)):
        with pytest.raises(IndexError):
            stored(path)[seq]


def test_an_empty_history_is_one_too(tmp_path):
    parquet.write(History({"seed": 3}), tmp_path / "empty.parquet")
    kept = stored(tmp_path / "empty.parquet")
    assert ([*kept], len(kept), kept.end_us) == ([], 0, 0)


def test_what_is_damaged_is_refused_before_anything_is_judged(path):
    rewritten(path, lambda table: table.slice(1))
    with pytest.raises(HistoryError):
        stored(path)


@pytest.mark.parametrize("read", [stored, files.read])
@pytest.mark.parametrize(
    ("kind", "expected"),
    [("intent", "an intent with an id of its own"), ("outcome", "an intent that was asked before")],
)
def test_an_intent_of_an_id_that_it_cannot_have_is_refused(path, kind, expected, read):
    history = files.read(path)
    last = max(record.seq for record in history.of(kind))
    first = next(history.of("intent")).intent if kind == "intent" else "nobody's"

    def renamed(table):
        index = table.schema.get_field_index("intent")
        names = table["intent"].to_pylist()
        names[last] = first
        return table.set_column(index, "intent", pa.array(names, pa.string()))

    rewritten(path, renamed)
    with pytest.raises(HistoryError, match=f"(?s)record {last}: .*{expected}"):
        read(path)


@pytest.mark.parametrize(("most", "kind"), [(10, Stored), (10**6, History)])
def test_only_a_large_history_is_left_in_its_file(path, monkeypatch, most, kind):
    monkeypatch.setattr(files, "HELD_MAX", most)
    assert type(files.for_judging(path)) is kind
