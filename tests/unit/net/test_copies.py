"""The verb `duplicate`: requests that go out twice, and events that are told twice."""

from __future__ import annotations

import pytest

from syncsim.net import BACKEND
from syncsim.net.messages import QueryBody, RowsBody
from tests.support.scenarios import EVEN, MS
from tests.support.wire import Wire, event, request, response


def doubling(leg: str, by_us: int = 0) -> Wire:
    """Return a wire with an open socket of op-1, on which some things arrive twice."""
    wire = Wire()
    wire.open()
    wire.net.double("op-1", leg, by_us)
    return wire


def asked(wire: Wire, name: str = "q", client: str = "op-1") -> None:
    """Send a request."""
    body = QueryBody("pending", "")
    wire.net.http(request(name, client)._replace(body=body), cause=-1)


def answered(wire: Wire, name: str) -> None:
    """Send the answer to a request of that name."""
    rows = RowsBody(name, (), 1)
    wire.net.http(response(f"{name}/reply")._replace(body=rows), cause=-1)


@pytest.mark.parametrize("leg", ["request", "both"])
def test_a_request_arrives_twice_so_far_apart(leg):
    wire = doubling(leg, 300 * MS)
    start_us = wire.now_us
    asked(wire)
    wire.run(start_us + 1_000 * MS)

    assert wire.arrived == [(start_us + 20 * MS, "q"), (start_us + 320 * MS, "q~2")]
    first, second = wire.records("send")
    assert (second.message, second.cause, second.at) == ("q~2", first.seq, "op-1")


def test_only_the_second_answer_arrives_and_it_answers_what_was_asked():
    told = []
    wire = doubling("request")
    wire.message_arrived = lambda message, seq: told.append(message)
    asked(wire)
    wire.run(wire.now_us + 100 * MS)
    for name in ("q", "q~2"):
        answered(wire, name)
    wire.run(wire.now_us + 1_000 * MS)

    (answer,) = [message for message in told if message.recipient != BACKEND]
    assert (answer.name, answer.body.request) == ("q~2/reply", "q")
    assert [(name, why) for _, name, why in wire.lost()] == [("q/reply", "reset")]


def test_a_second_request_that_is_refused_is_the_first_to_its_client():
    wire = doubling("request", 100 * MS)
    asked(wire)
    wire.run(wire.now_us + 50 * MS)
    wire.net.crash(-1)
    wire.run(wire.now_us + 1_000 * MS)
    assert [name for _, name in wire.resets] == ["q"]


def test_a_request_that_is_lost_does_not_go_out_twice():
    wire = doubling("request")
    wire.net.lose("op-1", "request")
    asked(wire)
    wire.run(wire.now_us + 1_000 * MS)
    assert len(wire.records("send")) == 1


@pytest.mark.parametrize("leg", ["event", "both"])
def test_an_event_is_told_twice_and_a_later_one_in_between(leg):
    wire = doubling(leg, 300 * MS)
    start_us = wire.now_us
    wire.net.frame(event("e1"), cause=-1)
    wire.run(start_us + 100 * MS)
    wire.net.double("op-1", "", 0)
    wire.net.frame(event("e2"), cause=-1)
    wire.run(start_us + 1_000 * MS)
    assert [name for _, name in wire.arrived] == ["e1", "e2", "e1~again"]


def test_an_event_is_not_told_again_on_another_connection():
    wire = doubling("event", 2_000 * MS)
    wire.net.frame(event("e1"), cause=-1)
    wire.run(wire.now_us + 100 * MS)
    wire.net.drop("op-1", cause=-1)
    wire.run(wire.now_us + 20_000 * MS)
    assert wire.sockets[-1][2], "it is open again"
    assert [name for _, name in wire.arrived] == ["e1"]


@pytest.mark.parametrize(("leg", "twice"), [("request", "q op-1~2"), ("event", "e op-1~again")])
def test_the_other_leg_and_the_other_client_are_left_alone(leg, twice):
    wire = doubling(leg)
    wire.open("op-2")
    for client in ("op-1", "op-2"):
        asked(wire, f"q {client}", client)
        wire.net.frame(event(f"e {client}", client), cause=-1)
    wire.run(wire.now_us + 1_000 * MS)
    assert [name for _, name in wire.arrived if "~" in name] == [twice]
    assert {at_us for at_us, _ in wire.arrived} == {wire.now_us - 1_000 * MS + EVEN.delay_us}
