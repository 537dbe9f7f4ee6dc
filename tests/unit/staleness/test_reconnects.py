from __future__ import annotations

import pytest

from syncsim.staleness import reconnect_peak_per_s
from tests.checks.notation import history


def peak(line):
    return reconnect_peak_per_s(history(line))


def ask(*at_ms, what="query"):
    return " ".join(f"@{at} op-1.send(backend,q{at},{what})" for at in at_ms) + " "


BACK = "@1000 op-1.fault(partition) @2000 op-1.heal(partition) "


def test_without_an_outage_there_is_no_peak():
    assert peak(ask(10, 20, 30)) is None
    assert peak("@10 op-1.open(1) " + ask(20)) is None
    assert peak("@10 op-1.fault(delay) @20 op-1.heal(delay) " + ask(30)) is None


def test_the_fullest_second_after_the_return_counts():
    assert peak(BACK) == 0
    assert peak(ask(900, 930, 940, 950) + BACK + ask(2100, 2500, 4000, 4400, 4999)) == 3


def test_a_second_is_open_at_its_end():
    assert peak(BACK + ask(2100, 3099)) == 2
    assert peak(BACK + ask(2100, 3100)) == 1


def test_after_ten_seconds_the_return_is_over():
    assert peak(BACK + ask(12_000, 12_001, 12_002)) == 1


@pytest.mark.parametrize(
    "back", ["@2000 op-1.open(2) ", "@2000 op-1.heal(drop) ", "@2000 backend.heal(restart) "]
)
def test_a_socket_that_opens_anew_and_every_heal_are_a_return(back):
    assert peak(back + ask(2100, 2200)) == 2


def test_a_second_return_begins_a_new_count_of_ten_seconds():
    assert peak(BACK + ask(2100) + "@11000 op-2.open(2) " + ask(12_500, 12_600)) == 2


def test_answers_and_events_are_no_requests():
    assert peak(BACK + ask(2100, what="event") + ask(2200, what="rows")) == 0
    assert peak(BACK + ask(2100, what="mutate")) == 1
