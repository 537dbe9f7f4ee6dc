"""What is still under way at each client and could bring one of its screens up to date."""

from __future__ import annotations

from syncsim.history import Record

EVERYBODY = "*"
"""Stands for every client; no client is called so."""


class Underway:
    """Follows fetches, socket events in flight, pending intents and armed triggers.

    A fetch is under way from its start to its last end; waiting for a retry is a part of
    that. A change that waits for the broker is under way to everybody. Feed it every record of
    `KINDS`, in order.
    """

    KINDS = (
        "fetch", "fetched", "fetch_failed", "fetch_cancelled", "commit", "send", "receive", "lose",
        "intent", "outcome", "forget", "arm", "disarm", "publish",
    )  # fmt: skip

    def __init__(self) -> None:
        # By (client, view): the request, and whether it waits for a retry.
        self._fetches: dict[tuple[str, str], dict[str, bool]] = {}
        # By client: the messages in flight, with the lsn and the row they tell of.
        self._events: dict[str, dict[str, tuple[int, str]]] = {}
        self._intents: dict[str, dict[str, None]] = {}
        self._armed: dict[str, dict[str, None]] = {}
        self._rows_of: dict[int, list[str]] = {}
        # What the broker has not heard of, by the message, as with events.
        self._waiting: dict[str, tuple[int, str]] = {}

    def apply(self, record: Record) -> str:
        """Take one record in and return the client whose prospects it changed, or ''.

        They may be those of `EVERYBODY`.
        """
        kind = record.kind
        if kind in ("receive", "lose"):
            in_flight = self._events.get(record.at)
            gone = in_flight.pop(record.message, None) if in_flight else None
            return record.at if gone is not None else ""
        if kind == "send":
            return self._send(record)
        if kind == "commit":
            self._rows_of.setdefault(record.lsn, []).append(record.entity)
            return ""
        if kind == "publish":
            return self._publish(record)
        if kind.startswith("fetch"):
            self._fetch(record)
        elif kind == "intent":
            self._intents.setdefault(record.at, {})[record.intent] = None
        elif kind in ("outcome", "forget"):
            self._intents.get(record.at, {}).pop(record.intent, None)
        else:
            trigger = (record.data or {}).get("trigger", "")
            armed = self._armed.setdefault(record.at, {})
            if kind == "arm":
                armed[trigger] = None
            else:
                armed.pop(trigger, None)
        return record.at

    def is_fetching(self, client: str, view: str) -> bool:
        """Tell whether an answer for this view may still come."""
        return bool(self._fetches.get((client, view)))

    def will_hear_of(self, client: str, entity: str) -> bool:
        """Tell whether an event about this row is in flight to the client, or may yet be."""
        return any(
            about == entity or entity in self._rows_of.get(lsn, ())
            for lsn, about in (*self._events.get(client, {}).values(), *self._waiting.values())
        )

    def is_quiet(self, client: str) -> bool:
        """Tell whether no event is in flight, no intent pending and no trigger armed."""
        return not (
            self._events.get(client)
            or self._intents.get(client)
            or self._armed.get(client)
            or self._waiting
        )

    def _publish(self, record: Record) -> str:
        if (record.data or {}).get("waits"):
            self._waiting[record.message] = record.lsn, record.entity
        elif self._waiting.pop(record.message, None) is None:
            return ""
        return EVERYBODY

    def _send(self, record: Record) -> str:
        if (record.data or {}).get("what") != "event":
            return ""
        in_flight = self._events.setdefault(record.peer, {})
        in_flight[record.message] = record.lsn, record.entity
        return record.peer

    def _fetch(self, record: Record) -> None:
        fetches = self._fetches.setdefault((record.at, record.view), {})
        if record.kind == "fetch":
            # A new try takes the place of the one that waited for it.
            for request in [name for name, waits in fetches.items() if waits]:
                del fetches[request]
            fetches[record.message] = False
        elif record.kind == "fetch_failed" and (record.data or {}).get("reason") == "retrying":
            fetches[record.message] = True
        else:
            fetches.pop(record.message, None)
