"""The reference page of histories, and the JSON Schema of their lines."""

from __future__ import annotations

from typing import Any

from pages.markdown import GENERATED, said, table
from syncsim.history import FORMAT, KINDS, VERSION, Kind
from syncsim.history.record import FIELDS, NUMBER_FIELDS, TEXT_FIELDS

FIELD_MEANINGS = {
    "seq": "Place in the history, dense from 0.",
    "time_us": "Virtual time in microseconds; never goes back.",
    "kind": "What happened; see below.",
    "at": "Where: the name of a client, or `backend`.",
    "peer": "The other side: of a message, or the client that asked for a commit or was refused.",
    "cause": "`seq` of the record that led directly to this one; always an earlier one.",
    "intent": "One thing that a person asked for. The id survives retries.",
    "message": "Name of a message. A `send` has at most one `receive` or `lose` of the same name.",
    "entity": "A row, as `type/id`: `appointment/A1`.",
    "version": "The version of that row, from 1.",
    "lsn": "Number of a commit. Rows of one transaction share it; on an answer, its read point.",
    "view": "A query's key joined by `/`, as `appointments/list/pending`; or `slice`.",
    "data": "The rest, by kind.",
}

HEADER_MEANINGS = {
    "format": f"Always `{FORMAT}`.",
    "version": f"The version of this format: {VERSION}.",
    "records": "How many lines follow. A file with fewer was cut off.",
    "scenario": "Name of the scenario.",
    "title": "The scenario in one line.",
    "seed": "The seed of the run.",
    "design": "The sync design: its name, its five choices and their settings.",
    "network": "The network profile: its name, delays and loss.",
    "domain": "What a judge must know of the application: `transitions` of each entity, `actions` "
    "with their roles, `queries` as conditions, and the fields that each role sees under "
    "`projections`.",
    "clients": "By name of the client: its `role` and its `user`.",
    "bounds": "`settle_us` and `paint_us`, the limits of time that checks apply.",
    "checks": "The checks that the scenario asks for.",
    "sometimes": "The situations that must have arisen.",
    "properties": "The properties that must hold, a line each; left out if there are none.",
    "gateways": "How many there are, their idle time-out and the length of their queues; left out "
    "if there is one without limits.",
    "unfaithful": "`drop_ppm`, `duplicate_ppm` and `reorder_ppm` of the frames on open WebSockets; "
    "left out if connections were faithful.",
    "core": "The clients that were healed at the end and must converge; left out if all were.",
}


_INTRO = """\
# Histories

A history is everything that happened in one run, in order. It is the only evidence that checks,
staleness and figures rest on.

On disk it is JSON Lines in UTF-8: the header on the first line, then one record a line. Keys are
sorted, there are no spaces and no floats, and fields that do not apply are left out, so equal
histories are equal files. [history.schema.json](../../scenarios/schema/history.schema.json)
describes a line. This is one, broken over two lines here:

```json
{"at":"op-1","cause":137,"data":{"fields":{"status":"paid"},"views":["payments/verify"]},
"entity":"payment/P-A1","intent":"op-1.1","kind":"overlay","seq":138,"time_us":1000000,"version":1}
```

A history can also be a Parquet file (`syncsim.history.parquet`), with a column for each field. What
does not apply is null, `data` is the text of a JSON object, and the header stands as JSON in the
metadata under `syncsim-history`. Nothing is lost between the two, and only the Parquet file can be
read in batches.

The reader ignores keys that it does not know; the schema refuses them, so that a misspelt one is
noticed.

`slice` as a view is the slice store: a second copy of the rows that other views show.

A recorder outside syncsim may leave out fields and kinds that it does not know. A check whose
evidence is missing answers `unknown`. For a real application there is a recorder whose file needs
no order and no counts: [record your app](../guide/record-your-app.md).
"""

