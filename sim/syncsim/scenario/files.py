"""Loading a scenario: by its name in the catalogue, from a file, or from a text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from syncsim.errors import InputError, Problem, quoted, unknown_name
from syncsim.scenario import catalogue
from syncsim.scenario.compile import compile_scenario
from syncsim.scenario.parts import design_from, network_from
from syncsim.scenario.scenario import MAKES, Scenario
from syncsim.scenario.text import Tree, parse, read_tree
from syncsim.scenario.values import MAX_SEED


def load(
    source: str | Path,
    *,
    design: str | None = None,
    network: str | None = None,
    seed: int | None = None,
) -> Scenario:
    """Return the scenario of a catalogue name or a file.

    Args:
        source: a name such as `seed/two-operators`, or the path of a YAML file.
        design: a design of the catalogue or the path of one, in place of the scenario's own.
        network: a network of the catalogue or the path of one, in place of the scenario's own.
        seed: a seed in place of the scenario's own.

    Raises:
        InputError: with every problem that was found, each with its place and a hint.
    """
    path = catalogue.locate(source)
    tree = read_tree(path)
    scenario = _instead(compile_scenario(tree, catalogue.name_of(path)), design, network, seed)
    elsewhere = _elsewhere(scenario, tree, design, network)
    if str(source) not in catalogue.names("scenarios"):
        elsewhere["scenario", scenario.name] = str(source)
    return replace(scenario, elsewhere=elsewhere)


def made_of(scenario: Scenario, runs: str) -> Scenario:
    """Return a scenario of which every client is made of the same, `model` or `tanstack`.

    Raises:
        InputError: for any other name.
    """
    if runs not in MAKES:
        raise InputError(unknown_name(what="make", name=runs, valid=MAKES, place="runs"))
    clients = tuple(replace(client, runs=runs) for client in scenario.clients)
    return replace(scenario, clients=clients)


def loads(
    text: str,
    *,
    place: str = "<text>",
    name: str = "scenario",
    design: str | None = None,
    network: str | None = None,
    seed: int | None = None,
) -> Scenario:
    """Return the scenario that a YAML text describes.

    Args:
        text: what a scenario file would hold.
        place: how problems call the text.
        name: what the scenario is called if the text gives it no name.
        design: a design of the catalogue or the path of one, in place of the scenario's own.
        network: a network of the catalogue or the path of one, in place of the scenario's own.
        seed: a seed in place of the scenario's own.

    Raises:
        InputError: with every problem that was found, each with its place and a hint.
    """
    tree = parse(text, place)
    scenario = _instead(compile_scenario(tree, name), design, network, seed)
    return replace(scenario, elsewhere=_elsewhere(scenario, tree, design, network))


def _instead(
    scenario: Scenario, design: str | None, network: str | None, seed: int | None
) -> Scenario:
    """Return a scenario with parts of it replaced."""
    if design is not None:
        scenario = replace(scenario, design=design_from(design))
    if network is not None:
        scenario = replace(scenario, network=network_from(network))
    if seed is not None:
        if not 0 <= seed <= MAX_SEED:
            raise InputError(
                Problem(
                    code="out-of-range",
                    place="the seed",
                    expected=f"a number from 0 to {MAX_SEED}",
                    found=quoted(seed),
                    hint="any small number will do",
                )
            )
        scenario = replace(scenario, seed=seed)
    return scenario


def _elsewhere(
    scenario: Scenario, tree: Tree, design: str | None, network: str | None
) -> dict[tuple[str, str], str]:
    """Return what the command line must say for a design or network not of the catalogue."""
    found: dict[tuple[str, str], str] = {}
    parts: tuple[tuple[catalogue.Kind, str, str, str | None], ...] = (
        ("designs", "design", scenario.design.name, design),
        ("networks", "network", scenario.network.name, network),
    )
    for kind, key, name, given in parts:
        if given is None:
            if not isinstance(tree.data[key], str):
                found[key, name] = ""
        elif catalogue.own_file(kind, given) is not None:
            found[key, name] = str(given)
    return found
