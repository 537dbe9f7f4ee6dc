"""Whether a client of another make keeps the lockstep protocol.

It is seated in runs of the catalogue, where a modelled client would sit, and spoken to directly
with what it cannot expect.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from syncsim.bridge.answers import BadAnswerError, check_greeting, outputs_of, read_answer, wake_of
from syncsim.bridge.messages import PROTOCOL
from syncsim.bridge.process import ClientError, Process, resolved
from syncsim.errors import quoted
from syncsim.history import History, jsonl
from syncsim.scenario import Scenario, load
from syncsim.world import run

SCENARIOS = ("seed/two-operators", "seed/offline")
"""Between them they hold every message: all gestures, events, refusals, outages, reconnects."""
SEAT = "op-1"
PAUSE_SECONDS = 1.1
"""Two runs so far apart read different seconds off a wall clock."""
END_SECONDS = 5
PLACE = "the client"

UNEXPECTED: tuple[dict[str, Any], ...] = (
    {"do": "start", "views": ["pending"]},
    {
        "do": "event", "origin": "x", "action": "accept", "intent": "x", "lsn": 1,
        "rows": [{"entity": "appointment/nobody", "version": 9}],
    },
    {"do": "rows", "origin": "x", "request": "never asked", "lsn": 1, "rows": []},
    {
        "do": "result", "origin": "x", "request": "never asked", "lsn": 1, "rows": [],
        "items": [
            {"entity": "appointment/x", "result": "ok", "reason": "", "version": 1, "row": None}
        ],
    },
    {"do": "failed", "request": "never asked", "reason": "refused"},
    {"do": "ask", "intent": "i", "action": "accept", "row": "nobody", "with": {}},
    {"do": "close", "step": "s"},
    {"do": "socket-closed"},
    {"do": "offline"},
    {"do": "offline"},
    {"do": "online"},
    {"do": "online"},
    {"do": "wake"},
    {"do": "a-message-of-a-later-version"},
)  # fmt: skip


class Answer(NamedTuple):
    """What was asked of a client, whether it did so, and what it did instead."""

    rule: str
    status: str
    found: str


def check_client(command: Sequence[str]) -> list[Answer]:
    """Return how a client keeps each rule of the protocol."""
    scenarios = [_seated(name, tuple(command)) for name in SCENARIOS]
    rules: list[tuple[str, Callable[[], str]]] = [
        ("it speaks this protocol", lambda: _talk(command, ())),
        ("it answers what it cannot expect", lambda: _talk(command, UNEXPECTED)),
        ("it answers every message of a run, and keeps time", lambda: _runs(scenarios)),
        ("it does the same when asked twice, later by the wall clock", lambda: _twice(scenarios)),
        ("it ends when its input ends, without a word", lambda: _end(command)),
    ]
    answers = []
    for rule, ask in rules:
        try:
            found = ask()
        except ClientError as error:
            problem = error.problems[0]
            found = f"expected {problem.expected}, found {problem.found}; {problem.hint}"
        answers.append(Answer(rule, "fail" if found else "pass", found))
    return answers


def _seated(name: str, command: tuple[str, ...]) -> Scenario:
    scenario = load(name, design="enhanced")
    clients = tuple(
        dataclasses.replace(client, runs=command) if client.name == SEAT else client
        for client in scenario.clients
    )
    assert clients != scenario.clients, name
    return dataclasses.replace(scenario, clients=clients)


def _talk(command: Sequence[str], messages: Sequence[dict[str, Any]]) -> str:
    """Greet a client and say these; return the first thing that was wrong."""
    hello = {
        "do": "hello", "protocol": PROTOCOL, "client": SEAT, "role": "operator", "user": SEAT,
        "design": _seated(SCENARIOS[0], ("x",)).design.facts(), "domain": {},
    }  # fmt: skip
    process = Process(command, PLACE)
    try:
        check_greeting(_say(process, 1, hello), PROTOCOL)
        for number, message in enumerate(messages, 2):
            said = _say(process, number, {**message, "at_us": number * 1_000_000, "cause": number})
            outputs_of(said)
            wake_of(said, number * 1_000_000)
    except BadAnswerError as error:
        return f"expected {error.expected}, found {error.found}"
    finally:
        process.close()
    return ""


def _say(process: Process, number: int, message: dict[str, Any]) -> dict[str, Any]:
    line = json.dumps({"id": number, **message}).encode()
    return read_answer(process.exchange(line), number)


def _runs(scenarios: Sequence[Scenario]) -> str:
    for scenario in scenarios:
        found = _broke(run(scenario, allow_commands=True))
        if found:
            return f"in {scenario.name}: {found}"
    return ""


def _twice(scenarios: Sequence[Scenario]) -> str:
    for scenario in scenarios:
        first = run(scenario, allow_commands=True)
        time.sleep(PAUSE_SECONDS)
        second = run(scenario, allow_commands=True)
        if jsonl.digest(first) != jsonl.digest(second):
            return f"in {scenario.name}: {_difference(first, second)}"
    return ""


def _difference(first: History, second: History) -> str:
    for a, b in zip(first, second, strict=False):
        if a != b:
            return f"record {a.seq} was {quoted(str(a.data))}, then {quoted(str(b.data))}"
    return f"{len(first)} records, then {len(second)}"


def _broke(history: History) -> str:
    for record in history.of("broke"):
        data = record.data or {}
        return f"expected {data['expected']}, found {data['found']}; {data['hint']}"
    return ""


def _end(command: Sequence[str]) -> str:
    """Greet a client and end its input."""
    hello = {"id": 1, "do": "hello", "protocol": PROTOCOL, "client": SEAT, "role": "operator"}
    with tempfile.TemporaryDirectory(prefix="syncsim-client-") as folder:
        process = subprocess.Popen(  # noqa: S603 - the user's own command, and no shell
            resolved(command, PLACE),
            cwd=folder,
            env={"PATH": os.environ.get("PATH", "")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        greeting = json.dumps({**hello, "user": SEAT, "design": {}, "domain": {}}).encode()
        try:
            said, _ = process.communicate(greeting + b"\n", END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return f"it was still there after {END_SECONDS} s"
    if process.returncode:
        return f"it ended with status {process.returncode}"
    lines = said.decode(errors="replace").splitlines()
    return "" if len(lines) == 1 else f"{len(lines)} lines for one"
