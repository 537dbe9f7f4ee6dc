"""Clients that break off: an error of three lines, an unknown verdict, and nothing left behind."""

from __future__ import annotations

import dataclasses
import os
import sys
import tempfile
import time
from pathlib import Path

import pytest

from syncsim.bridge import process as process_module
from syncsim.bridge import tanstack
from syncsim.bridge.process import ClientError, Process
from syncsim.checks import judge
from syncsim.cli.main import main
from syncsim.errors import InputError
from syncsim.scenario import load
from syncsim.world import run

GREET = """
import json, os, sys, time
def say(message, **more):
    print(json.dumps({"id": message["id"], "protocol": 1, "out": [], **more}), flush=True)
lines = (json.loads(line) for line in sys.stdin)
say(next(lines))
for message in lines:
"""

BAD = {
    "dies": ("sys.exit('the disk is full')", "ended with status 1", "the disk is full"),
    "hangs": ("time.sleep(60)", "a hang", ""),
    "prints": ("print('hello'); say(message)", "'hello'", ""),
    "prints twice": ("say(message); print('and more', flush=True)", "'and more", ""),
    "answers another": ("say({'id': 7})", "id '7'", ""),
    "answers no object": ("print('[]', flush=True)", "'[]'", ""),
    "says too much": ("sys.stdout.write('x' * 100_000_000)", "a longer one", ""),
    "sets a timer in the past": ("say(message, wake_us=message['at_us'])", "'0'", ""),
    "counts in fractions": ("say(message, wake_us=1.5)", "1.5", ""),
    "counts to infinity": ("say(message, wake_us=float('inf'))", "Infinity", ""),
    "nests deeply": ("print('[' * 100_000, flush=True)", "'[[[", ""),
    "writes a kind of its own": (
        "say(message, out=[{'do': 'note', 'kind': 'commit'}])",
        "'commit'",
        "",
    ),
    "asks for no query": (
        "say(message, out=[{'do': 'query', 'query': 'secrets'}])",
        "'secrets'",
        "",
    ),
    "acts on nobody's wish": (
        "say(message, out=[{'do': 'mutate', 'action': 'accept', 'intent': 'i',"
        " 'rows': ['appointment/A1'], 'by': {'role': 'operator', 'user': 'boss'}}])",
        "'i'",
        "",
    ),
    "closes its output": ("os.close(1); time.sleep(60)", "closed its output", ""),
}


def client(tmp_path: Path, body: str) -> tuple[str, ...]:
    """Return the command of a client that greets well and then does this with each message."""
    script = tmp_path / "client.py"
    script.write_text(GREET + "".join(f"    {line}\n" for line in body.splitlines()), "utf-8")
    return sys.executable, str(script)


def seated(command: tuple[str, ...]):
    scenario = load("seed/accept-pending", design="enhanced")
    first, *others = scenario.clients
    return dataclasses.replace(
        scenario, clients=(*others, dataclasses.replace(first, runs=command))
    )


def children() -> list[str]:
    """Return the processes that this one has started and that are still there."""
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text("utf-8").split()


@pytest.mark.parametrize(("body", "found", "said"), BAD.values(), ids=BAD)
def test_a_client_that_breaks_off_ends_the_run_as_unknown(tmp_path, monkeypatch, body, found, said):
    # Only a hang waits this long, and a machine under load needs a second to start a client.
    monkeypatch.setattr(process_module, "ANSWER_MS_MAX", 4_000 if found == "a hang" else 60_000)
    monkeypatch.setattr(process_module, "LINE_BYTES_MAX", 1_000_000)
    monkeypatch.setattr(process_module, "END_SECONDS", 0.2)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = children()
    history = run(seated(client(tmp_path, body)), allow_commands=True)
    (broke,) = history.of("broke")
    assert found in broke.data["found"]
    assert said in broke.data["hint"]
    assert history[len(history) - 1].kind == "broke"
    assert list(history.of("mount")), "what the others did up to there is kept"
    verdict = judge(history)
    assert verdict.status.value == "unknown"
    assert all("broke off" in finding.why for finding in verdict.findings)
    assert children() == before
    assert list(tmp_path.glob("syncsim-client-*")) == []


def test_a_well_behaved_client_gets_an_empty_folder_and_nothing_but_the_path(tmp_path):
    body = "import os\nsys.stderr.write(f'{sorted(os.environ)} {os.listdir()}'); sys.exit(3)"
    history = run(seated(client(tmp_path, body)), allow_commands=True)
    (broke,) = history.of("broke")
    environment, _, folder = broke.data["hint"].partition("] ")
    assert "PATH" in environment
    assert "HOME" not in environment
    assert folder == "[]"


def test_what_a_client_started_ends_with_it(tmp_path):
    script = "import subprocess\nprint(subprocess.Popen(['sleep', '60']).pid, flush=True)"
    (tmp_path / "parent.py").write_text(script, "utf-8")
    process = Process([sys.executable, str(tmp_path / "parent.py")], "a client")
    started = Path("/proc") / process.exchange(b"{}").decode() / "stat"
    assert started.exists()
    process.close()
    for _ in range(200):
        if not started.exists() or started.read_text("utf-8").split()[2] == "Z":
            return
        time.sleep(0.01)
    pytest.fail("it lives on")


@pytest.mark.parametrize("command", [("no-such-program-here",), ("/",)])
def test_a_program_that_cannot_be_started_is_an_error_before_the_run(command):
    with pytest.raises(ClientError) as raised:
        run(seated(command), allow_commands=True)
    assert len(str(raised.value).splitlines()) == 3
    assert raised.value.exit_status == 2


def test_a_scenario_starts_nothing_unless_it_may(tmp_path):
    mark = tmp_path / "started"
    with pytest.raises(InputError, match="command-not-allowed"):
        run(seated((sys.executable, "-c", f"open({str(mark)!r}, 'w')")))
    assert not mark.exists()


def test_the_command_line_says_what_broke_and_exits_with_2(tmp_path, capsys):
    from syncsim.scenario import dump

    path = tmp_path / "mine.yaml"
    path.write_text(dump(seated(client(tmp_path, "sys.exit('enough')"))), "utf-8")
    with pytest.raises(SystemExit) as done:
        main(["run", str(path), "--allow-commands"])
    assert done.value.code == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert "enough" in lines[2]
    with pytest.raises(SystemExit) as done:
        main(["run", str(path)])
    assert done.value.code == 64


def test_without_node_or_with_an_old_one_or_without_packages(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    codes = []
    for version in ("", "v18.1.0", "v22.0.0"):
        if version:
            node = tmp_path / "node"
            node.write_text(f"#!/bin/sh\necho {version}\n", "utf-8")
            node.chmod(0o755)
        monkeypatch.setattr(tanstack, "FOLDER", tmp_path)
        tanstack._version_of.cache_clear()
        with pytest.raises(ClientError) as raised:
            tanstack.tanstack_command()
        codes.append(raised.value.problems[0].code)
    tanstack._version_of.cache_clear()
    assert codes == ["node-missing", "node-too-old", "packages-missing"]
