"""Tables of a history in memory and of one in its file."""

from __future__ import annotations

import pytest

from syncsim.history import History, parquet
from syncsim.history.stored import Stored
from syncsim.timelines.tables import Tables
from tests.checks.whole import GOOD

COLUMNS = ("seq", "time_us", "version", "lsn")
TEXTS = ("kind", "at", "peer", "intent", "entity", "view")


def rows_of(table):
    """Return a table as rows, codes spelt out."""
    numbers = [getattr(table, name).tolist() for name in COLUMNS]
    texts = [[table.names[code] for code in getattr(table, name).tolist()] for name in TEXTS]
    return [*zip(*numbers, *texts, table.read.tolist(), strict=True)]


def overlays(data):
    return (len(data.get("overlays") or ()),)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    pytest.importorskip("pyarrow")
    path = tmp_path_factory.mktemp("tables") / "history.parquet"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "BATCH", 20)
        parquet.write(GOOD, path)
        yield Stored(parquet.open_stream(path))


@pytest.mark.parametrize("kinds", [("paint",), ("paint", "mount", "commit"), ("broke",)])
def test_a_table_says_what_the_records_say_wherever_they_are(stored, kinds):
    wanted = [
        (*(getattr(r, name) for name in (*COLUMNS, *TEXTS)), list(overlays(r.data or {})))
        for r in GOOD.of(*kinds)
    ]
    assert rows_of(Tables(GOOD).of(*kinds, read=overlays)) == wanted
    assert rows_of(Tables(stored).of(*kinds, read=overlays)) == wanted


def test_a_part_of_a_table(stored):
    for history in (GOOD, stored):
        table = Tables(history).of("paint", "base")
        part = table.take(table.is_of("base"))
        assert rows_of(part) == [row for row in rows_of(table) if row[4] == "base"]
        assert len(part) == len([*GOOD.of("base")])


def test_an_empty_history_has_empty_tables():
    table = Tables(History()).of("paint", read=overlays)
    assert (len(table), table.read.shape, table.seq.tolist()) == (0, (0, 1), [])
