"""Whatever a client does, nothing of it is left behind: held for every test here."""

from __future__ import annotations

import subprocess
import tempfile

import pytest

from syncsim.bridge import process as process_module


@pytest.fixture(autouse=True)
def started(monkeypatch, tmp_path_factory):
    """Give the processes that were started, and see afterwards that all have ended.

    Their scratch folders stand in a folder of the test, which must be empty in the end.
    """
    scratch = tmp_path_factory.mktemp("scratch")
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    found: list[subprocess.Popen[bytes]] = []

    class Recorded(subprocess.Popen):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            found.append(self)

    monkeypatch.setattr(process_module.subprocess, "Popen", Recorded)
    yield found
    assert all(process.returncode is not None for process in found)
    pipes = [pipe for each in found for pipe in (each.stdin, each.stdout, each.stderr)]
    assert all(pipe.closed for pipe in pipes if pipe is not None)
    assert list(scratch.iterdir()) == []


@pytest.fixture
def quick(monkeypatch):
    """Let a hang be found out soon."""
    monkeypatch.setattr(process_module, "ANSWER_MS_MAX", 300)
    monkeypatch.setattr(process_module, "END_SECONDS", 0.2)
