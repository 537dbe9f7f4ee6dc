"""What a view may show of a row: the confirmed fields and the intents still pending on it."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass
from typing import Any

from syncsim.history import Record
from syncsim.history.replay import Row, Screen

PRESENCE = "whether the row is there"
"""What is wrong where a row is shown that should not be, or the other way round."""

Cell = tuple[str, str]
"""A client and a row."""

ENDED_MAX = 32
"""Overlays kept per row after their intents ended; views have caught up with older ones."""


@dataclass(slots=True)
class Layer:
    """One overlay: the fields that an intent sets on a row, and the views it was applied to.

    `fields` is None if the intent takes the row away. `is_on` is false once the client says
    that it took the overlay off.
    """

    intent: str
    fields: dict[str, Any] | None
    views: tuple[str, ...]
    is_on: bool = True


class Overlays:
    """The overlays of every client, in the order they were put on, and what became of them.

    Feed it every record of `KINDS`, in order.
    """

    KINDS = ("overlay", "unlay", "outcome", "commit", "fetched")

    def __init__(self) -> None:
        # By client and row.
        self._layers: dict[tuple[str, str], list[Layer]] = {}
        # By intent: the clients and rows that it was painted over.
        self._cells_of: dict[str, dict[Cell, None]] = {}
        # By client: the commits of what it has painted, and their rows, in order.
        self._own: dict[str, list[tuple[int, str]]] = {}
        # By intent: its outcome. By intent and row: version and lsn of its commit.
        self._outcomes: dict[str, Record] = {}
        self._committed: dict[tuple[str, str], tuple[int, int]] = {}
        # By client and view: the read point of the last fetch.
        self._read_lsn: dict[tuple[str, str], int] = {}

    def apply(self, record: Record) -> list[Cell]:
        """Take one record in and return the rows of which clients it concerns."""
        kind, intent, entity = record.kind, record.intent, record.entity
        if kind == "fetched":
            return self._fetched(record)
        if kind == "commit":
            return self._commit(record) if intent else []
        if kind == "outcome":
            self._outcomes[intent] = record
            return list(self._cells_of.get(intent, ()))
        layers = self._layers.setdefault((record.at, entity), [])
        if kind == "overlay":
            data = record.data or {}
            self._cells_of.setdefault(intent, {})[record.at, entity] = None
            self._own_commit(record.at, intent, entity)
            _lay(layers, Layer(intent, data.get("fields"), tuple(data.get("views", ()))))
            ended = [layer for layer in layers if layer.intent in self._outcomes]
            if len(ended) > ENDED_MAX:
                layers.remove(ended[0])
        else:
            for layer in layers:
                layer.is_on = layer.is_on and layer.intent != intent
        return [(record.at, entity)]

    def _fetched(self, record: Record) -> list[Cell]:
        """Return the rows whose own commits lie between this read and the one before it."""
        client, view = record.at, record.view
        before = self._read_lsn.get((client, view), -1)
        self._read_lsn[client, view] = record.lsn
        first, last = sorted((before, record.lsn))
        own = self._own.get(client, [])
        return [
            (client, entity)
            for _, entity in own[bisect_left(own, (first,)) : bisect_left(own, (last + 1,))]
        ]

    def _commit(self, record: Record) -> list[Cell]:
        intent, entity = record.intent, record.entity
        self._committed[intent, entity] = record.version, record.lsn
        cells = [cell for cell in self._cells_of.get(intent, ()) if cell[1] == entity]
        for client, _ in cells:
            self._own_commit(client, intent, entity)
        return cells

    def _own_commit(self, client: str, intent: str, entity: str) -> None:
        """Note the commit of what a client has painted, if there was one."""
        committed = self._committed.get((intent, entity))
        if committed is not None:
            insort(self._own.setdefault(client, []), (committed[1], entity))

    def outcome(self, intent: str) -> Record | None:
        """Return the outcome of an intent, None while it is pending."""
        return self._outcomes.get(intent)

    def read_lsn(self, screen: Screen) -> int:
        """Return the read point of the last fetch of a view, -1 if there was none."""
        return self._read_lsn.get((screen.client, screen.view), -1)

    def failed(self, client: str, entity: str) -> list[Layer]:
        """Return the overlays on a row whose intents came to nothing."""
        layers = self._layers.get((client, entity), [])
        return [layer for layer in layers if self._result(layer.intent, entity) not in ("", "ok")]

    def applied(self, screen: Screen, entity: str) -> list[tuple[Layer, bool]]:
        """Return the overlays that a view may show on a row, and whether it must show them.

        It must while the intent is pending and was applied to this view. It may while the
        confirmed rows do not tell yet what became of it.
        """
        layers = self._layers.get((screen.client, entity))
        if not layers:
            return []
        applied = []
        row = screen.base.get(entity)
        for layer in layers:
            result = self._result(layer.intent, entity)
            is_told = self._is_told(screen, entity, row, layer)
            if not result or (result == "ok" and not is_told):
                must = not result and layer.is_on and screen.view in layer.views and not is_told
                applied.append((layer, must))
        return applied

    def what_is_wrong(self, screen: Screen, entity: str) -> str:
        """Return the first field that is not as it may be, or `PRESENCE`; empty if all is well.

        A slice store owes no rows.
        """
        painted, row = screen.shown.get(entity), screen.base.get(entity)
        shown, base = painted.fields if painted else None, row.fields if row else None
        if shown is None and screen.test is None:
            return ""
        if shown == base and (screen.client, entity) not in self._layers:
            return ""
        applied = self.applied(screen, entity)
        if not applied and shown == base:
            return ""
        if shown is not None and applied and applied[-1][0].fields is None and applied[-1][1]:
            return PRESENCE
        if shown is None or base is None:
            return "" if applied else PRESENCE
        for name, value in shown.items():
            allowed = [base.get(name)]
            for layer, must in applied:
                if layer.fields and name in layer.fields:
                    allowed = [layer.fields[name]] if must else [*allowed, layer.fields[name]]
            if value not in allowed:
                return name
        return ""

    def _is_told(self, screen: Screen, entity: str, row: Row | None, layer: Layer) -> bool:
        """Tell whether the confirmed rows of a view hold an intent's commit."""
        committed = self._committed.get((layer.intent, entity))
        if committed is None:
            return False
        version, lsn = committed
        return self.read_lsn(screen) >= lsn or (row is not None and row.version >= version)

    def _result(self, intent: str, entity: str) -> str:
        """Return what became of an intent on a row, empty while it is pending."""
        outcome = self._outcomes.get(intent)
        if outcome is None:
            return ""
        data = outcome.data or {}
        result: str = data.get("items", {}).get(entity) or data.get("result", "")
        return result


def _lay(layers: list[Layer], layer: Layer) -> None:
    """Put an overlay on; one that its intent has on already is replaced where it lies.

    A client that runs a pending intent again may find that it now sets other fields.
    """
    for place, old in enumerate(layers):
        if old.intent == layer.intent and old.is_on:
            layers[place] = layer
            return
    layers.append(layer)
