"""Whole small runs in which a client's tab is behind others for a while."""

from __future__ import annotations

from syncsim.client.page import EPOCH_MS, Page
from syncsim.world import run
from tests.support.scenarios import (
    ENHANCED,
    MS,
    SECOND,
    appointments,
    fault,
    operator,
    scenario,
    step,
    with_design,
)

POLLING = with_design(ENHANCED, read={"strategy": "poll", "interval_us": 2 * SECOND}, push=False)


def work(design, *faults, steps=(), until_us=20 * SECOND):
    """Run two operators with faults."""
    return run(
        scenario(
            design,
            clients=(operator("op-1", "pending"), operator("op-2", "pending")),
            rows=appointments(2),
            steps=steps,
            until_us=until_us,
            faults=faults,
        )
    )


def fetches(history, from_us: int, until_us: int) -> list[tuple[int, str]]:
    """Return when and why op-1 fetched within a time."""
    return [
        (r.time_us, r.data["trigger"])
        for r in history.of("fetch")
        if r.at == "op-1" and from_us <= r.time_us < until_us
    ]


def test_a_hidden_tab_does_not_poll_and_polls_again_when_it_is_shown():
    history = work(POLLING, fault(5 * SECOND, "hide", "op-1", 8 * SECOND))
    assert fetches(history, 5 * SECOND, 13 * SECOND) == []
    assert fetches(work(POLLING), 5 * SECOND, 13 * SECOND) != []
    assert [why for _, why in fetches(history, 13 * SECOND, 16 * SECOND)] == ["poll"]


def test_nobody_acts_in_a_hidden_tab_and_show_ends_it():
    asks = tuple(step(at * SECOND, "op-1", "accept", f"A{n}") for n, at in ((1, 6), (2, 9)))
    hidden = (fault(5 * SECOND, "hide", "op-1"), fault(8 * SECOND, "show", "op-1"))
    history = work(ENHANCED, *hidden, steps=asks)
    assert [r.entity for r in history.of("intent")] == ["appointment/A2"]
    assert [(r.time_us, r.data["verb"]) for r in history.of("heal")] == [(8 * SECOND, "hide")]


def test_what_is_stale_is_fetched_when_the_tab_is_in_front_again():
    """Its data are older than they may be; a tab that was never hidden does not look again."""
    design = with_design(ENHANCED, read={"stale_time_us": 3 * SECOND})
    history = work(design, fault(5 * SECOND, "hide", "op-1", SECOND))
    assert fetches(history, 5 * SECOND, 20 * SECOND) == [(6 * SECOND, "focus")]
    fresh = work(ENHANCED, fault(5 * SECOND, "hide", "op-1", SECOND))
    assert fetches(fresh, 5 * SECOND, 20 * SECOND) == []


def test_a_retry_waits_for_the_tab_to_be_in_front():
    """The event of 6 s sets off a fetch that is refused; its retry is due at 7 s, hidden."""
    accepts = (step(6 * SECOND, "op-2", "accept", "A1"),)
    busy = fault(6 * SECOND + 30 * MS, "overload", "backend", 500 * MS)
    history = work(ENHANCED, fault(5 * SECOND, "hide", "op-1", 9 * SECOND), busy, steps=accepts)
    times = [at for at, _ in fetches(history, 5 * SECOND, 20 * SECOND)]
    assert times == [6 * SECOND + 40 * MS, 14 * SECOND]


def test_the_socket_of_a_hidden_tab_is_tried_at_whole_seconds():
    """socket.io waits half a second to one and a half; in a hidden tab that is one or two."""
    hidden = fault(5 * SECOND, "hide", "op-1", 12 * SECOND)
    history = work(ENHANCED, hidden, fault(6 * SECOND, "drop", "op-1"))
    (closed,) = [r.time_us for r in history.of("close") if r.at == "op-1"]
    opened = [r.time_us for r in history.of("open") if r.at == "op-1"]
    assert (opened[1] - closed - 120 * MS) % SECOND == 0


def test_a_stack_that_does_not_try_while_hidden_tries_when_shown():
    phoenix = with_design(ENHANCED, socket="phoenix")
    hidden = fault(5 * SECOND, "hide", "op-1", 7 * SECOND)
    history = work(phoenix, hidden, fault(6 * SECOND, "drop", "op-1"))
    opened = [r.time_us for r in history.of("open") if r.at == "op-1"]
    assert opened[1:] == [12 * SECOND + 120 * MS]


def ticks(page: Page, until_us: int) -> list[int]:
    """Let a page run until a time; return when its timers ran, in milliseconds."""
    ran: list[int] = []
    real = page.set_timeout

    def timer() -> None:
        ran.append(page.now_ms() - EPOCH_MS)
        real(timer, 400)

    real(timer, 400)
    while (due_us := page.wake_us) is not None and due_us <= until_us:
        page.run(due_us, None, -1)
    return ran


def test_timers_of_a_hidden_page_run_once_a_second_and_chains_once_a_minute():
    page = Page()
    page.run(300 * MS, page.hide, -1)
    ran = ticks(page, 500 * SECOND)
    assert ran[:3] == [1_300, 2_300, 3_300]
    late = [at for at in ran if at > 300_300]
    assert late[:3] == [360_300, 420_300, 480_300]


def test_late_timers_run_when_the_page_is_shown_and_frames_are_never_late():
    page, ran = Page(), []
    page.run(0, page.hide, -1)
    page.set_timeout(lambda: ran.append("timer"), 100)
    page.set_frame(lambda: ran.append("frame"), 16)
    page.run(500 * MS, None, -1)
    assert ran == ["frame"]
    page.run(600 * MS, page.show, -1)
    assert ran == ["frame", "timer"]
