"""A Perfetto trace in its own form: a timeline to zoom into, with arrows for messages.

Every place is a process. Its tracks are the records as instants, its requests, and one track for
each row of each view that was old, with the windows in which it was. Two slices of one track may
not overlap unless one holds the other, so what goes on at the same time has tracks of its own. The
numbers of the fields are those of perfetto/trace/perfetto_trace.proto.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from syncsim.history import History, Record
from syncsim.staleness import measure
from syncsim_reports.exports.format import Format, compact
from syncsim_reports.exports.protobuf import fixed, nested, whole
from syncsim_reports.exports.requests import requests

SEQUENCE = 1
"""All packets are of one writer; a trace has several where several processes write."""

STATE_CLEARED = 1
NS_PER_US = 1000

BEGIN, END, INSTANT = 1, 2, 3
WORLD = "world"


def write(history: History) -> bytes:
    """Return the trace."""
    return _Trace().of(history)


class _Trace:
    """Packets in the making; a track is described before the first event on it."""

    def __init__(self) -> None:
        self._described: list[bytes] = []
        self._events: list[tuple[int, int, int, bytes]] = []
        self._tracks: dict[tuple[str, ...], int] = {}
        self._places = 0
        self._flows: dict[str, int] = {}
        self._free_from: dict[tuple[str, ...], list[int]] = {}

    def of(self, history: History) -> bytes:
        """Return the packets of a history, those that describe tracks first."""
        for place in [*sorted(history.header.get("clients") or {}), "backend"]:
            self._track(place)
        for record in history:
            self._record(record)
        self._requests(history)
        for window in sorted(measure(history).windows, key=lambda window: window.start_us):
            place = (window.client, "old data", window.view, window.entity)
            track = self._lane(place, window.start_us, window.end_us)
            facts = {"version": window.version, "cause": window.cause}
            self._slice(track, window.start_us, window.end_us, f"v{window.version} unseen", facts)
        # Events of one moment: what ends before what begins, else as they were written.
        self._events.sort(key=lambda event: event[:3])
        first = whole(13, STATE_CLEARED) + whole(10, SEQUENCE)
        packets = [first, *self._described, *(event[3] for event in self._events)]
        return b"".join(nested(1, packet) for packet in packets)

    def _track(self, *names: str) -> int:
        """Return the track of these names, one within the other, and describe it if it is new."""
        if names in self._tracks:
            return self._tracks[names]
        parent = self._track(*names[:-1]) if len(names) > 1 else 0
        uuid = self._tracks[names] = len(self._tracks) + 1
        about = whole(1, uuid)
        if parent:
            about += whole(5, parent) + nested(2, names[-1])
        else:
            self._places += 1
            about += nested(3, whole(1, self._places) + nested(6, names[0]))
        self._described.append(whole(10, SEQUENCE) + nested(60, about))
        return uuid

    def _lane(self, place: tuple[str, ...], start_us: int, end_us: int) -> int:
        """Return the first track of a place that is free; calls come in order of `start_us`."""
        lanes = self._free_from.setdefault(place, [])
        lane = next((n for n, free in enumerate(lanes) if free <= start_us), len(lanes))
        # An empty slice ends behind what begins with it, so that does not come on the same track.
        lanes[lane : lane + 1] = [max(end_us, start_us + 1)]
        return self._track(*place[:-1], place[-1] if lane == 0 else f"{place[-1]} ({lane + 1})")

    def _record(self, record: Record) -> None:
        facts: dict[str, Any] = {
            name: value
            for name, value in record._asdict().items()
            if name not in ("time_us", "kind", "at") and value not in ("", -1, None)
        }
        flow = b""
        if record.kind in ("send", "publish") and record.message:
            flow = fixed(47, self._flows.setdefault(record.message, len(self._flows) + 1))
        elif record.kind in ("receive", "lose") and record.message in self._flows:
            flow = fixed(48, self._flows[record.message])
        track = self._track(record.at or WORLD, "records")
        name = " ".join(filter(None, (record.kind, record.entity or record.view)))
        self._add(record.time_us, 1, track, INSTANT, nested(23, name) + _notes(facts) + flow)

    def _requests(self, history: History) -> None:
        for request in requests(history):
            end_us = request.end_us if request.end_us is not None else history.end_us
            begin_us = request.begin.time_us
            track = self._lane((request.client, "requests"), begin_us, end_us)
            facts = {
                "outcome": request.outcome, "reason": request.reason, "lsn": request.lsn,
                "intent": request.element,
            }  # fmt: skip
            self._slice(track, begin_us, end_us, request.what, facts)

    def _slice(
        self, track: int, start_us: int, end_us: int, name: str, facts: dict[str, Any]
    ) -> None:
        about = nested(23, name) + _notes({key: v for key, v in facts.items() if v not in ("", -1)})
        is_empty = start_us == end_us
        self._add(start_us, 2, track, BEGIN, about)
        self._add(end_us, 3 if is_empty else 0, track, END, b"")

    def _add(self, time_us: int, rank: int, track: int, kind: int, more: bytes) -> None:
        event = whole(9, kind) + whole(11, track) + more
        packet = whole(8, time_us * NS_PER_US) + whole(10, SEQUENCE) + nested(11, event)
        self._events.append((time_us, rank, len(self._events), packet))


def _notes(facts: dict[str, Any]) -> bytes:
    """Return facts as the arguments of an event."""
    return b"".join(nested(4, nested(10, name) + _note(value)) for name, value in _flat(facts))


def _note(value: Any) -> bytes:
    return whole(4, value) if isinstance(value, int) else nested(6, value)


def _flat(facts: dict[str, Any]) -> Iterable[tuple[str, int | str]]:
    for name, value in facts.items():
        is_plain = isinstance(value, str | int) and not isinstance(value, bool)
        yield name, value if is_plain else compact(value)


FORMAT = Format(
    name="perfetto",
    suffix=".pftrace",
    readers="ui.perfetto.dev, trace_processor",
    holds=(
        "every record with all its fields, requests and windows of old data as slices, messages as"
        " arrows"
    ),
    cannot_hold="the header; causes other than messages, save as numbers",
    write=write,
    is_text=False,
)
