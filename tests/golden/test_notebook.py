"""The notebook runs from top to bottom and shows what it promises."""

from __future__ import annotations

from pathlib import Path

import jupytext
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "01-first-look.py"
CELL_SECONDS = 120


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """What the cells printed and showed, in order."""
    notebook = jupytext.read(NOTEBOOK, fmt="py:percent")
    folder = tmp_path_factory.mktemp("notebook")
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def shown(outputs, kind):
    return [output["data"][kind] for output in outputs if kind in output.get("data", {})]


def test_no_cell_fails_or_warns(outputs):
    assert [output for output in outputs if output["output_type"] == "error"] == []
    assert [output["text"] for output in outputs if output.get("name") == "stderr"] == []


def test_the_verdict_is_shown_as_a_table(outputs):
    tables = [html for html in shown(outputs, "text/html") if "verdict" in html]
    assert len(tables) == 1
    assert "<td>ROLL</td><td>✗ fail</td>" in tables[0]
    assert "<td>refusal</td><td>✓ pass</td>" in tables[0]


def test_a_failure_is_told_as_a_story(outputs):
    printed = "".join(output["text"] for output in outputs if output.get("name") == "stdout")
    assert "ROLL" in printed
    assert "op-1" in printed


def test_the_staleness_figure_is_shown(outputs):
    (png,) = shown(outputs, "image/png")
    assert len(png) > 20_000, "a figure with nothing on it"


def test_the_comparison_names_every_design(outputs):
    (html,) = [html for html in shown(outputs, "text/html") if "requests_per_commit" in html]
    assert all(design in html for design in ("manual-refresh", "enhanced", "hardened"))
