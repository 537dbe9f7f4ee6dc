"""Designs and networks in files of one's own, named on the command line or in Python."""

from __future__ import annotations

import pytest

from syncsim import compare, scenario
from syncsim.errors import InputError

DESIGN = """
read: {strategy: generation}
overlay: {strategy: layers}
write: {strategy: serial}
recovery: {strategy: invalidate-all}
"""
NETWORK = "{title: Ours, source: A guess., delay: 7ms}"


@pytest.fixture
def ours(tmp_path):
    path = tmp_path / "ours.yaml"
    path.write_text(DESIGN, "utf-8")
    return str(path)


def test_four_lines_make_a_design_that_is_called_like_its_file(ours):
    design = scenario.load("seed/offline", design=ours).design
    assert (design.name, design.title, design.read.strategy) == ("ours", "ours", "generation")


def test_a_network_likewise(tmp_path):
    path = tmp_path / "our network.yaml"
    path.write_text(NETWORK, "utf-8")
    network = scenario.load("seed/offline", network=str(path)).network
    assert (network.name, network.delay_us) == ("our-network", 7_000)


def test_a_scenario_names_no_file(ours):
    text = f"{{syncsim: 1, title: x, design: {ours}, network: office, clients: {{}}}}"
    with pytest.raises(InputError) as raised:
        scenario.loads(text)
    assert any(problem.code == "unknown-design" for problem in raised.value.problems)


def test_a_file_that_is_not_there_is_told():
    with pytest.raises(InputError, match="missing-file"):
        scenario.load("seed/offline", design="no/such/hardend.yaml")


def test_a_mistake_in_it_has_its_place(tmp_path):
    path = tmp_path / "ours.yaml"
    path.write_text(DESIGN.replace("layers", "layer"), "utf-8")
    with pytest.raises(InputError) as raised:
        scenario.load("seed/offline", design=str(path))
    (problem,) = raised.value.problems
    assert problem.place == f"{path}:3:21"


def test_two_designs_of_one_name_are_not_compared(tmp_path):
    (tmp_path / "hardened.yaml").write_text(DESIGN, "utf-8")
    with pytest.raises(InputError, match="duplicate-id"):
        compare(["seed/offline"], designs=["hardened", str(tmp_path / "hardened.yaml")])
