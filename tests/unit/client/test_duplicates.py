"""An event that is told twice: numbers make it nothing, and without them some strategies pay."""

from __future__ import annotations

import pytest

from syncsim.client.ports import Frame, Note, Received, Reload, SocketClosed, SocketOpened
from syncsim.design import Design, Feed
from syncsim.net.messages import AckBody, EventBody, Patch, RowsBody, WholeBody
from tests.support.desk import Desk, notes, painted, requests, row
from tests.support.scenarios import HARDENED, MANUAL, with_design

CARRY = {"patch": "changes", "versioned-patch": "changes", "delta-log": "rows"}
NUMBERED = ("invalidate", "generation", "checkpoint", "patch", "versioned-patch")


def design(strategy: str, delivery: str) -> Design:
    """Return a design with this read strategy, and events that carry what it needs."""
    feed = Feed(payload=CARRY.get(strategy, "ids"), delivery=delivery)
    return with_design(HARDENED, read={"strategy": strategy}, feed=feed)


def news(version: int = 2, offset: int = 0, previous: int = 0) -> Received:
    """Return word of a commit that gave A1 to a driver who is called by its version."""
    fields = row("A1", version, 10 + version, driver=f"dr-{version}").fields
    patch = Patch("appointment/A1", version, 10 + version, fields)
    named = (("appointment/A1", version),)
    event = EventBody("assign_driver", "i", 10 + version, named, None, (patch,), offset, previous)
    return Received(event, "i")


def ready(strategy: str, delivery: str) -> Desk:
    """Return a desk that shows A1 and A2."""
    desk = Desk(MANUAL if strategy == "manual" else design(strategy, delivery))
    if strategy == "checkpoint":
        (request,) = requests(desk.start("pending"))
        held = RowsBody(request.name, (row("A1"), row("A2")), 1)
        desk.tell(Received(WholeBody(request.name, (held,)), request.name))
        desk.wait()
        desk.look()
    else:
        desk.ready(row("A1"), row("A2"))
    return desk


def acks(out: list) -> list[AckBody]:
    return [each.body for each in out if isinstance(each, Frame) and each.what == "ack"]


@pytest.mark.parametrize("strategy", NUMBERED)
def test_with_a_number_the_second_telling_is_acknowledged_and_does_nothing(strategy):
    desk = ready(strategy, "at-least-once")
    first = desk.tell(news(offset=7))
    assert len(notes(first, "event")) == 1
    again = desk.tell(news(offset=7))
    assert (notes(again), requests(again)) == ([], [])
    assert acks(first) == acks(again) == [AckBody(7)]


def test_what_comes_behind_a_duplicate_counts():
    desk = Desk(design("patch", "at-least-once"))
    desk.ready(row("A1"), row("A2"))
    for offset in (7, 8, 7, 8):
        desk.tell(news(offset - 5, offset))
    assert acks(desk.look()) == [AckBody(7), AckBody(8), AckBody(7), AckBody(8)]
    assert len(notes(desk.tell(news(4, 9)), "event")) == 1


@pytest.mark.parametrize(
    ("strategy", "fetches"),
    [
        ("manual", 0),
        ("invalidate", 2),  # the fetch under way is cancelled for another one
        ("generation", 1),  # and one more when it is answered, as the second telling came later
        ("checkpoint", 1),  # likewise
        ("patch", 0),  # the change carries its version, which is held already
        ("versioned-patch", 0),
        ("delta-log", 0),  # its number is not above the cursor
    ],
)
def test_without_a_number_every_strategy_survives_and_some_fetch_for_nothing(strategy, fetches):
    desk = ready(strategy, "at-most-once")
    event = news(offset=12) if strategy == "delta-log" else news()
    desk.tell(event)
    desk.tell(event)
    sent = requests(desk.look())
    assert len(sent) == fetches
    if strategy in CARRY:
        desk.wait()
        shown = desk.client.picture.views["appointments/list/pending"]["appointment/A1"]
        assert (shown.version, shown.fields["driver"]) == (2, "dr-2")


def test_a_duplicate_behind_a_later_change_does_not_bring_the_older_one_back():
    """Without numbers: 2, 3, and 2 once more."""
    for strategy in ("patch", "versioned-patch"):
        desk = Desk(design(strategy, "at-most-once"))
        desk.ready(row("A1"), row("A2"))
        for version in (2, 3, 2):
            desk.tell(news(version))
        out = desk.wait()
        assert painted(out) == {"A1": "pending"}
        shown = desk.client.picture.views["appointments/list/pending"]["appointment/A1"]
        assert (shown.version, shown.fields["driver"]) == (3, "dr-3")


def test_one_that_was_dropped_is_news_though_a_later_one_was_heard():
    desk = Desk(design("invalidate", "at-least-once"))
    desk.ready(row("A1"), row("A2"))
    for offset, is_news in ((7, True), (9, True), (8, True), (9, False)):
        assert bool(notes(desk.tell(news(offset=offset)), "event")) is is_news


def test_while_the_socket_is_closed_the_client_counts_on_being_told_later():
    desk = Desk(with_design(design("patch", "at-least-once"), recovery={"strategy": "nothing"}))
    desk.ready(row("A1"))
    desk.tell(SocketOpened())
    desk.look()
    assert desk.tell(SocketClosed()) == [Note("arm", data={"trigger": "redelivery"})]
    assert desk.tell(SocketOpened()) == [Note("disarm", data={"trigger": "redelivery"})]


def test_a_page_that_is_loaded_knows_no_number():
    desk = Desk(design("patch", "at-least-once"))
    desk.ready(row("A1"))
    desk.tell(news(offset=7))
    desk.tell(Reload())
    assert len(notes(desk.tell(news(offset=7)), "event")) == 1
