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
COLUMN_MAX = (1 << 31) - 1
"""Versions and read points stand in columns of 32 bits; no run has so many commits."""
DEPTH_MAX = 8

NOTE_KINDS = tuple(
    name for name, kind in KINDS.items() if kind.group == "client" or name in {"intent", "outcome"}
)
"""What a client may write into the history: what it did and what its person did."""

_NOTE_TEXTS = ("intent", "message", "entity", "view")
_NOTE_NUMBERS = ("version", "lsn")

_TEXTS = frozenset({"action", "id", "reason", "result", "trigger"})
_LISTS = frozenset({"entities", "overlays", "views"})
_OBJECTS = frozenset({"args", "items"})

_PLAIN = (str, bool, type(None))

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
    try:
        said = _decode(line.decode())
        if b"\\u" in line:
            # JSON can spell half a character, which no file could hold.
            json.dumps(said, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        expected = "JSON with whole numbers, and nothing else on standard output"
        raise BadAnswerError(expected, _start_of(line)) from None
    if not isinstance(said, dict):
        raise BadAnswerError("a JSON object", _start_of(line))
    answered = said.get("id")
    if type(answered) is not int or answered != message_id:
        raise BadAnswerError(f"an answer with id {message_id}", f"id {shown(answered)}")
    return said


def check_greeting(said: Said, protocol: int) -> None:
    """See that a client speaks this version of the protocol."""
    spoken = said.get("protocol")
    if type(spoken) is not int or spoken != protocol:
        found = f"protocol {shown(spoken)}"
        raise BadAnswerError(f"a client that speaks protocol {protocol}", found)
    remembers = said.get("remembers_rows", False)
    if not isinstance(remembers, bool):
        raise BadAnswerError("true or false under 'remembers_rows'", shown(remembers))


def outputs_of(said: Said) -> list[Said]:
    """Return the outputs of an answer."""
    out = said.get("out")
    if not isinstance(out, list) or not all(isinstance(each, dict) for each in out):
        raise BadAnswerError("a list of objects under 'out'", shown(out))
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
            f"null or a time after {now_us} under 'wake_us', in microseconds", shown(wake_us)
        )
    return wake_us


def text(said: Mapping[str, Any], name: str, default: str | None = "") -> str:
    """Return a text of an output; it stands in stories, so it can be printed."""
    value = said.get(name, default)
    if not isinstance(value, str) or len(value) > TEXT_MAX or not value.isprintable():
        raise BadAnswerError(
            f"a text of at most {TEXT_MAX} printable characters under '{name}'", _kind(value)
        )
    return value


def number(said: Mapping[str, Any], name: str) -> int:
    """Return a whole number of an output, -1 if it is not given."""
    value = said.get(name, -1)
    if type(value) is not int or not -1 <= value <= COLUMN_MAX:
        raise BadAnswerError(f"a whole number from -1 to {COLUMN_MAX} under '{name}'", _kind(value))
    return value


def choice(said: Mapping[str, Any], name: str, valid: tuple[str, ...]) -> str:
    """Return a text of an output that is one of a few."""
    value = said.get(name)
    if isinstance(value, str) and value in valid:
        return value
    value = text(said, name)
    raise BadAnswerError(f"one of {', '.join(valid)} under '{name}'", shown(value))


def entities(said: Mapping[str, Any], name: str, entity_type: str) -> tuple[str, ...]:
    """Return the rows of a type that an output names, as `type/id`, each once."""
    value = said.get(name)
    good = isinstance(value, list) and all(
        isinstance(each, str)
        and type_of(each) == entity_type
        and 0 < len(id_of(each)) <= TEXT_MAX
        and each.isprintable()
        for each in value
    )
    if not good or not value or len(dict.fromkeys(value)) < len(value):
        raise BadAnswerError(
            f"a list of different rows like '{entity_type}/A1' under '{name}'", shown(value)
        )
    return tuple(value)


