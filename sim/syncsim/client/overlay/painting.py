"""What the overlay strategies share: painting a change into rows, and saying that they did."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from syncsim.client.picture import Rows
from syncsim.client.view import View
from syncsim.domain import Change, Fields, Row, type_of

if TYPE_CHECKING:
    from syncsim.client.intent import Intent
    from syncsim.client.views import Views


def patched(row: Row, change: Change, intent: str) -> Row:
    """Return a row with a pending change painted into the fields that it has."""
    assert row.fields is not None, row.entity
    visible = {name: value for name, value in change.fields.items() if name in row.fields}
    return row._replace(fields={**row.fields, **visible}, overlays=(*row.overlays, intent), bytes=0)


def concerns(view: View, entity: str) -> bool:
    """Tell whether a row is of the type that a view lists."""
    return type_of(entity) == view.entity_type


# Written into the cache


def write_over(views: Views, intent: Intent) -> list[tuple[View, Rows]]:
    """Write an intent into every cached view that lists a changed row; return what was there."""
    assert intent.changes or not intent.overlaid, intent.name
    taken: list[tuple[View, Rows]] = []
    written: dict[str, list[str]] = {change.entity: [] for change in intent.changes}
    for view in views.cached():
        data = view.data
        touched = [c for c in intent.changes if data is not None and c.entity in data]
        if data is None or not touched:
            continue
        taken.append((view, data))
        rows = dict(data)
        for change in touched:
            rows[change.entity] = patched(rows[change.entity], change, intent.name)
            written[change.entity].append(view.view)
        views.write(view, rows, "overlay")
    for change in intent.changes:
        if written[change.entity]:
            note_overlay(views, intent, change.entity, change.fields, written[change.entity])
    return taken


# Kept apart


def cancel_related(views: Views, intent: Intent) -> None:
    """Cancel the fetches that would be out of date with an intent.

    Only a query that the end of the intent invalidates is sure to be fetched again.
    """
    for view in views.matching(intent.action.invalidates):
        if view.confirmed is not None:
            views.cancel(view, "overlay")


def paint_into(views: Views, view: View, rows: Rows, change: Change, intent: str) -> None:
    """Apply a pending change to the rows that a view is about to show.

    It may bring in a row that the view does not list. But if the view should list it as the
    client knows it, then the server knows it otherwise.
    """
    if not concerns(view, change.entity):
        return
    row = rows.get(change.entity)
    if row is None:
        row = views.known(change.entity)
        if row is None or view.test(row.fields or {}):
            return
    rows[change.entity] = patched(row, change, intent)


def hidden(view: View, rows: Rows) -> Rows:
    """Ask a view's conditions of the rows painted over: what fails them is there, but not seen."""
    listed = view.confirmed or {}
    return {
        entity: row if is_seen else row._replace(fields=None)
        for entity, row in rows.items()
        if (is_seen := not row.overlays or view.test(row.fields or {})) or entity in listed
    }


def touch(views: Views, entities: Iterable[str]) -> None:
    """Ask for a frame in every view that may show one of the rows."""
    wanted = tuple(entities)
    for view in views.cached():
        if any(concerns(view, entity) for entity in wanted):
            views.touched(view)


# Said


def note_overlay(
    views: Views, intent: Intent, entity: str, fields: Fields, names: list[str]
) -> None:
    """Take down that a pending change is shown in the views named, or otherwise than before."""
    assert names or not fields, (intent.name, entity)
    held = views.known(entity)
    data = {"fields": fields, "views": names}
    views.context.note("overlay", intent.name, "", entity, held.version if held else -1, data=data)
    if entity not in intent.overlaid:
        intent.overlaid.append(entity)


def note_unlay(views: Views, intent: Intent, reason: str) -> None:
    """Take down that nothing of an intent is shown as pending any more."""
    for entity in intent.overlaid:
        views.context.note("unlay", intent.name, "", entity, data={"reason": reason})
