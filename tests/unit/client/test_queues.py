"""W2, what a refusal does to those that wait, and who invalidates when several are under way."""

from __future__ import annotations

import pytest

from syncsim.client.ports import Request
from tests.support.desk import Desk, notes, requests, row
from tests.support.scenarios import ENHANCED, HARDENED, with_design

FIFO = with_design(HARDENED, write={"strategy": "fifo"})


def sent(out) -> list[str]:
    return [request.name for request in requests(out, "mutate")]


def ends(out) -> list[tuple[str, str, str]]:
    return [
        (note.intent, note.data["result"], note.data.get("reason", ""))
        for note in notes(out, "outcome")
    ]


def waiting(design) -> tuple[Desk, list[str]]:
    """Return a desk that asked four things, two of them of A1; and the requests that went out."""
    desk = Desk(design)
    desk.ready(row("A1"), row("A2"), row("A3"))
    desk.ask("i1", "assign_driver", "A1", driver="dr-9")
    desk.ask("i2", "assign_driver", "A2", driver="dr-9")
    desk.ask("i3", "accept", "A1")
    desk.ask("i4", "assign_driver", "A1", driver="dr-8")
    return desk, sent(desk.look())


@pytest.mark.parametrize(
    ("strategy", "first"),
    [
        ("parallel", ["i1/1", "i2/1", "i3/1", "i4/1"]),
        ("serial", ["i1/1", "i2/1"]),
        ("fifo", ["i1/1"]),
    ],
)
def test_what_goes_out_at_once(strategy, first):
    assert waiting(with_design(HARDENED, write={"strategy": strategy}))[1] == first


def test_the_queue_goes_on_one_by_one_in_the_order_asked():
    desk, _ = waiting(FIFO)
    assert sent(desk.refuse(_request("i1/1"), row("A1"))) == ["i2/1"]
    assert sent(desk.ok(_request("i2/1"), row("A2", 2, driver="dr-9"))) == ["i3/1"]
    assert sent(desk.refuse(_request("i3/1"), row("A1"))) == ["i4/1"]
    assert sent(desk.refuse(_request("i4/1"), row("A1"))) == []


@pytest.mark.parametrize(
    ("on_refusal", "lost", "next_sent"),
    [
        ("continue", [], ["i2/1"]),
        ("abort-dependants", ["i3", "i4"], ["i2/1"]),
        ("abort-all", ["i2", "i3", "i4"], []),
    ],
)
def test_a_refusal_takes_along_what_the_design_says(on_refusal, lost, next_sent):
    desk, _ = waiting(with_design(FIFO, write={"on_refusal": on_refusal}))
    out = desk.refuse(_request("i1/1"), row("A1"), "version-conflict")
    assert ends(out) == [
        ("i1", "refused", "version-conflict"), *((name, "failed", "aborted") for name in lost),
    ]  # fmt: skip
    assert sent(out) == next_sent
    assert [note.intent for note in notes(out, "unlay")] == ["i1", *lost]


def test_a_serial_queue_gives_up_dependants_and_sends_the_rest():
    desk, first = waiting(with_design(HARDENED, write={"on_refusal": "abort-dependants"}))
    assert first == ["i1/1", "i2/1"]
    out = desk.refuse(_request("i1/1"), row("A1"))
    assert [end[0] for end in ends(out)] == ["i1", "i3", "i4"]
    assert sent(out) == []


def test_an_unknown_outcome_takes_nothing_along():
    design = with_design(FIFO, write={"on_refusal": "abort-all", "retries": 0})
    desk, _ = waiting(design)
    out = desk.wait(design.write.timeout_us)
    assert ends(out) == [("i1", "unknown", "timeout")]
    assert sent(out) == ["i2/1"]


def test_a_superseded_write_takes_nothing_along_and_is_told_as_refused():
    desk, _ = waiting(with_design(FIFO, write={"on_refusal": "abort-all"}))
    out = desk.refuse(_request("i1/1"), row("A1", 2), "superseded")
    assert ends(out) == [("i1", "refused", "superseded")]
    assert sent(out) == ["i2/1"]


@pytest.mark.parametrize(("when_last", "reasons"), [(False, ["settle"]), (True, [])])
def test_an_intent_that_ends_beside_others_invalidates_unless_only_the_last_does(
    when_last, reasons
):
    desk = Desk(with_design(ENHANCED, write={"invalidate_when_last": when_last}))
    desk.ready(row("A1"), row("A2"))
    (first,) = requests(desk.ask("i1", "accept", "A1"), "mutate")
    (second,) = requests(desk.ask("i2", "accept", "A2"), "mutate")
    out = desk.ok(first, row("A1", 2, status="therapist_accepted"))
    assert [note.data["reason"] for note in notes(out, "invalidate")] == reasons
    out = desk.ok(second, row("A2", 2, status="therapist_accepted"))
    assert [note.data["reason"] for note in notes(out, "invalidate")] == ["settle"]


def _request(name: str) -> Request:
    """Return a request by its name, as far as an answer needs it."""
    return Request(name, "mutate", None, 0, name.partition("/")[0])
