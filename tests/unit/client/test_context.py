"""Names within one page are never given twice."""

from __future__ import annotations

from syncsim.client.context import Context
from syncsim.domain import BOOKING
from tests.support.scenarios import ENHANCED


def context() -> Context:
    return Context(name="op-1", role="operator", user="op-1", domain=BOOKING, design=ENHANCED)


def test_a_name_is_numbered_from_its_second_use_on():
    page = context()
    assert [page.unique("open") for _ in range(3)] == ["open", "open#2", "open#3"]


def test_a_number_that_is_taken_is_not_given_again():
    page = context()
    assert [page.unique(name) for name in ("q@open#2", "q@open", "q@open")] == [
        "q@open#2",
        "q@open",
        "q@open#2#2",
    ]
    page = context()
    assert [page.unique(name) for name in ("q@open", "q@open", "q@open#2")] == [
        "q@open",
        "q@open#2",
        "q@open#2#2",
    ]
