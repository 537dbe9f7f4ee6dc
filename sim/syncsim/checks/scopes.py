"""The views and people that a property is about, their windows, and words for them."""

from __future__ import annotations

from syncsim.checks.evidence import Evidence, row_name, seconds
from syncsim.history.property import Scope
from syncsim.history.replay import SLICE
from syncsim.staleness import Window

CUT = "the run did not end, so the share of what would have come is open"


def windows_of(scope: Scope, evidence: Evidence) -> list[Window]:
    """Return the windows of a scope; the slice store is left out, as in every figure."""
    return [
        window
        for window in evidence.windows
        if window.query != SLICE
        and is_theirs(scope, window.client, evidence)
        and (scope.kind != "view" or scope.name in (window.view, window.query))
    ]


def is_theirs(scope: Scope, client: str, evidence: Evidence) -> bool:
    """Tell whether a client is one of a scope's; a scope of a view is about everybody."""
    if scope.kind == "role":
        return evidence.clients.get(client, {}).get("role") == scope.name
    return scope.kind != "client" or client == scope.name


def was_on_screen(scope: Scope, evidence: Evidence) -> bool:
    """Tell whether a view of a scope was ever on screen."""
    for record in evidence.of("mount"):
        query = (record.data or {}).get("query")
        named = scope.kind != "view" or scope.name in (record.view, query)
        if query and named and is_theirs(scope, record.at, evidence):
            return True
    return False


def records_of(window: Window, evidence: Evidence) -> tuple[int, ...]:
    """Return the change that a view lacked, and the paint that showed it, if one did."""
    found: list[int] = []
    for record in evidence.of("row", "commit"):
        if (record.entity, record.version) == (window.entity, window.version):
            found.append(record.seq)
            break
    for record in evidence.of("paint"):
        cell = record.at, record.view, record.entity
        if cell == (window.client, window.view, window.entity) and record.time_us in (
            window.start_us,
            window.paint_us,
        ):
            found.append(record.seq)
    return tuple(sorted(dict.fromkeys(found)))


def told(window: Window) -> str:
    """Tell of a window in a sentence."""
    ended = {"painted": "until", "left": "until the view left the screen at"}
    until = ended.get(window.ended, "until the history ended at")
    return (
        f"From {seconds(window.start_us)} {until} {seconds(window.end_us)} {window.client}'s view"
        f" {window.view} showed {row_name(window.entity)} without the change of"
        f" {seconds(window.commit_us)}, for {milliseconds(window.length_us)}."
    )


def in_scope(scope: Scope) -> str:
    """Write a scope after a noun: ` in therapist views`; nothing if it is everything."""
    forms = {"role": f" in {scope.name} views", "client": f" at {scope.name}"}
    return forms.get(scope.kind, f" in {scope.name}" if scope.name else "")


def whose(scope: Scope) -> str:
    """Write that there is no view of a scope, for what never came about."""
    return f"no view{in_scope(scope)}"


def milliseconds(length_us: int) -> str:
    """Write a length of time as exactly as it is known."""
    whole, part = divmod(length_us, 1000)
    return f"{whole}.{part:03d} ms" if part else f"{whole} ms"
