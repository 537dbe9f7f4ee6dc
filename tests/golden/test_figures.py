"""The figures of the page about the network are what their command draws, byte for byte."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FIGURES = ["fitted-trace.png", "late-events.png", "reconnect-herd.png"]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A folder with what the command draws today."""
    folder = tmp_path_factory.mktemp("figures")
    command = [sys.executable, DOCS / "figures.py", folder]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_command_draws_these_figures(drawn):
    assert sorted(path.name for path in drawn.iterdir()) == FIGURES


@pytest.mark.parametrize("name", FIGURES)
def test_a_committed_figure_is_what_its_command_draws(drawn, name):
    shown = DOCS / "images" / name
    assert (drawn / name).read_bytes() == shown.read_bytes(), "run `python docs/figures.py`"


@pytest.mark.parametrize("name", FIGURES)
def test_the_page_shows_the_figure(name):
    assert f"](images/{name})" in (DOCS / "network.md").read_text(encoding="utf-8")
