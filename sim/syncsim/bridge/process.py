"""A process that answers each line with one line, and is never trusted to.

It is started without a shell, in an empty folder of its own, with nothing in its environment
but the path. Whatever it does, it is gone when `close` returns.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from syncsim.errors import EXIT_UNKNOWN, Problem, SyncSimError, quoted

ANSWER_MS_MAX = 20_000
"""An answer takes microseconds; a machine under load, a second. More is a hang."""

LINE_BYTES_MAX = 16_000_000
"""A frame with a thousand rows has less than a hundredth of it."""

READ_BYTES = 1 << 16
SAID_BYTES_MAX = 4_096
"""What is kept of standard error: enough for the end of a stack trace."""
SAID_LINES = 3

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
        self._shown = " ".join(command)
        self._rest = b""
        self._said = b""
        self._folder = tempfile.TemporaryDirectory(prefix="syncsim-client-")
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the user's own command, and no shell
                resolved(command, place),
                cwd=self._folder.name,
                env={"PATH": os.environ.get("PATH", "")},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            self._folder.cleanup()
            raise ClientError(
                Problem(
                    code="client-not-started",
                    place=place,
                    expected="a command that can be started",
                    found=f"{quoted(self._shown)}: {error.strerror}",
                    hint="try the command in a terminal; it is started in an empty folder",
                )
            ) from None
        pipes = (self._process.stdin, self._process.stdout, self._process.stderr)
        self._in, self._out, self._err = (pipe.fileno() for pipe in pipes if pipe is not None)
        for descriptor in (self._in, self._out, self._err):
            os.set_blocking(descriptor, False)
        self._reading = select.poll()
        self._reading.register(self._out, select.POLLIN)
        self._reading.register(self._err, select.POLLIN)
        self._writing = select.poll()
        self._writing.register(self._in, select.POLLOUT)

    def exchange(self, line: bytes) -> bytes:
        """Write a line and return the line that comes back, both without their ends.

        Raises:
            ClientError: if the process dies, hangs, or says more than one line.
        """
        if self._rest:
            raise self.error("one line for each line", f"one more: {quoted(_text(self._rest))}")
        self._write(line + b"\n")
        return self._read()

    def error(self, expected: str, found: str, code: str = "client-broke-off") -> ClientError:
        """Return the error that says what the process did, with its last words."""
        self._listen()
        lines = [_printable(line) for line in _text(self._said).splitlines() if line.strip()]
        said = " | ".join(lines[-SAID_LINES:]) or "nothing"
        return ClientError(
            Problem(
                code=code,
                place=self._place,
                expected=expected,
                found=found,
                hint=f"its standard error says: {said}",
            )
        )

    def close(self) -> None:
        """End the process and all that it has started, and see that they have ended."""
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            assert pipe is not None, self._place
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_SECONDS)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._folder.cleanup()

    def _write(self, line: bytes) -> None:
        left = memoryview(line)
        while left:
            try:
                left = left[os.write(self._in, left) :]
            except BlockingIOError:
                if not self._writing.poll(ANSWER_MS_MAX):
                    raise self.error("its input to be read", "a hang") from None
            except BrokenPipeError:
                raise self._died() from None

    def _read(self) -> bytes:
        while b"\n" not in self._rest:
            ready = self._reading.poll(ANSWER_MS_MAX)
            if not ready:
                raise self.error(f"an answer within {ANSWER_MS_MAX // 1000} s", "a hang")
            if any(descriptor == self._err for descriptor, _ in ready) and not self._listen():
                self._reading.unregister(self._err)
            if any(descriptor == self._out for descriptor, _ in ready):
                chunk = os.read(self._out, READ_BYTES)
                if not chunk:
                    raise self._died()
                self._rest += chunk
                if len(self._rest) > LINE_BYTES_MAX:
                    raise self.error(f"a line of at most {LINE_BYTES_MAX} bytes", "a longer one")
        answer, _, self._rest = self._rest.partition(b"\n")
        return answer

    def _listen(self) -> bool:
        """Keep the last words on standard error; tell whether there may be more."""
        try:
            chunk = os.read(self._err, READ_BYTES)
        except BlockingIOError:
            return True
        self._said = (self._said + chunk)[-SAID_BYTES_MAX:]
        return bool(chunk)

    def _died(self) -> ClientError:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_SECONDS)
        status = self._process.returncode
        ended = "that closed its output" if status is None else f"that ended with status {status}"
        return self.error("an answer", f"a process {ended}")


def resolved(command: Sequence[str], place: str) -> list[str]:
    """Return a command that means the same in another folder.

    Raises:
        ClientError: if there is no such program.
    """
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


def _text(said: bytes) -> str:
    return said.decode(errors="replace")


def _printable(line: str) -> str:
    return "".join(char if char.isprintable() else " " for char in line).strip()
