"""Notifications, focus, the network, and what can be listened to."""

from __future__ import annotations

from syncsim.client.cache.environment import Environment
from syncsim.client.cache.options import QueryOptions
from syncsim.client.cache.query_client import QueryClient
from syncsim.client.cache.query_observer import QueryObserver
from syncsim.conformance.clock import Clock


def test_a_batch_is_told_in_one_later_turn_and_in_order():
    clock = Clock()
    notify_manager = Environment(clock).notify_manager
    turns: list[list[str]] = [[]]

    def outer() -> str:
        notify_manager.schedule(lambda: turns[-1].append("first"))
        notify_manager.batch(lambda: notify_manager.schedule(lambda: turns[-1].append("second")))
        assert turns == [[]]
        return "result"

    assert notify_manager.batch(outer) == "result"
    notify_manager.schedule(lambda: turns[-1].append("alone"))
    clock.run(1, lambda: turns.append([]))
    assert turns == [["first", "second"], ["alone"], [], []]


def test_a_batch_that_throws_still_sends_what_was_scheduled():
    clock = Clock()
    notify_manager = Environment(clock).notify_manager
    seen: list[str] = []

    def throw() -> None:
        notify_manager.schedule(lambda: seen.append("told"))
        raise ZeroDivisionError

    try:
        notify_manager.batch(throw)
    except ZeroDivisionError:
        seen.append("threw")
    clock.run(1, lambda: None)
    assert seen == ["threw", "told"]


def test_only_news_is_told():
    environment = Environment(Clock())
    seen: list[bool] = []
    environment.online_manager.subscribe(seen.append)
    environment.online_manager.set_online(True)
    environment.online_manager.set_online(False)
    environment.online_manager.set_online(False)
    assert seen == [False]


def test_the_first_word_about_focus_is_news_even_if_it_was_assumed():
    environment = Environment(Clock())
    seen: list[bool] = []
    unsubscribe = environment.focus_manager.subscribe(seen.append)
    assert environment.focus_manager.is_focused()
    environment.focus_manager.set_focused(True)
    environment.focus_manager.set_focused(True)
    unsubscribe()
    environment.focus_manager.set_focused(False)
    assert seen == [True]
    assert not environment.focus_manager.has_listeners()


def test_an_observer_mounts_with_its_first_listener_and_unmounts_with_its_last():
    clock = Clock()
    client = QueryClient(Environment(clock))
    asked: list[str] = []
    options = QueryOptions(query_key=["a"], query_fn=lambda _: asked.append("a"))
    observer = QueryObserver(client, options)
    first = observer.subscribe(lambda _: None)
    second = observer.subscribe(lambda _: None)
    query = client.query_cache.find_all()[0]
    assert asked == ["a"]
    first()
    assert query.observers == [observer]
    second()
    assert query.observers == []
