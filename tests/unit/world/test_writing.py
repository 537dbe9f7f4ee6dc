"""One small world for each W strategy, each of its options and each M strategy, worked by hand.

Every message takes 20 ms, an own request that is delayed 120 ms. So what is sent at 2.000 s is
committed at 2.020 s, answered at 2.040 s, and told to the others at 2.040 s. The design is the
plainest one that pushes: nothing is painted ahead, and a write is a request and an answer.
"""

from __future__ import annotations

from typing import Any

import pytest

from syncsim.design import Design, Merge
from syncsim.history import History
from syncsim.scenario.scenario import Fault, Step
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

PLAIN = with_design(ENHANCED, overlay={"strategy": "pessimistic"})
T = 2 * SECOND

SLOW = fault(T - MS, "delay", "op-1", 5 * MS, by_us=100 * MS)
"""What op-1 sends at 2.000 s is 100 ms late; what it sends later is not."""
NO_ANSWER = fault(T, "lose", "op-1", 100 * MS, leg="response")
NO_REQUEST = fault(T - MS, "lose", "op-1", 5 * MS, leg="request")
RELOAD = fault(T + 10 * MS, "reload", "op-1")


def writing(design: Design = PLAIN, **settings: Any) -> Design:
    """Return a design with other settings of its write queue."""
    return with_design(design, write=settings)


def merging(strategy: str, **settings: Any) -> Design:
    """Return a design with another merge rule, and an If-Match where that asks for one."""
    rule = with_design(PLAIN, merge=Merge(strategy=strategy, **settings))
    return writing(rule, if_match=strategy == "version")


def gives(at_us: int, who: str, driver: str, row: str = "A1") -> Step:
    """Return that an operator gives a row to a driver; the step is named after the driver."""
    return step(at_us, who, "assign_driver", row, args={"driver": driver}, id=driver)


def of(design: Design, *steps: Step, faults: tuple[Fault, ...] = ()) -> History:
    """Run two operators who see three pending appointments."""
    clients = (operator("op-1"), operator("op-2"))
    return run(scenario(design, clients=clients, rows=appointments(3), steps=steps, faults=faults))


def commits(history: History) -> list[tuple[int, str, int, str]]:
    """Return the commits: milliseconds after 2 s, row, version, and the driver that it has."""
    return [
        (
            (each.time_us - T) // MS,
            each.entity.partition("/")[2],
            each.version,
            (each.data or {})["fields"]["driver"],
        )
        for each in history.of("commit")
    ]


def outcomes(history: History) -> dict[str, str]:
    """Return what each person was told, with the reason if there was one."""
    told = {each.intent: each.data or {} for each in history.of("outcome")}
    return {
        name: " ".join([data["result"], *([data["reason"]] if "reason" in data else [])])
        for name, data in told.items()
    }


