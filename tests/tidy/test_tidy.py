"""The code about the code: what style and review ask for, held by rules."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys

import pytest

from tests.tidy import purity, shape
from tests.tidy.source import ROOT, sources

PRODUCT = sources("sim", "reports", "hatch_build.py")
EVERYTHING = [*PRODUCT, *sources("tests", "benchmarks", "docs", "notebooks")]

RUNNING, JUDGING = (
    [
        source
        for part in parts
        for source in sources(f"sim/syncsim/{part}", f"sim/syncsim/{part}.py")
    ]
    for parts in (
        ("engine", "net", "domain", "design", "backend", "client", "scenario", "faults", "world"),
        ("history", "timelines", "checks", "staleness"),
    )
)

HEAVY = ("matplotlib", "networkx", "numpy", "pandas", "pydantic", "simpy")

RULES = [
    (purity.outside_world, [*RUNNING, *JUDGING]),
    (purity.identity, [*RUNNING, *JUDGING]),
    (purity.set_order, PRODUCT),
    (purity.whole_microseconds, RUNNING),
    (shape.small, PRODUCT),
    (shape.narrow, EVERYTHING),
    (shape.documented, PRODUCT),
    (shape.finished, EVERYTHING),
    (shape.defended, EVERYTHING),
]


@pytest.mark.parametrize(("rule", "where"), RULES, ids=[rule.__name__ for rule, _ in RULES])
def test_every_file_keeps(rule, where):
    assert where
    found = [finding for source in where for finding in rule(source)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("package", ["engine", "net", "client", "backend"])
def test_asserts_state_what_the_running_side_relies_on(package):
    found = list(shape.asserted(sources(f"sim/syncsim/{package}")))
    assert not found, "\n".join(found)


def test_no_committed_file_names_a_registry_or_a_machine():
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("git, or a checkout made by it, is missing")
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True).stdout
    files = [ROOT / name for name in names.decode().split("\0") if name]
    found = [
        finding
        for path in files
        if path.is_file()
        for finding in shape.anywhere(
            path.relative_to(ROOT).as_posix(), path.read_text("utf-8", errors="replace")
        )
    ]
    assert files
    assert not found, "\n".join(found)


MODULES = [
    source.path.split("/", 1)[1].removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    for source in sources("sim", "reports/syncsim_reports")
]


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_and_has_what_it_promises(name):
    module = importlib.import_module(name)
    missing = [public for public in getattr(module, "__all__", ()) if not hasattr(module, public)]
    assert missing == []


@pytest.mark.parametrize("name", ["syncsim", "syncsim.cli"])
def test_start_up_loads_nothing_heavy(name):
    program = f"import sys, {name}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert [module for module in HEAVY if module in done.stdout.split()] == []
