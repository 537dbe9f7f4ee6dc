"""Virtual time: order, ties, the end of a run, and whole microseconds."""

from __future__ import annotations

import pytest

from syncsim.engine import Engine


def test_earlier_comes_first_and_ties_run_in_the_order_of_scheduling():
    engine = Engine()
    seen: list[tuple[int, str]] = []

    def note(name: str) -> None:
        seen.append((engine.now_us, name))

    for delay_us, name in ((30, "late"), (10, "first"), (10, "second"), (0, "now"), (10, "third")):
        engine.after(delay_us, note, name)
    engine.run(100)

    assert seen == [(0, "now"), (10, "first"), (10, "second"), (10, "third"), (30, "late")]


def test_what_is_scheduled_meanwhile_for_the_same_instant_runs_after_what_was_there():
    engine = Engine()
    seen: list[str] = []

    def spawn() -> None:
        seen.append("spawner")
        engine.after(0, seen.append, "child")

    engine.after(5, spawn)
    engine.after(5, seen.append, "sibling")
    engine.run(5)

    assert seen == ["spawner", "sibling", "child"]


def test_a_run_includes_its_last_instant_and_nothing_after_it():
    engine = Engine()
    seen: list[str] = []

    def last() -> None:
        seen.append("last")
        engine.after(0, seen.append, "child of last")
        engine.after(1, seen.append, "after")

    engine.after(50, last)
    engine.run(50)
    assert seen == ["last", "child of last"]
    assert engine.now_us == 50

    engine.run(51)
    assert seen[-1] == "after"
    assert engine.now_us == 51


def test_time_passes_without_events_and_a_run_may_end_where_the_last_one_did():
    engine = Engine()
    seen: list[str] = []
    engine.run(0)
    engine.run(70)
    engine.after(0, seen.append, "due at once")
    engine.run(70)

    assert engine.now_us == 70
    assert seen == ["due at once"]


@pytest.mark.parametrize("delay_us", [1.0, 0.5, True, -1])
def test_only_whole_microseconds_from_now_on_are_taken(delay_us):
    with pytest.raises(AssertionError):
        Engine().after(delay_us, print)


def test_time_does_not_run_backwards():
    engine = Engine()
    engine.run(10)
    with pytest.raises(AssertionError):
        engine.run(9)


def test_the_clock_shows_an_int():
    engine = Engine()
    engine.after(3, lambda: None)
    engine.run(7)
    assert type(engine.now_us) is int
