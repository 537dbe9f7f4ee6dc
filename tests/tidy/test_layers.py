"""The layers hold, and the contracts that say so would notice if they did not."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.tidy.source import ROOT

PROJECT = ROOT / "pyproject.toml"


def lint_imports(where: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Check the contracts of the project against the packages that `where` sees."""
    program = "import sys; from importlinter.cli import lint_imports_command as main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, "--config", PROJECT, "--no-cache", "--no-logo"],
        cwd=where,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_layers_hold():
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.fixture
def skeleton(tmp_path):
    """The packages of the project with nothing in them."""
    contracts = tomllib.loads(PROJECT.read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = [name.strip(" ()") for line in contracts[0]["layers"] for name in line.split("|")]
    for package in ("syncsim_reports", "syncsim", *(f"syncsim/{layer}" for layer in layers)):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("lower", "upper"),
    [
        ("syncsim/history", "syncsim.engine"),
        ("syncsim/engine", "syncsim.net"),
        ("syncsim/client", "syncsim.backend"),
        ("syncsim/backend", "syncsim.client"),
        ("syncsim/checks", "syncsim.engine"),
        ("syncsim/staleness", "syncsim.domain"),
        ("syncsim/world", "syncsim.checks"),
        ("syncsim/search", "syncsim_reports"),
        ("syncsim_reports", "syncsim.world"),
        ("syncsim_reports", "syncsim.api"),
    ],
)
def test_a_forbidden_import_is_found(skeleton, lower, upper):
    (skeleton / lower / "__init__.py").write_text(f"import {upper}\n", "utf-8")
    done = lint_imports(skeleton, PYTHONPATH=str(skeleton))
    assert done.returncode == 1
    assert f"{lower.replace('/', '.')} -> {upper}" in done.stdout


def test_an_import_downwards_is_allowed(skeleton):
    (skeleton / "syncsim/world/__init__.py").write_text("import syncsim.engine\n", "utf-8")
    done = lint_imports(skeleton, PYTHONPATH=str(skeleton))
    assert done.returncode == 0, done.stdout


def test_a_new_package_must_be_given_a_layer(skeleton):
    (skeleton / "syncsim/extra").mkdir()
    (skeleton / "syncsim/extra/__init__.py").touch()
    done = lint_imports(skeleton, PYTHONPATH=str(skeleton))
    assert done.returncode == 1
    assert "extra" in done.stdout
