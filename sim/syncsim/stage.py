"""What a fault can lay hands on, and the shape of what a verb does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from syncsim.announcer import Announcer
from syncsim.client import ports
from syncsim.host import Host
from syncsim.machines import Machines
from syncsim.net import Net
from syncsim.scenario.scenario import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The parts of a run that faults happen to.

    `tell` hands a client an input that a record caused, and `wake` wakes its machine.
    """

    net: Net
    host: Host
    announcer: Announcer
    machines: Machines
    tell: Callable[[str, ports.Input, int], None]
    wake: Callable[[str, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What one verb does. `end` is None for what is over as soon as it has happened.

    `begin` gets the fault and the record that says so; `end` gets the fault and the record of
    its healing.
    """

    begin: Callable[[Stage, Fault, int], None]
    end: Callable[[Stage, Fault, int], None] | None = None
