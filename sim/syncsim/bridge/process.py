"""A process that answers each line with one line, and is never trusted to.

It is started without a shell, in an empty folder of its own, with nothing in its environment
but the path. When `close` returns it is gone, with all that it has started in its session.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from syncsim.errors import EXIT_UNKNOWN, Problem, SyncSimError, quoted

ANSWER_MS_MAX = 20_000
"""An answer takes microseconds; a machine under load, a second. More is a hang."""

LINE_BYTES_MAX = 16_000_000
"""A frame with a thousand rows has less than a hundredth of it."""

LOOKS_MAX = 300 if (os.cpu_count() or 1) > 1 else 0
"""How often to look for an answer before sleeping: to be woken takes as long as an answer.

Three hundred looks take about 200 microseconds. On one core they would keep the client waiting.
"""

READ_BYTES = 1 << 16
SAID_BYTES_MAX = 4_096
"""What is kept of standard error: enough for the end of a stack trace."""
SAID_LINES = 3
SAID_CHARACTERS = 200
"""What is shown of a line of it."""

END_SECONDS = 2
"""How long a process may take to end by itself once its input has ended."""


class ClientError(SyncSimError):
    """A client of another make cannot be started or broke off, so nothing is known of it."""

    exit_status = EXIT_UNKNOWN


class Process:
    """One running command; `place` says in errors whose it is."""

    def __init__(self, command: Sequence[str], place: str) -> None:
        assert command, place
        self._place = place
        self._rest = bytearray()
        self._said = b""
        words = resolved(command, place)
        try:
            # What a process leaves in its folder must not hide what became of the run.
            self._folder = tempfile.TemporaryDirectory(
                prefix="syncsim-client-", ignore_cleanup_errors=True
            )
            self._process = self._start(words)
        except OSError as error:
            raise _not_started(words, error, place) from None
        pipes = (self._process.stdin, self._process.stdout, self._process.stderr)
        self._in, self._out, self._err = (pipe.fileno() for pipe in pipes if pipe is not None)
        for descriptor in (self._in, self._out, self._err):
            os.set_blocking(descriptor, False)
        self._poll = select.poll()
        self._poll.register(self._out, select.POLLIN)
        self._poll.register(self._err, select.POLLIN)

    def exchange(self, line: bytes) -> bytes:
        """Write a line and return the line that comes back, both without their ends.

        Raises:
            ClientError: if the process dies, hangs, or says more than one line.
        """
        if self._rest:
            raise self.error("one line for each line", f"one more: {quoted(_text(self._rest))}")
        until = time.monotonic() + ANSWER_MS_MAX / 1_000
        self._write(line + b"\n", until)
        return self._read(until)

    def error(self, expected: str, found: str, code: str = "client-broke-off") -> ClientError:
        """Return the error that says what the process did, with its last words."""
        self._listen()
        return ClientError(
            Problem(
                code=code,
                place=self._place,
                expected=expected,
                found=found,
                hint=f"its standard error says: {_last_words(self._said)}",
            )
        )

    def close(self) -> None:
        """End the process and all that it has started, and see that they have ended."""
        try:
            for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
                assert pipe is not None, self._place
                pipe.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(END_SECONDS)
        finally:
            # Whoever presses Ctrl-C once more must not leave processes behind.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._folder.cleanup()

    def _start(self, words: Sequence[str]) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(  # noqa: S603 - the user's own command, and no shell
                words,
                cwd=self._folder.name,
                env={"PATH": os.environ.get("PATH", "")},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except BaseException:
            self._folder.cleanup()
            raise

    def _write(self, line: bytes, until: float) -> None:
        left = memoryview(line)
        while left:
            try:
                left = left[os.write(self._in, left) :]
            except BlockingIOError:
                # It may have to get rid of something before it reads on.
                self._poll.register(self._in, select.POLLOUT)
                self._wait(until, "its input to be read")
                self._poll.unregister(self._in)
            except BrokenPipeError:
                raise self._died("input") from None

    def _read(self, until: float) -> bytes:
        rest = self._rest
        searched = 0
        while (end := rest.find(b"\n", searched)) < 0:
            searched = len(rest)
            self._wait(until, f"an answer within {ANSWER_MS_MAX / 1_000:g} s")
        answer = bytes(rest[:end])
        del rest[: end + 1]
        return answer

    def _wait(self, until: float, expected: str) -> None:
        """Wait until the process reads or says something, and keep what it says."""
        left_ms = (until - time.monotonic()) * 1_000
        ready = (self._look() or self._poll.poll(left_ms)) if left_ms > 0 else []
        if not ready:
            raise self.error(expected, "a hang" if self._process.poll() is None else self._ended())
        for descriptor, _ in ready:
            if descriptor == self._err and not self._listen():
                self._poll.unregister(self._err)
            elif descriptor == self._out:
                self._hear()

    def _look(self) -> list[tuple[int, int]]:
        """Return what is ready while it pays to stay awake for it."""
        poll = self._poll.poll
        for _ in range(LOOKS_MAX):
            if ready := poll(0):
                return ready
        return []

    def _hear(self) -> None:
        """Keep what the process says on standard output."""
        chunk = os.read(self._out, READ_BYTES)
        if not chunk:
            raise self._died("output")
        self._rest += chunk
        if len(self._rest) > LINE_BYTES_MAX:
            raise self.error(f"a line of at most {LINE_BYTES_MAX} bytes", "a longer one")

    def _listen(self) -> bool:
        """Keep the last words on standard error; tell whether there may be more."""
        try:
            chunk = os.read(self._err, READ_BYTES)
        except BlockingIOError:
            return True
        self._said = (self._said + chunk)[-SAID_BYTES_MAX:]
        return bool(chunk)

    def _died(self, closed: str) -> ClientError:
        """Return the error of a process that has closed one of its ends."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_SECONDS)
        is_running = self._process.returncode is None
        found = f"a process that closed its {closed}" if is_running else self._ended()
        return self.error("an answer", found)

    def _ended(self) -> str:
        return f"a process that ended with status {self._process.returncode}"


