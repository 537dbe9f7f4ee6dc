"""The command line: what it prints, and with which status it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from syncsim.cli.main import COMMANDS, main
from syncsim.errors import EXIT_FAIL, EXIT_INTERNAL, EXIT_PASS, EXIT_UNKNOWN, EXIT_USAGE
from syncsim.history import jsonl, parquet
from syncsim_reports.exports import FORMATS
from tests.checks.notation import history

SCENARIO = """\
syncsim: 1
title: One operator
design: enhanced
network: office
clients:
  op-1: {role: operator, shows: [pending]}
rows:
  appointment:
    A1: {therapist: th-1}
steps:
  - {at: 1s, who: op-1, do: accept, on: A1}
checks: [CONV, ONCE, DONE]
"""


class Cli:
    """Runs the command line and keeps what it printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = ""
        self.err = ""

    def __call__(self, *args: object) -> int:
        with pytest.raises(SystemExit) as ended:
            main([str(arg) for arg in args])
        self.out, self.err = self._capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(capsys)


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(SCENARIO)
    return path


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_examples(cli, name):
    assert cli(name, "--help") == EXIT_PASS
    assert "Examples:" in cli.out or name == "demo"
    assert f"syncsim {name}" in cli.out


def test_help_lists_every_command(cli):
    assert cli("--help") == EXIT_PASS
    assert all(name in cli.out for name in COMMANDS)


def test_a_run_ends_with_the_status_of_its_verdict(cli, scenario):
    assert cli("run", scenario) == EXIT_PASS
    assert "verdict: pass" in cli.out
    assert cli("run", "seed/offline", "--design", "enhanced", "--json") == EXIT_FAIL
    scenario.write_text(SCENARIO + "sometimes: [refusal]\n")
    assert cli("run", scenario) == EXIT_UNKNOWN
    assert "never arose" in cli.out


def test_json_is_one_document_and_nothing_else(cli, scenario):
    assert cli("run", scenario, "--json") == EXIT_PASS
    document = json.loads(cli.out)
    assert document["status"] == "pass"
    assert len(document["history_sha256"]) == 64
    assert cli.err == ""


def test_the_run_folder_is_judged_and_reported_again(cli, scenario, tmp_path):
    folder = tmp_path / "out"
    assert cli("run", scenario, "--out", folder, "--no-figures") == EXIT_PASS
    assert cli("check", folder / "history.jsonl") == EXIT_PASS
    assert cli("check", folder / "history.jsonl", "--only", "CONV", "--json") == EXIT_PASS
    assert [finding["check"] for finding in json.loads(cli.out)["findings"]] == ["CONV"]
    page = (folder / "index.html").read_text()
    (folder / "index.html").unlink()
    assert cli("report", folder) == EXIT_PASS
    assert "<img" in (folder / "index.html").read_text()
    assert "<img" not in page
    assert cli("run", folder / "scenario.yaml", "--json") == EXIT_PASS


def test_a_history_from_elsewhere_is_reported_into_a_folder_of_its_own(cli, tmp_path):
    told = history(
        "A1 op-1.mount(one/A1) op-1:one/A1<A1.1 op-1:one/A1=A1.1 @100"
        " op-1?i1:accept(A1) @150 +A1{status=accepted}/i1 $i1 @900 end"
    )
    jsonl.write(told, tmp_path / "elsewhere.jsonl")
    out = tmp_path / "report"
    assert cli("report", tmp_path / "elsewhere.jsonl", "--out", out) == EXIT_PASS
    assert f"syncsim check {tmp_path / 'elsewhere.jsonl'}" in (out / "index.html").read_text()
    assert "This judges the same history again:" in (out / "index.html").read_text()
    assert json.loads((out / "verdict.json").read_text())["status"] == "fail"
    assert not (out / "scenario.yaml").exists()


def test_a_report_on_a_file_says_what_it_needs(cli, tmp_path):
    jsonl.write(history("A1 end"), tmp_path / "elsewhere.jsonl")
    assert cli("report", tmp_path / "elsewhere.jsonl") == EXIT_USAGE
    assert "add --out DIR" in cli.err
    (tmp_path / "register.edn").write_text("{:process 0, :type :invoke, :f :read}\n")
    assert cli("report", tmp_path / "register.edn", "--out", tmp_path / "out") == EXIT_USAGE
    assert "no-screens" in cli.err
    assert len(cli.err.splitlines()) == 3
    assert cli("report", tmp_path, "--out", tmp_path / "out") == EXIT_USAGE
    assert "written into its own folder" in cli.err


def test_a_history_in_parquet_is_judged_alike(cli, scenario, tmp_path):
    pytest.importorskip("pyarrow")
    cli("run", scenario, "--out", tmp_path / "out", "--no-figures")
    lines, table = tmp_path / "out" / "history.jsonl", tmp_path / "history.parquet"
    parquet.write(jsonl.read(lines), table)
    assert cli("check", lines, "--json") == EXIT_PASS
    verdict = cli.out
    assert cli("check", table, "--json") == EXIT_PASS
    assert cli.out == verdict


