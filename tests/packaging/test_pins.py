"""The exact versions in constraints.txt cover what the project asks for, and are in use."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]

LINES = [
    line
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
PINS = {canonicalize_name(line.partition("==")[0]): line.partition("==")[2] for line in LINES}

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
ASKED = sorted(
    text
    for text in {
        *PROJECT["build-system"]["requires"],
        *PROJECT["project"]["dependencies"],
        *PROJECT["project"]["optional-dependencies"]["test"],
        *PROJECT["project"]["optional-dependencies"]["notebook"],
    }
    if not text.startswith("syncsim[")
)


def test_the_pins_are_names_and_versions_only():
    form = re.compile(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*")
    assert [line for line in LINES if not form.fullmatch(line)] == []
    assert len(PINS) == len(LINES)


@pytest.mark.parametrize("text", ASKED)
def test_what_the_project_asks_for_is_pinned(text):
    asked = Requirement(text)
    assert asked.specifier.contains(PINS[canonicalize_name(asked.name)])


def test_the_tests_run_with_the_pinned_versions():
    installed = {
        canonicalize_name(found.name): found.version for found in importlib.metadata.distributions()
    }
    others = {
        name: (version, installed[name])
        for name, version in PINS.items()
        if name in installed and installed[name] != version
    }
    assert others == {}
