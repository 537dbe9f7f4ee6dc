"""What a client is made of: how a file says it, what is refused, and how it is written again."""

from __future__ import annotations

from dataclasses import replace

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from syncsim import scenario
from syncsim.errors import InputError
from syncsim.scenario import made_of, values
from syncsim.scenario.scenario import MAKES, MODEL, TANSTACK
from tests.unit.scenario.sample import SAMPLE, problems_of, spoiled

LOADED = scenario.loads(SAMPLE, name="sample")
WORDS = st.lists(
    st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), min_size=1),
    min_size=1,
    max_size=5,
)


def with_runs(runs: str) -> str:
    """Return the sample with the therapist's client made of something."""
    return spoiled("th-1: {role: therapist}", f"th-1: {{role: therapist, runs: {runs}}}")


def make_of(text: str):
    """Return what the therapist's client of a file is made of."""
    (client,) = (each for each in scenario.loads(text).clients if each.name == "th-1")
    return client.runs


@pytest.mark.parametrize(
    ("written", "runs"),
    [
        ("model", MODEL),
        ("tanstack", TANSTACK),
        ("'tanstack'", TANSTACK),
        ("{command: [node, my-client.mjs]}", ("node", "my-client.mjs")),
        ("{command: [python3, -c, 'print(1)']}", ("python3", "-c", "print(1)")),
        ("{command: [./mine]}", ("./mine",)),
        ("{command: ['two words', 'ü']}", ("two words", "ü")),
        ("{command: ['5']}", ("5",)),
        (f"{{command: [{', '.join('x' * 100)}]}}", ("x",) * 100),
    ],
)
def test_a_client_is_made_of_what_the_file_says(written, runs):
    text = with_runs(written)
    assert make_of(text) == runs
    assert is_valid(text)


def test_a_client_is_modelled_if_the_file_says_nothing():
    assert make_of(SAMPLE) == MODEL
    assert "runs" not in scenario.dump(scenario.loads(SAMPLE))


WRONG = [
    "tanstak", "Model", "5", "true", "~", "[node, x]", "{}", "{command: []}", "{command: node}",
    "{command: [node, 5]}", "{command: [node, ~]}", "{command: ['']}", "{command: [[node]]}",
    "{command: [node], shell: true}", "{cmd: [node]}", "{command: {a: b}}", r'{command: ["a\nb"]}',
    f"{{command: [{'x' * 1_001}]}}",
    f"{{command: [{', '.join('x' * 101)}]}}",
]  # fmt: skip


@pytest.mark.parametrize("written", WRONG, ids=range(len(WRONG)))
def test_anything_else_is_refused_with_its_place(written):
    (problem,) = problems_of(with_runs(written))
    assert problem.code == "wrong-make"
    assert problem.place == "file.yaml:13:33"
    assert problem.expected == "model or tanstack, or a command"
    assert "{command: [node, my-client.mjs]}" in problem.hint
    assert len(problem.found) < 100


def test_a_misspelt_key_is_named():
    (problem,) = problems_of(
        spoiled("th-1: {role: therapist}", "th-1: {role: therapist, run: model}")
    )
    assert (problem.code, problem.hint) == ("unknown-key", "did you mean 'runs'?")


@given(WORDS)
def test_a_command_survives_being_written_and_read(words):
    (client, *_) = LOADED.clients
    text = scenario.dump(replace(LOADED, clients=(replace(client, runs=tuple(words)),)))
    line = next(line for line in text.splitlines() if "runs:" in line)
    ((_, facts),) = YAML(typ="safe", pure=True).load(line).items()
    assert values.parse_make(facts["runs"]) == tuple(words)


def is_valid(text: str) -> bool:
    """Tell whether a file meets the schema that editors use."""
    validator = jsonschema.Draft7Validator(scenario.schema("scenario"))
    return not list(validator.iter_errors(YAML(typ="safe", pure=True).load(text)))


def test_a_file_that_names_both_is_written_as_it_was():
    text = SAMPLE.replace("{role: therapist}", "{role: therapist, runs: tanstack}")
    text = text.replace("user: ann", "user: ann, runs: {command: [node, mine.mjs]}")
    dumped = scenario.dump(scenario.loads(text))
    assert "runs: tanstack" in dumped
    assert "runs: {command: [node, mine.mjs]}" in dumped
    assert dumped.count("runs:") == 2
    assert scenario.loads(dumped) == scenario.loads(text, name=scenario.loads(dumped).name)


OF_WORDS = ("\\n", "x" * 1_001, "['']")
SPOILT = [written for written in WRONG if not any(part in written for part in OF_WORDS)]
"""Those that are wrong by their shape; a schema says nothing of single words."""


@pytest.mark.parametrize("written", SPOILT, ids=range(len(SPOILT)))
def test_the_schema_refuses_the_same(written):
    assert not is_valid(with_runs(written))


@pytest.mark.parametrize("runs", MAKES)
def test_all_clients_can_be_made_of_the_same(runs):
    before = scenario.loads(with_runs("{command: [node, mine.mjs]}"))
    after = made_of(before, runs)
    assert [client.runs for client in after.clients] == [runs] * 4
    assert made_of(after, MODEL) == made_of(before, MODEL)
    assert [client.name for client in after.clients] == [client.name for client in before.clients]


@pytest.mark.parametrize("runs", ["tanstak", "", "node"])
def test_they_cannot_be_made_of_anything_else(runs):
    with pytest.raises(InputError) as caught:
        made_of(scenario.loads(SAMPLE), runs)
    (problem,) = caught.value.problems
    assert (problem.code, problem.place) == ("unknown-make", "runs")
    assert any(make in problem.hint for make in MAKES)


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["command", "x"]), inner),
    max_leaves=6,
))  # fmt: skip
def test_any_value_is_a_make_or_refused(value):
    try:
        made = values.parse_make(value)
    except values.BadValueError:
        return
    assert made in MAKES or all(isinstance(word, str) and word for word in made)


@pytest.mark.parametrize("word", ["", "a\0b", "\x1b[31m", "a\nb", "\ud800", "x" * 1_001])
def test_a_word_that_cannot_be_typed_is_none(word):
    with pytest.raises(values.BadValueError, match="or a command"):
        values.parse_make({"command": ["node", word]})
