"""What led to each output: the input's record, also when a timer set it off much later."""

from __future__ import annotations

import pytest

from syncsim.client.ports import (
    Close,
    Failed,
    Offline,
    Online,
    Open,
    Output,
    Refresh,
    Show,
    SocketClosed,
    SocketOpened,
    Wake,
)
from tests.support.desk import FRAME_US, PENDING, Desk, brief, notes, requests, row
from tests.support.scenarios import DESIGNS, ENHANCED, HARDENED, MS, SECOND

EVERY = pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
QUERY_CORE = pytest.mark.parametrize("design", [ENHANCED, HARDENED], ids=lambda design: design.name)
ACCEPTED = {"status": "therapist_accepted"}

WAKE = 99
"""The record that a desk hands in with what wakes it; nothing follows from that."""


def causes(out: list[Output]) -> list[int]:
    """Return the causes of all outputs, each once, in order."""
    return list(dict.fromkeys(each.cause for each in out))


@EVERY
def test_everything_an_input_sets_off_at_once_follows_from_it(design):
    desk = Desk(design)
    inputs = [
        lambda: desk.start("pending", "active"),
        lambda: desk.tell(SocketOpened()),
        lambda: desk.tell(Show("s", ("pending",))),
        lambda: desk.tell(Open("o", "A1")),
        lambda: desk.tell(Close("c")),
        lambda: desk.rows(requests(desk.tell(Refresh("r")))[-1], row("A1")),
        lambda: desk.event("accept", ("A2", 2)),
        lambda: desk.tell(SocketClosed()),
        lambda: desk.tell(Offline()),
        lambda: desk.tell(Online()),
    ]
    for number, give in enumerate(inputs, 1):
        desk.cause = number
        assert causes(give()) in ([number], []), number
        desk.cause = WAKE
        assert WAKE not in causes(desk.wait(100 * MS)), number


@EVERY
def test_a_paint_follows_from_the_answer_that_brought_the_rows(design):
    desk = Desk(design)
    desk.cause = 1
    (request,) = requests(desk.start())
    desk.wait()
    desk.cause = 2
    desk.rows(request, row("A1"))
    desk.cause = WAKE
    out = desk.wait()
    assert notes(out, "paint") != []
    assert causes(out) == [2]


@QUERY_CORE
def test_a_paint_follows_from_the_intent_that_is_shown_and_its_removal_from_the_refusal(design):
    desk = Desk(design)
    desk.ready(row("A1"))
    desk.cause = 3
    (mutate,) = requests(desk.ask("i1", "accept", "A1"))
    assert mutate.cause == 3
    desk.cause = WAKE
    assert causes(notes(desk.wait(), "paint")) == [3]
    desk.cause = 4
    desk.refuse(mutate, row("A1", 2, status="rejected"))
    desk.cause = WAKE
    assert causes(notes(desk.wait(), "paint")) == [4]


@EVERY
def test_an_input_in_the_moment_of_a_frame_takes_no_blame_for_it(design):
    desk = Desk(design)
    (request,) = requests(desk.start())
    desk.wait()
    desk.cause = 2
    desk.rows(request, row("A1"))
    desk.cause = 3
    desk.now_us += FRAME_US
    out = desk.tell(Refresh("r"))
    assert causes(notes(out, "paint", "ready")) == [2]
    assert causes(notes(out, "invalidate", "fetch")) == [3]
    assert brief(out)[0] == "paint", "the frame was due first"


@QUERY_CORE
def test_another_try_follows_from_the_failure_before_it(design):
    desk = Desk(design)
    desk.cause = 1
    (request,) = requests(desk.start())
    desk.cause = 5
    desk.tell(Failed(request.name, "refused"))
    desk.cause = WAKE
    out = desk.wait(SECOND)
    (again,) = requests(out)
    assert causes(out) == [5]
    out = desk.wait(11 * SECOND)
    assert [note.kind for note in notes(out)] == ["fetch_failed"]
    assert causes(out) == [5], "waited for since then"
    assert again.name != request.name


def test_what_a_write_in_vain_undoes_follows_from_the_asking():
    desk = Desk(ENHANCED)
    desk.ready(row("A1"))
    desk.cause = 6
    desk.ask("i1", "accept", "A1")
    desk.cause = WAKE
    out = desk.wait(11 * SECOND)
    kinds = [note.kind for note in notes(out)]
    assert kinds == ["paint", "unlay", "outcome", "invalidate", "fetch", "paint"]
    assert causes(out) == [6]


def test_what_waits_for_another_intent_follows_from_the_end_of_that():
    desk = Desk(HARDENED)
    desk.ready(row("A1"))
    desk.cause = 6
    (first,) = requests(desk.ask("i1", "assign_driver", "A1", driver="dr-2"))
    desk.cause = 7
    assert requests(desk.ask("i2", "assign_driver", "A1", driver="dr-3")) == []
    desk.cause = 8
    (second,) = requests(desk.ok(first, row("A1", 2, driver="dr-2")), "mutate")
    assert (second.name, second.cause) == ("i2/1", 8)


def test_what_waited_for_the_network_follows_from_the_news_that_it_is_back():
    desk = Desk(HARDENED)
    desk.ready(row("A1"))
    for desk.cause, event in ((1, Offline()), (2, Refresh("r"))):
        desk.tell(event)
    desk.cause = 3
    desk.ask("i1", "accept", "A1")
    desk.cause = 4
    (mutate,) = requests(desk.tell(Online()))
    assert mutate.cause == 4
    desk.cause = 5
    (fetch,) = requests(desk.ok(mutate, row("A1", 2, **ACCEPTED)))
    assert (fetch.view, fetch.cause) == (PENDING, 5), "it had to wait for the answer"


def test_a_client_that_is_woken_too_early_has_nothing_to_say():
    desk = Desk(ENHANCED)
    (request,) = requests(desk.start())
    desk.rows(request, row("A1"))
    desk.now_us += FRAME_US - 1
    assert desk.tell(Wake()) == []
    desk.now_us += 1
    assert notes(desk.tell(Wake()), "paint") != []
