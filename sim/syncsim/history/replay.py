"""Plays a history back: what the backend held and what each client had on screen.

A judge feeds records in order and asks, after each, what a view should show and what it
does show. Nothing here knows the application: views and projections come as conditions in
the header.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from syncsim.history.conditions import Test, compile_conditions
from syncsim.history.history import Header
from syncsim.history.record import Record

SLICE = "slice"
"""The view name of the slice store: a second copy of the rows that other views show."""


class Row(NamedTuple):
    """A row as the backend holds it, or as a client was told it."""

    version: int
    fields: dict[str, Any]


class Painted(NamedTuple):
    """A row as one view shows it.

    `fields` is None where the view shows no such row, which also is something a person can
    see. `overlays` are the intents painted into it; `seq` is the record that painted it.
    """

    version: int
    fields: dict[str, Any] | None
    overlays: tuple[str, ...]
    seq: int


class Projection:
    """What a role may see of each row.

    All screens of a role share one, which keeps what it made of the newest version of each row:
    a commit concerns every screen.
    """

    def __init__(self, names: dict[str, tuple[str, ...]]) -> None:
        self._names = names
        self._made: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {}

    def project(self, entity: str, fields: dict[str, Any]) -> dict[str, Any] | None:
        """Return a row as the role may see it, None if it may not; nobody changes it."""
        made = self._made.get(entity)
        if made is not None and made[0] is fields:
            return made[1]
        names = self._names.get(entity_type(entity))
        seen = None if names is None else {name: fields.get(name) for name in names}
        self._made[entity] = fields, seen
        return seen


@dataclass(slots=True, kw_only=True)
class Screen:
    """One mounted view of one client.

    `truth` is what the view would show if it were up to date; `changed` and `changed_us` say
    at which version, and when, the truth of a row last changed visibly for this view; a row
    that left keeps its entry. `base` is what the server told the client; `shown` what it
    paints. `ready` is false until the view has shown its first data.
    """

    client: str
    view: str
    query: str
    entity_type: str
    test: Test | None
    projection: Projection
    mounted_us: int
    ready: bool = False
    truth: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    changed_us: dict[str, int] = field(default_factory=dict)
    base: dict[str, Row] = field(default_factory=dict)
    shown: dict[str, Painted] = field(default_factory=dict)

    def project(self, entity: str, fields: dict[str, Any]) -> dict[str, Any] | None:
        """Return the row as this client's role may see it, None if it may not."""
        return self.projection.project(entity, fields)

    def is_stale(self, entity: str) -> bool:
        """Tell whether this view shows something other than the backend holds.

        A row with the client's own pending intents on it is ahead of the backend, not
        behind, as long as the row under them is not old. The slice store owes no rows; it
        is compared only where it shows one.
        """
        if not self.ready:
            return False
        painted = self.shown.get(entity)
        fields = painted.fields if painted else None
        truth = self.truth.get(entity)
        if fields == truth:
            return False
        if self.test is None and fields is None:
            return False
        if painted is None or not painted.overlays:
            return True
        return painted.version < self.changed.get(entity, 0)