_NAMES = """\
## Names

The initial rows are `row` records at time 0, before anything else but the first `phase`. A run has
three phases: `safety`, in which anything may break; `settle`, in which all is healed; and `end`,
the last record. A history without it did not end, and nothing in it counts as a pass.

An `outcome` follows each `intent`, once. `refused` and `failed` mean that nothing was changed.
`unknown` means that nobody at the client can tell, as after a time-out. `withheld` means that the
row was not on screen, so nothing was sent.

The attempts of a write are the messages `INTENT/1`, `INTENT/2` and so on. A fetch is named after
the client, the view and what set it off. An answer is its request's name and `/reply`.

`base` is what the server told the client of a row, `paint` is what the person sees of it. The
`version` of a `paint` is that of the confirmed row underneath; the intents painted over it are its
`overlays`.
"""


def page() -> str:
    """Return the reference page of the history format."""
    groups: dict[str, list[Kind]] = {}
    for kind in KINDS.values():
        groups.setdefault(kind.group, []).append(kind)
    fields = ((f"`{name}`", _type(name), FIELD_MEANINGS[name]) for name in FIELDS)
    parts = [
        GENERATED,
        _INTRO,
        "## The header\n",
        table(("key", "meaning"), said(HEADER_MEANINGS)),
        "## The fields of a record\n",
        table(("field", "type", "meaning"), fields),
        _NAMES,
        "## The kinds of record\n",
    ]
    for group, kinds in groups.items():
        parts += [f"### {group}\n", table(("kind", "what happened", "`data`"), map(_row, kinds))]
    return "\n".join(parts)


def _type(field: str) -> str:
    if field == "data":
        return "object"
    return "text" if field in (*TEXT_FIELDS, "kind") else "integer"


def _row(kind: Kind) -> tuple[str, str, str]:
    data = "; ".join(f"`{key}`: {meaning}" for key, meaning in kind.data.items())
    return f"`{kind.name}`", kind.meaning, data


def schema() -> dict[str, Any]:
    """Return the JSON Schema of one line of a history file: a header or a record."""
    text = {name: {"type": "string", "minLength": 1} for name in TEXT_FIELDS}
    numbers = {name: {"type": "integer", "minimum": 0} for name in NUMBER_FIELDS}
    types: dict[str, dict[str, Any]] = {
        "seq": {"type": "integer", "minimum": 0},
        "time_us": {"type": "integer", "minimum": 0},
        "kind": {"enum": list(KINDS)},
        **text,
        **numbers,
        "data": {"type": "object"},
    }
    record = {
        "type": "object",
        "required": ["seq", "time_us", "kind"],
        "properties": {
            name: {**types[name], "description": FIELD_MEANINGS[name]} for name in FIELDS
        },
        "additionalProperties": False,
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": kind.name}}},
                "then": {"properties": {"data": {"$ref": f"#/definitions/{kind.name}"}}},
            }
            for kind in KINDS.values()
        ],
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "One line of a syncsim history: the header, or a record",
        "if": {"required": ["format"]},
        "then": {"$ref": "#/definitions/header"},
        "else": {"$ref": "#/definitions/record"},
        "definitions": {
            "header": _header_schema(),
            "record": record,
            **{
                kind.name: {
                    "description": kind.meaning,
                    "type": "object",
                    "properties": {
                        key: {"description": meaning} for key, meaning in kind.data.items()
                    },
                    "additionalProperties": False,
                }
                for kind in KINDS.values()
            },
        },
    }


def _header_schema() -> dict[str, Any]:
    types: dict[str, dict[str, Any]] = {name: {"type": "object"} for name in HEADER_MEANINGS}
    types |= {name: {"type": "string"} for name in ("scenario", "title")}
    types |= {name: {"type": "integer", "minimum": 0} for name in ("records", "seed")}
    types |= {
        name: {"type": "array", "items": {"type": "string"}}
        for name in ("checks", "sometimes", "properties", "core")
    }
    types |= {"format": {"const": FORMAT}, "version": {"const": VERSION}}
    return {
        "type": "object",
        "required": ["format", "version", "records", "clients", "domain"],
        "properties": {
            name: {**types[name], "description": meaning}
            for name, meaning in HEADER_MEANINGS.items()
        },
        "additionalProperties": False,
    }
