from __future__ import annotations

import pytest

from syncsim.history import History
from syncsim.staleness.underway import EVERYBODY, Underway
from tests.checks.notation import history


def after(line):
    underway = Underway()
    for record in history(line).of(*Underway.KINDS):
        underway.apply(record)
    return underway


@pytest.mark.parametrize(
    ("line", "fetching"),
    [
        ("op-1.fetch(pending,f1,mount)", True),
        ("op-1.fetch(pending,f1,mount) op-1.fetched(pending,f1,1)", False),
        ("op-1.fetch(pending,f1,mount) op-1.fetch_cancelled(pending,f1,restarted)", False),
        ("op-1.fetch(pending,f1,mount) op-1.fetch_failed(pending,f1,timeout)", False),
        ("op-1.fetch(pending,f1,mount) op-1.fetch_failed(pending,f1,retrying)", True),
        (
            "op-1.fetch(pending,f1,mount) op-1.fetch_failed(pending,f1,retrying)"
            " op-1.fetch_cancelled(pending,f1,restarted)",
            False,
        ),
        (
            "op-1.fetch(pending,f1,mount) op-1.fetch_failed(pending,f1,retrying)"
            " op-1.fetch(pending,f2,retry) op-1.fetched(pending,f2,1)",
            False,
        ),
        (
            "op-1.fetch(pending,f1,mount) op-1.fetch(pending,f2,event)"
            " op-1.fetched(pending,f1,1)",
            True,
        ),
        (
            "op-1.fetch(pending,f1,mount) op-1.fetch(pending,f2,event)"
            " op-1.fetched(pending,f2,1)",
            True,
        ),
        ("op-1.fetch(accepted,f1,mount)", False),
        ("op-2.fetch(pending,f1,mount)", False),
    ],
)  # fmt: skip
def test_a_fetch_is_under_way_until_its_last_end(line, fetching):
    assert after(line).is_fetching("op-1", "pending") is fetching


EVENT = (
    "A1 A2 +A1{status=accepted}&P1{status=paid}/:mark backend.send(op-1,e1,event,entity=A1,lsn=3)"
)


def test_an_event_is_in_flight_until_it_arrives_or_is_lost():
    assert after(EVENT).will_hear_of("op-1", "appointment/A1")
    assert not after(EVENT).will_hear_of("op-2", "appointment/A1")
    assert not after(EVENT).is_quiet("op-1")
    for end in ("op-1.receive(backend,e1)", "op-1.lose(backend,e1,event,dropped)"):
        assert not after(f"{EVENT} {end}").will_hear_of("op-1", "appointment/A1")
        assert after(f"{EVENT} {end}").is_quiet("op-1")


def test_an_event_tells_of_every_row_of_its_commit():
    assert after(EVENT).will_hear_of("op-1", "payment/P1")
    assert not after(EVENT).will_hear_of("op-1", "appointment/A2")


def test_only_events_from_the_backend_count_as_messages():
    assert after("backend.send(op-1,f1/reply,rows)").is_quiet("op-1")
    assert after("op-1.send(backend,f1,query)").is_quiet("op-1")


@pytest.mark.parametrize(
    ("line", "quiet"),
    [
        ("", True),
        ("A1 op-1?i1:accept(A1)", False),
        ("A1 op-1?i1:accept(A1) op-1!i1=refused", True),
        ("A1 op-1?i1:accept(A1) op-1.forget(i1)", True),
        ("op-1.arm(online)", False),
        ("op-1.arm(online) op-1.arm(refresh-habit) op-1.disarm(online)", False),
        ("op-1.arm(online) op-1.disarm(online)", True),
        ("op-2.arm(online)", True),
        ("op-1.fetch(pending,f1,mount)", True),
    ],
)
def test_a_client_is_quiet_when_nothing_can_make_it_look_again(line, quiet):
    assert after(line).is_quiet("op-1") is quiet


def test_it_says_whose_prospects_a_record_changes():
    underway = Underway()
    line = EVENT + " backend.send(op-1,m1,rows) op-1.receive(backend,m1) op-1.receive(backend,e1)"
    assert [underway.apply(record) for record in history(line).of(*Underway.KINDS)] == [
        "", "", "op-1", "", "", "op-1",
    ]  # fmt: skip


def test_a_change_that_waits_for_the_broker_is_on_its_way_to_everybody_until_it_has_an_end():
    made, underway = History(), Underway()
    row = {"entity": "appointment/A1", "version": 2, "lsn": 1}
    assert underway.is_quiet("op-1")
    for data, changes, is_quiet in (
        ({"to": 0, "waits": True}, EVERYBODY, False),
        ({"to": 2}, EVERYBODY, True),
        ({"to": 2}, "", True),
    ):
        made.append(0, "publish", "backend", message="it/1/A1", data=data, **row)
        assert underway.apply(made[len(made) - 1]) == changes
        assert underway.is_quiet("op-1") == is_quiet
        assert underway.will_hear_of("op-2", "appointment/A1") != is_quiet
        assert not underway.will_hear_of("op-2", "appointment/A2")
