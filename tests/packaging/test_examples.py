"""The example of an application of one's own, installed and used as its author would."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

KANBAN = Path(__file__).parents[2] / "docs" / "examples" / "kanban"
SCENARIO = KANBAN / "two-members.yaml"


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """The environment in which the example is installed, and nothing else is new."""
    target = tmp_path_factory.mktemp("installed")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install")
    source = tmp_path_factory.mktemp("source") / "kanban"
    shutil.copytree(KANBAN, source)
    subprocess.run(
        [*pip, "--no-deps", "--no-index", "--no-build-isolation", "--target", target, source],
        check=True,
    )
    return {**os.environ, "PYTHONPATH": str(target), "PYTHONDONTWRITEBYTECODE": "1"}


def done(environment, *command, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", *command],
        env=environment,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def test_its_own_tests_pass(environment):
    ran = done(environment, "pytest", "-q", "-p", "no:cacheprovider", str(KANBAN / "tests"))
    assert ran.returncode == 0, ran.stdout
    assert " passed" in ran.stdout


def test_its_scenario_passes_under_hardened_and_fails_under_enhanced(environment):
    assert done(environment, "syncsim", "run", str(SCENARIO)).returncode == 0
    worse = done(environment, "syncsim", "run", str(SCENARIO), "--design", "enhanced")
    assert worse.returncode == 1
    assert "XVIEW" in worse.stdout


def test_without_the_package_its_name_is_unknown():
    ran = done(dict(os.environ), "syncsim", "run", str(SCENARIO))
    assert ran.returncode == 64
    assert "unknown-domain" in ran.stderr


def test_the_guide_shows_what_stands_in_the_files():
    page = (KANBAN.parents[1] / "guide" / "bring-your-own-domain.md").read_text("utf-8")
    files = [path.read_text("utf-8") for path in (*KANBAN.rglob("*.py"), *KANBAN.glob("*.toml"))]
    blocks = re.findall(r"```(?:python|toml)\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 7
    for block in blocks:
        assert any(block in file for file in files), block


def test_the_commands_of_the_guide_work(environment):
    page = (KANBAN.parents[1] / "guide" / "bring-your-own-domain.md").read_text("utf-8")
    (commands,) = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    run, compare = (shlex.split(line) for line in commands.splitlines())
    assert done(environment, *run, cwd=KANBAN.parents[2]).returncode == 0
    assert "XVIEW" in done(environment, *compare, cwd=KANBAN.parents[2]).stdout
