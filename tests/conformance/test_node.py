"""What a person reads when the packages cannot be asked."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from syncsim.cli.main import main
from syncsim.conformance import node as node_module
from syncsim.conformance.node import Node, ToolError

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="Node is missing")


def with_packages(folder, runner: str):
    """Make a folder in which the packages seem to be there, with another runner."""
    for package in ("@tanstack/query-core", "@reduxjs/toolkit"):
        place = folder / "node_modules" / package
        place.mkdir(parents=True)
        (place / "package.json").write_text("{}", "utf-8")
    (folder / "runner.mjs").write_text(runner, "utf-8")


def test_without_node_nothing_is_known(monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit) as done:
        main(["conformance", "--programs", "1"])
    assert done.value.code == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "node: node-missing",
        "  expected Node 20 or newer, found none",
        "  hint: make clients",
    ]


def ask_until_it_fails(node):
    """Ask more often than a dying runner can take: it may die before or after it is asked."""
    for _ in range(3):
        node.ask("{}")
        node.answer()


@needs_node
def test_without_the_packages_nothing_is_known(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(node_module, "RUNNER_FOLDER", tmp_path)
    with pytest.raises(SystemExit) as done:
        main(["conformance", "--programs", "1"])
    assert done.value.code == 2
    assert "the package @tanstack/query-core, found none" in capsys.readouterr().err


@needs_node
def test_a_runner_that_dies_is_quoted(monkeypatch, tmp_path):
    monkeypatch.setattr(node_module, "RUNNER_FOLDER", tmp_path)
    with_packages(tmp_path, 'console.error("out of cheese"); process.exit(3)')
    with Node() as node, pytest.raises(ToolError, match="out of cheese"):
        ask_until_it_fails(node)
    assert node._process.returncode is not None


@needs_node
def test_a_runner_that_hangs_is_ended(monkeypatch, tmp_path):
    monkeypatch.setattr(node_module, "RUNNER_FOLDER", tmp_path)
    monkeypatch.setattr(node_module, "ANSWER_SECONDS_MAX", 0.2)
    with_packages(tmp_path, "setInterval(() => {}, 1000)")
    with Node() as node:
        node.ask("{}")
        with pytest.raises(ToolError, match="an answer within"):
            node.answer()
    assert node._process.returncode is not None


@needs_node
def test_answers_come_in_the_order_of_the_programs(monkeypatch, tmp_path):
    monkeypatch.setattr(node_module, "RUNNER_FOLDER", tmp_path)
    with_packages(tmp_path, "process.stdin.pipe(process.stdout)")
    with Node() as node:
        asked = [json.dumps({"id": number}) for number in range(node_module.AHEAD_MAX)]
        for program in asked:
            node.ask(program)
        assert node.is_full
        assert [node.answer().decode() for _ in asked] == asked


def test_without_hypothesis_nothing_is_known():
    program = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "from syncsim.cli.main import main; main(['conformance'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "Python: package-missing",
        "  expected Hypothesis, found no module hypothesis",
        "  hint: pip install 'syncsim[test]'",
    ]
