"""A real page with the recorder in headless Chromium, and what `syncsim check` says of it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from syncsim.checks import judge
from syncsim.history import files
from syncsim.staleness import measure

ROOT = Path(__file__).resolve().parents[2]
RECORDER = ROOT / "clients" / "recorder"
CODE_LINES_MAX = 60
SECONDS_MAX = 60
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Without the last four it asks the network for updates, which a test must not do.
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic",
    "--disable-breakpad", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture
def browser() -> str:
    """Return the browser's command, or skip the test."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("Chromium is missing (make browser)")
    return found


@pytest.fixture
def server():
    """Return the backend of the example, which stands beside no package."""
    place = RECORDER / "example" / "server.py"
    spec = importlib.util.spec_from_file_location("recorder_example", place)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def recorded(server, browser, tmp_path, plan, paint_us, **query):
    """Let two people work in a browser as planned, and return what was recorded.

    A machine with other work may stop a page between an answer and what the page makes of it.
    Only what lasts longer than `paint_us` is held against it.
    """
    path = tmp_path / "recording.jsonl"
    said = tmp_path / "browser.txt"
    with server.Site(path, {"paint_us": paint_us}) as site, said.open("w") as errors:
        if plan == "careful":
            site.backend.may_decide.set()
        command = [browser, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}"]
        process = subprocess.Popen(
            [*command, "--enable-logging=stderr", site.url("/people", plan=plan, **query)],
            stdout=errors,
            stderr=errors,
            start_new_session=True,
        )
        try:
            ended = site.backend.ended.wait(SECONDS_MAX)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(SECONDS_MAX)
    assert ended, said.read_text("utf-8")
    return files.read(path)


def test_the_recorder_is_sixty_lines_and_needs_nothing():
    text = (RECORDER / "recorder.mjs").read_text("utf-8")
    lines = [line.strip() for line in text.splitlines()]
    assert len([line for line in lines if line and not line.startswith("//")]) <= CODE_LINES_MAX
    assert "import" not in text
    assert max(map(len, text.splitlines())) <= 100


def answer_an_error_once(server, monkeypatch):
    """Let the backend take the first lines and deny it, so that they come again."""
    denied = []
    post = server.Handler.do_POST

    def do_post(handler):
        if denied or not handler.path.startswith("/recording"):
            post(handler)
            return
        denied.append(handler.rfile.read(int(handler.headers["Content-Length"])).decode("utf-8"))
        handler.backend.file.write(denied[0])
        handler.answer(503, "")

    monkeypatch.setattr(server.Handler, "do_POST", do_post)
    return denied


def test_a_page_that_looks_again_passes(packages, server, browser, tmp_path, monkeypatch):
    denied = answer_an_error_once(server, monkeypatch)
    history = recorded(server, browser, tmp_path, "careful", 30_000_000)
    lines = (tmp_path / "recording.jsonl").read_text("utf-8").splitlines()
    assert all(lines.count(line) == 2 for line in denied[0].splitlines())
    verdict = judge(history)
    passed = {finding.check for finding in verdict.findings if finding.status.value == "pass"}
    sessions = {"RYW", "MONO", "LINEAR", "ONCE", "DONE", "LEGAL"}
    assert {*sessions, "CONV", "INVAL", "ROLL", "OVER", "NOFLAP"} <= passed, str(verdict)
    assert [f for f in verdict.findings if f.status.value == "fail"] == []
    windows = [window for window in measure(history).windows if window.client == "op-2"]
    assert windows
    assert all(window.end_us > window.start_us for window in windows)


def test_a_page_that_restores_an_old_snapshot_fails(packages, server, browser, tmp_path):
    history = recorded(server, browser, tmp_path, "forgetful", 400_000, forgets="yes")
    verdict = judge(history)
    failed = {finding.check for finding in verdict.findings if finding.status.value == "fail"}
    assert {"CONV", "INVAL", "ROLL", "MONO"} <= failed, str(verdict)
    stories = [story.text for story in verdict["ROLL"].stories]
    assert any("erased op-2's accept" in story for story in stories), stories
