"""A campaign of several processes: how it ends when one of them does not do its part."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.usefixtures("packages")

COMMAND = (sys.executable, "-m", "syncsim", "conformance", "--jobs", "2", "--programs")
HEARS_INTERRUPTS = (
    sys.executable,
    "-c",
    "import os, signal, sys;"
    " signal.signal(signal.SIGINT, signal.default_int_handler);"
    " os.execv(sys.argv[1], sys.argv[1:])",
)
"""Tests may run with interrupts ignored, and what they start would begin so."""

SECONDS_MAX = 60


@pytest.fixture
def with_node(tmp_path):
    """Return what makes an environment in which a line of shell stands for the runner."""

    def make(runner: str) -> dict[str, str]:
        node = tmp_path / "node"
        version = f'[ "$1" = --version ] && exec {shutil.which("node")} --version'
        node.write_text(f"#!/bin/sh\n{version}\n{runner}\n", "utf-8")
        node.chmod(0o755)
        return {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}

    return make


def said_by(environment) -> list[str]:
    """Return the lines of the error with which a campaign ends."""
    done = subprocess.run(
        [*COMMAND, "1000"], capture_output=True, text=True, check=False, env=environment
    )
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr.splitlines()


def test_a_runner_that_dies_in_a_worker_is_quoted(with_node):
    first, second, third = said_by(with_node("echo 'out of cheese' >&2; exit 3"))
    assert first.endswith("runner.mjs: no-answer")
    assert second.endswith("found a runner that said 'out of cheese' on standard error")
    assert third == "  hint: make clients"


def test_a_worker_that_dies_is_told(with_node):
    assert said_by(with_node("kill -9 $PPID")) == [
        "worker: worker-died",
        "  expected an outcome, found a process that died",
        "  hint: --jobs 1",
    ]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["interrupted", "killed"])
def test_no_runner_is_left_behind(tmp_path, with_node, how):
    log = tmp_path / "log"
    log.touch()
    runner = f'echo begun >> {log}; {shutil.which("node")} "$@"; echo ended >> {log}'
    campaign = subprocess.Popen(
        [*HEARS_INTERRUPTS, *COMMAND, "1000000"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=with_node(runner),
    )
    try:
        wait_for(log, "begun", 2)
        campaign.send_signal(how)
        assert campaign.wait(SECONDS_MAX) != 0
    finally:
        campaign.kill()
        campaign.wait()
    wait_for(log, "ended", 2)


def wait_for(log, word: str, count: int) -> None:
    """Wait until a word stands in a file so many times."""
    give_up = time.monotonic() + SECONDS_MAX
    while log.read_text("utf-8").split().count(word) < count:
        assert time.monotonic() < give_up, f"{count} times {word}"
        time.sleep(0.05)
