"""`syncsim conformance --client`: good clients pass, and each bad one fails where it is bad."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from syncsim.bridge import ClientError
from syncsim.bridge import process as process_module
from syncsim.bridge.tanstack import tanstack_command
from syncsim.cli.main import main
from syncsim.conformance import adapter
from syncsim.conformance.adapter import check_client

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "clients" / "dashboard.py"


def failures(command) -> list[int]:
    """Return the places of the rules that a client breaks."""
    answers = check_client(command)
    assert all(answer.found for answer in answers if answer.status == "fail")
    return [place for place, answer in enumerate(answers) if answer.status == "fail"]


def test_the_example_keeps_every_rule():
    assert failures([sys.executable, str(EXAMPLE)]) == []


def test_the_real_client_keeps_every_rule():
    try:
        command = tanstack_command()
    except ClientError as error:
        pytest.skip(f"the real client needs {error.problems[0].expected}")
    assert failures(command) == []


@pytest.mark.parametrize(
    ("old", "new", "broken"),
    [
        ('"protocol": 1', '"protocol": 2', [0, 1, 2, 3]),
        ("if do ==", "import time\n    if do ==", []),
        ("    if do ==", "    assert 'later' not in do\n    if do ==", [1]),
        ('name = f"{me}:{view}@', 'import time; name = f"{me}:{time.time_ns()}{view}@', [3]),
        ("flush=True)", "flush=True); do == 'wake' or print('done', flush=True)", [0, 1, 2, 3, 4]),
    ],
    ids=["another protocol", "harmless", "dies of what is new", "reads the clock", "prints more"],
)  # fmt: skip
def test_a_client_fails_where_it_is_bad(tmp_path, monkeypatch, old, new, broken):
    monkeypatch.setattr(process_module, "END_SECONDS", 0.3)
    text = EXAMPLE.read_text("utf-8")
    assert old in text
    client = tmp_path / "client.py"
    client.write_text(text.replace(old, new, 1), "utf-8")
    found = failures([sys.executable, str(client)])
    assert found == broken or (broken[:1] == [0] and set(found) & set(broken))


def test_a_client_that_stays_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(process_module, "END_SECONDS", 0.3)
    monkeypatch.setattr(adapter, "END_SECONDS", 0.5)
    client = tmp_path / "client.py"
    client.write_text(EXAMPLE.read_text("utf-8") + "\nimport time\ntime.sleep(60)\n", "utf-8")
    assert failures([sys.executable, str(client)]) == [4]


def test_the_command_line_says_so(capsys):
    with pytest.raises(SystemExit) as done:
        main(["conformance", "--json", "--client", f"{sys.executable} {EXAMPLE}"])
    assert done.value.code == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["status"], len(said["rules"])) == ("pass", 5)
    for wrong in ("'", ""):
        with pytest.raises(SystemExit) as done:
            main(["conformance", "--client", wrong])
        assert done.value.code == 64
