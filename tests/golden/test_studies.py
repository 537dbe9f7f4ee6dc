"""A study is what its command makes of its question: byte for byte, and by whatever process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from syncsim.cli.main import main
from syncsim.search.study import FILE, folder, study_names

SMALL = """\
syncsim: 1
title: A small study
question: Does pushing changes pay where two operators race?
designs: [manual-refresh, enhanced, hardened]
networks: [office, slow-4g]
scenarios: [seed/two-operators]
seeds: 6
measure: visibility_p50_us
conclusion:
  - "`enhanced` keeps {enhanced.keeps} and breaks {enhanced.breaks}."
  - "Others see a change {hardened.visibility_p50_us.against.manual-refresh} under `hardened`."
  - "Take `{choice}`: {choice.failed}."
"""

FILES = [
    "README.md", "differences.csv", "figures/differences.png", "figures/heat-map.png",
    "figures/pareto.png", "results.csv", FILE,
]  # fmt: skip

ASKED = ("designs/", "scenarios/")
"""Where the designs and scenarios of a study of its own stand."""


def study(*args: object) -> int:
    """Run `syncsim study` here and return its status."""
    with pytest.raises(SystemExit) as ended:
        main(["study", *map(str, args)])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def contents(path: Path) -> dict[str, bytes]:
    """Return every file of a folder."""
    return {
        file.relative_to(path).as_posix(): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file()
    }


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A small study, made in this process."""
    path = tmp_path_factory.mktemp("studies") / "small"
    path.mkdir()
    (path / FILE).write_text(SMALL)
    assert study(path, "--jobs", 1) == 0
    return path


QUICK = ("before-and-after", "poll-or-push")
"""The studies that every run of the tests makes again; the others are slow tests."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in study_names()],
)
def test_a_committed_study_is_what_its_command_makes(name, capsys):
    made = [file for file in contents(folder() / name) if not file.startswith(ASKED)]
    assert made == FILES
    status = study(name, "--check")
    assert status == 0, f"{capsys.readouterr().out}make it again: syncsim study {name}"


def test_a_study_made_by_other_processes_has_the_same_bytes(small, tmp_path):
    again = tmp_path / "small"
    again.mkdir()
    (again / FILE).write_text(SMALL)
    env = {**os.environ, "PYTHONHASHSEED": "7", "COLUMNS": "40"}
    command = [sys.executable, "-m", "syncsim", "study", again, "--jobs", "2"]
    subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, check=True)
    assert contents(again) == contents(small)


def test_a_study_holds_its_page_its_tables_and_its_figures(small):
    found = contents(small)
    assert sorted(found) == FILES
    page = found["README.md"].decode()
    assert "36 runs in all" in page
    assert "{" not in page
    assert len(found["results.csv"].splitlines()) == 37


def test_a_file_that_was_changed_is_found_and_left_alone(small, tmp_path, capsys):
    copy = tmp_path / "small"
    (copy / "figures").mkdir(parents=True)
    for name, data in contents(small).items():
        (copy / name).write_bytes(data)
    page = copy / "README.md"
    page.write_text(page.read_text().replace("36 runs", "37 runs"))
    (copy / "results.csv").unlink()
    before = contents(copy)
    assert study(copy, "--check") == 1
    told = capsys.readouterr().out
    assert [line.split(":")[0] for line in told.splitlines()] == [
        str(copy / "README.md"), str(copy / "results.csv"),
    ]  # fmt: skip
    assert contents(copy) == before


def test_a_mistake_in_a_study_is_three_lines(tmp_path, capsys):
    (tmp_path / FILE).write_text(SMALL.replace("enhanced.keeps", "enhanced.keps"))
    assert study(tmp_path) == 64
    place, _, hint = capsys.readouterr().err.splitlines()
    assert place.startswith(f"{tmp_path / FILE}:")
    assert "did you mean 'enhanced.keeps'?" in hint


def test_a_comparison_can_be_written_to_a_folder(tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        main(
            [
                "compare", "seed/payment", "--designs", "enhanced,hardened", "--jobs", "1",
                "--out", str(tmp_path / "out"), "--csv", str(tmp_path / "rows.csv"),
            ]
        )  # fmt: skip
    assert ended.value.code == 0
    assert (tmp_path / "rows.csv").read_bytes() == (
        tmp_path / "out" / "comparison.csv"
    ).read_bytes()
    printed = capsys.readouterr().out
    assert "too few runs" in printed
    assert f"written to {tmp_path / 'out'}" in printed.replace("\n", "")
