"""ITF, the traces of Apalache and Quint: one state for each record that changed one.

The variables: which version of each row the backend holds, which version each view paints, and
which intents are pending. Versions stand for rows, because every map of ITF has one type.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from syncsim.errors import InputError, Problem
from syncsim.history import History, Record
from syncsim_reports.exports.format import Format, compact

CELLS_MAX = 20_000_000
"""Every state is written whole; so many entries make a file of some hundred megabytes."""

VARIABLES = ("event", "now_us", "painted", "pending", "store")


def write(history: History) -> bytes:
    """Return the trace.

    Raises:
        InputError: if a trace would be too large, because each state is written whole.
    """
    state = _State()
    states: list[str] = []
    cells = 0
    for record in history.of("row", "commit", "paint", "mount", "unmount", "intent", "outcome"):
        state.take(record)
        cells += state.cells
        if cells > CELLS_MAX:
            raise InputError(_too_large(len(states)))
        states.append(compact({"#meta": {"index": len(states)}, **state.values(record)}))
    meta = {"format": "ITF", "source": str(history.header.get("scenario", ""))}
    head = f'"#meta":{compact(meta)},"vars":{compact(VARIABLES)}'
    lines = ",\n".join(states)
    return f'{{{head},"states":[\n{lines}\n]}}\n'.encode()


class _State:
    """The variables after each record."""

    def __init__(self) -> None:
        self.cells = 0
        self._store: dict[str, int] = {}
        self._painted: dict[tuple[str, str], dict[str, int]] = {}
        self._pending: dict[str, None] = {}

    def take(self, record: Record) -> None:
        """Take in a record."""
        if record.kind in ("row", "commit"):
            self._store[record.entity] = record.version
        elif record.kind == "mount":
            self._painted[record.at, record.view] = {}
        elif record.kind == "unmount":
            self._painted.pop((record.at, record.view), None)
        elif record.kind == "intent":
            self._pending[record.intent] = None
        elif record.kind == "outcome":
            self._pending.pop(record.intent, None)
        else:
            rows = self._painted.setdefault((record.at, record.view), {})
            rows.pop(record.entity, None)
            if record.version >= 0 and (record.data or {}).get("fields") is not None:
                rows[record.entity] = record.version
        shown = sum(len(rows) + 1 for rows in self._painted.values())
        self.cells = len(self._store) + len(self._pending) + shown

    def values(self, record: Record) -> dict[str, Any]:
        """Return the variables in the notation of ITF."""
        clients = dict.fromkeys(sorted(client for client, _ in self._painted))
        return {
            "event": f"{record.kind} {record.entity or record.intent or record.view}".strip(),
            "now_us": _number(record.time_us),
            "store": _map((entity, _number(v)) for entity, v in sorted(self._store.items())),
            "painted": _map(
                (
                    client,
                    _map(
                        (view, _map((e, _number(v)) for e, v in sorted(rows.items())))
                        for (at, view), rows in sorted(self._painted.items())
                        if at == client
                    ),
                )
                for client in clients
            ),
            "pending": {"#set": sorted(self._pending)},
        }


def _number(number: int) -> dict[str, str]:
    return {"#bigint": str(number)}


def _map(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {"#map": [[key, value] for key, value in pairs]}


def _too_large(states: int) -> Problem:
    return Problem(
        code="too-large",
        place="--to itf",
        expected=f"a history whose states have at most {CELLS_MAX} entries in all",
        found=f"more after {states} states",
        hint="export a shorter run, or as csv",
    )


FORMAT = Format(
    name="itf",
    suffix=".itf.json",
    readers="Apalache, Quint, the ITF trace viewer",
    holds="the versions that backend and screens hold, and the pending intents, state by state",
    cannot_hold=(
        "rows' fields; messages, requests and causes; long runs, because every state is written"
        " whole"
    ),
    write=write,
)
