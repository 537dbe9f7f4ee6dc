"""Linearizability of registers on small written histories."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle

import pytest

from syncsim.errors import HistoryError
from syncsim.jepsen import Bounds, judge_operations, linearize
from tests.unit.jepsen.notation import event, register

GOOD = [
    "0 r",
    "0 w1 | 0 r1",
    "0 w1 / 1 r",
    "0 w1 / 1 r1",
    "0 w1 / 1 w2 | 0 r1",
    "0 w1 / 1 w2 / 2 r1 / 3 r2",
    "0 w1 | 0 c12 | 1 r2",
    "0 w1 | 0! c32 | 1 r1",
    "0 w1 / 1 c12 | 2 r2",
    "0? w1 | 1 r | 1 r1",
    "0? w1 | 1 r | 1 r",
    "0 w1 | 1? c12 | 2 r1 | 2 r2",
    "0! w1 | 1 r",
    "0? w1 | 1? c12 | 2 r2",
    "0? w1 / 1? w1 / 2? w1 | 3 r1 | 3 w2 | 4 r1",
]

BAD = [
    "0 r1",
    "0 w1 | 0 r",
    "0 w1 | 1 w2 | 2 r1",
    "0 w1 | 1 r1 / 2 w2 | 3 r2 | 3 r1",
    "0 w1 / 1 w2 | 2 r1 | 2 r2",
    "0! w1 | 1 r1",
    "0? w1 | 1 r1 | 1 w2 | 2 r2 | 2 r1",
    "0 w1 | 0 c21",
    "0 w1 | 1 c12 / 2 c13",
    "0? c12 | 1 r2",
    "0 r1 | 1? w1",
    "0? w1 | 1 r1 | 2 w2 | 2 r1",
]


@pytest.mark.parametrize("line", GOOD)
def test_a_linearizable_history_passes(line):
    assert judge_operations(register(line), "register").verdict.status == "pass"


@pytest.mark.parametrize("line", BAD)
def test_a_history_without_linearization_fails(line):
    assert judge_operations(register(line), "register").verdict.status == "fail"


def test_a_history_in_which_nothing_was_seen_is_unknown():
    judgement = judge_operations(register("0 w1 | 1? r1 | 2! c12"), "register")
    assert judgement.verdict.status == "unknown"
    assert "no read and no cas succeeded" in judgement.verdict.findings[0].why


def test_an_operation_that_never_ended_may_have_happened():
    operations = register("0 w1 | 1 r1")
    del operations[1]
    assert judge_operations(operations, "register").verdict.status == "pass"


def test_the_witness_is_the_shortest_beginning_and_names_what_was_open():
    operations = register("0 w1 | 1 w2 | 2 r2 | 2 r1 / 3 w4 | 1 r9")
    (finding,) = judge_operations(operations, "register").verdict.findings
    story = finding.stories[0]
    assert story.text == (
        "Process 2 read 1 (operations 6 and 8). Before that ended, the register can only have held"
        " 2. The last to write 1: process 0 wrote 1 (operations 0 and 1). Open at the same time:"
        " process 3 wrote 4 (operations 7 and 9). No order of the 5 operations"
        " begun by then explains that end."
    )
    assert story.records == (6, 7, 8, 9)
    assert judge_operations(operations[:8], "register").verdict.status == "pass"
    assert judge_operations(operations[:9], "register").verdict.status == "fail"


def test_a_value_that_nobody_wrote_is_told_as_such():
    text = judge_operations(register("0 w1 | 1 r7"), "register").verdict.findings[0].why
    assert "Nobody had written 7." in text
    text = judge_operations(register("0 w1 | 1 r"), "register").verdict.findings[0].why
    assert "Nobody had written nil; it is what the register held at first." in text


def keyed(*steps):
    operations = []
    for process, f, key, asked, answered in steps:
        event(operations, "invoke", process, f, (key, asked))
        event(operations, "ok", process, f, (key, answered))
    return operations


def test_each_key_is_a_register_of_its_own():
    steps = [(0, "write", "x", 1, 1), (0, "write", "y", 2, 2), (0, "cas", "x", (1, 3), (1, 3))]
    good = keyed(*steps, (0, "read", "x", None, 3), (0, "read", "y", None, 2))
    bad = keyed(*steps, (0, "read", "x", None, 3), (0, "read", "y", None, 1))
    assert judge_operations(good, "register").verdict.status == "pass"
    (finding,) = judge_operations(bad, "register").verdict.findings
    assert (finding.status, finding.failures) == ("fail", 1)
    assert finding.stories[0].entity == "y"
    assert "the register of key y can only have held 2" in finding.why


def test_true_and_one_and_a_fraction_are_three_values():
    from syncsim.jepsen.values import frozen

    for written, read in [(1, True), (True, 1), (1, 1.0), ([1], [True])]:
        operations = register("0 w1 | 1 r1")
        values = [frozen(written), frozen(written), None, frozen(read)]
        operations = [replace(op, value=v) for op, v in zip(operations, values, strict=True)]
        assert judge_operations(operations, "register").verdict.status == "fail"


def test_many_crashed_writes_of_values_that_nobody_wants_cost_nothing():
    line = " | ".join(f"{n}? w{n}" for n in range(10, 200)) + " | 0 w1 | 1 r1 | 1 w2 | 2 r2"
    bounds = Bounds(states=2, steps=20)
    assert judge_operations(register(line), "register", bounds=bounds).verdict.status == "pass"


def test_of_two_states_the_one_with_fewer_ghosts_is_kept():
    kept = {}
    assert linearize._add(kept, "v", 0, 0b110)
    assert linearize._add(kept, "v", 0, 0b001)
    assert not linearize._add(kept, "v", 0, 0b011)
    assert linearize._add(kept, "v", 0, 0b010)
    assert kept == {("v", 0): [0b001, 0b010]}
    assert linearize._add(kept, "w", 0, 0b111)
    assert linearize._add(kept, "v", 1, 0b111)


CLOCK = cycle([False, False, True])

WIDE = " / ".join(f"{n} w{n}" for n in range(12)) + " | 20 r3 | 20 r4"


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        (Bounds(states=50), "more than 50 states had to be kept at once"),
        (Bounds(steps=50), "more than 50 steps were needed"),
        (Bounds(memory_bytes=20_000), "about 20000 bytes of states were in memory"),
        (Bounds(is_over=CLOCK.__next__), "the time allowed was over"),
    ],
    ids=["states", "steps", "memory", "time"],
)
def test_a_search_over_its_bound_is_unknown_and_says_which(bounds, said):
    (finding,) = judge_operations(register(WIDE), "register", bounds=bounds).verdict.findings
    assert finding.status == "unknown"
    assert said in finding.why


def test_a_failure_of_one_key_is_told_even_if_another_costs_too_much():
    operations = keyed((0, "write", "x", 1, 1), (0, "read", "x", None, 2))
    for process in range(12):
        event(operations, "invoke", process, "write", ("y", process))
    for process in range(12):
        event(operations, "ok", process, "write", ("y", process))
    judgement = judge_operations(operations, "register", bounds=Bounds(steps=50))
    assert judgement.verdict.status == "fail"


@pytest.mark.parametrize(
    ("f", "asked", "answered", "code"),
    [
        ("cass", 1, 1, "unknown-function"),
        ("txn", 1, 1, "unknown-function"),
        ("cas", 1, 1, "wrong-value"),
        ("cas", (1, 2, 3), (1, 2, 3), "wrong-value"),
        ("read", ("x", None), 1, "wrong-value"),
        ("read", ("x", None), ("y", 1), "wrong-value"),
    ],
    ids=str,
)
def test_what_is_no_operation_of_a_register_is_refused(f, asked, answered, code):
    operations = []
    event(operations, "invoke", 0, f, asked)
    event(operations, "ok", 0, f, answered)
    with pytest.raises(HistoryError) as error:
        judge_operations(operations, "register")
    assert [problem.code for problem in error.value.problems] == [code]


def test_a_history_with_some_keys_and_some_none_is_refused():
    operations = keyed((0, "read", "x", None, None), (0, "write", "x", 1, 1))
    event(operations, "invoke", 1, "write", 2)
    event(operations, "invoke", 2, "cas", (1, 2))
    with pytest.raises(HistoryError) as error:
        judge_operations(operations, "register")
    assert [problem.place for problem in error.value.problems] == ["history:5:1", "history:6:1"]


def test_pairs_may_be_the_values_of_a_register_without_a_name():
    operations = register("0 w1 | 1 r1 | 1 r2")
    values = [("a", 1), ("a", 1), None, ("a", 1), None, ("B", 1)]
    operations = [replace(op, value=v) for op, v in zip(operations, values, strict=True)]
    (finding,) = judge_operations(operations, "register").verdict.findings
    assert finding.why.startswith("Process 1 read [B 1] (operations 4 and 5).")