def texts(said: Mapping[str, Any], name: str) -> dict[str, str]:
    """Return what a person typed, by the name of the argument."""
    value = said.get(name, {})
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise BadAnswerError(f"an object of texts under '{name}'", shown(value))
    return value


def note_fields(said: Said, domain: Domain) -> dict[str, Any]:
    """Return the fields of a note for the history."""
    fields: dict[str, Any] = {"kind": choice(said, "kind", NOTE_KINDS)}
    for name in _NOTE_TEXTS:
        if name in said:
            fields[name] = text(said, name)
    for name in _NOTE_NUMBERS:
        if name in said:
            fields[name] = number(said, name)
    entity = fields.get("entity")
    if entity and (type_of(entity) not in domain.entities or not id_of(entity)):
        raise BadAnswerError("a row like 'appointment/A1' under 'entity'", shown(entity))
    fields["data"] = _data_of(said, fields, domain) or None
    return fields


def _data_of(said: Said, fields: Said, domain: Domain) -> dict[str, Any]:
    """Return what a note carries, in the shapes that judges and figures rely on."""
    kind = fields["kind"]
    known = KINDS[kind].data
    data = said.get("data")
    if data is None:
        data = {}
    if not isinstance(data, dict) or not data.keys() <= known.keys():
        raise BadAnswerError(f"data of a {kind}: {', '.join(known) or 'none'}", shown(data))
    for name, value in data.items():
        if not _is_shaped(name, value, domain):
            raise BadAnswerError(f"as '{name}' of a {kind}: {known[name]}", shown(value))
    _check_depth(data, 0)
    if kind in {"paint", "base"}:
        _check_row(kind, data, fields)
    return data


def _is_shaped(name: str, value: object, domain: Domain) -> bool:
    """Tell whether a member of `data` has the shape that its name asks for."""
    if name == "fields":
        return value is None or isinstance(value, dict)
    if name in _TEXTS:
        return isinstance(value, str)
    if name in _LISTS:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    if name in _OBJECTS:
        return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
    if name == "query":
        return value is None or (isinstance(value, str) and value in domain.queries)
    return type(value) is (int if name == "generation" else bool)


def _check_row(kind: str, data: dict[str, Any], fields: Said) -> None:
    """See that a painted or confirmed row is one; no overlays are the default."""
    row = data.setdefault("fields", None)
    entity = fields.get("entity")
    if not entity or not fields.get("view"):
        raise BadAnswerError(f"a {kind} with an entity and a view", "one without")
    if row is not None:
        is_flat = not any(isinstance(value, dict | list) for value in row.values())
        if row.get("id") != id_of(entity) or not is_flat:
            raise BadAnswerError(f"null or the fields of {entity}, flat", shown(row))
    if kind == "paint":
        data.setdefault("overlays", [])


def _check_depth(value: dict[str, Any] | list[Any], depth: int) -> None:
    """See that nothing is too deep or too large to be read back."""
    if depth > DEPTH_MAX:
        raise BadAnswerError(f"data at most {DEPTH_MAX} levels deep", "more")
    for each in value.values() if isinstance(value, dict) else value:
        if isinstance(each, _PLAIN):
            continue
        if isinstance(each, int):
            if abs(each) > NUMBER_MAX:
                raise BadAnswerError("numbers that JavaScript can hold", "a larger one")
        else:
            _check_depth(each, depth + 1)


def _start_of(line: bytes) -> str:
    return quoted(line[:200].decode(errors="replace"))


def _kind(value: object) -> str:
    if isinstance(value, str) and len(value) > TEXT_MAX:
        return f"a text of {len(value)}"
    if type(value) is int and abs(value) > NUMBER_MAX:
        return "a larger one"
    return shown(value)


def shown(value: object) -> str:
    """Return a value as it can be quoted in an error."""
    try:
        return quoted(value)
    except RecursionError:
        return "something too deep to be shown"


def _no_fraction(_: str) -> NoReturn:
    raise ValueError("a history has no fractions")


_decode = json.JSONDecoder(parse_float=_no_fraction, parse_constant=_no_fraction).decode
