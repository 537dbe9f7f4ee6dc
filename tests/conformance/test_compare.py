"""Traces are compared strictly where JavaScript is strict, and nowhere else."""

from __future__ import annotations

import json

import pytest

from syncsim.conformance.compare import compare
from syncsim.conformance.show import as_json, program_lines, side_by_side

PROGRAM = {"id": "x", "steps": [{"at": 0, "do": "count"}], "until": 10}


def compared(packages, model):
    """Compare two traces as they come from the runner and from the model."""
    return compare(json.dumps(PROGRAM), json.dumps({"id": "x", "trace": packages}).encode(), model)


@pytest.mark.parametrize(
    ("packages", "model"),
    [
        ([[0, "count", 0, 0]], [[0, "count", 0, 0]]),
        ([[0, "read", {"a": 1, "b": 2}]], [[0, "read", {"b": 2, "a": 1}]]),
        ([[0, "read", 1]], [[0, "read", 1.0]]),
        ([[0, "read", [{"n": 2.0}]]], [[0, "read", [{"n": 2}]]]),
    ],
)
def test_equal_traces(packages, model):
    assert compared(packages, model) is None


@pytest.mark.parametrize(
    ("packages", "model", "first"),
    [
        ([[0, "count", 0, 0]], [[0, "count", 1, 0]], 0),
        ([[0, "a"], [1, "b"]], [[0, "a"]], 1),
        ([[0, "a"]], [[0, "a"], [1, "b"]], 1),
        ([[0, "a"], [0, "b"], [0, "c"]], [[0, "a"], [0, "c"], [0, "b"]], 1),
        ([[0, "read", True]], [[0, "read", 1]], 0),
        ([[0, "read", None]], [[0, "read", 0]], 0),
        ([[0, "read", [1, 2]]], [[0, "read", [2, 1]]], 0),
        ([[0, "paint", {"data": None}]], [[0, "paint", {}]], 0),
    ],
)
def test_different_traces(packages, model, first):
    mismatch = compared(packages, model)
    assert mismatch is not None
    assert mismatch.first_difference == first


def test_traces_of_one_text_are_equal_and_those_of_another_are_not():
    answer = '{"id":"x","trace":[[0,"read",{"ä":[1]}]]}'.encode()
    trace = [[0, "read", {"ä": [1]}]]
    assert compare(json.dumps(PROGRAM), answer, trace) is None
    assert compare(json.dumps(PROGRAM), answer.replace(b"[1]", b"[2]"), trace) is not None
    assert compare(json.dumps(PROGRAM), answer, [*trace, [1, "b"]]) is not None


def test_a_program_that_could_not_be_run_differs():
    mismatch = compare(json.dumps(PROGRAM), b'{"id": "x", "error": "no such step"}', [[0, "a"]])
    assert mismatch is not None
    assert mismatch.packages == ('["no such step"]',)


def test_a_mismatch_is_shown_with_the_first_difference_marked():
    mismatch = compared([[0, "a"], [1, "b"]], [[0, "a"], [1, "c"]])
    table = side_by_side(mismatch)
    marks, packages, model = (list(column.cells) for column in table.columns)
    assert marks == ["", "≠"]
    assert [str(cell) for cell in packages] == ['[0, "a"]', '[1, "b"]']
    assert [str(cell) for cell in model] == ['[0, "a"]', '[1, "c"]']
    assert json.loads(program_lines(mismatch)) == PROGRAM
    assert as_json(mismatch)["model"] == [[0, "a"], [1, "c"]]
