"""The event loop of a page: timers in order, microtasks between them, and what led to each."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncsim.client import page as module
from syncsim.client.page import DELAY_MAX_MS, EPOCH_MS, MS, Page

Told = list[tuple[str, int, int]]


def says(page: Page, told: Told, name: str) -> Callable[[], None]:
    """Return a callback that writes down its name, the time and the cause."""
    return lambda: told.append((name, page.now_us, page.cause))


def test_timers_run_in_order_of_time_and_then_of_setting():
    page = Page()
    told: Told = []
    for name, delay_ms in (("c", 5), ("a", 2), ("d", 5), ("b", 2)):
        page.set_timeout(says(page, told, name), delay_ms)
    page.run(4 * MS, None, -1)
    assert [(name, at_us) for name, at_us, _ in told] == [("a", 2 * MS), ("b", 2 * MS)]
    page.run(9 * MS, None, -1)
    assert [(name, at_us) for name, at_us, _ in told[2:]] == [("c", 5 * MS), ("d", 5 * MS)]
    assert page.now_us == 9 * MS


timers = st.lists(
    st.tuples(st.integers(0, 9_999), st.integers(0, 5), st.booleans()), min_size=1, max_size=20
)


@given(timers, st.lists(st.integers(0, 20_000), max_size=6))
def test_whatever_is_set_and_not_cleared_runs_once_and_in_order(plan, wakes):
    """The twin sorts what is left by the whole millisecond, and then by the order of setting."""
    page = Page()
    ran: list[int] = []
    twin: list[tuple[int, int]] = []
    for number, (at_us, delay_ms, is_cleared) in enumerate(sorted(plan)):
        page.run(at_us, None, -1)
        handle = page.set_timeout(lambda number=number: ran.append(number), delay_ms)
        if is_cleared:
            page.clear_timeout(handle)
        else:
            twin.append((at_us // MS + delay_ms, number))
    for at_us in sorted(wakes):
        if at_us >= page.now_us:
            page.run(at_us, None, -1)
            assert len(ran) == sum(due_ms * MS <= at_us for due_ms, _ in twin)
            assert page.wake_us == min(
                (due_ms * MS for due_ms, _ in twin if due_ms * MS > at_us), default=None
            )
    page.run(30_000, None, -1)
    assert ran == [number for _, number in sorted(twin)]


def test_a_page_counts_whole_milliseconds():
    page = Page()
    told: Told = []
    page.run(1_000_500, None, -1)
    assert page.now_ms() == EPOCH_MS + 1_000
    page.set_timeout(says(page, told, "frame"), 16.9)
    assert page.wake_us == 1_016_000
    page.run(1_015_999, None, -1)
    assert told == []
    page.run(1_016_000, None, -1)
    assert told == [("frame", 1_016_000, -1)]


def test_a_timer_without_delay_runs_in_the_same_moment_behind_the_task():
    page = Page()
    told: Told = []

    def task() -> None:
        page.set_timeout(says(page, told, "timer"), 0)
        says(page, told, "task")()

    page.run(2_700, task, 4)
    assert told == [("task", 2_700, 4), ("timer", 2_700, 4)], "time does not go back to 2 ms"
    assert page.wake_us is None


def test_a_delay_too_long_for_a_browser_is_none():
    page = Page()
    told: Told = []
    page.set_timeout(says(page, told, "longest"), DELAY_MAX_MS)
    assert page.wake_us == DELAY_MAX_MS * MS
    page.set_timeout(says(page, told, "longer"), DELAY_MAX_MS + 1)
    assert page.wake_us == 0


def test_timers_that_are_due_run_before_the_task_and_at_their_own_time():
    page = Page()
    told: Told = []
    page.run(0, lambda: page.set_timeout(says(page, told, "timer"), 3), 1)
    page.run(8 * MS, says(page, told, "task"), 2)
    assert told == [("timer", 3 * MS, 1), ("task", 8 * MS, 2)]


def test_all_microtasks_run_before_the_next_timer_first_in_first_out():
    page = Page()
    told: Told = []

    def timer() -> None:
        says(page, told, "timer")()
        page.microtask(says(page, told, "first"))
        page.microtask(lambda: page.microtask(says(page, told, "third")))
        page.microtask(says(page, told, "second"))

    page.set_timeout(timer, 1)
    page.set_timeout(says(page, told, "next timer"), 1)
    page.run(MS, None, -1)
    assert [name for name, _, _ in told] == ["timer", "first", "second", "third", "next timer"]


def test_a_timer_remembers_what_led_to_it_and_so_does_what_it_sets():
    page = Page()
    told: Told = []

    def first() -> None:
        says(page, told, "first")()
        page.set_timeout(says(page, told, "second"), 5)

    page.run(0, lambda: page.set_timeout(first, 5), 11)
    page.run(MS, lambda: page.microtask(says(page, told, "microtask")), 12)
    page.run(20 * MS, None, 13)
    assert [(name, cause) for name, _, cause in told] == [
        ("microtask", 12), ("first", 11), ("second", 11),
    ]  # fmt: skip


def test_the_wake_forgets_what_was_cleared():
    page = Page()
    told: Told = []
    soon = page.set_timeout(says(page, told, "soon"), 1)
    page.set_timeout(says(page, told, "later"), 5)
    assert page.wake_us == MS
    page.clear_timeout(soon)
    assert page.wake_us == 5 * MS
    page.run(5 * MS, None, -1)
    page.clear_timeout(soon)
    assert [name for name, _, _ in told] == ["later"]
    assert page.wake_us is None


def test_a_timer_that_another_one_of_its_moment_clears_does_not_run():
    page = Page()
    told: Told = []
    page.set_timeout(lambda: page.clear_timeout(second), 1)
    second = page.set_timeout(says(page, told, "second"), 1)
    page.run(MS, None, -1)
    assert told == []


def test_timers_that_set_one_another_for_ever_are_caught(monkeypatch):
    monkeypatch.setattr(module, "TURNS_MAX", 50)
    page = Page()
    turns: list[int] = []

    def again() -> None:
        turns.append(page.now_us)
        page.set_timeout(again, 0)

    with pytest.raises(AssertionError, match="for ever"):
        page.run(0, again, -1)
    assert len(turns) == 51, "the task and all the timers that it may have"


def test_timers_that_come_back_later_are_no_endless_loop(monkeypatch):
    monkeypatch.setattr(module, "TURNS_MAX", 50)
    page = Page()
    turns: list[int] = []

    def again() -> None:
        turns.append(page.now_us)
        page.set_timeout(again, 1)

    page.run(0, again, -1)
    for at_ms in range(1, 200):
        page.run(at_ms * MS, None, -1)
    assert len(turns) == 200


def test_time_does_not_go_back():
    page = Page()
    page.run(5, None, -1)
    with pytest.raises(AssertionError):
        page.run(4, None, -1)
