"""The schema of the lockstep protocol, held against the code, the guide, and whole runs."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from pathlib import Path

import jsonschema
import pytest

from syncsim.bridge import lockstep, messages, schema
from syncsim.bridge.messages import message_of
from syncsim.bridge.process import Process
from syncsim.scenario import load
from syncsim.world import run
from tests.unit.bridge.test_lockstep import INPUTS

ROOT = Path(__file__).resolve().parents[3]
GUIDE = (ROOT / "docs" / "guide" / "bring-your-own-client.md").read_text("utf-8")
EXAMPLE = ROOT / "docs" / "examples" / "clients" / "dashboard.py"
VALID = jsonschema.Draft7Validator(schema.lockstep_schema())


def examples() -> list[dict]:
    """Return the lines of JSON that the guide shows."""
    blocks = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    return [json.loads(line) for block in blocks for line in block.splitlines()]


def test_the_schema_is_one():
    jsonschema.Draft7Validator.check_schema(schema.lockstep_schema())


@pytest.mark.parametrize("line", examples(), ids=range(len(examples())))
def test_the_examples_of_the_guide_are_lines_of_the_protocol(line):
    VALID.validate(line)


def test_the_guide_shows_every_message_and_every_output():
    shown = [line["do"] for line in examples() if "do" in line]
    assert sorted(shown) == sorted({"hello", *schema.MESSAGES})
    said = {out["do"] for line in examples() for out in line.get("out", ())}
    assert said == set(schema.OUTPUTS)


def test_the_tables_name_the_messages_that_are_written():
    received = {"rows", "result", "event"}
    written = {message_of(event, messages.ToldRows())["do"] for event, _ in INPUTS}
    assert written == set(schema.MESSAGES)
    assert len(messages._WRITERS) == len(schema.MESSAGES) - len(received)
    assert set(lockstep._OUTPUTS) == set(schema.OUTPUTS)


@pytest.mark.parametrize(("event", "told"), INPUTS, ids=range(len(INPUTS)))
def test_every_message_is_one_of_the_schema(event, told):
    VALID.validate({"id": 2, **told, "at_us": 1, "cause": 1})


@pytest.mark.parametrize(
    "line",
    [
        {"id": 2, "do": "doze", "at_us": 1, "cause": 1},
        {"id": 2, "do": "show", "at_us": 1, "cause": 1, "step": "s"},
        {"id": 2, "do": "wake", "cause": 1},
        {"id": 2, "out": [{"do": "note", "kind": "commit"}]},
        {"id": 2, "out": [], "wake_us": 1.5},
        {"id": 1, "protocol": 2},
    ],
)
def test_the_schema_can_refuse(line):
    assert not VALID.is_valid(line)


TOLD = """
GREETING = {1: {"remembers_rows": True}}
rows = {}
def told(row):
    if isinstance(row, str):
        return rows[row]
    rows[row["entity"]] = row
    return row

for line in sys.stdin"""


def remembering(text: str) -> str:
    """Return the example as a client that remembers rows."""
    for old, new in (
        ('"protocol": 1', '"protocol": 1, **GREETING.get(message["id"], {})'),
        ('for row in message["rows"]', 'for row in map(told, message["rows"])'),
        ('elif do == "result"', 'elif do == "result" and list(map(told, message["rows"]))'),
        ("for line in sys.stdin", TOLD),
    ):
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


@pytest.mark.parametrize("remembers", [False, True])
def test_every_line_of_a_run_is_one_of_the_protocol(tmp_path, monkeypatch, remembers):
    text = EXAMPLE.read_text("utf-8")
    client = tmp_path / "client.py"
    client.write_text(remembering(text) if remembers else text, "utf-8")
    lines: list[bytes] = []
    exchange = Process.exchange

    def heard(process: Process, line: bytes) -> bytes:
        answer = exchange(process, line)
        lines.extend((line, answer))
        return answer

    monkeypatch.setattr(Process, "exchange", heard)
    scenario = load("seed/two-operators", design="enhanced")
    first, *others = scenario.clients
    seat = dataclasses.replace(first, runs=(sys.executable, str(client)))
    history = run(dataclasses.replace(scenario, clients=(seat, *others)), allow_commands=True)
    assert not list(history.of("broke"))
    assert len(lines) > 50
    for line in lines:
        VALID.validate(json.loads(line))
    assert any(b'"rows":["appointment/' in line for line in lines) is remembers
