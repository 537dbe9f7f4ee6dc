"""Connections that lose, repeat and swap single frames, and what is said of them."""

from __future__ import annotations

from dataclasses import replace

from syncsim.checks import as_json, judge
from syncsim.net.profile import MILLION
from syncsim.net.unfaithful import LATE_MAX_US, Unfaithful
from syncsim.world import run
from tests.support.scenarios import HARDENED, MS, SECOND, busy
from tests.support.wire import Wire, event, request

NAMES = [f"e{n:03}" for n in range(200)]


def sent(unfaithful: Unfaithful, seed: int = 1) -> Wire:
    """Return a wire on which an event was sent each 100 ms."""
    wire = Wire(seed=seed, unfaithful=unfaithful)
    wire.open()
    for name in NAMES:
        wire.net.frame(event(name), cause=-1)
        wire.run(wire.now_us + 100 * MS)
    wire.run(wire.now_us + LATE_MAX_US + SECOND)
    return wire


def arrived(wire: Wire) -> list[str]:
    """Return the names of what arrived, in order."""
    return [name for _, name in wire.arrived]


def test_frames_are_dropped_one_by_one_and_the_socket_stays_open():
    wire = sent(Unfaithful(drop_ppm=200_000))
    lost = [name for _, name, reason in wire.lost() if reason == "unfaithful"]
    assert arrived(wire) == [name for name in NAMES if name not in lost]
    assert 20 <= len(lost) <= 60
    assert [is_open for _, _, is_open in wire.sockets] == [True]


def test_frames_come_twice_each_sent_on_record():
    wire = sent(Unfaithful(duplicate_ppm=200_000))
    copies = [name for name in arrived(wire) if name.endswith("~twice")]
    assert 20 <= len(copies) <= 60
    assert [name for name in arrived(wire) if name not in copies] == NAMES
    assert sorted(record.message for record in wire.records("send")) == sorted(NAMES + copies)
    assert wire.lost() == []


def test_frames_that_come_late_are_overtaken_and_the_rest_keeps_its_order():
    wire = sent(Unfaithful(reorder_ppm=200_000))
    names = arrived(wire)
    assert sorted(names) == NAMES
    late = [name for n, name in enumerate(names) if any(other > name for other in names[:n])]
    assert 20 <= len(late) <= 60
    assert [name for name in names if name not in late] == [n for n in NAMES if n not in late]


def test_all_rates_at_their_greatest_do_no_more_than_they_say():
    assert arrived(sent(Unfaithful(drop_ppm=MILLION, duplicate_ppm=MILLION))) == []
    twice = arrived(sent(Unfaithful(duplicate_ppm=MILLION, reorder_ppm=MILLION)))
    assert sorted(twice) == sorted([*NAMES, *(f"{name}~twice" for name in NAMES)])


def test_http_is_left_alone():
    wire = Wire(unfaithful=Unfaithful(drop_ppm=MILLION, duplicate_ppm=MILLION))
    wire.net.http(request("q"), cause=-1)
    wire.run(SECOND)
    assert arrived(wire) == ["q"]


def test_another_rate_leaves_the_luck_of_the_first_as_it_was():
    drops = Unfaithful(drop_ppm=200_000)
    more = replace(drops, duplicate_ppm=200_000, reorder_ppm=200_000)
    assert {name for _, name, _ in sent(drops).lost()} == {name for _, name, _ in sent(more).lost()}


def test_frames_are_safe_again_when_a_run_settles():
    wire = Wire(unfaithful=Unfaithful(drop_ppm=MILLION))
    wire.open()
    wire.open("op-2")
    wire.net.calm(("op-1",))
    for client in ("op-1", "op-2"):
        wire.net.frame(event(f"e {client}", client), cause=-1)
    wire.run(wire.now_us + SECOND)
    assert arrived(wire) == ["e op-1"]


def test_the_verdict_says_so_in_a_sentence():
    rates = Unfaithful(drop_ppm=20_000, reorder_ppm=1_000)
    history = run(replace(busy(HARDENED), unfaithful=rates))
    verdict = judge(history)
    assert verdict.note == (
        "The connections were unfaithful, which TCP is not: of a million frames on open WebSockets"
        " 20,000 were lost and 1,000 came out of order."
    )
    assert verdict.note in str(verdict)
    assert verdict.note in verdict._repr_html_()
    assert as_json(verdict, history)["note"] == verdict.note


def test_the_verdict_says_nothing_of_connections_that_were_faithful():
    history = run(busy(HARDENED))
    verdict = judge(history)
    assert "unfaithful" not in history.header
    assert verdict.note == ""
    assert "note" not in as_json(verdict, history)


def test_a_header_from_elsewhere_says_nothing_that_is_no_rate():
    history = run(busy(HARDENED))
    for rates in ("high", {"drop_ppm": "<b>"}, {"drop_ppm": 0}, {"loss": 5}):
        history.header["unfaithful"] = rates
        assert judge(history, ["CONV"]).note == ""
