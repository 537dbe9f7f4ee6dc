"""The command that a story gives to run it again means the same scenario."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from syncsim import api
from syncsim.checks import as_json
from syncsim.cli.run_command import command
from syncsim.scenario import dump, load, loads
from syncsim.scenario.scenario import Scenario

DESIGN = """
read: {strategy: generation}
overlay: {strategy: inverse}
write: {strategy: parallel}
recovery: {strategy: nothing}
"""
NETWORK = "{title: Ours, source: A guess., delay: 7ms}"


def again(done: Scenario) -> list[str]:
    """Return the words after `syncsim run` in the stories of a run."""
    trial = api.run(done).trial
    document = as_json(trial.verdict, trial.history)
    (told,) = {story["replay"] for found in document["findings"] for story in found["stories"]}
    words = shlex.split(told)
    assert words[:2] == ["syncsim", "run"]
    return words[2:]


def meant(words: list[str]) -> Scenario:
    """Return the scenario that the command line makes of these words."""
    given = command.make_context("run", list(words)).params
    return load(
        given["scenario"], design=given["design"], network=given["network"], seed=given["seed"]
    )


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """Return a scenario in a file, with a design and a network of its own."""
    given = load("seed/offline", design="enhanced")
    design, network = replace(given.design, name="mine"), replace(given.network, name="my-link")
    path = tmp_path / "with blank" / "ours.yaml"
    path.parent.mkdir()
    path.write_text(dump(replace(given, design=design, network=network)), "utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Return a design and a network in files."""
    paths = {"design": tmp_path / "our design.yaml", "network": tmp_path / "link.yaml"}
    paths["design"].write_text(DESIGN, "utf-8")
    paths["network"].write_text(NETWORK, "utf-8")
    return {part: str(path) for part, path in paths.items()}


def test_of_the_catalogue_everything_is_called_by_name():
    done = load("seed/offline", design="enhanced")
    words = again(done)
    assert words[:5] == ["seed/offline", "--design", "enhanced", "--network", done.network.name]
    assert meant(words) == done


def test_what_the_scenario_holds_itself_is_not_called(ours):
    done = load(ours, seed=3)
    words = again(done)
    assert words == [str(ours), "--seed", "3"]
    assert meant(words) == done


def test_nor_is_it_if_the_catalogue_has_one_of_that_name(tmp_path):
    path = tmp_path / "scenario.yaml"
    done = load("seed/offline", design="enhanced")
    path.write_text(dump(replace(done, design=replace(done.design, title="Another"))), "utf-8")
    words = again(load(path))
    assert words == [str(path), "--seed", str(done.seed)]
    assert meant(words).design.title == "Another"


@pytest.mark.parametrize("part", ["design", "network"])
def test_a_part_in_a_file_is_called_by_its_path(ours, files, part):
    done = load(ours, **{part: files[part]})
    options = [f"--{part}", files[part]]
    words = again(done)
    assert words == [str(ours), *options, "--seed", str(done.seed)]
    assert meant(words) == done


def test_a_name_of_the_catalogue_in_place_of_its_own_is_called(ours):
    done = load(ours, design="enhanced", network="office")
    words = again(done)
    assert words[:-2] == [str(ours), "--design", "enhanced", "--network", "office"]
    assert meant(words) == done


def test_a_part_that_is_replaced_afterwards_is_called_by_its_own_name(ours):
    done = replace(load(ours), design=load("seed/offline", design="enhanced").design)
    assert meant(again(done)) == done


def test_a_text_calls_no_part_that_it_holds_itself(ours):
    done = loads(ours.read_text("utf-8"))
    assert again(done) == [done.name, "--seed", str(done.seed)]
