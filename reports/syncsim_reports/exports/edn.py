"""EDN, as Jepsen stores a history and Elle reads one: one map a line."""

from __future__ import annotations

import json
from typing import Any

from syncsim.history import History
from syncsim_reports.exports.format import Format, text
from syncsim_reports.exports.jepsen import CANNOT_HOLD, HOLDS, NEMESIS, Event, events


def write(history: History) -> bytes:
    """Return the events of a history as EDN."""
    return text([_event(event) for event in events(history)])


def _event(event: Event) -> str:
    return "{" + ", ".join(f":{key} {_field(key, value)}" for key, value in event.items()) + "}"


def _field(key: str, value: Any) -> str:
    """Return a field; what is a word of Jepsen's becomes a keyword."""
    if key in ("type", "f") or (key == "process" and value == NEMESIS):
        return f":{value}"
    if key == "value" and isinstance(value, list):
        return f"[{' '.join(f'[:{name} {_form(of)} {_form(what)}]' for name, of, what in value)}]"
    return _form(value)


def _form(value: Any) -> str:
    if value is None:
        return "nil"
    if isinstance(value, list):
        return f"[{' '.join(map(_form, value))}]"
    # The escapes of JSON are escapes of EDN, too.
    return json.dumps(value)


FORMAT = Format(
    name="edn",
    suffix=".edn",
    readers="Elle, Jepsen, elle-cli; `syncsim check`",
    holds=HOLDS,
    cannot_hold=CANNOT_HOLD,
    write=write,
)
