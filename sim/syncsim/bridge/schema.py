"""The lockstep protocol as tables, and the JSON Schema made from them.

What syncsim says is written by `messages`, what a client says is read by `answers`. The tables
name the same members with their meaning; tests hold them against both and against whole runs.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from syncsim.bridge.answers import NOTE_KINDS, NUMBER_MAX, OUTPUTS_MAX, TEXT_MAX
from syncsim.bridge.messages import PROTOCOL, Facts
from syncsim.history.kinds import KINDS


class Member(NamedTuple):
    """One member of an object: its JSON Schema, its meaning, and whether it may be missing."""

    type: Facts
    meaning: str
    optional: bool = False


class Shape(NamedTuple):
    """One kind of object: what it says, and its members beside `do`."""

    meaning: str
    members: dict[str, Member]


_TEXT: Facts = {"type": "string"}
_NAME: Facts = {"type": "string", "maxLength": TEXT_MAX}
_COUNT: Facts = {"type": "integer", "minimum": 0, "maximum": NUMBER_MAX}
_NUMBER: Facts = {"type": "integer", "minimum": -1, "maximum": NUMBER_MAX}
_FACTS: Facts = {"type": "object"}
_FLAT: Facts = {"not": {"type": ["object", "array"]}}
_TEXTS: Facts = {"type": "object", "additionalProperties": _NAME}
_ENTITY: Facts = {"type": "string", "pattern": "^[^/]+/.+$"}
_VIEWS: Facts = {"type": "array", "items": _TEXT}
_FIELDS: Facts = {
    "type": "object",
    "properties": {"id": _TEXT},
    "required": ["id"],
    "additionalProperties": _FLAT,
}


def _or_null(one: Facts) -> Facts:
    return {"anyOf": [one, {"type": "null"}]}


def _list(one: Facts) -> Facts:
    return {"type": "array", "items": one}


_ROW = Shape(
    "A row as the backend holds it and the role may see it.",
    {
        "entity": Member(_ENTITY, "the row, as type/id"),
        "version": Member(_COUNT, "its version, from 1"),
        "lsn": Member(_COUNT, "the commit that made this version"),
        "fields": Member(_FIELDS, "its fields, flat; `id` is always among them"),
    },
)
_SEEN = Shape(
    "A row of which an event tells.",
    {
        "entity": Member(_ENTITY, "the row, as type/id"),
        "version": Member(_COUNT, "its version after the change"),
    },
)
_ITEM = Shape(
    "The backend's answer for one row of a `mutate`.",
    {
        "entity": Member(_ENTITY, "the row, as type/id"),
        "result": Member({"enum": ["ok", "refused"]}, "whether the change was made"),
        "reason": Member(_TEXT, "why it was refused; empty for ok"),
        "version": Member(_NUMBER, "the row's version now; -1 if there is no such row"),
        "row": Member(
            {"anyOf": [{"$ref": "#/definitions/row"}, _ENTITY, {"type": "null"}]},
            "the row now; null if the role may not see it",
        ),
    },
)

_ORIGIN = Member(_TEXT, "what set this off, for naming the requests that follow from it")
_REQUEST = Member(_TEXT, "the name of the request")
_STEP = Member(_TEXT, "the name of what the person does")
_READ_POINT = Member(_COUNT, "the last commit that the answer takes into account")
_ROWS = _list({"anyOf": [{"$ref": "#/definitions/row"}, _ENTITY]})
"""A client that remembers rows is told of one that it has just so by its name alone."""

HELLO = Shape(
    "Who the client is, and what it plays. The first message, and the only one of its kind.",
    {
        "protocol": Member({"const": PROTOCOL}, "the version of the protocol"),
        "client": Member(_TEXT, "the client's name, with which it names its requests"),
        "role": Member(_TEXT, "the role of the person"),
        "user": Member(_TEXT, "the name of the person"),
        "design": Member(_FACTS, "the sync design of the scenario, with its times and retries"),
        "domain": Member(_FACTS, "the application: its queries, actions and projections"),
    },
)

MESSAGES: dict[str, Shape] = {
    "start": Shape(
        "The page is loaded; these views come on screen.",
        {"views": Member(_VIEWS, "names of queries")},
    ),
    "ask": Shape(
        "The person asks for an action.",
        {
            "intent": Member(_TEXT, "the id of the wish; it survives retries"),
            "action": Member(_TEXT, "the name of the action"),
            "row": Member(_TEXT, "the id of the row; empty for an action on many rows"),
            "with": Member(_TEXTS, "arguments that the person gave"),
        },
    ),
    "show": Shape(
        "The person switches to these views; any other leaves the screen.",
        {"step": _STEP, "views": Member(_VIEWS, "names of queries")},
    ),
    "open": Shape(
        "The person opens one row beside the views; it takes the place of one opened before.",
        {"step": _STEP, "row": Member(_TEXT, "the id of the row")},
    ),
    "close": Shape("The person closes the row that is open, if one is.", {"step": _STEP}),
    "refresh": Shape("The person asks for fresh data of all that is shown.", {"step": _STEP}),
    "rows": Shape(
        "The answer to a `query`.",
        {
            "origin": _ORIGIN,
            "request": _REQUEST,
            "lsn": _READ_POINT,
            "rows": Member(_ROWS, "all rows of the view"),
        },
    ),
    "result": Shape(
        "The answer to a `mutate`.",
        {
            "origin": _ORIGIN,
            "request": _REQUEST,
            "lsn": _READ_POINT,
            "items": Member(
                _list({"$ref": "#/definitions/item"}), "one answer for each row asked for"
            ),
            "rows": Member(_ROWS, "every row that was changed and may be seen"),
        },
    ),
    "event": Shape(
        "The socket tells of another client's change. It names the rows and holds none.",
        {
            "origin": _ORIGIN,
            "action": Member(_TEXT, "what was done"),
            "intent": Member(_TEXT, "whose wish it was; empty for the backend's own clock"),
            "lsn": Member(_COUNT, "the commit"),
            "rows": Member(_list({"$ref": "#/definitions/seen"}), "the rows that it changed"),
        },
    ),
    "failed": Shape(
        "A request came to nothing and the client was told so.",
        {"request": _REQUEST, "reason": Member(_TEXT, "why, as `refused`")},
    ),
    "wake": Shape("The time that the client gave as `wake_us` has come.", {}),
    "socket-opened": Shape("The WebSocket is open.", {}),
    "socket-closed": Shape("The WebSocket is lost; it is opened again without a word.", {}),
    "online": Shape("The browser says that it is online again.", {}),
    "offline": Shape("The browser says that it is offline.", {}),
}

_CAUSE = Member(
    _COUNT,
    "the record that led to this: the `cause` of this message, or of an earlier one",
    optional=True,
)
OUTPUTS: dict[str, Shape] = {
    "note": Shape(
        "Something that the history should hold.",
        {
            "kind": Member({"enum": list(NOTE_KINDS)}, "the kind of record"),
            "intent": Member(_NAME, "the wish that it is about", optional=True),
            "message": Member(_NAME, "the request that it is about", optional=True),
            "entity": Member(_NAME, "the row that it is about, as type/id", optional=True),
            "version": Member(_NUMBER, "the version of that row; -1 for none", optional=True),
            "lsn": Member(_NUMBER, "the read point, or the commit; -1 for none", optional=True),
            "view": Member(_NAME, "the view that it is about", optional=True),
            "data": Member(_or_null(_FACTS), "the rest, by kind", optional=True),
            "cause": _CAUSE,
        },
    ),
    "query": Shape(
        "Ask the backend for the rows of a view.",
        {
            "query": Member(_NAME, "the name of a query of the client's role"),
            "row": Member(_NAME, "the id of the row, for a query about one", optional=True),
            "view": Member(
                _NAME, "the view that it is for; by default the query's name", optional=True
            ),
            "name": Member(_NAME, "the name of the request", optional=True),
            "cause": _CAUSE,
        },
    ),
    "mutate": Shape(
        "Ask the backend for a change.",
        {
            "action": Member(_NAME, "the name of an action"),
            "rows": Member({"type": "array", "items": _ENTITY, "minItems": 1}, "as type/id"),
            "intent": Member(_NAME, "the wish that it is for"),
            "with": Member(_TEXTS, "the arguments of the action", optional=True),
            "key": Member(_NAME, "an idempotency key; empty for none", optional=True),
            "if_match": Member(
                {"type": "object", "additionalProperties": {"type": "integer"}},
                "by row, the version that it must still have",
                optional=True,
            ),
            "by": Member(
                {"type": "object", "properties": {"role": _NAME, "user": _NAME}},
                "who asks: the role and the user of hello, or nothing",
                optional=True,
            ),
            "name": Member(_NAME, "the name of the request", optional=True),
            "cause": _CAUSE,
        },
    ),
    "connect": Shape("Open the WebSocket, and again whenever it is lost.", {"cause": _CAUSE}),
}

_ID = Member({"type": "integer", "minimum": 1}, "the number of the message, one after the other")
_SENT = {
    "at_us": Member(_COUNT, "the time, in microseconds of the run"),
    "cause": Member(_COUNT, "the record of the history that the message stands for"),
}
_ANSWER = Shape(
    "What a client says to each message.",
    {
        "id": Member(_ID.type, "the number of the message that it answers"),
        "out": Member(
            {"type": "array", "items": {"$ref": "#/definitions/output"}, "maxItems": OUTPUTS_MAX},
            "what the message causes, in order",
        ),
        "wake_us": Member(
            {"type": ["integer", "null"], "minimum": 1, "maximum": NUMBER_MAX},
            "when to be woken, later than `at_us`; null or missing for never",
            optional=True,
        ),
        "protocol": Member({"const": PROTOCOL}, "as in the greeting", optional=True),
    },
)
_GREETING = Shape(
    "What a client says to hello.",
    {
        "id": Member({"const": 1}, "hello is the first message"),
        "protocol": Member({"const": PROTOCOL}, "the version that the client speaks"),
        "name": Member(_TEXT, "what the client is, for people who read along", optional=True),
        "out": Member({"type": "array", "maxItems": 0}, "nothing yet", optional=True),
        "remembers_rows": Member(
            {"type": "boolean"},
            "true if a row that was told before, and is still the same, may be told by its name",
            optional=True,
        ),
    },
)


def lockstep_schema() -> dict[str, Any]:
    """Return the JSON Schema of one line of the protocol, in either direction."""
    sent = {name: _message(name, shape, _SENT) for name, shape in MESSAGES.items()}
    outputs = {f"out-{name}": _message(name, shape, {}) for name, shape in OUTPUTS.items()}
    outputs["out-note"]["allOf"] = [
        {
            "if": {"properties": {"kind": {"const": kind}}},
            "then": {"properties": {"data": _or_null(_note_data(kind))}},
        }
        for kind in NOTE_KINDS
    ]
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"One line of the lockstep protocol of syncsim, version {PROTOCOL}",
        "if": {"required": ["do"]},
        "then": {"$ref": "#/definitions/message"},
        "else": {"$ref": "#/definitions/answer"},
        "definitions": {
            "message": _any_of(["hello", *sent]),
            "answer": {
                "if": {"properties": {"id": {"const": 1}}},
                "then": {"$ref": "#/definitions/greeting"},
                "else": {"$ref": "#/definitions/outputs"},
            },
            "hello": _message("hello", HELLO, {}),
            **sent,
            "greeting": _object(_GREETING.meaning, _GREETING.members),
            "outputs": _object(_ANSWER.meaning, _ANSWER.members),
            "output": _any_of(list(outputs)),
            **outputs,
            "row": _object(_ROW.meaning, _ROW.members),
            "seen": _object(_SEEN.meaning, _SEEN.members),
            "item": _object(_ITEM.meaning, _ITEM.members),
        },
    }


def _message(name: str, shape: Shape, more: dict[str, Member]) -> Facts:
    """Return the schema of an object that says by `do` what it is."""
    first = {} if name in OUTPUTS else {"id": _ID}
    do = {"do": Member({"const": name}, shape.meaning)}
    return _object(shape.meaning, {**first, **do, **shape.members, **more})


def _object(meaning: str, members: dict[str, Member]) -> Facts:
    return {
        "description": meaning,
        "type": "object",
        "properties": {
            name: {**member.type, "description": member.meaning} for name, member in members.items()
        },
        "required": [name for name, member in members.items() if not member.optional],
        "additionalProperties": False,
    }


def _any_of(names: list[str]) -> Facts:
    """Return the schema of an object that is one of several, told apart by `do`.

    Every branch but one is passed over, so that an error is about what was meant.
    """
    kinds = [name.removeprefix("out-") for name in names]
    return {
        "type": "object",
        "required": ["do"],
        "properties": {"do": {"enum": kinds}},
        "allOf": [
            {
                "if": {"properties": {"do": {"const": kind}}},
                "then": {"$ref": f"#/definitions/{name}"},
            }
            for kind, name in zip(kinds, names, strict=True)
        ],
    }


def _note_data(kind: str) -> Facts:
    """Return the schema of a note's data; a paint and a base hold a row, or null for none."""
    types: dict[str, Facts] = {}
    if kind in {"paint", "base"}:
        types = {"fields": _or_null(_FIELDS), "overlays": _list(_TEXT)}
    return {
        "type": "object",
        "properties": {
            key: {**types.get(key, {}), "description": meaning}
            for key, meaning in KINDS[kind].data.items()
        },
        "additionalProperties": False,
    }
