"""Tables for other programs, and the three lines one gets where they cannot be written."""

from __future__ import annotations

import csv
from dataclasses import dataclass

import pytest

import syncsim
from syncsim.errors import InputError
from syncsim.search import Metrics, tables
from syncsim.search.tables import csv_text, plain, plain_record, write_parquet, write_text
from tests.unit.search.records import run


@dataclass(frozen=True, kw_only=True)
class Line:
    name: str
    checks: tuple[str, ...]
    share: float | None
    count: int | None


LINE = Line(name="a,b", checks=("CONV", "ROLL"), share=1 / 3, count=7)


def test_csv_has_whole_numbers_rounded_fractions_and_nothing_for_none():
    text = csv_text([LINE, Line(name="c", checks=(), share=None, count=None)], Line)
    assert text == 'name,checks,share,count\n"a,b",CONV ROLL,0.333333,7\nc,,,\n'


def test_a_table_without_lines_has_its_head():
    assert csv_text([], Line) == "name,checks,share,count\n"


def test_runs_can_be_read_back():
    (row,) = csv.DictReader(csv_text([run(seed=3)], Metrics).splitlines())
    assert (row["seed"], row["staleness_p50_us"], row["reconnect_peak_per_s"]) == (
        "3", "100000", "",
    )  # fmt: skip


def test_json_holds_lists_and_rounded_fractions():
    assert plain_record(LINE) == {
        "name": "a,b", "checks": ["CONV", "ROLL"], "share": 0.333333, "count": 7,
    }  # fmt: skip
    assert plain({"a": (0.1 + 0.2, None)}) == {"a": [0.3, None]}


def test_a_file_that_cannot_be_written_is_three_lines(tmp_path):
    with pytest.raises(InputError) as error:
        write_text(tmp_path / "missing" / "a.csv", "")
    assert len(str(error.value).splitlines()) == 3


def test_without_pyarrow_parquet_is_refused_in_three_lines(tmp_path, monkeypatch):
    import pandas as pd

    monkeypatch.setattr(tables, "find_spec", lambda name: None)
    with pytest.raises(InputError) as error:
        write_parquet(pd.DataFrame({"a": [1]}), tmp_path / "a.parquet")
    place, _, hint = str(error.value).splitlines()
    assert place.endswith("a.parquet: package-missing")
    assert "syncsim[parquet]" in hint
    assert not (tmp_path / "a.parquet").exists()


def test_parquet_holds_the_table(tmp_path):
    pytest.importorskip("pyarrow", reason="pyarrow is missing")
    import pandas as pd

    comparison = syncsim.compare(["seed/payment"], designs=["enhanced", "hardened"])
    comparison.to_parquet(tmp_path / "rows.parquet")
    again = pd.read_parquet(tmp_path / "rows.parquet")
    assert list(again["design"]) == ["enhanced", "hardened"]
    assert list(again["commits"]) == list(comparison.table["commits"])


def test_a_comparison_is_saved_whole(tmp_path):
    comparison = syncsim.compare(["seed/payment"], designs=["enhanced", "hardened"])
    paths = comparison.save(tmp_path / "out")
    assert sorted(path.name for path in paths) == [
        "checks.csv", "comparison.csv", "comparison.json", "differences.csv", "differences.png",
        "heat-map.png", "pareto.png", "runs.csv",
    ]  # fmt: skip
    assert (tmp_path / "out" / "comparison.csv").read_text() == comparison.to_csv()
    assert len(comparison.to_csv().splitlines()) == 3
    assert list(comparison.as_json()) == ["rows", "claims", "checks", "differences", "runs"]
