"""The shipped real client: the app on the published query-core and Redux Toolkit, in Node."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from syncsim.bridge.carried import settings_of
from syncsim.bridge.process import ClientError
from syncsim.design import Design
from syncsim.domain import BOOKING, Domain
from syncsim.errors import Problem, quoted

_PACKAGE = Path(__file__).resolve().parents[1]
FOLDER = _PACKAGE.parents[1] / "clients" / "tanstack"
"""In a checkout; the wheel does not hold it, and the real client is for those who have one."""

NODE_MAJOR_MIN = 20
VERSION_SECONDS_MAX = 20
"""A Node says its version at once; a machine under load may take a second."""

APP: dict[str, Any] = {
    "read.strategy": "invalidate",
    "overlay.strategy": "snapshot",
    "write.strategy": "parallel",
    "recovery.strategy": "nothing",
}
"""What the app does, where a design has no default for it; all else is at its default."""

FREE = (
    *("name", "title", "simplifies", "source", "audit"),
    *("read.stale_time_us", "read.retries", "read.timeout_us"),
    *("write.retries", "write.timeout_us"),
)
"""What may be chosen: names, the backend's own affairs, and what the app takes from a design.

Retries of a write are for mutations of the cache; the app sends its writes by a thunk, once.
"""

PACKAGES = ("@tanstack/query-core", "@reduxjs/toolkit")


def tanstack_command() -> list[str]:
    """Return the command of the real client.

    Raises:
        ClientError: if Node, the right version of it, or the packages are missing.
    """
    return [find_node(), str(FOLDER / "dashboard.mjs")]


def find_node() -> str:
    """Return the path of a Node that can run the packages.

    Raises:
        ClientError: if Node, the right version of it, or the packages are missing.
    """
    command = shutil.which("node")
    if command is None:
        raise missing("node-missing", "node", f"Node {NODE_MAJOR_MIN} or newer", "none")
    version = _version_of(command)
    major = version.removeprefix("v").split(".")[0]
    if not re.fullmatch("[0-9]{1,6}", major) or int(major) < NODE_MAJOR_MIN:
        found = quoted(version)
        raise missing("node-too-old", command, f"Node {NODE_MAJOR_MIN} or newer", found)
    for package in PACKAGES:
        folder = FOLDER / "node_modules" / package
        if not (folder / "package.json").is_file():
            raise missing("packages-missing", str(folder), f"the package {package}", "none")
    return command


@cache
def _version_of(command: str) -> str:
    """Return what a Node says that it is; asked once, since a run may start a hundred of them."""
    try:
        done = subprocess.run(  # noqa: S603 - the path that was just found
            [command, "--version"], capture_output=True, check=False, timeout=VERSION_SECONDS_MAX
        )
    except (OSError, subprocess.TimeoutExpired):
        return "nothing that could be started"
    return done.stdout.decode(errors="replace").strip()


def missing(
    code: str, place: str, expected: str, found: str, hint: str = "make clients"
) -> ClientError:
    """Return the error of a tool that is not there."""
    return ClientError(Problem(code=code, place=place, expected=expected, found=found, hint=hint))


def refuse_other_designs(design: Design, domain: Domain, place: str) -> None:
    """See that a design is that of the app as it is: the real client can play no other.

    Times, retries and deadlines may be chosen; the strategies may not, nor anything that is
    not listed here and differs from its default.
    """
    for path, value, default in settings_of(design):
        if path not in FREE and value != APP.get(path, default):
            raise missing(
                "design-not-real",
                place,
                f"the design enhanced, which is what the real client is: {path} "
                f"{quoted(APP.get(path, default))}",
                f"{quoted(value)} in {quoted(design.name)}",
                "leave `runs: tanstack` out, or choose the design enhanced",
            )
    if domain.name != BOOKING.name:
        raise missing(
            "design-not-real",
            place,
            "the booking domain, which is what the real client is made for",
            quoted(domain.name),
            "leave `runs: tanstack` out",
        )
