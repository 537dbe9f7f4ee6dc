"""A client that breaks off ends the run, says why, and makes the verdict unknown."""

from __future__ import annotations

import json
import shlex
import signal
from dataclasses import replace

import pytest

from syncsim import api
from syncsim.bridge import ClientError
from syncsim.bridge import process as process_module
from syncsim.checks import as_json, judge
from syncsim.cli.main import main
from syncsim.errors import EXIT_UNKNOWN, EXIT_USAGE, InputError
from syncsim.history import History, jsonl
from syncsim.scenario import made_of
from syncsim.world import header_of, run
from tests.support.scenarios import SECOND, operator, scenario
from tests.unit.bridge.programs import GOOD, ON, command, watched, world

DIES = GOOD + "oops('out of cheese')\nsys.exit(3)"
FILE = """\
syncsim: 1
title: An operator at a client of another make
design: enhanced
network: perfect
clients:
  op-2: {role: operator, runs: {command: COMMAND}}
steps:
  - {at: 1s, who: op-2, do: refresh}
checks: [CONV]
"""
SAYS = [
    "client op-2: client-broke-off",
    "  expected an answer, found a process that ended with status 3",
    "  hint: its standard error says: out of cheese",
]


@pytest.fixture(autouse=True)
def started(monkeypatch, tmp_path_factory):
    """Give the processes that were started, and see afterwards that nothing is left of them."""
    yield from watched(monkeypatch, tmp_path_factory.mktemp("scratch"))


def cut(history: History, until_us: int) -> list[tuple[object, ...]]:
    """Return the records before a time, without what depends on what comes later."""
    return [tuple(record) for record in history if record.time_us < until_us]


def test_a_run_is_kept_up_to_where_it_broke_off(tmp_path):
    good, bad = (
        run(world(command(tmp_path, program)), allow_commands=True) for program in (GOOD + ON, DIES)
    )
    assert cut(bad, SECOND) == cut(good, SECOND)
    last = bad[len(bad) - 1]
    assert (last.kind, last.time_us, last.cause) == ("broke", SECOND, -1)
    assert last.data == {
        "code": "client-broke-off",
        "place": "client op-2",
        "expected": "an answer",
        "found": "a process that ended with status 3",
        "hint": "its standard error says: out of cheese",
    }
    assert list(good.of("broke")) == []
    assert [record.data["phase"] for record in good.of("phase")] == ["safety", "settle", "end"]


def test_equal_programs_make_equal_histories(tmp_path):
    histories = [run(world(command(tmp_path, GOOD + ON)), allow_commands=True) for _ in range(2)]
    assert jsonl.digest(histories[0]) == jsonl.digest(histories[1])


def test_a_run_that_broke_off_can_be_written_read_and_judged(tmp_path):
    history = run(world(command(tmp_path, DIES)), allow_commands=True)
    path = tmp_path / "history.jsonl"
    jsonl.write(history, path)
    for judged in (judge(history), api.check(path)):
        assert judged.status.value == "unknown"
        assert {finding.status.value for finding in judged.findings} == {"unknown"}
        assert {finding.why for finding in judged.findings} == {
            "the run broke off at 1.000 s: client op-2 expected an answer, found a process that "
            "ended with status 3"
        }


def test_nothing_is_left_of_any_client_when_one_breaks_off(tmp_path, started):
    (tmp_path / "good").mkdir()
    good, bad = command(tmp_path / "good", GOOD + ON), command(tmp_path, DIES)
    run(world(good, bad, good), allow_commands=True)
    assert [process.returncode for process in started] == [0, 3, 0]


def test_nothing_is_left_of_those_that_started_if_one_cannot_be(tmp_path, started):
    good = command(tmp_path, GOOD + ON)
    with pytest.raises(ClientError, match=r"clients.op-3|client op-3"):
        run(world(good, ("no-such-program-here",), good), allow_commands=True)
    assert [process.returncode for process in started] == [0]


def test_an_interrupt_in_an_exchange_leaves_nothing_behind(tmp_path, started, monkeypatch):
    monkeypatch.setattr(process_module, "END_SECONDS", 0.2)
    program = GOOD + "os.kill(os.getppid(), signal.SIGINT)\ntime.sleep(60)"
    # Whoever started the tests may have had interrupts ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            run(world(command(tmp_path, program)), allow_commands=True)
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(started) == 1


