"""The wheel, built as it is published, installed without the checkout, and used."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SHIPPED = ("*.py", "py.typed", "*.j2", "*.html", "*.css", "*.js", "*.mplstyle")
"""What the two packages consist of; everything under `scenarios/` comes on top."""


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run a command that must succeed and return what it printed."""
    done = subprocess.run(
        command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel made from the source archive, so both are proven complete."""
    built = tmp_path_factory.mktemp("built")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", built, cwd=ROOT)
    (path,) = built.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A folder with what the wheel installs and nothing else."""
    target = tmp_path_factory.mktemp("installed")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install")
    run(*pip, "--no-deps", "--no-index", "--target", target, wheel, cwd=target)
    return target


def test_the_wheel_holds_the_two_packages_and_the_catalogue(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    expected = [
        path.relative_to(ROOT / root).as_posix()
        for root, package in (("sim", "syncsim"), ("reports", "syncsim_reports"))
        for pattern in SHIPPED
        for path in (ROOT / root / package).rglob(pattern)
    ]
    expected += [
        f"syncsim/_catalogue/{path.relative_to(ROOT / 'scenarios').as_posix()}"
        for path in (ROOT / "scenarios").rglob("*")
        if path.is_file()
    ]
    shipped = [name for name in names if ".dist-info/" not in name]
    assert sorted(shipped) == sorted(expected)
    assert "syncsim/_catalogue/seed" in {name.rpartition("/")[0] for name in shipped}


def test_only_two_names_are_taken_in_site_packages(installed):
    names = sorted(path.name for path in installed.iterdir() if path.suffix != ".dist-info")
    assert names == ["bin", "syncsim", "syncsim_reports"]


def test_the_installed_command_finds_the_catalogue_that_came_with_it(installed, tmp_path):
    shown = run(
        sys.executable,
        installed / "bin" / "syncsim",
        "list",
        "scenarios",
        cwd=tmp_path,
        PYTHONPATH=str(installed),
    )
    seeds = sorted(path.stem for path in (ROOT / "scenarios/seed").glob("*.yaml"))
    assert seeds
    assert [seed for seed in seeds if f"seed/{seed}" not in shown] == []


def test_the_installed_package_is_the_one_that_is_tested(installed, tmp_path):
    program = "import syncsim, syncsim_reports; print(syncsim.__file__, syncsim_reports.__file__)"
    files = run(sys.executable, "-c", program, cwd=tmp_path, PYTHONPATH=str(installed)).split()
    assert [Path(file).is_relative_to(installed) for file in files] == [True, True]
