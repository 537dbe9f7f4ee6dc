"""What a person reads when the real client cannot be started, or cannot play a design."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

import pytest

from syncsim.bridge import ClientError, command_of, tanstack
from syncsim.domain import BOOKING
from syncsim.scenario import load_design
from tests.support.scenarios import HARDENED, MANUAL

ENHANCED = load_design("enhanced")


@pytest.fixture(autouse=True)
def _asked_anew():
    """Forget which Node said what."""
    tanstack._version_of.cache_clear()
    yield
    tanstack._version_of.cache_clear()


@pytest.fixture
def node(monkeypatch, tmp_path):
    """Give a function that puts a Node on the path, and nothing else."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def put(program: str) -> str:
        path = tmp_path / "node"
        path.write_text(program, encoding="utf-8")
        path.chmod(0o755)
        return str(path)

    return put


@pytest.fixture
def packages(monkeypatch, tmp_path):
    """Give a function that makes a folder with these packages in it."""
    folder = tmp_path / "clients"
    monkeypatch.setattr(tanstack, "FOLDER", folder)

    def put(*names: str) -> None:
        for name in names:
            place = folder / "node_modules" / name
            place.mkdir(parents=True)
            (place / "package.json").write_text("{}", encoding="utf-8")

    return put


def problem():
    """Return what is said about the command of the real client, which cannot be had."""
    with pytest.raises(ClientError) as caught:
        command_of("tanstack", ENHANCED, BOOKING, "clients.op-1.runs")
    assert len(str(caught.value).splitlines()) == 3
    assert caught.value.exit_status == 2
    (found,) = caught.value.problems
    return found


def test_there_is_no_node(node):
    found = problem()
    assert (found.code, found.place, found.hint) == ("node-missing", "node", "make clients")


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("#!/bin/sh\necho v18.20.4", "'v18.20.4'"),
        ("#!/bin/sh\necho v19.9.9", "'v19.9.9'"),
        ("#!/bin/sh\necho hello", "'hello'"),
        ("#!/bin/sh\nexit 1", "''"),
        ("#!/bin/sh\necho v" + "9" * 5_000, "'v999"),
        ("#!/bin/sh\nprintf 'v\\377'", "'v\ufffd'"),
        ("#!/no/such/shell", "'nothing that could be started'"),
        ("", "''"),
    ],
    ids=range(8),
)
def test_a_node_is_too_old_or_none(node, program, said):
    place = node(program)
    found = problem()
    assert (found.code, found.place) == ("node-too-old", place)
    assert found.found.startswith(said) or said == "''"
    assert len(found.found) < 100


def test_a_node_that_says_nothing_is_not_waited_for(node, monkeypatch):
    monkeypatch.setattr(tanstack, "VERSION_SECONDS_MAX", 0.2)
    node(f"#!{sys.executable} -IS\nimport time\ntime.sleep(60)")
    assert problem().found == "'nothing that could be started'"


def test_packages_are_named_one_by_one(node, packages):
    node("#!/bin/sh\necho v20.0.0")
    assert problem().expected == "the package @tanstack/query-core"
    packages("@tanstack/query-core")
    found = problem()
    assert (found.code, found.expected) == ("packages-missing", "the package @reduxjs/toolkit")
    assert found.place.startswith(str(tanstack.FOLDER))


def test_with_node_and_the_packages_there_is_a_command(node, packages):
    place = node("#!/bin/sh\necho v20.0.0")
    packages(*tanstack.PACKAGES)
    command = command_of("tanstack", ENHANCED, BOOKING, "-")
    assert command == [place, str(tanstack.FOLDER / "dashboard.mjs")]


def test_a_fleet_asks_its_node_once(node, packages, started):
    node("#!/bin/sh\necho v20.0.0")
    packages(*tanstack.PACKAGES)
    for _ in range(3):
        tanstack.find_node()
    assert len(started) == 1


def test_the_packages_are_those_that_the_client_is_made_of():
    needed = (tanstack.FOLDER / "package.json").read_text(encoding="utf-8")
    assert all(f'"{package}"' in needed for package in tanstack.PACKAGES)


def test_a_command_stays_as_it_is_under_any_design():
    words = ("node", "mine.mjs")
    assert command_of(words, HARDENED, BOOKING, "-") == list(words)


CHANGES = [
    {"read": {"strategy": "generation"}},
    {"read": {"refresh_every_us": 1}},
    {"overlay": {"strategy": "layers"}},
    {"overlay": {"cancel_fetches": True}},
    {"write": {"strategy": "serial"}},
    {"write": {"sent_by": "mutation"}},
    {"write": {"idempotency_key": True}},
    {"write": {"if_match": True}},
    {"recovery": {"strategy": "invalidate-all"}},
    {"store": "slice"},
    {"push": False},
    {"keep_newest": True},
]


def changed(change):
    """Return the design enhanced with one thing changed."""
    parts = {
        name: replace(getattr(ENHANCED, name), **value) if isinstance(value, dict) else value
        for name, value in change.items()
    }
    return replace(ENHANCED, **parts)


@pytest.mark.parametrize("design", [*map(changed, CHANGES), MANUAL, HARDENED], ids=range(14))
def test_the_real_client_plays_no_other_design(design, started):
    with pytest.raises(ClientError, match="design-not-real") as caught:
        command_of("tanstack", design, BOOKING, "clients.op-1.runs")
    assert caught.value.problems[0].place == "clients.op-1.runs"
    assert started == []


def test_the_real_client_plays_no_other_application(started):
    with pytest.raises(ClientError, match="design-not-real"):
        command_of("tanstack", ENHANCED, replace(BOOKING, name="shop"), "-")


@pytest.mark.parametrize(
    "change",
    [{"read": {"retries": 0, "stale_time_us": 0, "timeout_us": 1}}, {"write": {"timeout_us": 1}}],
)
def test_times_and_retries_may_be_chosen(change, node, packages):
    node("#!/bin/sh\necho v20.0.0")
    packages(*tanstack.PACKAGES)
    assert command_of("tanstack", changed(change), BOOKING, "-")[1].endswith(
        f"{os.sep}dashboard.mjs"
    )
