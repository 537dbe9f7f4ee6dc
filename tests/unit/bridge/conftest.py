"""Whatever a client does, nothing of it is left behind: held for every test here."""

from __future__ import annotations

import pytest

from syncsim.bridge import process as process_module
from tests.unit.bridge.programs import watched


@pytest.fixture(autouse=True)
def started(monkeypatch, tmp_path_factory):
    """Give the processes that were started, and see afterwards that nothing is left of them."""
    yield from watched(monkeypatch, tmp_path_factory.mktemp("scratch"))


@pytest.fixture
def quick(monkeypatch):
    """Let a hang be found out soon."""
    monkeypatch.setattr(process_module, "ANSWER_MS_MAX", 300)
    monkeypatch.setattr(process_module, "END_SECONDS", 0.2)


@pytest.fixture
def patient(monkeypatch):
    """Let a hang be found out, but not before a process on a busy machine has done its part."""
    monkeypatch.setattr(process_module, "ANSWER_MS_MAX", 4_000)
    monkeypatch.setattr(process_module, "END_SECONDS", 1)
