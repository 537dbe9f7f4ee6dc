"""Faults of the backend, the broker and the gateways; the same verb may mean any of them.

A gateway that restarts ends its sockets, one that is partitioned hears nothing of the broker, and
one that loses does not say that a queue was full. Of the broker see `announcer.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from syncsim.announcer import Off
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


def _restart_gateway(stage: Stage, fault: Fault, seq: int) -> None:
    stage.net.entrance.go_down(fault.on, stage.net.links, seq)


def _gateway_is_back(stage: Stage, fault: Fault, _seq: int) -> None:
    stage.net.entrance.come_up(fault.on)


def _drop_sockets(stage: Stage, fault: Fault, seq: int) -> None:
    stage.net.entrance.drop(fault.on, stage.net.links, seq, unnoticed=fault.unnoticed)


def _cut_off(stage: Stage, fault: Fault, _seq: int) -> None:
    stage.net.entrance.cut(fault.on)


def _mend(stage: Stage, fault: Fault, _seq: int) -> None:
    stage.net.entrance.mend(fault.on)


def _be_silent(stage: Stage, fault: Fault, _seq: int) -> None:
    stage.net.entrance.be_silent(fault.on)


def _be_honest(stage: Stage, fault: Fault, _seq: int) -> None:
    stage.net.entrance.be_honest(fault.on)


def _go_off(stage: Stage, fault: Fault, _seq: int) -> None:
    stage.announcer.go_off(cast("Off", fault.do))


def _come_back(stage: Stage, fault: Fault, seq: int) -> None:
    stage.announcer.come_back(cast("Off", fault.do), seq)


BACKEND_DEEDS: Mapping[str, Deed] = {
    "restart": Deed(begin=_restart, end=_start_again),
    "crash": Deed(begin=_crash, end=_start_again),
    "overload": Deed(begin=_be_busy, end=_be_idle),
}
GATEWAY_DEEDS: Mapping[str, Deed] = {
    "partition": Deed(begin=_cut_off, end=_mend),
    "drop": Deed(begin=_drop_sockets),
    "lose": Deed(begin=_be_silent, end=_be_honest),
    "restart": Deed(begin=_restart_gateway, end=_gateway_is_back),
}
BROKER_DEEDS: Mapping[str, Deed] = {
    verb: Deed(begin=_go_off, end=_come_back) for verb in ("partition", "hold", "restart")
}
