"""syncsim: a laboratory for the synchronisation of web clients.

>>> import syncsim
>>> run = syncsim.run("seed/two-operators", design="hardened", seed=7)
>>> run.verdict["ONCE"].status.value
'pass'

Importing this module is cheap; what a function needs is imported when it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from syncsim.api import Comparison, Run, check, compare, run
    from syncsim.errors import HistoryError, InputError, SyncSimError

__version__ = "0.1.0"

_HOMES = {
    "Comparison": "syncsim.api",
    "HistoryError": "syncsim.errors",
    "InputError": "syncsim.errors",
    "Run": "syncsim.api",
    "SyncSimError": "syncsim.errors",
    "check": "syncsim.api",
    "compare": "syncsim.api",
    "run": "syncsim.api",
}

__all__ = [
    "Comparison", "HistoryError", "InputError", "Run", "SyncSimError", "check", "compare", "run",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'syncsim' has no attribute '{name}'")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
