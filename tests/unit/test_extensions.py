"""What installed packages add, found by entry point and never trusted to work."""

from __future__ import annotations

import pytest

from syncsim import extensions
from syncsim.domain import BOOKING, Domain
from syncsim.errors import InputError
from syncsim.scenario import catalogue, loads

GROUP = "syncsim.domains"
MODULE = """
from dataclasses import replace
from syncsim.domain import BOOKING
BOARD = replace(BOOKING, name="board")
NUMBER = 7
"""
SCENARIO = """
syncsim: 1
title: One operator
domain: {domain}
design: enhanced
network: office
clients:
  op-1: {{role: operator}}
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Return what installs a package with such entry points in the group of domains."""

    def install(package: str, module: str = MODULE, **points: str) -> None:
        folder = tmp_path / f"{package}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n", "utf-8"
        )
        lines = [f"{name} = {value}" for name, value in points.items()]
        (folder / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *lines]), "utf-8")
        (tmp_path / f"{package}.py").write_text(module, "utf-8")
        extensions._found.cache_clear()

    monkeypatch.syspath_prepend(tmp_path)
    yield install
    extensions._found.cache_clear()


def problem_of(call, *args):
    with pytest.raises(InputError) as raised:
        call(*args)
    (problem,) = raised.value.problems
    return problem


def test_a_scenario_may_be_about_an_installed_application(installed):
    installed("one_board", board="one_board:BOARD")
    assert catalogue.domain_names() == ("booking", "board")
    loaded = loads(SCENARIO.format(domain="board"))
    assert loaded.domain.name == "board"
    assert isinstance(loaded.domain, Domain)


def test_names_are_found_without_importing_anything(installed):
    installed("two_board", "raise SystemExit", zebra="two_board:B", ape="two_board:B")
    assert extensions.names(GROUP) == ("ape", "zebra")


def test_what_comes_with_syncsim_is_not_replaced(installed):
    installed("three_board", booking="three_board:BOARD")
    assert catalogue.domain_names() == ("booking",)
    assert catalogue.domain_of("booking") is BOOKING


def test_of_two_of_one_name_the_same_one_is_taken_whatever_the_search_path(installed):
    installed("b_board", board="b_board:BOARD")
    installed("a_board", board="a_board:BOARD")
    assert extensions._found(GROUP)["board"].value == "a_board:BOARD"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("four_board:NOTHING", "AttributeError"),
        ("no_such_module:BOARD", "ModuleNotFoundError"),
        ("four_board:NUMBER", "a int"),
    ],
)
def test_a_broken_package_is_named_in_three_lines(installed, value, found):
    installed("four_board", board=value)
    problem = problem_of(loads, SCENARIO.format(domain="board"))
    assert problem.code == "broken-extension"
    assert problem.place == f"{GROUP}: board = {value}"
    assert found in problem.found


def test_a_strategy_must_be_something_that_can_be_called(installed):
    installed("five_board", board="five_board:NUMBER")
    problem = problem_of(extensions.load, GROUP, "board")
    assert problem.expected == "something that can be called"
