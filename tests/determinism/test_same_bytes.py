"""Equal scenarios give equal bytes: in every process, under every hash seed, on every Python."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import simpy

import syncsim
from syncsim.history import jsonl
from syncsim.world import run
from tests.determinism.digests import SEEDS, digests
from tests.support.scenarios import DESIGNS, ENHANCED, busy

ROOT = Path(__file__).parents[2]
SOURCES = Path(syncsim.__file__).parents[1]
PYTHONS = ("python3.11", "python3.12", "python3.13")


def told(python: str, hash_seed: str, path: list[Path], *arguments: str) -> dict[str, str]:
    """Return the digests as another process prints them."""
    environment = {
        **os.environ,
        "PYTHONHASHSEED": hash_seed,
        "PYTHONPATH": os.pathsep.join(str(folder) for folder in path),
    }
    done = subprocess.run(
        [python, "-m", "tests.determinism.digests", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(line.split(": ") for line in done.stdout.splitlines())


@pytest.fixture(scope="module")
def here() -> dict[str, str]:
    """Return the digests as this process makes them."""
    return digests(with_catalogue=True)


@pytest.mark.parametrize("hash_seed", ["0", "20260101"])
def test_another_process_with_another_hash_seed_makes_the_same_bytes(here, hash_seed):
    assert told(sys.executable, hash_seed, [SOURCES], "catalogue") == here


@pytest.mark.parametrize("name", PYTHONS)
def test_another_python_makes_the_same_bytes(here, name, tmp_path):
    """Only SimPy is lent to it, which is all that a run needs."""
    python = interpreter(name)
    if python is None:
        pytest.skip(f"{name} is not installed")
    package = Path(simpy.__file__).parent
    shutil.copytree(package, tmp_path / package.name)
    expected = {key: digest for key, digest in here.items() if key.startswith("busy")}
    assert told(python, "1", [SOURCES, tmp_path]) == expected


def interpreter(name: str) -> str | None:
    """Return a Python of this version that starts: on the path, or among pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for python in (shutil.which(name), *sorted(pyenv.glob(f"versions/*/bin/{name}"))):
        if python is not None:
            done = subprocess.run([python, "-c", "import json"], capture_output=True, check=False)
            if done.returncode == 0:
                return str(python)
    return None


def test_the_digests_differ_where_the_worlds_do(here):
    assert len(here) == len(DESIGNS) * (len(SEEDS) + 1)
    assert len(set(here.values())) == len(here)


def test_running_twice_in_one_process_leaves_no_trace(here):
    assert digests(with_catalogue=False) == {
        name: digest for name, digest in here.items() if name.startswith("busy")
    }


def test_the_digest_is_that_of_the_file(tmp_path):
    history = run(busy(ENHANCED))
    path = tmp_path / "history.jsonl"
    jsonl.write(history, path)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == jsonl.digest(history)


def test_the_order_of_clients_that_never_meet_does_not_matter_to_their_luck():
    """A scenario with its clients listed in another order has the same messages and delays."""
    world = busy(DESIGNS["manual-refresh"], faults=())
    turned = replace(world, clients=world.clients[::-1])
    sent = [
        sorted((r.message, r.time_us) for r in run(each).of("receive")) for each in (world, turned)
    ]
    assert sent[0] == sent[1]
