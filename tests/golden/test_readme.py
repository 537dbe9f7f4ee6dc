"""What the README shows is what its commands print and draw."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import syncsim
from syncsim.cli.main import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a demo, with what it printed in `printed.txt`."""
    folder = tmp_path_factory.mktemp("demo")
    capture = pytest.MonkeyPatch()
    with capture.context() as patch, (folder / "printed.txt").open("w") as printed:
        patch.setenv("COLUMNS", "100")
        patch.setattr("sys.stdout", printed)
        with pytest.raises(SystemExit) as done:
            main(["demo", "--out", str(folder / "out")])
    assert done.value.code == 0
    return folder


def block(name: str) -> str:
    """Return the text block between two markers of the README."""
    found = re.search(rf"<!-- {name} -->\n```text\n(.*?)```\n<!-- /{name} -->", README, re.DOTALL)
    assert found, name
    return found[1]


def tidy(text: str) -> str:
    """Return text without blanks at the ends of lines."""
    return "\n".join(line.rstrip() for line in text.splitlines())


def test_the_readme_shows_what_the_demo_prints(demo: Path) -> None:
    printed = tidy((demo / "printed.txt").read_text())
    table, _, last = printed.rpartition("\n")
    assert "90 runs" in last
    assert tidy(block("demo")) == table


def test_the_readme_shows_the_figure_that_the_demo_draws(demo: Path) -> None:
    drawn = demo / "out" / "offline-enhanced.png"
    shown = ROOT / "docs" / "images" / "offline-enhanced.png"
    assert drawn.read_bytes() == shown.read_bytes()


def test_the_story_in_the_readme_is_told(demo: Path) -> None:
    run = syncsim.run("seed/two-operators", design="enhanced", seed=2)
    told = " ".join(story.text for story in run.verdict["ROLL"].stories)
    quoted = re.search(r'```text\n(op-1 chose "accept".*?)```', README, re.DOTALL)
    assert quoted
    for part in " ".join(quoted[1].split()).split("[...]"):
        assert part.strip(" ;") in told


def test_the_scenario_in_the_readme_runs_as_described(tmp_path: Path) -> None:
    text = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert text
    path = tmp_path / "mine.yaml"
    path.write_text(text[1])
    for design in ("enhanced", "hardened"):
        verdict = syncsim.run(path, design=design).verdict
        assert verdict["refusal"].status.value == "pass"
        assert verdict["ONCE"].status.value == "pass"
