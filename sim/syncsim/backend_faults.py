"""Faults of the backend and of what it runs on: crash, restart, overload, a wrong clock."""

from __future__ import annotations

from collections.abc import Mapping

from syncsim.backend import ports
from syncsim.scenario.scenario import Fault
from syncsim.stage import Deed, Stage


def _restart(stage: Stage, fault: Fault, seq: int) -> None:
    """Take the whole machine down: its sessions end with it."""
    stage.host.stop(fault.do)
    stage.net.crash(seq)


def _crash(stage: Stage, fault: Fault, seq: int) -> None:
    """Let the process die. Sockets are held by a gateway before it and stay open."""
    stage.host.stop(fault.do)
    stage.net.backend_up = False
    stage.host.tell(ports.Crash(fault.loses_us), seq)


def _start_again(stage: Stage, fault: Fault, seq: int) -> None:
    stage.net.backend_up = stage.host.start(fault.do, seq)


def _be_busy(stage: Stage, fault: Fault, _seq: int) -> None:
    stage.host.be_busy(fault.percent, fault.retry_after_us)


def _be_idle(stage: Stage, _fault: Fault, _seq: int) -> None:
    stage.host.be_busy(0, 0)


BACKEND_DEEDS: Mapping[str, Deed] = {
    "restart": Deed(begin=_restart, end=_start_again),
    "crash": Deed(begin=_crash, end=_start_again),
    "overload": Deed(begin=_be_busy, end=_be_idle),
}