class Replay:
    """The state of the world at one point of a history.

    `rows` is the backend's store by entity (`type/id`); `screens` the mounted views by
    (client, view), in the order of mounting.
    """

    def __init__(self, header: Header) -> None:
        domain = header.get("domain", {})
        self._queries: dict[str, Any] = domain.get("queries", {})
        self._projections: dict[str, list[str]] = domain.get("projections", {})
        self._clients: dict[str, dict[str, str]] = header.get("clients", {})
        self._roles: dict[str, Projection] = {}
        self.rows: dict[str, Row] = {}
        self._committed_us: dict[str, int] = {}
        self.screens: dict[tuple[str, str], Screen] = {}

    def apply(self, record: Record) -> list[tuple[Screen, str]]:
        """Take one record in and return the (screen, entity) cells that it touched."""
        kind = record.kind
        if kind == "paint":
            return self._paint(record)
        if kind == "base":
            return self._base(record)
        if kind in ("commit", "row"):
            return self._commit(record)
        if kind == "mount":
            self._mount(record)
        elif kind == "ready":
            return self._ready(record)
        elif kind == "unmount":
            self.screens.pop((record.at, record.view), None)
        return []

    def screens_of(self, client: str) -> list[Screen]:
        """Return the mounted views of one client, in the order of mounting."""
        return [screen for (name, _), screen in self.screens.items() if name == client]

    def _mount(self, record: Record) -> None:
        data = record.data or {}
        role = self._clients.get(record.at, {}).get("role", "")
        user = self._clients.get(record.at, {}).get("user", "")
        query = data.get("query")
        facts = self._queries.get(query) if query else None
        names = {"$user": user, "$id": data.get("id", "")}
        screen = Screen(
            client=record.at,
            view=record.view,
            query=query or SLICE,
            entity_type=facts["entity"] if facts else "",
            test=compile_conditions([tuple(c) for c in facts["where"]], names) if facts else None,
            projection=self._projection_of(role),
            mounted_us=record.time_us,
        )
        for entity, row in self.rows.items():
            if screen.test is None or entity_type(entity) == screen.entity_type:
                self._set_truth(screen, entity, row, self._committed_us[entity])
        self.screens[record.at, record.view] = screen

    def _projection_of(self, role: str) -> Projection:
        if role not in self._roles:
            names = {
                key.partition("/")[2]: tuple(fields)
                for key, fields in self._projections.items()
                if key.partition("/")[0] == role
            }
            self._roles[role] = Projection(names)
        return self._roles[role]

    def _ready(self, record: Record) -> list[tuple[Screen, str]]:
        screen = self.screens.get((record.at, record.view))
        if screen is None:
            return []
        screen.ready = True
        return [(screen, entity) for entity in {**screen.truth, **screen.shown}]

    def _commit(self, record: Record) -> list[tuple[Screen, str]]:
        assert record.data is not None, record
        row = Row(record.version, record.data["fields"])
        self.rows[record.entity] = row
        self._committed_us[record.entity] = record.time_us
        touched = []
        entity, fields = record.entity, row.fields
        of_type = entity_type(entity)
        # Most screens are of rows of another type, or do not list the row before or after; this
        # runs for each commit and screen.
        for screen in self.screens.values():
            test = screen.test
            if test is not None and (
                screen.entity_type != of_type or (entity not in screen.truth and not test(fields))
            ):
                continue
            if self._set_truth(screen, entity, row, record.time_us):
                touched.append((screen, entity))
        return touched

    @staticmethod
    def _set_truth(screen: Screen, entity: str, row: Row, time_us: int) -> bool:
        """Bring one screen's truth up to a row of its type; tell whether that changed it."""
        belongs = screen.test is None or screen.test(row.fields)
        fields = screen.project(entity, row.fields) if belongs else None
        if fields == screen.truth.get(entity):
            return False
        if fields is None:
            del screen.truth[entity]
        else:
            screen.truth[entity] = fields
        screen.changed[entity] = row.version
        screen.changed_us[entity] = time_us
        return True

    def _base(self, record: Record) -> list[tuple[Screen, str]]:
        screen = self.screens.get((record.at, record.view))
        if screen is None:
            return []
        fields = (record.data or {}).get("fields")
        if fields is None:
            screen.base.pop(record.entity, None)
        else:
            screen.base[record.entity] = Row(record.version, fields)
        return [(screen, record.entity)]

    def _paint(self, record: Record) -> list[tuple[Screen, str]]:
        screen = self.screens.get((record.at, record.view))
        if screen is None:
            return []
        data = record.data or {}
        overlays = data.get("overlays")
        screen.shown[record.entity] = Painted(
            record.version, data.get("fields"), tuple(overlays) if overlays else (), record.seq
        )
        return [(screen, record.entity)]


def entity_type(entity: str) -> str:
    """Return the type of an entity named `type/id`."""
    return entity.partition("/")[0]
