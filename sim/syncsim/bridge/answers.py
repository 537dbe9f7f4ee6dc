"""What a client says, held against the protocol before anything is done with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from syncsim.domain import Domain, id_of, type_of
from syncsim.errors import quoted
from syncsim.history.kinds import KINDS

OUTPUTS_MAX = 100_000
"""Outputs of one answer; a full repaint of a large screen has a hundredth of it."""
TEXT_MAX = 400
"""Characters of a name; those of the shipped client have less than a hundred."""
NUMBER_MAX = 1 << 53
"""Larger integers are not exact in JavaScript."""
DEPTH_MAX = 8

NOTE_KINDS = tuple(
    name for name, kind in KINDS.items() if kind.group == "client" or name in {"intent", "outcome"}
)
"""What a client may write into the history: what it did and what its person did."""

_NOTE_TEXTS = ("intent", "message", "entity", "view")
_NOTE_NUMBERS = ("version", "lsn")

Said = dict[str, Any]


class BadAnswerError(Exception):
    """An answer does not keep the protocol: what was expected, and what was found."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(expected, found)
        self.expected = expected
        self.found = found


def read_answer(line: bytes, message_id: int) -> Said:
    """Return an answer as an object that answers this message.

    Raises:
        BadAnswerError: if it is no JSON object without fractions, or answers another message.
    """
    shown = quoted(line[:200].decode(errors="replace"))
    try:
        said = json.loads(line, parse_float=_no_fraction, parse_constant=_no_fraction)
    except (ValueError, RecursionError):
        raise BadAnswerError("a line of JSON, with whole numbers", shown) from None
    if not isinstance(said, dict):
        raise BadAnswerError("a JSON object", shown)
    if said.get("id") != message_id:
        raise BadAnswerError(f"an answer with id {message_id}", f"id {quoted(said.get('id'))}")
    return said


def outputs_of(said: Said) -> list[Said]:
    """Return the outputs of an answer."""
    out = said.get("out")
    if not isinstance(out, list) or not all(isinstance(each, dict) for each in out):
        raise BadAnswerError("a list of objects under 'out'", quoted(out))
    if len(out) > OUTPUTS_MAX:
        raise BadAnswerError(f"at most {OUTPUTS_MAX} outputs", f"{len(out)}")
    return out


def wake_of(said: Said, now_us: int) -> int | None:
    """Return when the client wants to be woken."""
    wake_us = said.get("wake_us")
    if wake_us is None:
        return None
    if type(wake_us) is not int or not now_us < wake_us <= NUMBER_MAX:
        raise BadAnswerError(
            f"null or a time after {now_us} under 'wake_us', in microseconds", quoted(wake_us)
        )
    return wake_us


def text(said: Mapping[str, Any], name: str, default: str | None = "") -> str:
    """Return a text of an output."""
    value = said.get(name, default)
    if not isinstance(value, str) or len(value) > TEXT_MAX:
        raise BadAnswerError(
            f"a text of at most {TEXT_MAX} characters under '{name}'", _kind(value)
        )
    return value


def number(said: Mapping[str, Any], name: str) -> int:
    """Return a whole number of an output, -1 if it is not given."""
    value = said.get(name, -1)
    if type(value) is not int or not -1 <= value <= NUMBER_MAX:
        raise BadAnswerError(f"a whole number from -1 under '{name}'", quoted(value))
    return value


def choice(said: Mapping[str, Any], name: str, valid: tuple[str, ...]) -> str:
    """Return a text of an output that is one of a few."""
    value = text(said, name)
    if value not in valid:
        raise BadAnswerError(f"one of {', '.join(valid)} under '{name}'", quoted(value))
    return value


def entities(said: Mapping[str, Any], name: str, entity_type: str) -> tuple[str, ...]:
    """Return the rows of a type that an output names, as `type/id`."""
    value = said.get(name)
    good = isinstance(value, list) and all(
        isinstance(each, str) and type_of(each) == entity_type and 0 < len(id_of(each)) <= TEXT_MAX
        for each in value
    )
    if not good or not value:
        raise BadAnswerError(
            f"a list of rows like '{entity_type}/A1' under '{name}'", quoted(value)
        )
    return tuple(value)


def texts(said: Mapping[str, Any], name: str) -> dict[str, str]:
    """Return the texts by name that an output gives."""
    value = said.get(name, {})
    if not isinstance(value, dict):
        raise BadAnswerError(f"an object under '{name}'", quoted(value))
    return {key: text(value, key) for key in value}


def note_fields(said: Said, domain: Domain) -> dict[str, Any]:
    """Return the fields of a note for the history."""
    kind = choice(said, "kind", NOTE_KINDS)
    data = said.get("data") or {}
    known = KINDS[kind].data
    if not isinstance(data, dict) or not data.keys() <= known.keys():
        raise BadAnswerError(f"data of a {kind}: {', '.join(known) or 'none'}", quoted(data))
    _check_value(data, 0)
    fields: dict[str, Any] = {name: text(said, name) for name in _NOTE_TEXTS}
    fields |= {name: number(said, name) for name in _NOTE_NUMBERS}
    entity = fields["entity"]
    if entity and (type_of(entity) not in domain.entities or not id_of(entity)):
        raise BadAnswerError("a row like 'appointment/A1' under 'entity'", quoted(entity))
    if kind in {"paint", "base"}:
        _check_row(kind, data, fields)
    return {"kind": kind, **fields, "data": data or None}


def _check_row(kind: str, data: dict[str, Any], fields: Said) -> None:
    """See that a painted or confirmed row is one; no overlays are the default."""
    shown = data.setdefault("fields", None)
    if not fields["entity"] or not fields["view"]:
        raise BadAnswerError(f"a {kind} with an entity and a view", "one without")
    if shown is not None and (
        not isinstance(shown, dict)
        or shown.get("id") != id_of(fields["entity"])
        or any(isinstance(value, dict | list) for value in shown.values())
    ):
        raise BadAnswerError(f"null or the fields of {fields['entity']}, flat", quoted(shown))
    if kind == "paint":
        overlays = data.setdefault("overlays", [])
        if not isinstance(overlays, list) or not all(isinstance(each, str) for each in overlays):
            raise BadAnswerError("a list of intents under 'overlays'", quoted(overlays))


def _check_value(value: object, depth: int) -> None:
    if depth > DEPTH_MAX:
        raise BadAnswerError(f"data at most {DEPTH_MAX} levels deep", "more")
    if isinstance(value, dict):
        for each in value.values():
            _check_value(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            _check_value(each, depth + 1)
    elif isinstance(value, int) and abs(value) > NUMBER_MAX:
        raise BadAnswerError("numbers that JavaScript can hold", "a larger one")


def _kind(value: object) -> str:
    return f"a text of {len(value)}" if isinstance(value, str) else quoted(value)


def _no_fraction(_: str) -> NoReturn:
    raise ValueError("a history has no fractions")
