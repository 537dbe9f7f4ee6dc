"""The page's HTTP: one answer counts, a late one does not, and offline nothing leaves."""

from __future__ import annotations

import pytest

from syncsim.client.context import Context
from syncsim.client.http import AGAIN_MAX, Http, HttpError
from syncsim.client.ports import Request
from syncsim.design import Design
from syncsim.domain import BOOKING
from syncsim.net.messages import ErrorBody
from tests.support.scenarios import ENHANCED, MS, SECOND, with_design

TIMEOUT_US = 10 * SECOND


class Line:
    """The HTTP of one page, and what became of each request that was sent on it."""

    def __init__(self, design: Design = ENHANCED) -> None:
        self.context = Context(
            name="op-1", role="operator", user="op-1", domain=BOOKING, design=design
        )
        self.http = Http(self.context)
        self.now_us = 0
        self.told: list[tuple[str, object]] = []

    def do(self, task, cause: int = -1) -> None:
        """Run something as a task of the page."""
        self.context.page.run(self.now_us, task, cause)

    def send(self, name: str, timeout_us: int = TIMEOUT_US, cause: int = -1) -> None:
        """Send a request, and write down how it ends."""

        def task() -> None:
            promise = self.http.send(Request(name, "query", None, 450), timeout_us)
            promise.then(
                lambda body: self.told.append((name, body)),
                lambda error: self.told.append((name, said(error))),
            )

        self.do(task, cause)

    def answer(self, name: str, body: object = "rows") -> None:
        """Let an answer arrive."""
        self.do(lambda: self.http.answer(name, body))

    def fail(self, name: str, reason: str = "refused") -> None:
        """Let the news arrive that nobody answers."""
        self.do(lambda: self.http.fail(name, reason))

    def wait(self, time_us: int) -> None:
        """Let time pass."""
        self.now_us += time_us
        self.context.page.run(self.now_us, None, -1)


def said(error: HttpError) -> tuple[str, bool]:
    """Return the reason of an error, and whether the backend may have had the request."""
    assert isinstance(error, HttpError), error
    return str(error), error.was_sent


def test_a_request_leaves_at_once_with_what_led_to_it_and_ends_with_its_answer():
    line = Line()
    line.send("r1", cause=5)
    assert line.context.out == [Request("r1", "query", None, 450, cause=5)]
    assert line.told == []
    line.answer("r1")
    assert line.told == [("r1", "rows")]
    assert line.context.page.wake_us is None, "nobody waits any more"


def test_one_answer_counts():
    line = Line()
    line.send("r1")
    line.answer("r1", "first")
    line.answer("r1", "second")
    line.fail("r1")
    line.answer("r0", "never asked for")
    assert line.told == [("r1", "first")]


def test_a_failure_is_told_and_an_answer_after_it_is_not():
    line = Line()
    line.send("r1")
    line.fail("r1")
    line.answer("r1")
    assert line.told == [("r1", ("refused", True))]


def test_a_request_is_waited_for_just_so_long_and_a_late_answer_is_ignored():
    line = Line()
    line.send("r1")
    line.wait(TIMEOUT_US - 1)
    assert line.told == []
    line.wait(1)
    assert line.told == [("r1", ("timeout", True))]
    line.answer("r1")
    assert line.told == [("r1", ("timeout", True))]


def test_an_answer_in_the_last_moment_counts():
    line = Line()
    line.send("r1")
    line.wait(TIMEOUT_US - MS)
    line.answer("r1")
    line.wait(TIMEOUT_US)
    assert line.told == [("r1", "rows")]


def test_each_request_has_a_wait_of_its_own():
    line = Line()
    line.send("slow", 5 * SECOND)
    line.wait(SECOND)
    line.send("quick", 2 * SECOND)
    line.wait(2 * SECOND)
    assert line.told == [("quick", ("timeout", True))]
    line.wait(2 * SECOND)
    assert line.told[1:] == [("slow", ("timeout", True))]


def test_offline_a_request_fails_at_once_and_was_certainly_not_sent():
    line = Line()
    line.context.environment.online_manager.set_online(False)
    line.send("r1")
    assert line.told == [("r1", ("offline", False))]
    assert line.context.out == []
    assert line.context.page.wake_us is None


def test_going_offline_fails_everything_under_way_in_the_order_of_sending():
    line = Line()
    for name in ("c", "a", "b"):
        line.send(name)
    line.answer("a")
    line.do(line.http.go_offline)
    assert line.told == [("a", "rows"), ("c", ("offline", True)), ("b", ("offline", True))]
    line.answer("b")
    line.wait(TIMEOUT_US)
    assert len(line.told) == 3


def test_a_name_is_under_way_once_and_may_be_used_again_afterwards():
    line = Line()
    line.send("r1")
    with pytest.raises(AssertionError):
        line.send("r1")
    line.answer("r1")
    line.send("r1")
    line.answer("r1")
    assert line.told == [("r1", "rows")] * 2


PATIENT = with_design(ENHANCED, retry_after=True)


def test_an_error_fails_a_request_if_the_design_does_not_come_back():
    for design, wait_us in ((ENHANCED, 2 * SECOND), (PATIENT, 0)):
        line = Line(design)
        line.send("r1")
        line.answer("r1", ErrorBody("r1", 503, wait_us))
        assert line.told == [("r1", ("http-503", True))]
        line.wait(3 * SECOND)
        assert len(line.context.out) == 1


def test_a_busy_server_is_asked_again_when_it_said():
    line = Line(PATIENT)
    line.send("r1")
    line.answer("r1", ErrorBody("r1", 503, 2 * SECOND))
    line.wait(2 * SECOND - MS)
    assert [out.name for out in line.context.out] == ["r1"]
    line.wait(MS)
    assert [out.name for out in line.context.out] == ["r1", "r1+1"]
    line.answer("r1", "late")
    assert line.told == []
    line.answer("r1+1")
    assert line.told == [("r1", "rows")]


def test_the_time_out_counts_from_the_first_sending():
    line = Line(PATIENT)
    line.send("r1", 3 * SECOND)
    line.answer("r1", ErrorBody("r1", 503, 2 * SECOND))
    line.wait(3 * SECOND)
    assert line.told == [("r1", ("timeout", True))]
    line.wait(3 * SECOND)
    assert len(line.context.out) == 2, "nothing is sent for what has failed"


def test_coming_back_ends_after_some_tries():
    line = Line(PATIENT)
    line.send("r1", 100 * SECOND)
    for sent in range(AGAIN_MAX + 1):
        name = line.context.out[-1].name
        assert len(line.context.out) == sent + 1
        line.answer(name, ErrorBody(name, 503, SECOND))
        line.wait(SECOND)
    assert line.told == [("r1", ("http-503", True))]
