from __future__ import annotations

import json
from dataclasses import fields
from typing import Literal, get_args, get_origin, get_type_hints

import jsonschema
import pytest
from ruamel.yaml import YAML

from syncsim import scenario
from syncsim.design import Merge, Overlay, Read, Recovery, Write
from syncsim.net.profile import Profile
from syncsim.scenario import Bounds, catalogue, document
from tests.unit.scenario.sample import SAMPLE, spoiled

KINDS = ("scenario", "design", "network")


def valid(kind, text):
    """Tell whether a text meets the schema of its kind."""
    validator = jsonschema.Draft7Validator(scenario.schema(kind))
    return not list(validator.iter_errors(YAML(typ="safe", pure=True).load(text)))


@pytest.mark.parametrize("kind", KINDS)
def test_the_committed_schema_is_in_step(kind):
    committed = catalogue.folder() / "schema" / f"{kind}.schema.json"
    assert json.loads(committed.read_text(encoding="utf-8")) == scenario.schema(kind), (
        f"run `syncsim schema {kind} > {committed}`"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_each_schema_is_one(kind):
    jsonschema.Draft7Validator.check_schema(scenario.schema(kind))


def test_the_sample_meets_the_schema():
    assert valid("scenario", SAMPLE)


@pytest.mark.parametrize("name", scenario.names("scenarios"))
def test_every_scenario_meets_the_schema(name):
    assert valid("scenario", scenario.find("scenarios", name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", scenario.names("designs"))
def test_every_design_meets_the_schema(name):
    assert valid("design", scenario.find("designs", name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", scenario.names("networks"))
def test_every_network_meets_the_schema(name):
    assert valid("network", scenario.find("networks", name).read_text(encoding="utf-8"))


def test_a_dumped_scenario_meets_the_schema():
    assert valid("scenario", scenario.dump(scenario.loads(SAMPLE)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: A", "titel: A"),
        ("syncsim: 1", "syncsim: 2"),
        ("user: ann", "user: a b"),
        ("{role: therapist}", "{role: therapst}"),
        ("[pending, active]", "[pending, activ]"),
        ("status: awaiting_payment", "status: waiting"),
        ("{at: 4s, who: op-1, do: close}", "{at: 4, who: op-1, do: close}"),
        ("do: close", "do: clse"),
        ("leg: response", "leg: respons"),
        ("do: drop", "do: doubl"),
        ("[CONV, INVAL]", "[CONV, INVL]"),
        ("[refusal]", "[refusl]"),
        ("network: office", "network: {name: x}"),
    ],
)
def test_the_schema_refuses_what_loading_refuses(old, new):
    assert not valid("scenario", spoiled(old, new))


def test_the_schema_explains_itself():
    properties = scenario.schema()["properties"]
    assert properties["title"]["description"] == "The scenario in one line."
    assert "default" not in properties["until"]
    made = scenario.schema("design")["definitions"]["ReadText"]["properties"]["stale_time"]
    assert made["default"] == "5m"


RECORDS = [
    (document.ReadText, Read),
    (document.OverlayText, Overlay),
    (document.WriteText, Write),
    (document.RecoveryText, Recovery),
    (document.MergeText, Merge),
    (document.BoundsText, Bounds),
    (document.InlineNetwork, Profile),
]


@pytest.mark.parametrize(("model", "record"), RECORDS)
def test_a_model_has_the_settings_defaults_and_choices_of_its_record(model, record):
    choices = get_type_hints(record)
    settings = {setting.name: setting for setting in fields(record)}
    assert set(model.model_fields) == set(settings)
    for name, field in model.model_fields.items():
        if not field.is_required():
            assert field.default == settings[name].default
        assert field.alias in (None, name.removesuffix("_us"))
        if get_origin(choices[name]) is Literal:
            assert get_args(field.annotation) == get_args(choices[name])
