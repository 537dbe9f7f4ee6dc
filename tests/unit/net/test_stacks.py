"""Reconnecting: each stack against the rule that its package holds."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncsim.engine import Draws
from syncsim.net.profile import MILLION
from syncsim.net.reconnector import Reconnector
from syncsim.net.stacks import (
    ABLY,
    ACTION_CABLE,
    CONVEX,
    GRAPHQL_WS,
    HEARTBEAT_CLOSE,
    MS,
    PHOENIX,
    PUSHER,
    PYTHON_WEBSOCKETS,
    RECONNECTING_WEBSOCKET,
    SECOND,
    SIGNALR,
    SOCKET_IO,
    STACKS,
    SUPABASE,
    ZERO,
    CodeRule,
    Heartbeat,
    Jitter,
    Reconnect,
    Stack,
)

MANY = 4_000
SPREAD = 5
"""Standard deviations that a sound draw stays within; the seeds are fixed, so it always does."""
UPTIME = 3_600 * SECOND
CLOSE_FRAME = 4900
"""A close code that graphql-ws has no rule for: failures with it count as tries."""


def called(value: object) -> str | None:
    """Return the name of a stack for the name of a test."""
    return value.name if isinstance(value, Stack) else None


def outage(
    stack: Stack, tries: int, client: str = "c", code: int | None = None
) -> list[int | None]:
    """Open, close after an hour, and fail so many times at once; return the waits."""
    page = Reconnector(stack, client, Draws(1))
    page.opened(0)
    now_us = UPTIME
    waits = [page.closed(now_us)]
    while waits[-1] is not None and len(waits) < tries:
        now_us += waits[-1]
        waits.append(page.failed(now_us, code))
    return waits


def nth(stack: Stack, number: int) -> list[int]:
    """Return the n-th wait of an outage, from 0, of many pages."""
    waits = [outage(stack, number + 1, f"c{page}", CLOSE_FRAME)[number] for page in range(MANY)]
    return [wait_us for wait_us in waits if wait_us is not None]


EXACT = [
    (PHOENIX, [0.01, 0.05, 0.1, 0.15, 0.2, 0.25, 0.5, 1, 2, 5, 5, 5]),
    (SUPABASE, [1, 2, 5, 10, 10, 10]),
    (SIGNALR, [0, 2, 10, 30, None]),
    (ZERO, [5, 5, 5]),
    (PUSHER, [1, 15, 30, 60, 60]),
]


@pytest.mark.parametrize(("stack", "seconds"), EXACT, ids=called)
def test_a_stack_without_jitter_waits_what_its_table_says(stack, seconds):
    expected = [None if wait is None else round(wait * SECOND) for wait in seconds]
    assert outage(stack, len(seconds)) == expected
    assert outage(stack, len(seconds), "another page") == expected, "no luck in it"


RANGES = [
    # base2 with a share of 0 to 50 % in deciles: from 45 % less to 50 % more, then the cap.
    (SOCKET_IO, 0, 0.55, 1.5),
    (SOCKET_IO, 1, 1.1, 3),
    (SOCKET_IO, 2, 2.2, 5),
    (SOCKET_IO, 3, 4.4, 5),
    (RECONNECTING_WEBSOCKET, 0, 1, 5),
    (RECONNECTING_WEBSOCKET, 1, 1.3, 6.5),
    (ABLY, 1, 16, 20),
    (ABLY, 2, 20, 25),
    (ABLY, 3, 24, 30),
    (ACTION_CABLE, 0, 6, 18),
    (ACTION_CABLE, 1, 6.9, 7.935),
    (ACTION_CABLE, 2, 7.935, 9.12525),
    (ACTION_CABLE, 12, 24.273, 27.915),
    (GRAPHQL_WS, 0, 1.3, 4),
    (GRAPHQL_WS, 1, 2.3, 5),
    (GRAPHQL_WS, 4, 16.3, 19),
    (CONVEX, 0, 0.5, 1.5),
    (CONVEX, 3, 4, 12),
    (CONVEX, 4, 8, 24),
    (CONVEX, 9, 8, 24),
    (PYTHON_WEBSOCKETS, 1, 0, 5),
]


@pytest.mark.parametrize(("stack", "number", "least", "most"), RANGES, ids=called)
def test_a_jittered_wait_fills_its_range_and_stays_within(stack, number, least, most):
    drawn = nth(stack, number)
    assert len(drawn) == MANY
    low_us, high_us = round(least * SECOND), round(most * SECOND)
    assert low_us <= min(drawn) <= low_us + (high_us - low_us) // 100 + MS
    assert high_us - (high_us - low_us) // 50 - MS <= max(drawn) <= high_us
    # Python sleeps for any time, a browser for whole milliseconds.
    assert any(wait_us % MS for wait_us in drawn) == (stack is PYTHON_WEBSOCKETS)


@pytest.mark.parametrize("stack", [ACTION_CABLE, CONVEX], ids=called)
def test_each_wait_of_a_page_has_luck_of_its_own(stack):
    at_the_cap = outage(stack, 24)[12:]
    assert len(set(at_the_cap)) == 12


EVEN = [row for row in RANGES if row[0] in (ABLY, CONVEX, GRAPHQL_WS, PYTHON_WEBSOCKETS)]
EVEN += [row for row in RANGES if row[:2] in ((RECONNECTING_WEBSOCKET, 0), (ACTION_CABLE, 1))]


@pytest.mark.parametrize(("stack", "number", "least", "most"), EVEN, ids=called)
def test_a_jittered_wait_is_spread_evenly(stack, number, least, most):
    drawn, cells = nth(stack, number), 20
    width = (most - least) * SECOND / cells
    counts = [0] * cells
    for wait_us in drawn:
        counts[min(int((wait_us - least * SECOND) / width), cells - 1)] += 1
    chi_square = sum((count - MANY / cells) ** 2 for count in counts) / (MANY / cells)
    assert (chi_square - (cells - 1)) / math.sqrt(2 * (cells - 1)) < SPREAD, counts


def near(count: int, chance: float) -> bool:
    """Whether a count of many is as near to its mean as chance allows."""
    return abs(count - MANY * chance) < SPREAD * math.sqrt(MANY * chance * (1 - chance))


def test_socket_io_takes_off_in_the_even_tenths_of_the_draw_and_puts_on_in_the_odd():
    shares = [wait_us / SECOND - 1 for wait_us in nth(SOCKET_IO, 0)]
    for tenth in range(10):
        sign = 1 if tenth % 2 else -1
        # The waits are whole milliseconds, so what lies on an edge may be in the next cell.
        within = sum(tenth * 0.05 <= share * sign < tenth * 0.05 + 0.05 for share in shares)
        assert near(within, 0.1), tenth
        without = sum(
            tenth * 0.05 + 0.002 < share * -sign < tenth * 0.05 + 0.048 for share in shares
        )
        assert without == 0, tenth


def test_socket_io_has_its_jitter_cut_off_by_the_cap():
    third, fourth = nth(SOCKET_IO, 2), nth(SOCKET_IO, 3)
    # 4 s: of the five tenths that put on, those from 25 % on are capped.
    assert near(sum(wait_us == 5 * SECOND for wait_us in third), 0.3)
    assert near(sum(wait_us == 5 * SECOND for wait_us in fourth), 0.9)
    for number in range(4, 9):
        assert {*nth(SOCKET_IO, number)} == {5 * SECOND}, number


def test_convex_has_its_jitter_after_the_cap():
    assert max(nth(CONVEX, 9)) > 16 * SECOND
    capped_first = replace(
        CONVEX.reconnect, jitter=replace(CONVEX.reconnect.jitter, before_cap=True)
    )
    assert max(nth(replace(CONVEX, reconnect=capped_first), 9)) == 16 * SECOND


def test_reconnecting_websocket_draws_its_base_once_a_page():
    for page in range(50):
        waits = outage(RECONNECTING_WEBSOCKET, 14, f"c{page}")
        base = waits[0]
        grown = [min(base * 1.3**n, 10 * SECOND) for n in range(14)]
        assert waits == pytest.approx(grown, abs=15 * MS), "but for the cut to whole milliseconds"
        assert waits[-1] == 10 * SECOND
    assert len({outage(RECONNECTING_WEBSOCKET, 1, f"c{page}")[0] for page in range(50)}) > 40


def test_reconnecting_websocket_forgets_its_failures_only_after_five_seconds_of_uptime():
    page = Reconnector(RECONNECTING_WEBSOCKET, "c", Draws(3))
    page.opened(0)
    first = page.closed(UPTIME)
    second = page.failed(UPTIME + first)
    assert second > first

    def reopened_for(uptime_us: int) -> int:
        again = Reconnector(RECONNECTING_WEBSOCKET, "c", Draws(3))
        again.opened(0)
        again.closed(UPTIME)
        again.failed(UPTIME + first)
        again.opened(UPTIME + first + second)
        return again.closed(UPTIME + first + second + uptime_us)

    assert reopened_for(5 * SECOND) == first
    assert reopened_for(5 * SECOND - 1) > second, "the series goes on"


@pytest.mark.parametrize(
    "stack", [one for one in STACKS.values() if one is not RECONNECTING_WEBSOCKET], ids=called
)
def test_all_others_begin_again_as_soon_as_they_are_open(stack):
    page = Reconnector(stack, "c", Draws(3))
    page.opened(0)
    now_us = UPTIME
    page.closed(now_us)
    for _ in range(2):
        now_us += 40 * SECOND
        page.failed(now_us, CLOSE_FRAME if stack is GRAPHQL_WS else None)
    page.opened(now_us + 60 * SECOND)
    wait_us = page.closed(now_us + 60 * SECOND + 1)
    first = {
        ABLY.name: (0, 0),
        ZERO.name: (5, 5),
        ACTION_CABLE.name: (6, 18),
        GRAPHQL_WS.name: (1.3, 4),
    }
    least, most = first.get(stack.name, (0, 1.5))
    assert least * SECOND <= wait_us <= most * SECOND


def test_graphql_ws_gives_up_after_five_tries_that_end_with_a_close_code():
    waits = outage(GRAPHQL_WS, 9, code=CLOSE_FRAME)
    assert len(waits) == 6
    assert waits[-1] is None


def test_graphql_ws_gives_up_at_once_when_a_try_ends_with_an_error():
    first, second = outage(GRAPHQL_WS, 9)
    assert first is not None
    assert second is None


@pytest.mark.parametrize("stack", STACKS.values(), ids=called)
def test_nobody_else_ever_gives_up_on_a_dead_server(stack):
    waits = outage(stack, 200)
    assert (None in waits) == (stack in (SIGNALR, GRAPHQL_WS))
    assert max(wait_us for wait_us in waits if wait_us is not None) <= 90 * SECOND


def test_who_has_given_up_takes_no_more_news():
    page = Reconnector(SIGNALR, "c", Draws(1))
    page.opened(0)
    page.closed(1)
    while page.failed(UPTIME) is not None:
        assert not page.gave_up
    assert page.gave_up
    with pytest.raises(AssertionError):
        page.failed(UPTIME)
    with pytest.raises(AssertionError):
        page.opened(UPTIME)


CODES = [
    (PUSHER, 1000, 1),
    (PUSHER, 1006, 1),
    (PUSHER, 1002, 1),
    (PUSHER, 4000, 0),
    (PUSHER, 4001, None),
    (PUSHER, 4099, None),
    (PUSHER, 4100, 1),
    (PUSHER, 4199, 1),
    (PUSHER, 4200, 0),
    (PUSHER, 4299, 0),
    (PUSHER, 4300, None),
    (PUSHER, HEARTBEAT_CLOSE, 0),
    (GRAPHQL_WS, 1000, 0),
    (GRAPHQL_WS, 1002, None),
    (GRAPHQL_WS, 1011, None),
    (GRAPHQL_WS, 4004, None),
    (GRAPHQL_WS, 4401, None),
    (GRAPHQL_WS, 4429, None),
    (GRAPHQL_WS, 4500, None),
    (PYTHON_WEBSOCKETS, 1006, 0),
    (ABLY, 1006, 0),
]


@pytest.mark.parametrize(("stack", "code", "seconds"), CODES, ids=called)
def test_the_close_code_decides(stack, code, seconds):
    page = Reconnector(stack, "c", Draws(1))
    page.opened(0)
    assert page.closed(UPTIME, code) == (None if seconds is None else seconds * SECOND)
    assert page.gave_up == (seconds is None)


@pytest.mark.parametrize("code", [1001, 1005, 1006, 1012, 1013, 1014, 4403, 4408, 4504])
def test_graphql_ws_retries_after_closes_that_it_calls_harmless(code):
    page = Reconnector(GRAPHQL_WS, "c", Draws(1))
    page.opened(0)
    assert 1_300 * MS <= page.closed(UPTIME, code) < 4 * SECOND


def test_pusher_begins_its_series_again_when_the_server_speaks():
    page = Reconnector(PUSHER, "c", Draws(1))
    page.opened(0)
    page.closed(UPTIME)
    assert page.failed(UPTIME + SECOND) == 15 * SECOND
    assert page.failed(UPTIME + 16 * SECOND) == 30 * SECOND
    assert page.failed(UPTIME + 46 * SECOND, 4150) == SECOND
    assert page.failed(UPTIME + 47 * SECOND) == 15 * SECOND


def test_pusher_waits_from_the_beginning_of_a_try():
    page = Reconnector(PUSHER, "c", Draws(1))
    page.opened(0)
    page.closed(UPTIME)
    assert page.failed(UPTIME + 5 * SECOND) == 11 * SECOND, "15 s after the try at 1 s"
    page = Reconnector(PUSHER, "late page", Draws(1), now_us=UPTIME)
    assert page.failed(UPTIME + 5 * SECOND) == 10 * SECOND


def test_a_try_that_takes_longer_than_its_period_uses_up_the_next():
    page = Reconnector(PUSHER, "c", Draws(1))
    page.opened(0)
    page.closed(UPTIME)
    # The try begins at 1 s. Periods of 15 and 30 s end at 16 and 46 s.
    assert page.failed(UPTIME + 40 * SECOND) == 6 * SECOND
    assert page.failed(UPTIME + 46 * SECOND) == 60 * SECOND, "the third of the series"


def test_convex_returns_soonest_when_its_own_heartbeat_found_the_connection_dead():
    page = Reconnector(CONVEX, "c", Draws(1))
    page.opened(0)
    wait_us = page.closed(UPTIME, HEARTBEAT_CLOSE)
    assert 50 * MS <= wait_us <= 150 * MS
    assert SECOND <= page.failed(UPTIME + wait_us) <= 3 * SECOND, "the second of the usual series"


def test_ably_tries_at_once_but_not_twice_in_a_second():
    page = Reconnector(ABLY, "c", Draws(1))
    page.opened(0)
    assert page.closed(UPTIME) == 0
    page.opened(UPTIME + 100 * MS)
    assert page.closed(UPTIME + 200 * MS) == 799 * MS
    page.opened(UPTIME + 1_000 * MS)
    assert page.closed(UPTIME + 5 * SECOND) == 0


def test_ably_is_suspended_two_minutes_after_its_first_try_and_then_keeps_to_thirty_seconds():
    for client in range(100):
        page = Reconnector(ABLY, f"c{client}", Draws(1))
        page.opened(0)
        due_us = UPTIME + page.closed(UPTIME)
        tries = [due_us]
        while len(tries) < 12:
            due_us += page.failed(due_us)
            tries.append(due_us)
        before = [at_us for at_us in tries if at_us < UPTIME + 120 * SECOND]
        suspended = tries[len(before) :]
        assert 5 <= len(before) <= 6
        assert suspended == [UPTIME + (150 + 30 * n) * SECOND for n in range(len(suspended))]


def test_ably_forgets_the_suspension_when_it_is_open():
    page = Reconnector(ABLY, "c", Draws(1))
    page.opened(0)
    page.closed(UPTIME)
    assert page.failed(UPTIME + 130 * SECOND) == 20 * SECOND, "suspended at 120 s, for 30 s"
    page.opened(UPTIME + 200 * SECOND)
    assert page.closed(UPTIME + 300 * SECOND) == 0
    assert 16 * SECOND <= page.failed(UPTIME + 300 * SECOND) <= 20 * SECOND


def test_an_ably_page_that_was_never_connected_is_suspended_as_well():
    page = Reconnector(ABLY, "c", Draws(1), now_us=UPTIME)
    assert 12 * SECOND <= page.failed(UPTIME) <= 15 * SECOND
    assert page.failed(UPTIME + 119 * SECOND) == 31 * SECOND


def test_action_cable_comes_back_with_a_poll_that_finds_it_stale():
    count = 10 * MANY
    drawn = [outage(ACTION_CABLE, 1, f"c{page}")[0] for page in range(count)]
    # A poll every 6 to 12 s: the time to the next has a mean of E[x^2] / 2 E[x] = 14/3 s.
    mean, least = sum(drawn) / count, 6 * SECOND
    assert abs(mean - (least + 14 / 3 * SECOND)) < SPREAD * 3.2 * SECOND / math.sqrt(count)
    # It is within 6 s with a chance of 6 / E[x] = 2/3.
    soon = sum(wait_us < 12 * SECOND for wait_us in drawn)
    assert abs(soon - count * 2 / 3) < SPREAD * math.sqrt(count * 2 / 9)


def test_python_websockets_grows_by_the_golden_ratio_to_ninety_seconds():
    waits = outage(PYTHON_WEBSOCKETS, 12)
    assert waits[0] == 0
    grown = [3.1, 5.0158, 8.1155644, 13.1309832, 21.2459308, 34.3759161, 55.6202322, 89.9935357]
    assert waits[2:10] == pytest.approx([wait * SECOND for wait in grown], abs=2)
    assert waits[10:] == [90 * SECOND, 90 * SECOND]


def test_a_shown_page_tries_at_once_where_the_stack_does():
    def after(stack: Stack, shown_us: int) -> tuple[int | None, int | None]:
        page = Reconnector(stack, "c", Draws(1))
        assert page.shown(0) is None, "nothing was lost"
        page.opened(0)
        assert page.shown(1) is None, "open"
        page.closed(UPTIME)
        page.failed(UPTIME + SECOND)
        wait_us = page.shown(UPTIME + shown_us)
        return wait_us, page.failed(UPTIME + shown_us + (wait_us or 0))

    assert after(PHOENIX, 90 * SECOND) == (0, 10 * MS), "and its series begins again"
    assert after(SUPABASE, 90 * SECOND) == (0, 5 * SECOND), "and its series goes on"
    assert after(ACTION_CABLE, 90 * SECOND)[0] == 200 * MS
    assert after(ZERO, 2 * SECOND)[0] is None, "its timer is still running"
    assert after(ZERO, 90 * SECOND)[0] == 0
    assert after(SOCKET_IO, 90 * SECOND)[0] is None
    assert [one.name for one in STACKS.values() if not one.reconnect.tries_hidden] == [
        *("phoenix", "supabase-realtime-js", "zero")
    ]


DEAD_AFTER = [45, 0, 60, 50, 30, 25, 150, 6, 0, 10, 60, 40]
"""Seconds, in the order of the table."""


def test_how_long_each_stack_lives_with_silence():
    assert [stack.heartbeat.dead_after_us / SECOND for stack in STACKS.values()] == DEAD_AFTER


@pytest.mark.parametrize("stack", STACKS.values(), ids=called)
def test_the_luck_of_a_page_is_its_own(stack):
    alone = outage(stack, 8, "c1")
    draws = Draws(1)
    pages = [Reconnector(stack, client, draws) for client in ("c2", "c1")]
    for page in pages:
        page.opened(0)
    waits = [[page.closed(UPTIME)] for page in pages]
    now = [UPTIME + each[0] for each in waits]
    for _ in range(7):
        for n, page in enumerate(pages):
            if not page.gave_up:
                waits[n].append(page.failed(now[n]))
                now[n] += waits[n][-1] or 0
    assert waits[1] == alone


@given(
    stack=st.sampled_from(list(STACKS.values())),
    seed=st.integers(0, 2**32),
    steps=st.lists(st.tuples(st.integers(0, 400 * SECOND), st.booleans()), max_size=30),
)
def test_waits_are_whole_and_never_negative_whatever_happens(stack, seed, steps):
    page = Reconnector(stack, "c", Draws(seed))
    now_us, is_open = 0, False
    for passed_us, success in steps:
        now_us += passed_us
        if is_open:
            wait_us = page.closed(now_us)
            is_open = False
        elif success:
            page.opened(now_us)
            is_open = True
            continue
        else:
            wait_us = page.failed(now_us)
        if wait_us is None:
            break
        assert type(wait_us) is int
        assert wait_us >= 0
        now_us += wait_us


BAD = [
    lambda: Heartbeat(pinged_by="nobody", interval_us=1),
    lambda: Heartbeat(pinged_by="client"),
    lambda: Jitter(kind="add", low=2, high=1),
    lambda: CodeRule(first=2, last=1, stops=True),
    lambda: CodeRule(first=1, last=2),
    lambda: CodeRule(first=1, last=2, stops=True, wait_us=0),
    Reconnect,
    lambda: Reconnect(base_us=1, factor_ppm=2 * MILLION),
]


@pytest.mark.parametrize("make", BAD, ids=[f"bad {n}" for n in range(len(BAD))])
def test_a_record_that_makes_no_sense_is_refused(make):
    with pytest.raises(AssertionError):
        make()
