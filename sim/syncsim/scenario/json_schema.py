"""The JSON Schemas of the files, for editors: from the models that the files are read by.

They keep to the subset of draft 7 that YAML editors understand, and offer the names that
are the same for every scenario. The committed copies stand in `scenarios/schema/`;
`syncsim schema` prints what belongs there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from syncsim.domain import Entity
from syncsim.scenario.catalogue import DOMAINS
from syncsim.scenario.document import DesignText, ScenarioText
from syncsim.scenario.network_text import NetworkText
from syncsim.scenario.rows import DURATION_SUFFIX, states_of
from syncsim.scenario.values import DURATION_PATTERN, SPAN_PATTERN, format_duration

SchemaKind = Literal["scenario", "design", "network"]

_MODELS: Mapping[str, type[BaseModel]] = {
    "scenario": ScenarioText,
    "design": DesignText,
    "network": NetworkText,
}


class _Generator(GenerateJsonSchema):
    """Pydantic's generator, with defaults as a file would write them and no made-up titles."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        made = super().model_schema(schema)
        made.pop("title", None)
        return made

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Drop a default that only means "worked out when it is left out"."""
        made = super().default_schema(schema)
        pattern = made.get("pattern", "")
        if not made["default"] or "$ref" in made or SPAN_PATTERN in pattern:
            del made["default"]
        elif DURATION_PATTERN in pattern:
            made["default"] = format_duration(made["default"])
        return made


def schema(kind: SchemaKind = "scenario") -> dict[str, Any]:
    """Return the JSON Schema of one kind of file."""
    made = _MODELS[kind].model_json_schema(
        schema_generator=_Generator, ref_template="#/definitions/{model}"
    )
    definitions = made.pop("$defs", {})
    if kind == "scenario":
        rows = made["properties"]["rows"]
        rows["properties"] = {
            entity.name: {"type": "object", "additionalProperties": _row(entity)}
            for domain in DOMAINS.values()
            for entity in domain.entities.values()
        }
        rows["additionalProperties"] = False
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"A {kind} file of syncsim",
        **made,
        "definitions": definitions,
    }


def _row(entity: Entity) -> dict[str, Any]:
    """Return the schema of the fields of one row, or of the rows of a range."""
    properties = {
        name.removesuffix(DURATION_SUFFIX): _one_or_list(_field(entity, name))
        for name in entity.fields
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _field(entity: Entity, name: str) -> dict[str, Any]:
    default = entity.fields[name]
    if isinstance(default, bool):
        return {"type": "boolean"}
    if name.endswith(DURATION_SUFFIX):
        return {"type": ["string", "null"], "pattern": f"^{DURATION_PATTERN}$"}
    states = states_of(entity, name)
    if states:
        return {"enum": states}
    return {"type": ["string", "null"] if default is None else "string"}


def _one_or_list(one: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}
