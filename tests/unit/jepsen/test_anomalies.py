"""Every anomaly: a history of a few operations that has it, and a neighbour that does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncsim.errors import HistoryError
from syncsim.jepsen import Assumptions, Bounds, cycles, judge_operations
from syncsim.jepsen.rw_register import RwRegister
from tests.unit.jepsen.notation import anomalies, event, lists, registers, txns

LISTS = [
    ("G0", "0 ax1 ay1 / 1 ax2 ay2 | 2 rx12 ry21", "0 ax1 ay1 / 1 ax2 ay2 | 2 rx12 ry12"),
    ("G1a", "0! ax1 / 1 rx1", "0? ax1 / 1 rx1"),
    ("G1b", "0 ax1 ax2 / 1 rx1", "0 ax1 ax2 / 1 rx12"),
    ("G1c", "0 ax1 ry1 / 1 ay1 rx1", "0 ax1 ry1 / 1 ay1 rx"),
    ("G1c", "0 ax1 ry1 / 1 ax2 ay1 / 2 rx1", "0 ax1 / 1 ax2 ay1 / 2 rx1"),
    ("G-single", "0! ax1 / 1 ax2 ay1 / 2 rx12 / 3 rx ry1", "0! ax1 / 1 ax2 ay1 / 2 rx12 / 3 rx"),
    ("G-single", "0 ax1 ay1 / 1 rx1 ry", "0 ax1 ay1 / 1 rx1 ry1"),
    ("G-nonadjacent", "0 ax1 / 1 ay1 / 2 rx1 ry / 3 rx ry1", "0 ax1 / 1 ay1 / 2 rx1 ry / 3 rx ry"),
    ("G2-item", "0 rx ay1 / 1 ry ax1", "0 rx ay1 / 1 ry1 ax1"),
    ("G0-process", "0 ax1 | 0 ax2 / 1 rx21", "0 ax1 | 0 ax2 / 1 rx12"),
    ("G1c-process", "0 rx1 / 1 ax1 ry1 | 0 ay1", "0 rx1 / 1 ax1 ry1 | 2 ay1"),
    ("G1c-realtime", "0 rx1 / 1 ax1 ry1 | 2 ay1", "0 rx1 / 1 ax1 ry1 / 2 ay1"),
    ("G-single-process", "0 ax1 | 0 rx", "0 ax1 | 0 rx1"),
    ("G0-realtime", "0 ax1 | 1 ax2 / 2 rx21", "0 ax1 | 1 ax2 / 2 rx12"),
    ("G-single-realtime", "0 ax1 | 1 rx", "0 ax1 / 1 rx"),
    ("internal", "0 ax1 rx12 / 1 ax2", "0 ax1 rx21 / 1 ax2"),
    ("internal", "0 rx rx1 / 1 ax1", "0 rx1 rx1 / 1 ax1"),
    ("internal", "0 ax1 rx", "0 ax1 rx1"),
    ("future-read", "0 rx1 ax1", "0 rx ax1"),
    ("incompatible-order", "0 ax1 / 1 ax2 / 2 rx12 / 3 rx21", "0 ax1 / 1 ax2 / 2 rx12 / 3 rx1"),
    ("incompatible-order", "0 ax1 ax2 / 1 ax3 / 2 rx213", "0 ax1 ax2 / 1 ax3 / 2 rx123"),
    ("duplicate-elements", "0 ax1 / 1 rx11", "0 ax1 / 1 rx1"),
    ("garbage-read", "0 ax1 / 1 rx12", "0 ax1 / 2 ax2 / 1 rx12"),
    ("lost-update", "0 rx ax1 / 1 rx ax2", "0 rx ax1 / 1 rx1 ax2"),
    ("dirty-update", "0! ax1 / 1 ax2 / 2 rx12", "0? ax1 / 1 ax2 / 2 rx12"),
    ("dirty-update", "0! ax1 / 1? ax2 / 3 ax3 / 2 rx123", "0! ax1 / 1? ax2 / 2 rx12"),
]  # fmt: skip

REGISTERS = [
    ("G1a", "0! wx1 / 1 rx1", "0? wx1 / 1 rx1"),
    ("G1b", "0 wx1 wx2 / 1 rx1", "0 wx1 wx2 / 1 rx2"),
    ("G1c", "0 wx1 ry1 / 1 wy1 rx1", "0 wx1 ry1 / 1 wy1 rx"),
    ("G-single", "0 wx1 wy1 / 1 rx1 ry", "0 wx1 wy1 / 1 rx1 ry1"),
    ("G-nonadjacent", "0 wx1 / 1 wy1 / 2 rx1 ry / 3 rx ry1", "0 wx1 / 1 wy1 / 2 rx1 ry / 3 rx ry"),
    ("G2-item", "0 rx wy1 / 1 ry wx1", "0 rx wy1 / 1 ry1 wx1"),
    ("G-single-process", "0 wx1 | 0 rx", "0 wx1 | 0 rx1"),
    ("G-single-realtime", "0 wx1 | 1 rx", "0 wx1 / 1 rx"),
    ("internal", "0 wx1 rx2 / 1 wx2", "0 wx1 rx1 / 1 wx2"),
    ("internal", "0 rx rx1 / 1 wx1", "0 rx1 rx1 / 1 wx1"),
    ("future-read", "0 rx1 wx1", "0 rx wx1"),
    ("garbage-read", "0 rx1", "0 rx1 / 1 wx1"),
    ("lost-update", "0 rx wx1 / 1 rx wx2", "0 rx wx1 / 1 rx1 wx2"),
]  # fmt: skip

ALONE = [
    ("G1b", "0 ax1 ax2 / 1 rx1"),
    ("G1b", "0 ax1 ax2 / 1 rx1 / 2 rx12"),
    ("G-single", "0 ax1 ay1 / 1 rx1 ry"),
    ("G2-item", "0 rx rz1 / 1 ax1 ry / 2 ay1 az1"),
    ("incompatible-order", "0 ax1 ay1 / 1 ax2 ay2 / 2 rx12 / 3 rx21 ry21"),
]

WRITES_FOLLOW_READS = Assumptions(writes_follow_reads=True)
LINEARIZABLE_KEYS = Assumptions(linearizable_keys=True)

ASSUMED = [
    ("G-single", WRITES_FOLLOW_READS, "0 wx1 / 1 rx1 wx2 wy1 / 2 ry1 rx1"),
    ("G-single", LINEARIZABLE_KEYS, "0 wx1 | 1 wx2 wy1 / 2 ry1 rx1"),
    ("cyclic-versions", LINEARIZABLE_KEYS, "0 wx1 | 1 wx2 | 2 rx1 | 3 rx2"),
    ("cyclic-versions", WRITES_FOLLOW_READS, "0 rx1 wx2 / 1 rx2 wx1"),
]


@pytest.mark.parametrize(("name", "bad", "good"), LISTS)
def test_an_anomaly_of_lists_is_found_and_its_neighbour_has_none_of_the_name(name, bad, good):
    assert name in anomalies(lists(bad), "list-append")
    assert name not in anomalies(lists(good), "list-append")


@pytest.mark.parametrize(("name", "bad"), ALONE)
def test_an_anomaly_is_not_told_under_another_name_too(name, bad):
    assert anomalies(lists(bad), "list-append") == [name]


def test_two_rw_edges_in_a_row_do_not_count_as_apart_where_the_cycle_closes():
    tangle = "0 aa1 re1 rx / 1 rb1 ac1 ax1 ry / 2 rd1 ae1 ay1 / 3 ra1 ab1 / 4 rc1 ad1"
    assert anomalies(lists(tangle), "list-append") == ["G-single", "G1c", "G2-item"]


@pytest.mark.parametrize(("name", "bad", "good"), REGISTERS)
def test_an_anomaly_of_registers_is_found_and_its_neighbour_has_none_of_the_name(name, bad, good):
    assert name in anomalies(registers(bad), "rw-register")
    assert name not in anomalies(registers(good), "rw-register")


@pytest.mark.parametrize(("name", "assumed", "bad"), ASSUMED)
def test_what_rests_on_an_assumption_is_found_only_if_it_is_made(name, assumed, bad):
    assert name in anomalies(registers(bad), "rw-register", assumptions=assumed)
    assert name not in anomalies(registers(bad), "rw-register")


def test_the_order_of_time_is_told_once_for_each_that_follows():
    made = txns(registers(" | ".join(f"0 wx{n}" for n in range(1, 50))), "w")
    order = [*RwRegister(made)._by_time()]
    assert order == [("x", n, n + 1) for n in range(1, 49)]


def test_a_clean_history_passes_the_strictest_model():
    judgement = judge_operations(lists("0 ax1 / 1 ay1 | 2 rx1 ry1 ax2 | 0 rx12"), "list-append")
    assert judgement.verdict.status == "pass"
    assert judgement.ruled_out == ()
    assert judgement.remaining == ("strict-serializable",)


def test_a_history_in_which_nobody_reads_is_unknown():
    judgement = judge_operations(lists("0 ax1 / 1 ax2 | 2? rx"), "list-append")
    assert judgement.verdict.status == "unknown"
    assert "any order would do" in judgement.verdict.findings[0].why


def test_an_anomaly_that_the_model_allows_is_told_and_passes():
    judgement = judge_operations(lists("0 rx ay1 / 1 ry ax1"), "list-append", "snapshot-isolation")
    assert judgement.verdict.status == "pass"
    assert judgement.verdict["G2-item"].status == "pass"
    assert "snapshot-isolation allows that" in judgement.verdict["G2-item"].why
    assert judgement.remaining == ("strong-snapshot-isolation",)


def test_a_cycle_is_told_edge_by_edge():
    judgement = judge_operations(lists("0 ax1 ay1 / 1 rx1 ry"), "list-append")
    story = judgement.verdict["G-single"].stories[0]
    assert story.text == (
        "G-single: T1 is process 1, operations 1 to 3 (read x as [1], read y as nil); T2 is process"
        " 0, operations 0 to 2 (append 1 to x, append 1 to y). T1 read key y empty, before T2"
        " appended 1 to it: T1 comes before T2. T1 read 1 in key x, which T2 appended: T2 comes"
        " before T1. So T1 would come before itself."
    )
    assert story.records == (0, 1, 2, 3)


def test_time_and_process_are_told_as_such():
    text = judge_operations(lists("0 ax1 | 0 rx"), "list-append").verdict.findings[1].why
    assert "Process 0 ran T2 before T1" in text
    text = judge_operations(lists("0 ax1 | 1 rx"), "list-append").verdict.findings[1].why
    assert "T2 had ended (operation 1) when T1 began (operation 2)" in text


def test_many_who_missed_many_are_told_through_junctions():
    missed = " / ".join(f"{n} rx" for n in range(5)) + " / " + " / ".join(
        f"{n} ax{n}" for n in range(5, 10)
    )  # fmt: skip
    assert anomalies(lists(missed), "list-append") == []
    judgement = judge_operations(lists(f"{missed} ay1 | 10 ry1 rx"), "list-append")
    story = judgement.verdict["G-single"].stories[0].text
    assert "T1 read key x empty, before T2 appended 9 to it" in story


@pytest.mark.parametrize("writers", ["10 rx ax1 / 11? ax2", "10? ax2 / 11 rx ax1"])
def test_one_who_read_and_wrote_among_many_does_not_come_before_itself(writers):
    both = " / ".join(f"{n} rx" for n in range(10)) + f" / {writers}"
    assert anomalies(lists(both), "list-append") == []
    both += " / 12 rx ax3"
    assert anomalies(lists(both), "list-append") == ["G2-item", "lost-update"]


def test_time_leads_past_those_who_are_still_open():
    operations = []
    for kind, process, steps in [
        ("invoke", 2, (("append", "z", 1),)),
        ("invoke", 0, (("append", "x", 1),)),
        ("ok", 0, (("append", "x", 1),)),
        ("invoke", 1, (("append", "y", 1),)),
        ("ok", 2, (("append", "z", 1),)),
        ("invoke", 3, (("r", "x", None),)),
        ("ok", 3, (("r", "x", None),)),
    ]:
        event(operations, kind, process, "txn", steps)
    assert anomalies(operations, "list-append") == ["G-single-realtime"]


def test_a_search_for_cycles_that_is_given_up_is_unknown(monkeypatch):
    skew = lists("0 rx ay1 / 1 ry ax1")
    monkeypatch.setattr(cycles, "VISITS_MAX", 0)
    judgement = judge_operations(skew, "list-append", "serializable")
    assert judgement.verdict.status == "unknown"
    assert "the search for G2-item was given up" in judgement.verdict.findings[0].why
    assert judge_operations(skew, "list-append", "read-atomic").verdict.status == "pass"


def test_a_search_for_cycles_ends_when_time_is_over():
    bounds = Bounds(is_over=lambda: True)
    judgement = judge_operations(lists("0 rx ay1 / 1 ry ax1"), "list-append", bounds=bounds)
    assert judgement.verdict.status == "unknown"


def test_a_key_and_a_list_alone_are_a_transaction_of_one_step():
    long = lists("0 ax1 | 1 rx")
    short = [
        replace(operation, f="append" if step[0] == "append" else "get", value=step[1:])
        for operation in long
        for step in operation.value
    ]
    assert anomalies(short, "list-append") == anomalies(long, "list-append")
    assert anomalies(short, "list-append") == ["G-single-realtime"]


def test_braces_in_a_key_are_told_as_they_are():
    odd = [
        replace(operation, value=tuple((f, "{1} {}", v) for f, _, v in operation.value))
        for operation in lists("0! ax1 / 1 rx1")
    ]
    assert "in key {1} {}" in judge_operations(odd, "list-append").verdict["G1a"].why


@pytest.mark.parametrize(
    ("f", "value", "code"),
    [
        ("txn", 7, "wrong-value"),
        ("txn", ((7, "x", 1),), "wrong-step"),
        ("txn", (("apend", "x", 1),), "wrong-step"),
        ("txn", (("append", "x"),), "wrong-step"),
        ("push", ("x", 1), "wrong-step"),
        ("append", 1, "wrong-step"),
        ("txn", (("append", "x", None),), "wrong-value"),
        ("txn", (("append", "x", 1), ("append", "x", 1)), "repeated-write"),
    ],
    ids=str,
)
def test_what_is_no_transaction_is_refused(f, value, code):
    operations = [replace(operation, f=f, value=value) for operation in lists("0 ax1")]
    with pytest.raises(HistoryError) as error:
        judge_operations(operations, "list-append")
    assert code in {problem.code for problem in error.value.problems}


def test_a_value_appended_twice_is_refused_with_both_places():
    with pytest.raises(HistoryError) as error:
        judge_operations(lists("0 ax1 | 1 ax1 | 2 ax1"), "list-append")
    assert [problem.place for problem in error.value.problems] == ["history:3:1", "history:5:1"]
    assert "at 0" in error.value.problems[0].expected


def test_an_end_that_is_of_another_transaction_is_refused():
    operations = lists("0 ax1")
    operations[1] = replace(operations[1], value=(("append", "x", 2),))
    with pytest.raises(HistoryError, match="other-transaction"):
        judge_operations(operations, "list-append")


def test_a_read_of_a_list_that_found_no_list_is_refused():
    operations = registers("0 wx1 | 1 rx1")
    operations = [
        replace(op, value=tuple(("append" if f == "w" else f, k, v) for f, k, v in op.value))
        for op in operations
    ]
    with pytest.raises(HistoryError, match="a list or nil"):
        judge_operations(operations, "list-append")
