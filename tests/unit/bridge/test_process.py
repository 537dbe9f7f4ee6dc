"""A process is started alone, heard in full, and gone in the end."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import tracemalloc
from pathlib import Path

import pytest

from syncsim.bridge import process as process_module
from syncsim.bridge.process import ClientError, Process

OPEN = Path("/proc/self/fd")
ECHO = "import sys\nfor line in sys.stdin: print(line, end='', flush=True)"


def started_with(program: str) -> Process:
    """Return a running Python program."""
    return Process([sys.executable, "-I", "-S", "-c", program], "client op-1")


def problem_of(process: Process, line: bytes = b"{}"):
    """Return what is said about an exchange that must fail, in three lines."""
    with pytest.raises(ClientError) as caught:
        process.exchange(line)
    (problem,) = caught.value.problems
    assert len(str(caught.value).splitlines()) == 3
    return problem


@pytest.fixture
def running():
    """Give a function that starts a program, and close all in the end."""
    processes: list[Process] = []

    def start(program: str) -> Process:
        processes.append(started_with(program))
        return processes[-1]

    yield start
    for process in processes:
        process.close()


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 300_000])
def test_a_line_goes_there_and_back_whatever_its_size(running, size):
    process = running(ECHO)
    for _ in range(2):
        assert process.exchange(b"x" * size) == b"x" * size


class Watched:
    """A poll object that keeps how long it was told to wait."""

    def __init__(self, poll) -> None:
        self._inner = poll
        self.waits_ms: list[float] = []

    def poll(self, wait_ms: float):
        self.waits_ms.append(wait_ms)
        return self._inner.poll(wait_ms)


@pytest.mark.parametrize(("looks", "sleeps"), [(0, True), (3, True), (10**9, False)])
def test_it_looks_a_few_times_before_it_sleeps(running, monkeypatch, looks, sleeps):
    monkeypatch.setattr(process_module, "LOOKS_MAX", looks)
    slow = "import sys, time\nfor line in sys.stdin: time.sleep(0.3); print('{}', flush=True)"
    process = running(slow)
    process._poll = watched = Watched(process._poll)
    assert process.exchange(b"{}") == b"{}"
    waits_ms = watched.waits_ms
    assert any(wait_ms > 0 for wait_ms in waits_ms) == sleeps
    if sleeps:
        assert waits_ms[:looks] == [0] * looks
        assert waits_ms[looks] > 0


def test_it_sees_the_path_and_nothing_else_of_where_it_runs(running, monkeypatch):
    monkeypatch.setenv("SECRET", "1")
    process = running(
        "import json, os\ninput()\n"
        "where = os.getcwd(), os.listdir(), os.getpgid(0), os.getpid()\n"
        "print(json.dumps([dict(os.environ), *where]))"
    )
    environment, folder, files, group, number = json.loads(process.exchange(b""))
    environment.pop("LC_CTYPE", None)  # Python itself puts it there (PEP 538).
    assert environment == {"PATH": os.environ["PATH"]}
    assert Path(folder).name.startswith("syncsim-client-")
    assert files == []
    assert group == number, "a group of its own, so that Ctrl-C is ours alone"


def test_files_of_the_command_are_found_from_its_folder(tmp_path, monkeypatch):
    (tmp_path / "client.py").write_text(ECHO, encoding="utf-8")
    (tmp_path / "-S").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    words = process_module.resolved([sys.executable, "-S", "client.py", "other"], "-")
    assert words == [sys.executable, "-S", str(tmp_path / "client.py"), "other"]


def test_a_program_beside_the_scenario_is_found(tmp_path, monkeypatch, running):
    script = tmp_path / "mine"
    script.write_text(f"#!{sys.executable}\n{ECHO}", encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    process = Process(["./mine"], "client op-1")
    assert process.exchange(b"hello") == b"hello"
    process.close()


def test_there_is_no_such_program(started):
    with pytest.raises(ClientError, match="no-such-program") as caught:
        Process(["no-such-program-here"], "client op-1")
    assert started == []
    assert caught.value.exit_status == 2


def test_a_program_cannot_be_started(tmp_path):
    program = tmp_path / "mine"
    program.write_bytes(b"\x7fELF and nothing more")
    program.chmod(0o755)
    with pytest.raises(ClientError, match="client-not-started") as caught:
        Process([str(program)], "client op-1")
    assert "Exec format error" in str(caught.value)


def test_a_system_without_poll_is_told_so(monkeypatch, started):
    monkeypatch.delattr("select.poll")
    with pytest.raises(ClientError, match="not-on-this-system"):
        started_with(ECHO)
    assert started == []


def test_no_scratch_folder_can_be_made(monkeypatch, started, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    with pytest.raises(ClientError, match="client-not-started"):
        started_with(ECHO)
    assert started == []


def test_what_floods_standard_error_is_still_heard(running):
    """It fills that pipe before it reads, while a line is written that fills the other."""
    process = running(
        "import sys\nsys.stderr.write('e' * 1_000_000)\nsys.stderr.flush()\n"
        "line = sys.stdin.readline()\nprint(len(line), flush=True)\nsys.stdin.read()"
    )
    assert process.exchange(b"x" * 1_000_000) == b"1000001"


def test_what_answers_before_it_has_read_all_is_heard(running):
    process = running(
        "import os\nos.read(0, 1)\nos.write(1, b'y' * 1_000_000)\n"
        "while b'\\n' not in os.read(0, 65536): pass\nos.write(1, b'\\n')\nos.read(0, 1)"
    )
    assert process.exchange(b"x" * 1_000_000) == b"y" * 1_000_000


def test_one_that_has_closed_standard_error_is_waited_for_in_peace(running, monkeypatch):
    """The end of a pipe is there to be read at any time; asking for it again would spin."""
    waits: list[float] = []
    wait = Process._wait

    def counted(process: Process, until: float, expected: str) -> None:
        waits.append(until)
        wait(process, until, expected)

    monkeypatch.setattr(Process, "_wait", counted)
    process = running(
        "import os, time\nos.close(2)\ninput()\ntime.sleep(0.2)\nprint('late', flush=True)\ninput()"
    )
    assert process.exchange(b"") == b"late"
    assert len(waits) < 5


def test_what_floods_standard_error_for_ever_hangs(patient, running):
    problem = problem_of(running("import os\nwhile True: os.write(2, b'flood\\n' * 1000)"))
    assert (problem.expected, problem.found) == ("an answer within 4 s", "a hang")
    assert "flood" in problem.hint


def test_what_drips_hangs(quick, running):
    problem = problem_of(
        running("import os, time\nwhile True:\n    os.write(1, b'.')\n    time.sleep(0.05)")
    )
    assert problem.found == "a hang"


def test_what_never_reads_hangs(quick, running):
    problem = problem_of(running("import time\ntime.sleep(60)"), b"x" * 1_000_000)
    assert (problem.expected, problem.found) == ("its input to be read", "a hang")


def test_a_line_without_an_end_is_refused_before_it_is_large(running):
    process = running("import os\nos.read(0, 9)\nfor _ in range(1600): os.write(1, b'a' * 65536)")
    tracemalloc.start()
    problem = problem_of(process)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert problem.expected == "a line of at most 16000000 bytes"
    assert peak < 3 * process_module.LINE_BYTES_MAX


def test_a_line_of_almost_the_most_is_taken_soon(running, monkeypatch):
    """Linear in its length: looking through it from the start for each piece would not be."""
    searched: list[int] = []

    class Counted(bytearray):
        def find(self, what, start):
            searched.append(len(self) - start)
            return super().find(what, start)

    monkeypatch.setattr(process_module, "bytearray", Counted, raising=False)
    size = 3_000_000
    process = running(f"import os\nos.read(0, 9)\nos.write(1, b'a' * {size} + b'\\n')\ninput()")
    assert len(process.exchange(b"")) == size
    assert sum(searched) <= size + 1


def test_more_than_one_line_is_refused(running):
    process = running("import os\nos.read(0, 9)\nos.write(1, b'one\\ntwo\\n')\nos.read(0, 9)")
    assert process.exchange(b"") == b"one"
    problem = problem_of(process)
    assert (problem.expected, problem.found) == ("one line for each line", "one more: 'two?'")


def test_the_last_words_are_those_of_standard_error(running):
    problem = problem_of(
        running(
            "import sys\nsys.stderr.write('x' * 9000 + '\\nfirst\\n\\n\\x1b[31mred\\nlast\\n')\n"
            "sys.exit(7)"
        )
    )
    assert problem.found == "a process that ended with status 7"
    assert problem.hint == "its standard error says: first | [31mred | last"


def test_the_message_of_node_is_not_lost_above_its_stack(running):
    stack = "".join(f"    at f{n} (file:///x.mjs:1:{n})\\n" for n in range(12))
    problem = problem_of(
        running(
            f"import sys\nsys.stderr.write('Error: no cheese\\n{stack}\\nNode.js v20.1.0\\n')\n"
            "sys.exit(1)"
        )
    )
    assert problem.hint == "its standard error says: Error: no cheese"


def test_long_last_words_are_cut(running):
    problem = problem_of(running("import sys\nsys.stderr.write('x' * 9000)\nsys.exit(1)"))
    assert len(problem.hint) < 300


def test_one_that_is_gone_while_its_child_holds_the_pipes_has_ended(patient, running):
    problem = problem_of(
        running(
            "import os, subprocess, sys\n"
            "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
            "os._exit(4)"
        )
    )
    assert problem.found == "a process that ended with status 4"


@pytest.mark.parametrize(
    ("program", "found"),
    [
        ("import os, time\nos.close(1)\ntime.sleep(60)", "a process that closed its output"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "ended with status -9"),
        ("", "ended with status 0"),
    ],
)
def test_a_process_breaks_off(patient, running, program, found):
    assert problem_of(running(program)).found.endswith(found)


def test_a_process_closes_its_input(patient, running):
    process = running(
        "import os, time\nos.read(0, 9)\nos.close(0)\nprint(flush=True)\ntime.sleep(60)"
    )
    assert process.exchange(b"") == b""
    assert problem_of(process).found == "a process that closed its input"


def test_what_ignores_every_hint_is_killed(quick, started):
    process = started_with(
        "import signal, time\nfor number in (1, 2, 15): signal.signal(number, signal.SIG_IGN)\n"
        "input()\nprint(flush=True)\ntime.sleep(60)"
    )
    process.exchange(b"")
    process.close()
    assert [each.returncode for each in started] == [-signal.SIGKILL]


def test_a_process_may_end_by_itself(started):
    process = started_with("import sys\nsys.stdin.read()\nsys.exit(5)")
    process.close()
    assert [each.returncode for each in started] == [5]


def test_what_it_has_started_is_gone_too(tmp_path):
    """The grandchild holds a pipe open for as long as it lives."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    grandchild = f"open({str(pipe)!r}, 'w').write('')\nf = open({str(pipe)!r}, 'w')\n"
    grandchild += "print(flush=True)\nimport time\ntime.sleep(60)"
    process = started_with(
        "import subprocess, sys\ninput()\n"
        f"subprocess.Popen([sys.executable, '-I', '-S', '-c', {grandchild!r}])\nsys.stdin.read()"
    )
    process.exchange(b"")
    with pytest.raises(BlockingIOError):
        os.read(reader, 1)
    process.close()
    for _ in range(200):
        try:
            assert os.read(reader, 1) == b""
            break
        except BlockingIOError:
            time.sleep(0.05)
    else:
        pytest.fail("the grandchild lives")
    os.close(reader)