def test_a_history_that_was_cut_off_is_unknown_and_says_where(cli, scenario, tmp_path):
    folder = tmp_path / "out"
    cli("run", scenario, "--out", folder, "--no-figures")
    path = folder / "history.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:20]) + lines[20][:10])
    assert cli("check", path) == EXIT_UNKNOWN
    assert cli.err.startswith(f"{path}:21: unreadable-history")
    assert cli.out == ""


def test_a_mistake_in_a_scenario_is_three_lines_and_no_traceback(cli, scenario):
    scenario.write_text(SCENARIO.replace("do: accept,", "do: acept,"))
    assert cli("run", scenario) == EXIT_USAGE
    place, what, hint = cli.err.splitlines()
    assert place == f"{scenario}:11:29: unknown-action"
    assert "found 'acept'" in what
    assert hint == "  hint: did you mean 'accept'?"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("rnu", "x"), "did you mean 'run'?"),
        (("run",), "Missing argument 'SCENARIO'"),
        (("run", "seed/offlin"), "did you mean 'seed/offline'?"),
        (("run", "seed/offline", "--design", "hardend"), "did you mean 'hardened'?"),
        (("run", "seed/offline", "--network", "ofice"), "did you mean 'office'?"),
        (("run", "seed/offline", "--seed", "-1"), "--seed"),
        (("compare", "seed/offline"), "--designs"),
        (("compare", "seed/offline", "--designs", "nothing"), "unknown-design"),
        (("show", "hardend"), "did you mean 'hardened'?"),
        (("list", "things"), "'scenarios'"),
        (("check", "x.jsonl", "--only", "CONVV"), "did you mean 'CONV'?"),
    ],
)
def test_wrong_usage_ends_with_64_and_a_hint(cli, args, said):
    assert cli(*args) == EXIT_USAGE
    assert said in cli.err
    assert "Traceback" not in cli.err


def test_an_output_folder_that_is_a_file_is_refused(cli, scenario, tmp_path):
    assert cli("run", scenario, "--out", scenario) == EXIT_USAGE
    assert "expected a folder that can be written" in cli.err


def test_compare_prints_a_table_and_exact_json(cli, scenario, tmp_path):
    csv = tmp_path / "rows.csv"
    designs = "manual-refresh,enhanced"
    assert cli("compare", scenario, "--designs", designs, "--seeds", "2", "--csv", csv) == 0
    assert "manual-refresh" in cli.out
    assert "comparing: 4 of 4" in cli.err
    assert len(csv.read_text().splitlines()) == 3
    assert cli("compare", scenario, "--designs", designs, "--json") == 0
    assert [row["design"] for row in json.loads(cli.out)["rows"]] == designs.split(",")


def test_list_and_show_know_the_catalogue(cli):
    for kind, name in (("scenarios", "seed/offline"), ("designs", "hardened"), ("checks", "ROLL")):
        assert cli("list", kind) == 0
        assert name in cli.out
        assert cli("show", name) == 0
        assert cli.out
        assert cli("show", name, "--json") == 0
        assert json.loads(cli.out)["name"] == name


def test_the_schema_is_json(cli):
    for kind in ("scenario", "design", "network"):
        assert cli("schema", kind) == 0
        assert json.loads(cli.out)["type"] == "object"


def test_a_defect_is_said_to_be_ours(cli, monkeypatch):
    monkeypatch.setattr("syncsim.api.run", lambda *args, **options: 1 / 0)
    assert cli("run", "seed/offline") == EXIT_INTERNAL
    assert "syncsim: internal error" in cli.err
    assert "ZeroDivisionError" in cli.err
    assert "Traceback" not in cli.err


# export


@pytest.mark.parametrize("name", FORMATS)
def test_export_writes_a_run_folder_in_every_format(cli, scenario, tmp_path, name):
    assert cli("run", scenario, "--out", tmp_path / "run", "--no-figures") == EXIT_PASS
    out = tmp_path / f"out{FORMATS[name].suffix}"
    assert cli("export", tmp_path / "run", "--to", name, "--out", out) == EXIT_PASS
    assert cli.out == f"{out}\n"
    assert cli.err == f"{name} cannot hold: {FORMATS[name].cannot_hold}.\n"
    assert out.read_bytes() == FORMATS[name].write(jsonl.read(tmp_path / "run" / "history.jsonl"))


def test_export_says_what_it_cannot_use(cli, tmp_path):
    assert cli("export", tmp_path, "--to", "elle") == EXIT_USAGE
    assert "did you mean 'elle-json'?" in cli.err
    assert cli("export", tmp_path, "--to", "csv") == EXIT_UNKNOWN
    assert "history.jsonl" in cli.err


def test_export_help_names_every_format(cli):
    assert cli("export", "--help") == EXIT_PASS
    assert all(f"  {name}  " in cli.out for name in FORMATS)
