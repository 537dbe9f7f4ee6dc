from __future__ import annotations

import csv
import json
import os

import pytest

from syncsim.checks import judge
from syncsim.errors import InputError
from syncsim.history import jsonl
from syncsim.staleness import costs, measure
from syncsim_reports.figures import survival_curves
from syncsim_reports.folder import make_folder, read_scenario, write_demo_folder, write_run_folder
from tests.unit.reports.records import claim, row, window
from tests.unit.reports.sample import sample

FIGURES = ("coherence", "spacetime", "survival", "swimlanes", "ladder", "story-CONV", "story-ROLL")


def write(folder, history=None, *, figures=False):
    history = history or sample()
    return write_run_folder(
        folder,
        history=history,
        verdict=judge(history),
        staleness=measure(history),
        costs=costs(history),
        scenario_yaml="name: sample\n",
        figures=figures,
    )


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_run_folder_holds_everything_and_nothing_else(tmp_path):
    paths = write(tmp_path / "new" / "run", figures=True)
    held = contents(tmp_path / "new" / "run")
    drawn = {f"figures/{stem}.{form}" for stem in FIGURES for form in ("png", "svg")}
    plain = {"verdict.json", "history.jsonl", "scenario.yaml", "staleness.csv", "index.html"}
    assert held.keys() == plain | drawn
    assert {str(path.relative_to(tmp_path / "new" / "run")) for path in paths} == held.keys()
    assert held["index.html"].count(b"data:image/svg+xml;base64,") == 7


def test_a_property_gives_its_files_a_name_without_its_signs(tmp_path):
    wanted = ["flickers < 0", "flickers <= 0.0", "always staleness of view ../../x < 0s"]
    history = sample()
    head = history.header
    head["checks"], head["properties"] = ["DONE"], [*wanted, "always staleness of view one < 0s"]
    write(tmp_path / "run", history, figures=True)
    told = [name for name in contents(tmp_path) if "story-" in name and name.endswith(".png")]
    assert "run/figures/story-1-flickers-0.png" in told
    assert all(name.count("/") == 2 and "." not in name[:-4] for name in told)


def test_what_is_written_can_be_read_again(tmp_path):
    history = sample()
    write(tmp_path, history)
    assert jsonl.digest(jsonl.read(tmp_path / "history.jsonl")) == jsonl.digest(history)
    assert json.loads((tmp_path / "verdict.json").read_text())["status"] == "fail"
    assert read_scenario(tmp_path) == "name: sample\n"
    rows = list(csv.DictReader((tmp_path / "staleness.csv").read_text().splitlines()))
    assert len(rows) == len(measure(history).windows)
    assert [row["censored"] for row in rows if row["ended"] == "end"] == ["1"]


def test_equal_runs_give_equal_folders_also_over_an_old_one(tmp_path):
    write(tmp_path / "a", figures=True)
    write(tmp_path / "b", sample(title="An older run"))
    write(tmp_path / "b", figures=True)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_other_files_in_the_folder_stay(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    write(tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_link_in_the_folder_is_replaced_and_its_target_left_alone(tmp_path):
    target = tmp_path / "elsewhere.html"
    target.write_text("theirs")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "index.html").symlink_to(target)
    write(tmp_path / "run")
    assert target.read_text() == "theirs"
    assert not (tmp_path / "run" / "index.html").is_symlink()


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_file_in_place_of_the_folder_is_a_problem_in_three_lines(tmp_path, place):
    (tmp_path / "file").write_text("theirs")
    with pytest.raises(InputError) as caught:
        write(tmp_path / place)
    assert len(str(caught.value).splitlines()) == 3
    assert str(tmp_path / place) in str(caught.value)
    assert (tmp_path / "file").read_text() == "theirs"


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unwritable to the superuser")
def test_a_folder_that_cannot_be_written_is_a_problem(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InputError):
        write(tmp_path / "run")


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_folder_without_a_readable_scenario_is_a_problem(tmp_path, content):
    if content is not None:
        (tmp_path / "scenario.yaml").write_bytes(content)
    with pytest.raises(InputError):
        read_scenario(tmp_path)


def test_a_folder_is_made_with_its_parents_and_found_again(tmp_path):
    assert make_folder(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    assert make_folder(tmp_path / "a" / "b").is_dir()


def test_a_demo_folder_holds_its_page_its_figures_and_its_tables(tmp_path):
    paths = write_demo_folder(
        tmp_path / "demo",
        rows=[row()],
        claims=[claim()],
        figures={"curve": survival_curves({"x": [window()]})},
        tables={"table.csv": "a,b\n"},
    )
    held = contents(tmp_path / "demo")
    assert held.keys() == {"index.html", "curve.png", "curve.svg", "table.csv"}
    assert {path.name for path in paths} == held.keys()
    assert b"The share of windows" in held["index.html"]
    assert held["table.csv"] == b"a,b\n"
