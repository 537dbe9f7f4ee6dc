"""What the recorder of `clients/recorder` wrote of one page, as records of a history.

The recorder tells what TanStack Query said and draws no conclusions; they are drawn here. A row
counts as told by the server if a fetch brought it, or if the page wrote it with a newer version
than was told before (as from a socket event, or out of the answer to a change). What else the page
writes between asking for a change and sending it is the overlay of that intent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from syncsim.history.record import Record

Fields = dict[str, Any] | None


@dataclass(slots=True, kw_only=True)
class _Row:
    """A row of a view, as it was told or as it is shown; `fields` is None if it is not there."""

    version: int = -1
    fields: Fields = None
    overlays: list[str] = field(default_factory=list)


_ABSENT = _Row()


@dataclass(slots=True, kw_only=True)
class _View:
    """A query of the page: what the server told of it, and what the person sees of it."""

    name: str
    now: dict[str, _Row] = field(default_factory=dict)
    told: dict[str, _Row] = field(default_factory=dict)
    shown: dict[str, _Row] = field(default_factory=dict)
    is_on: bool = False
    is_old: bool = False
    has_data: bool = False
    is_ready: bool = False
    request: str = ""


@dataclass(slots=True, kw_only=True)
class _Asked:
    """An intent; `on` holds its overlays by row, as `data` of a record.

    It is open to be painted until its first attempt leaves. It stays, with its `answer`, while some
    view may still hold what it painted: these are `live`, by row.
    """

    entities: list[str]
    on: dict[str, dict[str, Any]] = field(default_factory=dict)
    live: dict[str, list[str]] = field(default_factory=dict)
    is_open: bool = True
    attempts: int = 0
    answer: str = ""


class RecordedPage:
    """One page: takes the lines of its recorder, in order, and gathers records in `records`.

    The `seq` of a record is not yet its place in the history.
    """

    KINDS = ("page", "query", "asks", "attempt", "answer", "open", "close", "event")

    def __init__(self, client: str) -> None:
        self.client = client
        self.records: list[Record] = []
        self._now_us = 0
        self._views: dict[str, _View] = {}
        self._asked: dict[str, _Asked] = {}
        self._fetches = 0
        self._open: dict[int, None] = {}

    def take(self, line: Record) -> None:
        """Take one line in, which has been read as if it were a record."""
        self._now_us = line.time_us
        data = line.data or {}
        if line.kind == "query":
            self._query(line, data)
        elif line.kind == "asks":
            self._asks(line.intent, data)
        elif line.kind == "attempt":
            self._attempt(line.intent)
        elif line.kind == "answer":
            self._answer(line.intent, data.get("result", "unknown"))
        elif line.kind in ("open", "close"):
            self._socket(line.kind, data.get("epoch", 0))
        elif line.kind == "event":
            if line.message:
                self._note("receive", peer="backend", message=line.message)
            self.records.append(line._replace(message=""))

    def _note(self, kind: str, **facts: Any) -> None:
        self.records.append(Record(0, self._now_us, kind, self.client, **facts))

    # Changes

    def _asks(self, intent: str, data: dict[str, Any]) -> None:
        """Open an intent; told a second time, its optimistic writes are over."""
        known = self._asked.get(intent)
        if known is not None:
            known.is_open = False
            return
        entities = list(data.get("entities", ()))
        self._asked[intent] = _Asked(entities=entities)
        about = {key: data[key] for key in ("action", "args") if key in data}
        self._note(
            "intent",
            intent=intent,
            entity=entities[0] if len(entities) == 1 else "",
            data={**about, "entities": entities},
        )

    def _attempt(self, intent: str) -> None:
        asked = self._asked.get(intent)
        if asked is None:
            return
        asked.is_open = False
        asked.attempts += 1
        message = f"{intent}/{asked.attempts}"
        self._note("send", peer="backend", message=message, intent=intent, data={"what": "mutate"})

    def _answer(self, intent: str, result: str) -> None:
        """End an intent; what was never sent had no effect.

        Of a failed one the overlays go at once, of another when the server has told the row.
        """
        asked = self._asked.get(intent)
        if asked is None or asked.answer:
            return
        asked.answer = result if asked.attempts or result != "unknown" else "failed"
        asked.is_open = False
        self._note("outcome", intent=intent, data={"result": asked.answer})
        if asked.answer != "ok":
            for entity in asked.on:
                self._unlay(intent, entity, "rollback")
        elif not asked.on:
            del self._asked[intent]

    def _unlay(self, intent: str, entity: str, reason: str) -> None:
        self._note("unlay", intent=intent, entity=entity, data={"reason": reason})

    def _drop(self, view: _View, entity: str, *, is_told: bool) -> None:
        """Forget what answered intents painted on a row of a view, which now shows something else.

        Args:
            view: The view that holds the row.
            entity: The row.
            is_told: Whether the server told the row; only then an intent that succeeded is dropped.
        """
        for intent, asked in list(self._asked.items()):
            views = asked.live.get(entity, [])
            if not asked.answer or view.name not in views or (asked.answer == "ok" and not is_told):
                continue
            views.remove(view.name)
            if not views:
                del asked.live[entity]
                if asked.answer == "ok":
                    self._unlay(intent, entity, "response")
            if not asked.live:
                del self._asked[intent]

    # The socket

    def _socket(self, kind: str, epoch: int) -> None:
        """Tell of a connection; one that never opened does not close."""
        if kind == "open":
            self._open[epoch] = None
        elif epoch not in self._open:
            return
        else:
            del self._open[epoch]
        self._note(kind, peer="backend", data={"epoch": epoch})

    # Queries

    def _query(self, line: Record, data: dict[str, Any]) -> None:
        """Take in what the cache says of a query: its state, and what was done to it."""
        view = self._views.setdefault(line.view, _View(name=line.view))
        did, by_page = data.get("did"), data.get("by_page", False)
        if data.get("is_on", False) != view.is_on:
            self._mount(view, data)
        before = view.now
        if "rows" in data:
            view.has_data = data["rows"] is not None
            view.now = {
                row["entity"]: _Row(version=row.get("version", -1), fields=row["fields"])
                for row in data["rows"] or ()
            }
        if did == "success" and by_page:
            self._written(view, before)
        elif did == "success":
            self._fetched(view, line.lsn)
        self._fetch(view, data)
        is_old = data.get("is_old", False)
        if is_old != view.is_old:
            view.is_old = is_old
            self._note("invalidate" if is_old else "freshen", view=view.name, data={})
        self._paint(view)
        if view.is_on and view.has_data and not view.is_ready:
            view.is_ready = True
            self._note("ready", view=view.name)

    def _mount(self, view: _View, data: dict[str, Any]) -> None:
        """Put a view on screen, with what the cache was told before, or take it away."""
        view.is_on = not view.is_on
        view.is_ready = False
        view.shown = {}
        if not view.is_on:
            self._note("unmount", view=view.name)
            return
        about = {"query": data.get("query", view.name), "id": data.get("id", "")}
        self._note("mount", view=view.name, data=about)
        for entity, row in view.told.items():
            if row.fields is not None:
                self._base(view, entity, row)

    def _fetch(self, view: _View, data: dict[str, Any]) -> None:
        """End a fetch that is over without data, and begin one."""
        begins = data.get("did") == "fetch"
        if view.request and (begins or not data.get("is_fetching", False)):
            failed = data.get("did") == "error"
            self._note(
                "fetch_failed" if failed else "fetch_cancelled",
                view=view.name,
                message=view.request,
                data={"reason": str(data.get("error") or "")},
            )
            view.request = ""
        if begins:
            self._fetches += 1
            view.request = f"{self.client}/{view.name}/{self._fetches}"
            self._note("fetch", view=view.name, message=view.request, data={})

    def _fetched(self, view: _View, lsn: int) -> None:
        """Hold what the server told against what it had told before."""
        name, request = view.name, view.request
        self._note("fetched", view=name, message=request, lsn=lsn, data={"fresh": True})
        view.request = ""
        view.is_old = False
        for entity in {**view.told, **view.now}:
            self._tell(view, entity, view.now.get(entity, _ABSENT))
            self._drop(view, entity, is_told=True)

    def _tell(self, view: _View, entity: str, row: _Row) -> None:
        """Take in what the server told of a row, if it is something else than before.

        Of a row that left, the version is remembered, so that an old copy is known as such.
        """
        before = view.told.get(entity, _ABSENT)
        if row.fields == before.fields and row.version in (-1, before.version):
            return
        view.told[entity] = _Row(version=max(row.version, before.version), fields=row.fields)
        self._base(view, entity, row)

    def _base(self, view: _View, entity: str, row: _Row) -> None:
        data = {"fields": row.fields}
        self._note("base", view=view.name, entity=entity, version=row.version, data=data)

    def _written(self, view: _View, before: dict[str, _Row]) -> None:
        """Ask of each row that the page itself wrote what it stands for."""
        for entity in {**before, **view.now}:
            row, old = view.now.get(entity, _ABSENT), before.get(entity, _ABSENT)
            if row == old:
                continue
            intent = self._painting(entity)
            if intent:
                self._overlay(view, entity, intent, row.fields, old.fields)
            elif row.version > view.told.get(entity, _ABSENT).version:
                self._tell(view, entity, row)
                self._drop(view, entity, is_told=True)
            else:
                self._drop(view, entity, is_told=False)

    def _painting(self, entity: str) -> str:
        """Return the last intent about a row that has not been sent, empty if there is none."""
        for intent, asked in reversed(self._asked.items()):
            if asked.is_open and entity in asked.entities:
                return intent
        return ""

    def _overlay(self, view: _View, entity: str, intent: str, fields: Fields, old: Fields) -> None:
        """Paint an intent over a row: the fields that it has set since it was asked, anywhere."""
        asked = self._asked[intent]
        on = asked.on
        before = on.get(entity, {"fields": {}, "views": []})
        sets = fields
        if fields is not None and old is not None:
            changed = {name: value for name, value in fields.items() if old.get(name) != value}
            sets = {**(before["fields"] or {}), **changed}
        views = [name for name in before["views"] if name != view.name]
        on[entity] = {"fields": sets, "views": [*views, view.name]}
        asked.live[entity] = list(on[entity]["views"])
        self._note("overlay", intent=intent, entity=entity, data=on[entity])

    def _paint(self, view: _View) -> None:
        """Tell of each row that is shown otherwise than before."""
        if not view.is_on:
            return
        for entity in {**view.shown, **view.now}:
            row = view.now.get(entity, _ABSENT)
            overlays = [
                intent
                for intent, asked in self._asked.items()
                if view.name in asked.live.get(entity, ())
                and _shows(row.fields, asked.on[entity]["fields"])
            ]
            painted = _Row(version=row.version, fields=row.fields, overlays=overlays)
            if painted == view.shown.get(entity, _ABSENT):
                continue
            view.shown[entity] = painted
            self._note(
                "paint",
                view=view.name,
                entity=entity,
                version=row.version,
                data={"fields": row.fields, "overlays": overlays},
            )


def _shows(fields: Fields, sets: Fields) -> bool:
    """Tell whether a row holds what an overlay sets, or is gone if that takes it away."""
    if fields is None or sets is None:
        return fields is sets
    return all(fields.get(name) == value for name, value in sets.items())