def test_a_mess_in_the_scratch_folder_is_cleared_away(running):
    process = running(
        "import os\ninput()\nos.makedirs('a/b/c')\nopen('a/b/c/d', 'w').close()\n"
        "os.symlink('/', 'root')\nos.chmod('a/b', 0)\nprint(flush=True)\ninput()"
    )
    process.exchange(b"")


def test_closing_twice_does_no_harm():
    process = started_with(ECHO)
    process.close()
    process.close()


def test_a_second_interrupt_leaves_nothing_behind(started, monkeypatch):
    process = started_with("import time\ntime.sleep(60)")
    wait = started[0].wait

    def interrupted(timeout=None):
        monkeypatch.setattr(started[0], "wait", wait)
        raise KeyboardInterrupt

    monkeypatch.setattr(started[0], "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        process.close()
    assert started[0].returncode == -signal.SIGKILL


@pytest.mark.skipif(not OPEN.is_dir(), reason="/proc is missing")
def test_no_descriptor_is_left_open():
    before = sorted(OPEN.iterdir())
    for _ in range(3):
        process = started_with(ECHO)
        process.exchange(b"x")
        process.close()
        with pytest.raises(ClientError):
            Process(["no-such-program-here"], "-")
    assert sorted(OPEN.iterdir()) == before