def resolved(command: Sequence[str], place: str) -> list[str]:
    """Return a command that means the same in another folder.

    Raises:
        ClientError: if there is no such program, or none can be held in lockstep here.
    """
    if not hasattr(select, "poll"):
        raise ClientError(
            Problem(
                code="not-on-this-system",
                place=place,
                expected="a system on which pipes can be waited for, as Linux and macOS",
                found=os.name,
                hint="run the modelled client, or use the Windows Subsystem for Linux",
            )
        )
    program = shutil.which(command[0])
    if program is None:
        raise ClientError(
            Problem(
                code="no-such-program",
                place=place,
                expected="a program on the path, or the path of one",
                found=quoted(command[0]),
                hint="the command is started without a shell; its first word is the program",
            )
        )
    words = [str(Path(program).absolute())]
    for word in command[1:]:
        is_file = not word.startswith("-") and Path(word).is_file()
        words.append(str(Path(word).absolute()) if is_file else word)
    return words


def _not_started(words: Sequence[str], error: OSError, place: str) -> ClientError:
    return ClientError(
        Problem(
            code="client-not-started",
            place=place,
            expected="a command that can be started",
            found=f"{quoted(' '.join(words))}: {error.strerror}",
            hint="try the command in a terminal; it is started in an empty folder",
        )
    )


def _last_words(said: bytes) -> str:
    """Return the end of standard error, without the stack that Node puts below a message."""
    lines = [_printable(line) for line in _text(said).splitlines()]
    telling = [line for line in lines if line and not line.startswith(("at ", "Node.js v"))]
    return " | ".join(telling[-SAID_LINES:]) or "nothing"


def _text(said: bytes | bytearray) -> str:
    return said.decode(errors="replace")


def _printable(line: str) -> str:
    shown = "".join(char if char.isprintable() else " " for char in line).strip()
    return shown[:SAID_CHARACTERS]