def test_an_error_of_ours_in_a_run_leaves_nothing_behind(tmp_path, started, monkeypatch):
    def fails(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("syncsim.world.World._settle", fails)
    with pytest.raises(ZeroDivisionError):
        run(world(command(tmp_path, GOOD + ON)), allow_commands=True)
    assert len(started) == 1


def test_a_program_is_started_only_if_somebody_says_so(tmp_path, started):
    named = world(command(tmp_path, DIES), ("rm", "-rf", "x"))
    with pytest.raises(InputError) as caught:
        run(named)
    assert [(each.code, each.place) for each in caught.value.problems] == [
        ("command-not-allowed", "clients.op-2.runs"),
        ("command-not-allowed", "clients.op-3.runs"),
    ]
    assert "'rm -rf x'" in str(caught.value)
    assert started == []


def test_the_command_line_refuses_a_program_and_then_says_how_it_broke(tmp_path, capsys, started):
    path = tmp_path / "mine.yaml"
    path.write_text(FILE.replace("COMMAND", json.dumps(command(tmp_path, DIES))), encoding="utf-8")
    assert status("run", path) == EXIT_USAGE
    assert "--allow-commands" in capsys.readouterr().err
    assert started == []
    assert status("run", path, "--allow-commands") == EXIT_UNKNOWN
    assert capsys.readouterr().err.splitlines() == SAYS
    assert status("run", path, "--allow-commands", "--json") == EXIT_UNKNOWN
    out, err = capsys.readouterr()
    assert json.loads(out)["status"] == "unknown"
    assert err.splitlines() == SAYS


def status(*args: object) -> int | str | None:
    """Return how the command line ends."""
    with pytest.raises(SystemExit) as ended:
        main([str(arg) for arg in args])
    return ended.value.code


def test_a_run_folder_tells_of_it_too(tmp_path):
    done = api.run(world(command(tmp_path, DIES)), allow_commands=True)
    files = done.save(tmp_path / "out", figures=False)
    assert (tmp_path / "out" / "verdict.json") in files
    assert "broke off" in (tmp_path / "out" / "verdict.json").read_text("utf-8")


# How to run it again


def replay_of(*makes: object) -> list[str]:
    """Return the words of the command that runs a scenario again."""
    clients = tuple(
        replace(operator(f"op-{number}"), runs=make) for number, make in enumerate(makes, 1)
    )
    history = History(header_of(scenario(clients=clients, checks=("DONE",))))
    history.append(0, "intent", "op-1", intent="it", data={"action": "accept", "entities": []})
    history.append(0, "phase", data={"phase": "end"})
    (finding,) = as_json(judge(history), history)["findings"]
    return shlex.split(finding["stories"][0]["replay"])


@pytest.mark.parametrize(
    ("makes", "words"),
    [
        (("model", "model"), []),
        (("tanstack", "tanstack"), ["--runs", "tanstack"]),
        (("model", ("node", "mine.mjs")), ["--allow-commands"]),
        ((("node", "mine.mjs"), "tanstack"), ["--allow-commands"]),
        (("model", "tanstack"), []),
    ],
)
def test_the_command_that_runs_it_again_asks_for_the_same_clients(makes, words):
    command = replay_of(*makes)
    assert command[:3] == ["syncsim", "run", "test"]
    given = [word for word in command if word in {"--runs", "tanstack", "--allow-commands"}]
    assert given == words


def test_the_header_names_what_is_not_modelled():
    clients = (operator(), replace(operator("op-2"), runs="tanstack"))
    clients += (replace(operator("op-3"), runs=("node", "mine.mjs")),)
    header = header_of(scenario(clients=clients))["clients"]
    assert [client.get("runs") for client in header.values()] == [
        None, "tanstack", ["node", "mine.mjs"],
    ]  # fmt: skip
    modelled = made_of(scenario(clients=clients), "model")
    assert all("runs" not in client for client in header_of(modelled)["clients"].values())
