from __future__ import annotations

import pytest

from syncsim.checks.evidence import Evidence
from syncsim.checks.sometimes import SITUATIONS, find
from syncsim.checks.verdict import Status
from syncsim.history.vocabulary import SOMETIMES
from tests.checks.notation import history

ACCEPT = "A1 op-1?i1:accept(A1) "

CASES = [
    # name, a line in which it arises, at which records, a line that comes close
    ("refusal", ACCEPT + "-A1/i1:forbidden", [2], ACCEPT + "op-1!i1=refused"),
    ("rollback", "A1 op-1-i1:A1=rollback", [1], "A1 op-1-i1:A1=response"),
    (
        "event-missed",
        "op-2.lose(backend,e1,event,away) op-2.lose(backend,e2,event,dropped)",
        [0, 1],
        "op-2.lose(backend,f1,rows,offline)",
    ),
    (
        "same-row-raced",
        ACCEPT + "op-2?i2:accept(A1) op-1!i1=ok op-2!i2=refused",
        [2],
        ACCEPT + "op-1!i1=ok op-2?i2:accept(A1)",
    ),
    ("same-row-raced", ACCEPT + "op-2?i2:cancel(A1,A1)", [2], ACCEPT + "op-1?i2:accept(A1)"),
    (
        "same-row-raced",
        ACCEPT + "op-2?i2:accept(A1)",
        [2],
        ACCEPT + "op-2?i2:accept(A1) op-2!i2=withheld",
    ),
    ("same-row-raced", ACCEPT + "th-1?i2:finish(A1)", [2], "A1 " + ACCEPT + "op-2?i2:accept(A2)"),
    ("roles-raced", ACCEPT + "th-1?i2:finish(A1)", [2], ACCEPT + "op-2?i2:accept(A1)"),
    (
        "fetch-overlapped-commit",
        ACCEPT + "op-2.mount(one/A1) op-2.fetch(one/A1,f1) +A1/i1 op-2.fetched(one/A1,f1)",
        [4],
        ACCEPT + "op-2.mount(one/A1) op-2.fetch(one/A1,f1) op-2.fetched(one/A1,f1) +A1/i1",
    ),
    (
        "fetch-overlapped-commit",
        ACCEPT + "op-2.mount(slice) op-2.fetch(slice,f1) +A1/i1",
        [4],
        ACCEPT + "op-2.mount(payments) op-2.fetch(payments,f1) +A1/i1",
    ),
    (
        "fetch-overlapped-commit",
        ACCEPT + "op-2.fetch(one/A1,f1) op-2.fetch(one/A1,f2) op-2.fetch_failed(one/A1,f1) +A1/i1",
        [5],
        ACCEPT + "op-2.fetch(one/A1,f1) op-2.fetch_cancelled(one/A1,f1) +A1/i1",
    ),
    ("outcome-unknown", ACCEPT + "op-1!i1=unknown", [2], ACCEPT + "op-1!i1=failed"),
    (
        "offline-intent",
        "A1 op-1.fault(partition) op-1?i1:accept(A1) op-1.heal(partition) op-1?i2:accept(A1)",
        [2],
        "A1 op-1.fault(partition) op-1.heal(partition) op-1?i1:accept(A1)",
    ),
    (
        "offline-intent",
        "A1 op-1.fault(partition) op-1.fault(drop) op-1.heal(drop) op-1?i1:accept(A1)",
        [4],
        "A1 op-1.fault(drop) op-2.fault(partition) op-1?i1:accept(A1)",
    ),
    *(
        (
            "message-lost",
            f"backend.lose(op-1,m,{what},lossy)",
            [0],
            "op-1.lose(backend,m,event,away)",
        )
        for what in ("query", "rows", "mutate", "result")
    ),
    ("reconnect", "op-1.open(1) op-1.close(1) op-1.open(2)", [2], "op-1.open(1) op-1.close(1)"),
    ("restart", "backend.fault(restart)", [0], "op-1.fault(partition)"),
    (
        "two-row-change",
        "A1 P1 op-1?i1:pay(P1) +P1{status=paid}&A1{status=done}/i1",
        [4],
        "A1 A2 op-1?i1:cancel(A1,A2) +A1{status=cancelled}/i1 +A2{status=cancelled}/i1",
    ),
    (
        "two-row-change",
        "A1 P1 op-1?i1:pay(P1) +P1{status=paid}&A1{status=done}/i1",
        [4],
        "P1 op-1?i1:pay(P1) +P1{status=paid}/i1 +P1/i1[lsn=2]",
    ),
    (
        "batch-partial",
        "A1 A2 A3 op-1?i1:cancel(A1,A2,A3) +A1{status=cancelled}/i1 -A2/i1:illegal-state +A3/i1",
        [5],
        "A1 A2 A3 op-1?i1:cancel(A1,A2) +A1{status=cancelled}/i1 +A2/i1 -A3/i1:forbidden",
    ),
    (
        "batch-partial",
        "A1 A2 op-1?i1:cancel(A1,A2) -A1/i1:forbidden +A2/i1",
        [4],
        "A1 A2 op-1?i1:cancel(A1,A2) +A1/i1 -A1/i1:illegal-state",
    ),
    ("withheld", ACCEPT + "op-1!i1=withheld", [2], ACCEPT + "op-1!i1=refused"),
]


def test_each_situation_of_the_vocabulary_is_defined_and_tested():
    assert list(SITUATIONS) == list(SOMETIMES)
    assert {name for name, *_ in CASES} == SITUATIONS.keys()
    assert all(situation.__doc__ for situation in SITUATIONS.values())


@pytest.mark.parametrize(("name", "line", "seqs", "close"), CASES)
def test_a_situation_arises_where_it_should(name, line, seqs, close):
    assert list(SITUATIONS[name](Evidence(history(line)))) == seqs
    assert list(SITUATIONS[name](Evidence(history(close)))) == []


def test_a_finding_says_how_often_and_when_first():
    line = ACCEPT + "@120 -A1/i1:forbidden @200 -A1/i1:forbidden"
    found = find("refusal", Evidence(history(line)))
    assert (found.status, found.seen, found.check) == (Status.PASS, 2, "refusal")
    assert found.why == "the backend refused an intent, first at 0.120 s"


def test_what_never_arose_is_unknown():
    found = find("refusal", Evidence(history("A1 end")))
    assert (found.status, found.seen) == (Status.UNKNOWN, 0)
    assert found.why == "never arose: the backend refused an intent"
