"""What the lockstep protocol does not carry is refused in three lines, and never passed over."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, make_dataclass, replace
from typing import NamedTuple

import pytest

from syncsim.bridge import carried, messages
from syncsim.bridge.carried import NotCarriedError, check_body
from syncsim.bridge.lockstep import command_of
from syncsim.bridge.messages import ToldRows, message_of
from syncsim.bridge.process import ClientError
from syncsim.checks import judge
from syncsim.client import ports
from syncsim.domain import BOOKING, Row
from syncsim.net.messages import EventBody, ItemResult, ResultBody, RowsBody
from syncsim.world import World
from tests.support.desk import row
from tests.support.scenarios import ENHANCED
from tests.unit.bridge.programs import GOOD, ON, command, parrot, world


class Doze(NamedTuple):
    """An input that the protocol has no message for."""

    step: str


class Oracle(NamedTuple):
    """A body that the protocol has no message for."""

    answer: int


def test_all_inputs_and_bodies_there_are_either_carried_or_refused():
    for each in ports.Input.__args__:
        if each is not ports.Received and each not in messages._WRITERS:
            with pytest.raises(NotCarriedError, match=each.__name__):
                message_of(tuple.__new__(each), ToldRows())
    for body, names in carried.BODIES.items():
        assert set(names) <= set(body._fields), body


@pytest.mark.parametrize("event", [Doze("s"), ports.Received(Oracle(1), "s")])
def test_an_input_that_is_not_listed_ends_the_client_in_three_lines(monkeypatch, event):
    client, bird = parrot(monkeypatch)
    with pytest.raises(ClientError) as caught:
        client.handle(1_000, event, 5)
    first, second, third = str(caught.value).splitlines()
    assert first == "client op-1: not-carried"
    assert type(getattr(event, "body", event)).__name__ in second
    assert "the model plays it" in third
    assert [message["do"] for message in bird.heard] == ["hello"], "it was not told of it"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (RowsBody, RowsBody("r", (), 1)),
        (ResultBody, ResultBody("m", (), (), 1)),
        (EventBody, EventBody("accept", "i", 1, ())),
        (ItemResult, ItemResult("appointment/A1", "ok", "", 1, None)),
        (Row, Row("appointment/A1", 1, 1, {"id": "A1"})),
    ],
)
def test_a_member_that_is_not_listed_must_have_its_default(monkeypatch, kind, body):
    later = NamedTuple(kind.__name__, [*kind.__annotations__.items(), ("later", int)])
    later.__new__.__defaults__ = (*kind._field_defaults.values(), 0)
    later._field_defaults = {**kind._field_defaults, "later": 0}
    monkeypatch.setitem(carried.BODIES, later, carried.BODIES[kind])
    check_body(later(*body))
    with pytest.raises(NotCarriedError, match="without 'later'"):
        check_body(later(*body)._replace(later=7))


def test_rows_and_items_are_looked_at_one_by_one(monkeypatch):
    seen = []
    monkeypatch.setattr(messages, "check_body", lambda body: seen.append(type(body)))
    one = row("A1", version=3, lsn=9, role="operator")
    item = ItemResult("appointment/A1", "ok", "", 3, one)
    message_of(ports.Received(ResultBody("m", (item,), (one,), 9), "i"), ToldRows())
    assert seen == [ResultBody, ItemResult, Row, Row]


def test_a_run_in_which_something_is_not_carried_ends_unknown(tmp_path, monkeypatch):
    monkeypatch.delitem(messages._WRITERS, ports.Refresh)
    started = World(world(command(tmp_path, GOOD + ON)))
    try:
        with pytest.raises(ClientError, match="not-carried") as caught:
            started.run()
        started.break_off(caught.value)
    finally:
        started.close()
    assert "Refresh" in str(caught.value)
    assert list(started.history.of("mount"))
    assert judge(started.history).status.value == "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """Settings that no list names."""

    sky: str = "clear"


def with_weather(sky):
    """Return the design enhanced with a setting that no list names."""
    later = make_dataclass(
        "Later",
        [("weather", Weather, field(default=Weather()))],
        bases=(type(ENHANCED),),
        frozen=True,
        kw_only=True,
    )
    parts = {each.name: getattr(ENHANCED, each.name) for each in fields(ENHANCED)}
    return later(**parts, weather=Weather(sky=sky))


@pytest.mark.parametrize("runs", ["tanstack", ("node", "mine.mjs")])
def test_a_setting_that_is_not_listed_must_have_its_default(runs):
    with pytest.raises(ClientError) as caught:
        command_of(runs, with_weather("grey"), BOOKING, "clients.op-1.runs")
    assert len(str(caught.value).splitlines()) == 3
    assert "weather.sky" in str(caught.value)
    assert "'grey'" in str(caught.value)
    if runs != "tanstack":
        assert command_of(runs, with_weather("clear"), BOOKING, "-") == list(runs)


def test_a_value_that_is_not_listed_is_refused():
    merge = replace(ENHANCED.merge, strategy="client-clock")
    with pytest.raises(ClientError, match=r"merge\.strategy is arrival"):
        command_of(("node", "mine.mjs"), replace(ENHANCED, merge=merge), BOOKING, "-")


def test_every_setting_that_is_listed_is_one():
    there_are = {path for path, _, _ in carried.settings_of(ENHANCED)}
    assert set(carried.SETTINGS) <= there_are


# A client that remembers rows


def heard(monkeypatch, greeting, *bodies):
    """Return what a client that greets so is told of these bodies."""
    client, bird = parrot(monkeypatch)
    client._told.is_remembered = greeting
    for body in bodies:
        client.handle(1_000, ports.Received(body, "o"), 5)
    return bird.heard[1:]


def test_a_client_that_remembers_is_told_of_a_row_once(monkeypatch):
    one, two = (row(name, version=1, lsn=1, role="operator") for name in ("A1", "A2"))
    newer = one._replace(version=2)
    answers = (
        RowsBody("r", (one,), 1),
        RowsBody("s", (one, two), 2),
        ResultBody("m", (ItemResult(one.entity, "ok", "", 2, newer),), (newer,), 3),
        RowsBody("t", (one, two), 4),
    )
    told = heard(monkeypatch, True, *answers)
    full = [messages.ToldRows().tell(each) for each in (one, two, newer)]
    assert [message["rows"] for message in told] == [
        [full[0]], [one.entity, full[1]], [one.entity], [full[0], two.entity],
    ]  # fmt: skip
    assert told[2]["items"][0]["row"] == full[2]
    told = heard(monkeypatch, False, *answers)
    assert [message["rows"] for message in told] == [
        [full[0]], [full[0], full[1]], [full[2]], [full[0], full[1]],
    ]  # fmt: skip


def test_a_client_says_in_its_greeting_that_it_remembers(monkeypatch):
    for said, remembers in (({}, False), ({"remembers_rows": True}, True)):
        client, _ = parrot(monkeypatch, greeting=said)
        assert client._told.is_remembered is remembers
    with pytest.raises(ClientError, match="remembers_rows"):
        parrot(monkeypatch, greeting={"remembers_rows": "yes"})
