"""What other installed packages add: applications and strategies, by entry point.

A package names what it adds in its own metadata, under a group of this module's. Looking
names up loads nothing; a thing is imported when a file names it. Only packages that somebody
installed are asked, so a scenario cannot bring code of its own.

    [project.entry-points."syncsim.domains"]
    kanban = "my_package.board:KANBAN"

See https://packaging.python.org/en/latest/specifications/entry-points/ for the format.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from syncsim.errors import InputError, Problem, quoted

DOMAINS = "syncsim.domains"
"""The group of applications: each a `syncsim.domain.Domain`."""
STRATEGIES = "syncsim.strategies.{axis}"
"""The groups of strategies, one for each axis of a design: each a callable that is given the
settings of the axis and returns the strategy.

Their names have a dot in them, `acme.patient`, so none is ever taken for one of syncsim's own.
"""


def names(group: str) -> tuple[str, ...]:
    """Return the names in a group, sorted; nothing is imported for it."""
    return tuple(sorted(_found(group)))


def load(group: str, name: str, kind: type | None = None) -> Any:
    """Return the thing of a name.

    Args:
        group: one of the groups above.
        name: one of `names(group)`.
        kind: what it must be an instance of, None for anything that can be called.

    Raises:
        InputError: if it cannot be imported or is something else.
    """
    point = _found(group)[name]
    try:
        thing = point.load()
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise _unusable(point, "one that can be imported", quoted(reason)) from error
    wanted = "something that can be called" if kind is None else f"a {kind.__name__}"
    if not (callable(thing) if kind is None else isinstance(thing, kind)):
        raise _unusable(point, wanted, f"a {type(thing).__name__}")
    return thing


def strategies(axis: str) -> tuple[str, ...]:
    """Return the names of the strategies that packages add to an axis, sorted."""
    return tuple(name for name in names(STRATEGIES.format(axis=axis)) if "." in name)


def strategy(axis: str, settings: Any, kind: Any) -> Any:
    """Return a new strategy of a package: the one that the settings of an axis name.

    Args:
        axis: `read`, `overlay`, `write`, `recovery` or `merge`.
        settings: the settings of that axis in a design; what is called is given them.
        kind: the class or the runtime-checkable protocol that the strategy must be one of.

    Raises:
        InputError: if it cannot be imported, or what it returns is something else.
    """
    group = STRATEGIES.format(axis=axis)
    made = load(group, settings.strategy)(settings)
    if not isinstance(made, kind):
        point = _found(group)[settings.strategy]
        raise _unusable(point, f"something that returns a {kind.__name__}", type(made).__name__)
    return made


@cache
def _found(group: str) -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for point in _ordered(entry_points(group=group)):
        found.setdefault(point.name, point)
    return found


def _ordered(points: Iterable[EntryPoint]) -> list[EntryPoint]:
    """Return entry points in an order that does not hang on the order of the search path."""
    return sorted(points, key=lambda point: (point.name, point.value))


def _unusable(point: EntryPoint, expected: str, found: str) -> InputError:
    return InputError(
        Problem(
            code="broken-extension",
            place=f"{point.group}: {point.name} = {point.value}",
            expected=expected,
            found=found,
            hint="mend the package that adds it, or uninstall it",
        )
    )
