"""JSON, as elle-cli reads a history: one array of the events that EDN would hold."""

from __future__ import annotations

from syncsim.history import History
from syncsim_reports.exports.format import Format, compact
from syncsim_reports.exports.jepsen import CANNOT_HOLD, HOLDS, events


def write(history: History) -> bytes:
    """Return the events of a history as one JSON array, an event a line."""
    lines = ",\n ".join(map(compact, events(history)))
    return f"[{lines}]\n".encode()


FORMAT = Format(
    name="elle-json",
    suffix=".json",
    readers="elle-cli with the model list-append; `syncsim check`",
    holds=HOLDS,
    cannot_hold=CANNOT_HOLD,
    write=write,
)
