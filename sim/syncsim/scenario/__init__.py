"""Scenarios, designs and networks: from YAML text to records and back.

The parser and pydantic are imported when a file is loaded, so that what only needs the
records or the names starts at once.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from syncsim.scenario.catalogue import DOMAINS, find, names
from syncsim.scenario.scenario import (
    BACKEND,
    GESTURES,
    VERBS,
    Bounds,
    ClientSpec,
    Fault,
    Load,
    Row,
    Scenario,
    Step,
)

if TYPE_CHECKING:
    from syncsim.scenario.files import load, loads, made_of
    from syncsim.scenario.json_schema import schema
    from syncsim.scenario.parts import (
        design_from,
        load_design,
        load_network,
        network_from,
    )
    from syncsim.scenario.writer import dump

_HOMES = {
    "design_from": "syncsim.scenario.parts",
    "dump": "syncsim.scenario.writer",
    "load": "syncsim.scenario.files",
    "load_design": "syncsim.scenario.parts",
    "load_network": "syncsim.scenario.parts",
    "loads": "syncsim.scenario.files",
    "made_of": "syncsim.scenario.files",
    "network_from": "syncsim.scenario.parts",
    "schema": "syncsim.scenario.json_schema",
}

__all__ = [
    "BACKEND", "DOMAINS", "GESTURES", "VERBS", "Bounds", "ClientSpec", "Fault",
    "Load", "Row", "Scenario", "Step", "design_from", "dump", "find", "load", "load_design",
    "load_network", "loads", "made_of", "names", "network_from", "schema",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        message = f"module '{__name__}' has no attribute '{name}'"
        raise AttributeError(message)
    return getattr(importlib.import_module(_HOMES[name]), name)
