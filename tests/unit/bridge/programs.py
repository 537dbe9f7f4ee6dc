"""Clients of another make for tests: small Python programs, good and bad, and worlds with them."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from syncsim.bridge import LockstepClient
from syncsim.bridge.process import ClientError
from syncsim.domain import BOOKING
from syncsim.errors import Problem
from syncsim.scenario.scenario import Scenario
from tests.support.scenarios import ENHANCED, SECOND, operator, scenario, step

GOOD = """\
import json, os, signal, subprocess, sys, time

def read():
    line = sys.stdin.readline()
    if not line:
        sys.exit()
    return json.loads(line)

def say(**facts):
    print(json.dumps(facts), flush=True)

def oops(words):
    print(words, file=sys.stderr, flush=True)

say(id=read()["id"], protocol=1)
message = read()
while message["do"] != "refresh":
    say(id=message["id"], out=[])
    message = read()
"""
"""Keeps the protocol until its person asks for a refresh. What follows has `message` at hand."""

ON = "\nwhile True:\n    say(id=message['id'], out=[])\n    message = read()\n"
"""And goes on keeping it."""


def command(folder: Path, program: str) -> tuple[str, ...]:
    """Write a program and return the command that starts it, fast."""
    path = folder / "client.py"
    path.write_text(program, encoding="utf-8")
    return (sys.executable, "-I", "-S", str(path))


def world(*commands: tuple[str, ...]) -> Scenario:
    """Return a scenario with a modelled operator, and one for each command, who refresh twice."""
    others = [replace(operator(f"op-{n}"), runs=each) for n, each in enumerate(commands, 2)]
    steps = [
        step(at_us, client.name, "refresh") for client in others for at_us in (SECOND, 2 * SECOND)
    ]
    accepts = step(SECOND // 2, "op-1", "accept", "A1", id="op-1.1")
    return scenario(clients=(operator(), *others), steps=(accepts, *steps), until_us=3 * SECOND)


def watched(monkeypatch, scratch: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Yield the processes that are started from now on, and see afterwards that all have ended.

    Their own folders stand in `scratch`, which must be empty in the end.
    """
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    found: list[subprocess.Popen[bytes]] = []

    class Recorded(subprocess.Popen):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            found.append(self)

    monkeypatch.setattr(subprocess, "Popen", Recorded)
    yield found
    assert all(process.returncode is not None for process in found)
    pipes = [pipe for each in found for pipe in (each.stdin, each.stdout, each.stderr)]
    assert all(pipe.closed for pipe in pipes if pipe is not None)
    assert list(scratch.iterdir()) == []


class Parrot:
    """Stands in for a process: says what it is given, one answer after another, at no cost.

    Each answer is an object, to which the id is added, or a line as it stands.
    """

    def __init__(
        self, answers: Iterator[dict[str, Any] | bytes], greeting: dict[str, Any] | None = None
    ) -> None:
        self._answers = answers
        self._greeting = greeting or {}
        self.heard: list[dict[str, Any]] = []

    def __call__(self, command: object, place: str) -> Parrot:
        """Be started."""
        self._place = place
        return self

    def exchange(self, line: bytes) -> bytes:
        """Hear a line and say the next."""
        message = json.loads(line)
        self.heard.append(message)
        if message["do"] == "hello":
            return json.dumps({"id": 1, "protocol": 1, **self._greeting}).encode()
        said = next(self._answers, {"out": []})
        return (
            said if isinstance(said, bytes) else json.dumps({"id": message["id"], **said}).encode()
        )

    def error(self, expected: str, found: str) -> ClientError:
        """Return an error as a process does."""
        return ClientError(
            Problem(code="broke", place=self._place, expected=expected, found=found, hint="-")
        )

    def close(self) -> None:
        """Do nothing."""


def parrot(
    monkeypatch, *answers: dict[str, Any] | bytes, greeting: dict[str, Any] | None = None
) -> tuple[LockstepClient, Parrot]:
    """Return a client that will be told these answers, and what stands in for its process."""
    bird = Parrot(iter(answers), greeting)
    monkeypatch.setattr("syncsim.bridge.lockstep.Process", bird)
    client = LockstepClient(
        name="op-1", role="operator", user="ann", domain=BOOKING, design=ENHANCED, command=["-"]
    )
    return client, bird
