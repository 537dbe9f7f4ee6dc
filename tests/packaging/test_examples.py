"""The examples of what a user may add, installed and used as their authors would."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KANBAN = ROOT / "docs" / "examples" / "kanban"
QUIET = ROOT / "docs" / "examples" / "quiet"
SCENARIO = KANBAN / "two-members.yaml"
GUIDES = {"bring-your-own-domain.md": KANBAN, "bring-your-own-strategy.md": QUIET}


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """The environment in which the examples are installed, and nothing else is new."""
    target = tmp_path_factory.mktemp("installed")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install")
    sources = [tmp_path_factory.mktemp("source") / each.name for each in (KANBAN, QUIET)]
    for example, source in zip((KANBAN, QUIET), sources, strict=True):
        shutil.copytree(example, source)
    subprocess.run(
        [*pip, "--no-deps", "--no-index", "--no-build-isolation", "--target", target, *sources],
        check=True,
    )
    new = {"PYTHONPATH": str(target), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "120"}
    return {**os.environ, **new}


def done(environment, *command, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", *command],
        env=environment,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("example", [KANBAN, QUIET])
def test_its_own_tests_pass(environment, example):
    ran = done(environment, "pytest", "-q", "-p", "no:cacheprovider", str(example / "tests"))
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


def test_without_the_package_its_strategy_is_unknown():
    ran = done(
        dict(os.environ), "syncsim", "run", "seed/payment", "--design", str(QUIET / "quiet.yaml")
    )
    assert ran.returncode == 64
    assert "unknown-strategy" in ran.stderr


@pytest.mark.parametrize("guide", GUIDES)
def test_the_guide_shows_what_stands_in_the_files(guide):
    page, example = _page(guide), GUIDES[guide]
    suffixes = (".py", ".toml", ".yaml")
    paths = sorted(path for path in example.rglob("*") if path.suffix in suffixes)
    files = [path.read_text("utf-8") for path in paths]
    blocks = re.findall(r"```(?:python|toml|yaml)\n(.*?)```", page, re.DOTALL)
    assert len(blocks) >= 4
    for block in blocks:
        assert any(block in file for file in files), block


@pytest.mark.parametrize(
    ("guide", "says"),
    [("bring-your-own-domain.md", "XVIEW"), ("bring-your-own-strategy.md", "requests/commit")],
)
def test_the_commands_of_the_guide_work(environment, guide, says):
    (commands,) = re.findall(r"```sh\n(.*?)```", _page(guide), re.DOTALL)
    run, compare = (shlex.split(line) for line in commands.splitlines())
    assert done(environment, *run, cwd=ROOT).returncode == 0
    assert says in done(environment, *compare, cwd=ROOT).stdout


def _page(guide):
    return (ROOT / "docs" / "guide" / guide).read_text("utf-8")
