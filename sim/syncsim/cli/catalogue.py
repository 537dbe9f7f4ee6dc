"""What `list` and `show` know of: scenarios, designs, networks and checks."""

from __future__ import annotations

from typing import Literal

FileKind = Literal["scenarios", "designs", "networks"]

FILES: tuple[FileKind, ...] = ("scenarios", "designs", "networks")
KINDS = (*FILES, "checks")


def entries(kind: str) -> list[tuple[str, str]]:
    """Return the names of a kind, each with a line on what it is."""
    if kind == "checks":
        from syncsim.checks import CHECKS

        return [(check.name, check.statement) for check in CHECKS.values()]
    from syncsim import scenario

    if kind == "designs":
        return [(name, scenario.load_design(name).title) for name in scenario.names("designs")]
    if kind == "networks":
        return [(name, scenario.load_network(name).title) for name in scenario.names("networks")]
    return [(name, scenario.load(name).title) for name in scenario.names("scenarios")]


def kind_of(name: str) -> FileKind | None:
    """Return the kind of file that has this name in the catalogue, None if none has."""
    from syncsim import scenario

    return next((kind for kind in FILES if name in scenario.names(kind)), None)


def all_names() -> list[str]:
    """Return every name of every kind."""
    from syncsim import scenario
    from syncsim.checks import CHECKS

    found = [name for kind in FILES for name in scenario.names(kind)]
    return [*found, *CHECKS]
