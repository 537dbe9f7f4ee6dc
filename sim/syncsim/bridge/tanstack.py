"""The shipped real client: the app on the published query-core and Redux Toolkit, in Node."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

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

    Times, retries and deadlines may be chosen; the strategies may not.
    """
    is_app = (
        design.read.strategy == "invalidate"
        and design.overlay.strategy == "snapshot"
        and not design.overlay.cancel_fetches
        and (design.write.strategy, design.write.sent_by) == ("parallel", "thunk")
        and not (design.write.idempotency_key or design.write.if_match)
        and design.recovery.strategy == "nothing"
        and not design.read.refresh_every_us
        and (design.store, design.push, design.keep_newest) == ("cache-and-slice", True, False)
    )
    if not is_app or domain.name != BOOKING.name:
        raise missing(
            "design-not-real",
            place,
            "the design enhanced of the booking domain, which is what the real client is",
            f"{quoted(design.name)} of {quoted(domain.name)}",
            "leave `runs: tanstack` out, or choose the design enhanced",
        )
