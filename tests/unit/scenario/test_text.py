from __future__ import annotations

import pytest

from syncsim.errors import InputError
from syncsim.scenario.text import FILE_BYTES, MAX_DEPTH, decode, parse


def refusal(text):
    """Return the first problem of a text that is refused, if only in `problems`."""
    try:
        return parse(text, "f").problems[0][1]
    except InputError as error:
        return error.problems[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: on", "on"),
        ("a: no", "no"),
        ("a: 1:30", "1:30"),
        ("a: 010", 10),
        ("a: 0x10", "0x10"),
        ("a: 1e3", 1000.0),
        ("a: -7", -7),
        ("a: '7'", "7"),
        ("a: True", True),
        ("a: ~", None),
        ("a:", None),
        ("a: 2026-01-01", "2026-01-01"),
        ("a: |\n  x\n  y\n", "x\ny\n"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text, value):
    read = parse(text, "f").data["a"]
    assert read == value
    assert type(read) is type(value)


def test_a_key_is_always_text():
    assert parse("1: a\ntrue: b", "f").data == {"1": "a", "true": "b"}


def test_every_value_and_key_knows_its_place():
    tree = parse("a:\n  - {b: 1}\n  - c\nd:\ne: 2\n", "f")
    assert tree.mark(("a", 0, "b")) == (2, 9)
    assert tree.mark(("a", 0, "b"), key=True) == (2, 6)
    assert tree.mark(("a", 1)) == (3, 5)
    assert tree.mark(("d",)) == (4, 1)
    assert tree.mark(("a", 0, "not there")) == (2, 5)


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("", "empty-file", "f:1:1"),
        ("# nothing but this\n", "empty-file", "f:1:1"),
        ("---\n...\n", "empty-file", "f:1:1"),
        ("a: 1\nb: [1\nc: 2\n", "not-yaml", "f:3:2"),
        ("a: b: c", "not-yaml", "f:1:5"),
        ("a: 'x", "not-yaml", "f:1:6"),
        ("a: 1\n\tb: 2", "not-yaml", "f:2:1"),
        ('a: "\\U99999999"', "not-yaml", "f:1:1"),
        ("a: 1\n---\nb: 2\n", "many-documents", "f:2:1"),
        ("%YAML 1.1\n---\na: 1\n", "yaml-directive", "f:2:1"),
        ("%TAG ! tag:x,2000:\n---\na: 1\n", "yaml-directive", "f:2:1"),
        ("a: !!python/object/apply:os.system [ls]", "yaml-tag", "f:1:4"),
        ("a: !!str 1", "yaml-tag", "f:1:4"),
        ("a: &x 1\nb: *x\n", "yaml-alias", "f:1:4"),
        ("b: *x\n", "yaml-alias", "f:1:4"),
        ("a: 1\nb: 2\na: 3\n", "duplicate-key", "f:3:1"),
        ("a: {b: 1, b: 2}", "duplicate-key", "f:1:11"),
        ("? [a]\n: 1\n", "wrong-key", "f:1:3"),
        ("a: 12345678901234567890", "number-too-large", "f:1:4"),
        ("a: x\x1b[31m", "control-character", "f:1:5"),
        ('a: 1\nb: "\\e[31m"', "control-character", "f:2:4"),
        ('a: "\\ud800"', "control-character", "f:1:4"),
    ],
)
def test_text_that_is_refused(text, code, place):
    problem = refusal(text)
    assert (problem.code, problem.place) == (code, place)


def test_the_first_of_two_keys_is_named():
    assert refusal("a: 1\nb: 2\na: 3\n").found == "'a' again, after line 1"


@pytest.mark.parametrize(
    "hostile",
    ["[" * 100_000, "{a: " * 50_000, "- " * 100_000, "a: [" + "[" * 999],
    ids=["lists", "mappings", "block lists", "inside"],
)
def test_deep_nesting_is_refused(hostile):
    assert refusal(hostile).code == "too-deep"


def test_the_limit_of_nesting_is_exact():
    assert (
        parse("[" * MAX_DEPTH + "]" * MAX_DEPTH, "f").data == parse("[" * 32 + "]" * 32, "f").data
    )
    assert refusal("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)).code == "too-deep"


def test_aliases_that_would_expand_without_end_are_refused():
    laughs = "a: &a [x, x]\n" + "".join(
        f"{after}: &{after} [*{name}, *{name}]\n"
        for name, after in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert refusal(laughs).code == "yaml-alias"
    assert refusal("a: &a [*a]").code == "yaml-alias"


def test_a_text_over_the_limit_is_refused_unread():
    assert refusal("[" * (FILE_BYTES + 1)).code == "too-large"


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (b"a: 1\nb: \x00", "binary-file", "f:2:4"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "binary-file", "f:3:1"),
        ("a: 1".encode("utf-16"), "binary-file", "f:1:4"),
        (b"a: 1\nb: \xe9t\xe9", "not-utf-8", "f:2:4"),
    ],
)
def test_bytes_that_are_refused(data, code, place):
    with pytest.raises(InputError) as caught:
        decode(data, "f")
    (problem,) = caught.value.problems
    assert (problem.code, problem.place) == (code, place)


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert decode(b"\xef\xbb\xbfa: 1", "f") == "a: 1"