def requests(history: History) -> list[tuple[int, str]]:
    """Return the requests of writes: milliseconds after 2 s, and their names."""
    sent = [each for each in history.of("send") if (each.data or {})["what"] == "mutate"]
    return [((each.time_us - T) // MS, each.message) for each in sent]


# W: the order in which intents are sent

SWAPPED = (gives(T, "op-1", "dr-2"), gives(T + 10 * MS, "op-1", "dr-3"))
"""Two edits of one row, of which the first is late."""
APART = (gives(T, "op-1", "dr-2"), gives(T + 10 * MS, "op-1", "dr-3", "A2"))
"""Two edits of two rows, of which the first is late."""


def test_w0_two_edits_of_one_row_arrive_swapped_and_the_older_one_stays():
    history = of(writing(strategy="parallel"), *SWAPPED, faults=(SLOW,))
    assert commits(history) == [(30, "A1", 2, "dr-3"), (120, "A1", 3, "dr-2")]
    assert outcomes(history) == {"dr-3": "ok", "dr-2": "ok"}


@pytest.mark.parametrize("strategy", ["serial", "fifo"])
def test_w1_and_w2_the_second_edit_of_a_row_waits_for_the_answer_to_the_first(strategy):
    history = of(writing(strategy=strategy), *SWAPPED, faults=(SLOW,))
    assert requests(history) == [(0, "dr-2/1"), (140, "dr-3/1")]
    assert commits(history) == [(120, "A1", 2, "dr-2"), (160, "A1", 3, "dr-3")]


@pytest.mark.parametrize(
    ("strategy", "made"),
    [
        ("parallel", [(30, "A2", 2, "dr-3"), (120, "A1", 2, "dr-2")]),
        ("serial", [(30, "A2", 2, "dr-3"), (120, "A1", 2, "dr-2")]),
        ("fifo", [(120, "A1", 2, "dr-2"), (160, "A2", 2, "dr-3")]),
    ],
)
def test_edits_of_two_rows_wait_for_each_other_under_w2_alone(strategy, made):
    assert commits(of(writing(strategy=strategy), *APART, faults=(SLOW,))) == made


# +K, an idempotency key: the answer is lost, and the write is sent again after 11 s


@pytest.mark.parametrize(
    ("key", "made"),
    [
        (False, [(20, "A1", 2, "dr-2"), (11_020, "A1", 3, "dr-2")]),
        (True, [(20, "A1", 2, "dr-2")]),
    ],
)
def test_a_write_that_is_sent_again_has_its_effect_once_if_it_has_a_key(key, made):
    """It times out after 10 s, and the cache waits for one more."""
    design = writing(sent_by="mutation", retries=1, idempotency_key=key)
    history = of(design, gives(T, "op-1", "dr-2"), faults=(NO_ANSWER,))
    assert requests(history) == [(0, "dr-2/1"), (11_000, "dr-2/2")]
    assert commits(history) == made
    assert outcomes(history) == {"dr-2": "ok"}


@pytest.mark.parametrize(("key", "told"), [(False, "refused illegal-state"), (True, "ok")])
def test_a_write_that_its_guard_stops_the_second_time_is_called_refused_without_a_key(key, told):
    """The appointment is accepted, and the person who did it is told that it was not."""
    design = writing(sent_by="mutation", retries=1, idempotency_key=key)
    history = of(design, step(T, "op-1", "accept", "A1", id="it"), faults=(NO_ANSWER,))
    assert len(commits(history)) == 1
    assert outcomes(history) == {"it": told}


def test_without_retries_a_write_whose_answer_is_lost_has_an_unknown_fate():
    history = of(writing(), gives(T, "op-1", "dr-2"), faults=(NO_ANSWER,))
    assert commits(history) == [(20, "A1", 2, "dr-2")]
    assert outcomes(history) == {"dr-2": "unknown timeout"}


# +V, If-Match: two people change one row, and neither has seen what the other did

AT_ONCE = (gives(T, "op-1", "dr-2"), gives(T + 10 * MS, "op-2", "dr-3"))


def test_without_if_match_the_second_write_wipes_out_one_that_its_author_never_saw():
    history = of(writing(), *AT_ONCE)
    assert commits(history) == [(20, "A1", 2, "dr-2"), (30, "A1", 3, "dr-3")]
    assert outcomes(history) == {"dr-2": "ok", "dr-3": "ok"}


def test_with_if_match_the_second_write_is_refused_for_being_based_on_an_old_version():
    history = of(writing(if_match=True), *AT_ONCE)
    assert commits(history) == [(20, "A1", 2, "dr-2")]
    assert outcomes(history) == {"dr-2": "ok", "dr-3": "refused version-conflict"}


def test_with_if_match_and_in_parallel_ones_own_second_write_is_refused_too():
    """Both are based on version 1, as the answer to the first has not come."""
    both = (gives(T, "op-1", "dr-2"), gives(T + 10 * MS, "op-1", "dr-3"))
    refused = of(writing(if_match=True), *both)
    assert outcomes(refused) == {"dr-2": "ok", "dr-3": "refused version-conflict"}
    waited = of(writing(if_match=True, strategy="serial"), *both)
    assert outcomes(waited) == {"dr-2": "ok", "dr-3": "ok"}


# What a refusal does to the rest of the queue

QUEUE = (
    gives(T - 5 * MS, "op-2", "dr-9"),
    gives(T, "op-1", "dr-2"),
    step(T + MS, "op-1", "accept", "A1", id="dependant"),
    gives(T + 2 * MS, "op-1", "dr-3", "A2"),
)
"""op-2 is first, so that op-1's dr-2 is refused; an intent on the same row waits, and another."""


@pytest.mark.parametrize(
    ("policy", "told", "made"),
    [
        (
            "continue",
            {"dependant": "refused version-conflict", "dr-3": "ok"},
            [(100, "A2", 2, "dr-3")],
        ),
        (
            "abort-dependants",
            {"dependant": "failed aborted", "dr-3": "ok"},
            [(60, "A2", 2, "dr-3")],
        ),
        ("abort-all", {"dependant": "failed aborted", "dr-3": "failed aborted"}, []),
    ],
)
def test_a_conflict_lets_the_queue_go_on_or_takes_along_what_hangs_on_it_or_all(policy, told, made):
    """What goes on names the old version still: nobody looks at the row that a refusal brings."""
    history = of(writing(strategy="fifo", if_match=True, on_refusal=policy), *QUEUE)
    assert commits(history) == [(15, "A1", 2, "dr-9"), *made]
    conflict = {"dr-9": "ok", "dr-2": "refused version-conflict"}
    assert outcomes(history) == conflict | told


# +D, stored before it is sent: the page is loaded anew 10 ms after a request went out


@pytest.mark.parametrize(
    ("key", "made"),
    [
        (False, [(20, "A1", 2, "dr-2"), (30, "A1", 3, "dr-2")]),
        (True, [(20, "A1", 2, "dr-2")]),
    ],
)
def test_a_stored_write_is_sent_again_by_the_next_page_and_counts_twice_without_a_key(key, made):
    design = writing(persist=True, idempotency_key=key)
    history = of(design, gives(T, "op-1", "dr-2"), faults=(RELOAD,))
    assert requests(history) == [(0, "dr-2/1"), (10, "dr-2/2")]
    assert commits(history) == made
    assert outcomes(history) == {"dr-2": "ok"}


def test_a_write_that_is_not_stored_is_committed_and_nobody_is_told():
    history = of(writing(), gives(T, "op-1", "dr-2"), faults=(RELOAD,))
    assert requests(history) == [(0, "dr-2/1")]
    assert commits(history) == [(20, "A1", 2, "dr-2")]
    assert outcomes(history) == {}


@pytest.mark.parametrize(("persist", "made"), [(False, []), (True, [(30, "A1", 2, "dr-2")])])
def test_a_write_whose_request_is_lost_with_the_page_is_gone_unless_it_is_stored(persist, made):
    history = of(writing(persist=persist), gives(T, "op-1", "dr-2"), faults=(NO_REQUEST, RELOAD))
    assert commits(history) == made


@pytest.mark.parametrize(
    ("key", "made"),
    [
        (False, [(20, "A1", 2, "dr-2"), (30, "A1", 3, "dr-2"), (70, "A2", 2, "dr-3")]),
        (True, [(20, "A1", 2, "dr-2"), (70, "A2", 2, "dr-3")]),
    ],
)
def test_a_stored_queue_goes_on_behind_what_was_under_way(key, made):
    """The first is sent again at 2.010 s and answered at 2.050 s, and then the second goes."""
    design = writing(strategy="fifo", persist=True, idempotency_key=key)
    both = (gives(T, "op-1", "dr-2"), gives(T + MS, "op-1", "dr-3", "A2"))
    history = of(design, *both, faults=(RELOAD,))
    assert requests(history) == [(0, "dr-2/1"), (10, "dr-2/2"), (50, "dr-3/1")]
    assert commits(history) == made


# M: which of two writes counts. op-1's clock is 5 s ahead, and op-2 writes 2 s later

AHEAD = fault(SECOND, "skew-clock", "op-1", skew_us=5 * SECOND)
LATER = (gives(T, "op-1", "dr-2"), gives(T + 2 * SECOND, "op-2", "dr-3"))
FIRST = (20, "A1", 2, "dr-2")
SECOND_ONE = (2_020, "A1", 3, "dr-3")


@pytest.mark.parametrize(
    ("strategy", "made", "told"),
    [
        ("arrival", [FIRST, SECOND_ONE], "ok"),
        ("client-clock", [FIRST], "refused superseded"),
        ("hybrid-clock", [FIRST, SECOND_ONE], "ok"),
        ("version", [FIRST, SECOND_ONE], "ok"),
    ],
)
def test_a_clock_that_is_ahead_keeps_the_others_out_under_m1_alone(strategy, made, told):
    """op-2 has seen what op-1 did, so its hybrid clock and its version are up to date."""
    history = of(merging(strategy), *LATER, faults=(AHEAD,))
    assert commits(history) == made
    assert outcomes(history) == {"dr-2": "ok", "dr-3": told}


def test_under_m1_the_others_are_kept_out_for_as_long_as_the_clock_is_ahead():
    """What op-1 wrote at 2 s is stamped 7 s."""
    late = (*LATER, gives(7 * SECOND + MS, "op-2", "dr-4"))
    history = of(merging("client-clock"), *late, faults=(AHEAD,))
    assert commits(history) == [FIRST, (5_021, "A1", 3, "dr-4")]


@pytest.mark.parametrize(
    ("strategy", "made", "told"),
    [
        ("arrival", [FIRST, (30, "A1", 3, "dr-3")], "ok"),
        ("client-clock", [FIRST], "refused superseded"),
        ("hybrid-clock", [FIRST], "refused superseded"),
        ("version", [FIRST], "refused version-conflict"),
    ],
)
def test_of_two_writes_at_once_the_second_counts_under_m0_alone(strategy, made, told):
    """op-2 has heard of nothing when it writes, 10 ms later and with a clock that is right."""
    history = of(merging(strategy), *AT_ONCE, faults=(AHEAD,))
    assert commits(history) == made
    assert outcomes(history) == {"dr-2": "ok", "dr-3": told}


@pytest.mark.parametrize(
    ("strategy", "made", "told"),
    [
        ("arrival", [(30, "A1", 2, "dr-3"), (120, "A1", 3, "dr-2")], "ok"),
        ("client-clock", [(30, "A1", 2, "dr-3")], "refused superseded"),
        ("hybrid-clock", [(30, "A1", 2, "dr-3")], "refused superseded"),
        ("version", [(30, "A1", 2, "dr-3")], "refused version-conflict"),
    ],
)
def test_of_two_own_writes_that_arrive_swapped_the_older_counts_under_m0_alone(
    strategy, made, told
):
    """In parallel, and the older one is 100 ms late; time stamps and versions know that it is."""
    history = of(merging(strategy), *SWAPPED, faults=(SLOW,))
    assert commits(history) == made
    assert outcomes(history) == {"dr-3": "ok", "dr-2": told}


@pytest.mark.parametrize(("stamps", "told"), [("row", "refused superseded"), ("field", "ok")])
def test_stamps_of_fields_let_an_older_write_count_that_changes_something_else(stamps, told):
    """The older one accepts the appointment, the newer one gives it to another driver."""
    both = (step(T, "op-1", "accept", "A1", id="it"), gives(T + 10 * MS, "op-2", "dr-3"))
    history = of(merging("client-clock", stamps=stamps), *both, faults=(SLOW,))
    assert outcomes(history) == {"dr-3": "ok", "it": told}
