"""Runs programs on the real packages: one Node process, one program a line.

The process is started without a shell, in the folder of the runner, with nothing in its
environment but the path. It is asked for several programs ahead, so that it works while the
model does.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import subprocess
import tempfile
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Self

from syncsim.errors import EXIT_UNKNOWN, Problem, SyncSimError, quoted

_PACKAGE = Path(__file__).resolve().parents[1]
RUNNER_FOLDER = _PACKAGE.parents[1] / "clients" / "tanstack"
"""In a checkout; the wheel does not hold it, and conformance is for those who have a checkout."""

NODE_MAJOR_MIN = 20
AHEAD_MAX = 32
AHEAD_BYTES_MAX = 30_000
"""Programs that wait for their traces. With one more they still fit into a pipe of 64 KiB, so
that neither side ever waits for the other to read."""

TOGETHER = 8
"""Programs that are written at once, unless a trace is wanted earlier."""

YOUNG_MB = 32
"""Node's space for new objects. In its usual one most collections come too early."""

ANSWER_BYTES_MAX = 50_000_000
ANSWER_SECONDS_MAX = 60
READ_BYTES = 1 << 16
ERROR_LINES_SHOWN = 3


class ToolError(SyncSimError):
    """A tool is missing or has died, so nothing is known of the model."""

    exit_status = EXIT_UNKNOWN


class Node:
    """A runner process; lines go in and come out in the same order."""

    def __init__(self) -> None:
        command = find_node()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        self._process = subprocess.Popen(  # noqa: S603 - our own runner, by its full path
            [command, f"--max-semi-space-size={YOUNG_MB}", "runner.mjs"],
            cwd=RUNNER_FOLDER,
            env={"PATH": os.environ.get("PATH", "")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        self._asked: deque[int] = deque()
        self._asked_bytes = 0
        self._unwritten: list[bytes] = []
        self._lines: deque[bytes] = deque()
        self._rest = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def is_full(self) -> bool:
        """Tell whether a trace must be taken before the next program is given."""
        return len(self._asked) >= AHEAD_MAX or self._asked_bytes > AHEAD_BYTES_MAX

    def ask(self, program: str) -> None:
        """Give a program to run."""
        line = program.encode()
        assert not self.is_full, "take a trace first"
        assert len(line) < AHEAD_BYTES_MAX, "programs are small"
        self._asked.append(len(line))
        self._asked_bytes += len(line)
        self._unwritten.append(line)
        if len(self._unwritten) >= TOGETHER:
            self._write()

    def answer(self) -> bytes:
        """Take the line of the program that has waited longest."""
        assert self._asked, "a program was asked"
        if not self._lines and self._unwritten:
            self._write()
        while not self._lines:
            self._read()
        self._asked_bytes -= self._asked.popleft()
        return self._lines.popleft()

    def close(self) -> None:
        """End the process, and see that it has ended."""
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
        self._process.kill()
        self._process.wait()
        self._errors.close()

    def _write(self) -> None:
        assert self._process.stdin is not None
        lines = b"".join(line + b"\n" for line in self._unwritten)
        self._unwritten.clear()
        try:
            self._process.stdin.write(lines)
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._died("the runner to read a program") from None

    def _read(self) -> None:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        ready, _, _ = select.select([descriptor], [], [], ANSWER_SECONDS_MAX)
        if not ready:
            raise self._died(f"an answer within {ANSWER_SECONDS_MAX} s")
        chunk = os.read(descriptor, READ_BYTES)
        if not chunk:
            raise self._died("an answer")
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        self._lines.extend(lines)
        if len(self._rest) > ANSWER_BYTES_MAX:
            raise self._died(f"an answer of at most {ANSWER_BYTES_MAX} bytes")

    def _died(self, expected: str) -> ToolError:
        self._errors.seek(0)
        last = self._errors.read().decode(errors="replace").strip().splitlines()
        said = " | ".join(last[-ERROR_LINES_SHOWN:]) or "nothing"
        return ToolError(
            Problem(
                code="no-answer",
                place=str(RUNNER_FOLDER / "runner.mjs"),
                expected=expected,
                found=f"a runner that said {quoted(said)} on standard error",
                hint="make clients",
            )
        )


def find_node() -> str:
    """Return the path of a Node that can run the packages.

    Raises:
        ToolError: if Node, the right version of it, or the packages are missing.
    """
    command = shutil.which("node")
    if command is None:
        raise missing("node-missing", "node", f"Node {NODE_MAJOR_MIN} or newer", "none")
    version = subprocess.run(  # noqa: S603 - the path that was just found
        [command, "--version"], capture_output=True, text=True, check=False
    ).stdout.strip()
    major = version.removeprefix("v").split(".")[0]
    if not major.isdecimal() or int(major) < NODE_MAJOR_MIN:
        found = quoted(version)
        raise missing("node-too-old", command, f"Node {NODE_MAJOR_MIN} or newer", found)
    for package in ("@tanstack/query-core", "@reduxjs/toolkit"):
        folder = RUNNER_FOLDER / "node_modules" / package
        if not (folder / "package.json").is_file():
            raise missing("packages-missing", str(folder), f"the package {package}", "none")
    return command


def missing(
    code: str, place: str, expected: str, found: str, hint: str = "make clients"
) -> ToolError:
    """Return the error of a tool that is not there."""
    return ToolError(Problem(code=code, place=place, expected=expected, found=found, hint=hint))
