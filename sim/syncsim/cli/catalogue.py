"""What `list` and `show` know of: scenarios, designs, networks and checks."""

from __future__ import annotations

KINDS = ("scenarios", "designs", "networks", "checks")


def entries(kind: str) -> list[tuple[str, str]]:
    """Return the names of a kind, each with a line on what it is."""
    if kind == "checks":
        from syncsim.checks import CHECKS

        return [(check.name, check.statement) for check in CHECKS.values()]
    from syncsim import scenario

    if kind == "designs":
        return [(name, scenario.load_design(name).title) for name in scenario.names(kind)]
    if kind == "networks":
        return [(name, scenario.load_network(name).title) for name in scenario.names(kind)]
    return [(name, scenario.load(name).title) for name in scenario.names(kind)]


def kind_of(name: str) -> str | None:
    """Return the kind that has an entry of this name, None if none has."""
    from syncsim import scenario
    from syncsim.checks import CHECKS

    for kind in ("scenarios", "designs", "networks"):
        if name in scenario.names(kind):
            return kind
    return "checks" if name in CHECKS else None


def all_names() -> list[str]:
    """Return every name of every kind."""
    from syncsim import scenario
    from syncsim.checks import CHECKS

    found = [name for kind in KINDS[:3] for name in scenario.names(kind)]
    return [*found, *CHECKS]
