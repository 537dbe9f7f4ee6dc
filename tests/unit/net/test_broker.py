"""The broker: who is told of a change, and who is away."""

from __future__ import annotations

from syncsim.net import Broker


def test_every_open_session_is_told_but_the_origin():
    broker = Broker()
    for client in ("a", "b", "c"):
        broker.opened(client)
    assert broker.fan_out("b") == (["a", "c"], [])
    assert broker.fan_out("") == (["a", "b", "c"], [])


def test_who_was_there_and_is_away_misses_it_until_the_next_session():
    broker = Broker()
    for client in ("a", "b"):
        broker.opened(client)
    broker.closed("a")
    assert broker.fan_out("") == (["b"], ["a"])
    assert broker.fan_out("a") == (["b"], []), "nobody misses a change of their own"
    broker.opened("a")
    assert broker.fan_out("") == (["a", "b"], [])


def test_who_never_had_a_session_is_neither_told_nor_away():
    broker = Broker()
    broker.closed("stranger")
    assert broker.fan_out("") == ([], [])
