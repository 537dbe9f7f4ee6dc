"""The types of values in files: durations, names, and what an editor may offer for them."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
)
from pydantic.json_schema import WithJsonSchema

from syncsim.design.strategies import strategy_names
from syncsim.domain import SYSTEM_ROLE
from syncsim.history.property import MAX_CHARACTERS
from syncsim.history.vocabulary import CHECK_NAMES, SOMETIMES
from syncsim.scenario import values
from syncsim.scenario.catalogue import DOMAINS
from syncsim.scenario.scenario import GESTURES, MAKES, VERBS

MAX_RETRIES = 100
"""With the longest back-off of 30 s this is most of an hour, longer than anyone waits."""
MAX_LIMIT = 1_000_000_000
"""A gigabyte for each commit; a bound above that binds nothing."""


def _offers(*names: str) -> Any:
    """Let an editor offer names that `compile` looks up and reports."""
    return Field(json_schema_extra={"enum": list(dict.fromkeys(names))})


def _matches(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$"})


def _strategy(axis: str) -> Any:
    """Take one of syncsim's own strategies of an axis, or one with a dot that a package adds."""
    return AfterValidator(partial(values.check_strategy, axis))


def _strategy_names(axis: str) -> WithJsonSchema:
    own = list(strategy_names(axis))
    added = {"type": "string", "pattern": values.ADDED_STRATEGY_PATTERN}
    return WithJsonSchema({"anyOf": [{"enum": own}, added]})


_DOMAINS = tuple(DOMAINS.values())
_ROLES = [role for domain in _DOMAINS for role in domain.roles]
_VIEWS = [
    query.name for domain in _DOMAINS for query in domain.queries.values() if not query.takes_id
]
_ACTIONS = [
    action.name
    for domain in _DOMAINS
    for action in domain.actions.values()
    if action.roles != (SYSTEM_ROLE,)
]

Duration = Annotated[int, BeforeValidator(values.parse_duration), _matches(values.DURATION_PATTERN)]
Span = Annotated[tuple[int, int], BeforeValidator(values.parse_span), _matches(values.SPAN_PATTERN)]
Drifts = Annotated[
    tuple[int, int],
    BeforeValidator(values.parse_drifts),
    WithJsonSchema(
        {
            "anyOf": [
                {
                    "type": "integer",
                    "minimum": -values.MAX_DRIFT_PPM,
                    "maximum": values.MAX_DRIFT_PPM,
                },
                {"type": "string", "pattern": f"^{values.DRIFTS_PATTERN}$"},
            ]
        }
    ),
]
Make = Annotated[
    str | tuple[str, ...],
    PlainValidator(values.parse_make),
    WithJsonSchema(
        {
            "oneOf": [
                {"enum": list(MAKES)},
                {
                    "type": "object",
                    "properties": {
                        "command": {
                            "type": "array",
                            "items": {"type": "string"},
                            "minItems": 1,
                            "maxItems": values.MAX_WORDS,
                        }
                    },
                    "required": ["command"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
Name = Annotated[str, AfterValidator(values.check_name), _matches(values.NAME_PATTERN)]
Id = Annotated[str, AfterValidator(values.check_id), _matches(values.ID_PATTERN)]
ScenarioName = Annotated[
    str, AfterValidator(values.check_scenario_name), _matches(values.SCENARIO_NAME_PATTERN)
]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Limit = Annotated[int, Field(ge=0, le=MAX_LIMIT)]
Retries = Annotated[int, Field(ge=0, le=MAX_RETRIES)]
DomainName = Annotated[str, _offers(*DOMAINS)]
Role = Annotated[str, _offers(*_ROLES)]
View = Annotated[str, _offers(*_VIEWS)]
ActionName = Annotated[str, _offers(*_ACTIONS)]
Deed = Annotated[str, _offers(*GESTURES, *_ACTIONS)]
VerbName = Annotated[str, _offers(*VERBS)]
CheckName = Annotated[str, _offers(*CHECK_NAMES)]
Situation = Annotated[str, _offers(*SOMETIMES)]
PropertyText = Annotated[
    str,
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_CHARACTERS}),
]
ReadStrategy = Annotated[str, _strategy("read"), _strategy_names("read")]
OverlayStrategy = Annotated[str, _strategy("overlay"), _strategy_names("overlay")]
WriteStrategy = Annotated[str, _strategy("write"), _strategy_names("write")]
RecoveryStrategy = Annotated[str, _strategy("recovery"), _strategy_names("recovery")]
MergeStrategy = Annotated[str, _strategy("merge"), _strategy_names("merge")]


class Model(BaseModel):
    """The base of all models: unknown keys are refused and no type is guessed.

    A model is built when it is first used, so a run does not pay for those of the schema.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)
