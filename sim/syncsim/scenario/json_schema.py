"""The JSON Schemas of the files, for editors: from the models that the files are read by.

The subset of draft 7 that YAML editors understand. The committed copies stand in
`scenarios/schema/`; `syncsim schema` prints what belongs there.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from syncsim.scenario.document import DesignText, NetworkText, ScenarioText
from syncsim.scenario.values import DURATION_PATTERN, format_duration

SchemaKind = Literal["scenario", "design", "network"]

_MODELS: dict[str, type[BaseModel]] = {
    "scenario": ScenarioText,
    "design": DesignText,
    "network": NetworkText,
}
_DURATION = f"^{DURATION_PATTERN}$"
_COMPUTED: tuple[Any, ...] = ("", [], {}, None)
"""Defaults that only mean "worked out when it is left out", and would tell a reader nothing."""


def schema(kind: SchemaKind = "scenario") -> dict[str, Any]:
    """Return the JSON Schema of one kind of file."""
    model = _MODELS[kind]
    made = model.model_json_schema(by_alias=True, ref_template="#/definitions/{model}")
    definitions = made.pop("$defs", {})
    whole = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"syncsim {kind}",
        **{key: value for key, value in made.items() if key != "title"},
        "definitions": definitions,
    }
    tidied = whole
    return tidied
