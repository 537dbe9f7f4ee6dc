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


def missed(broker: Broker, cursor: int, now_us: int = 0) -> list[str] | None:
    """Return what a client is told again, None if that is not all."""
    kept = broker.missed("a", cursor, now_us)
    return None if kept is None else [each.change for each in kept]


def test_by_default_nothing_is_kept_or_numbered():
    assert Broker().keep(0, "x") == (0, 0, "x", 0)


def test_what_was_published_before_the_session_is_told_again_from_the_cursor_on():
    broker = Broker(100)
    assert [broker.keep(at_us, change).offset for at_us, change in enumerate("xyz")] == [1, 2, 3]
    broker.opened("a")
    broker.keep(3, "later")
    assert missed(broker, 1) == ["y", "z"], "what came later is told live"
    assert missed(broker, 3) == []
    assert broker.opened_at("a") == 3


def test_who_knows_no_number_or_one_from_before_the_window_is_not_told_all():
    broker = Broker(100)
    broker.keep(0, "x")
    broker.keep(50, "y")
    broker.opened("a")
    assert missed(broker, -1) is None
    assert missed(broker, 0, 100) == ["x", "y"]
    assert missed(broker, 0, 101) is None
    assert missed(broker, 1, 101) == ["y"]


def test_a_restart_forgets_all_and_knows_that_it_did():
    broker = Broker(100)
    broker.keep(0, "x")
    broker.forget()
    broker.opened("a")
    assert missed(broker, 1) is None
    assert missed(broker, broker.opened_at("a")) == []


def test_a_log_numbers_by_commit_and_keeps_all():
    broker = Broker(is_log=True)
    kept = [broker.keep(0, change, lsn) for change, lsn in (("x", 5), ("y", 8))]
    assert [(each.offset, each.previous) for each in kept] == [(5, 0), (8, 5)]
    broker.opened("a")
    assert missed(broker, 5, 10**12) == ["y"]
    assert missed(broker, 0, 10**12) == ["x", "y"]
    assert missed(broker, -1) is None


def test_a_log_may_be_held_to_a_count():
    broker = Broker(is_log=True, retention_count=2)
    for lsn in (5, 8, 9):
        broker.keep(0, str(lsn), lsn)
    broker.opened("a")
    assert missed(broker, 4) is None
    assert missed(broker, 5) == ["8", "9"]


def test_a_log_survives_a_restart_but_not_a_store_that_went_back():
    broker = Broker(is_log=True)
    broker.keep(0, "x", 5)
    broker.forget()
    broker.opened("a")
    assert missed(broker, 0) == ["x"]
    broker.reset(7)
    broker.opened("a")
    assert missed(broker, 5) is None
    assert missed(broker, 7) == []
    assert broker.keep(0, "y", 8) == (8, 0, "y", 7)


def test_each_change_is_owed_to_each_client_until_it_is_acknowledged_and_over_a_restart():
    broker = Broker(is_acked=True)
    x, y, z = (broker.keep(0, change) for change in "xyz")
    assert [each.offset for each in (x, y, z)] == [1, 2, 3]
    for kept in (x, y, z):
        broker.owe("a", kept)
    broker.owe("b", y)
    broker.acknowledged("a", 2)
    broker.acknowledged("stranger", 3)
    broker.forget()
    assert (broker.owed("a"), broker.owed("b"), broker.owed("stranger")) == ((x, z), (y,), ())
    broker.acknowledged("a", 2)
    assert broker.owed("a") == (x, z), "one that was acknowledged twice takes no other along"


def test_where_nothing_is_acknowledged_nothing_is_owed():
    broker = Broker(100)
    broker.owe("a", broker.keep(0, "x"))
    assert broker.owed("a") == ()
