"""What a screen offers: buttons on the rows that it shows, and none on others."""

from __future__ import annotations

import pytest

from syncsim.client.ports import Note, Refresh, Show
from syncsim.domain import BOOKING
from tests.support.desk import Desk, brief, notes, painted, requests, row
from tests.support.scenarios import DESIGNS, ENHANCED, HARDENED

EVERY = pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)


@EVERY
@pytest.mark.parametrize(
    ("action", "row_id", "why"),
    [
        ("accept", "A9", "no such row on screen"),
        ("start_appointment", "A1", "not in this status"),
        ("accept_trip", "A1", "a driver's button"),
        ("verify_payment", "A1", "no payment on screen"),
    ],
)
def test_what_the_screen_does_not_offer_is_withheld_and_nothing_is_sent(
    design, action, row_id, why
):
    desk = Desk(design)
    desk.ready(row("A1"))
    entity = f"{BOOKING.actions[action].entity}/{row_id}"
    assert desk.ask("i1", action, row_id) == [
        Note("intent", "i1", "", entity, data={"action": action, "entities": [entity], "args": {}}),
        Note("outcome", "i1", "", entity, data={"result": "withheld", "reason": "not on screen"}),
    ], why
    assert desk.wait() == []


@EVERY
def test_a_batch_with_no_fitting_row_is_withheld(design):
    desk = Desk(design)
    desk.ready(row("A1"))
    out = desk.ask("i1", "auto_cancel_overdue")
    assert notes(out, "intent")[0].data["entities"] == []
    assert notes(out, "outcome")[0].data["result"] == "withheld"


@EVERY
def test_the_person_acts_on_the_picture_not_on_what_arrived_since(design):
    desk = Desk(design)
    (request,) = requests(desk.start())
    desk.rows(request, row("A1"))
    assert brief(desk.ask("i1", "accept", "A1")) == ["intent", "outcome"], "not painted yet"
    desk.wait()
    (request,) = requests(desk.tell(Refresh("r")))
    desk.rows(request)
    assert requests(desk.ask("i2", "accept", "A1"), "mutate") != [], "still painted"


def test_a_row_that_two_views_show_is_met_once_and_as_the_first_of_them_shows_it():
    desk = Desk(ENHANCED)
    pending, overdue = requests(desk.start("pending", "overdue"))
    desk.rows(pending, row("A1", 2, overdue=False), row("A2", overdue=True))
    desk.rows(overdue, row("A1", 1, overdue=True), row("A3", overdue=True))
    desk.wait()
    seen = desk.client.picture.rows_of("appointment")
    assert [(each.entity, each.version) for each in seen] == [
        ("appointment/A1", 2), ("appointment/A2", 1), ("appointment/A3", 1),
    ]  # fmt: skip
    asked = notes(desk.ask("i1", "auto_cancel_overdue"), "intent")[0]
    assert asked.data["entities"] == ["appointment/A2", "appointment/A3"]


@EVERY
def test_a_view_that_left_offers_nothing(design):
    desk = Desk(design)
    desk.ready(row("A1"))
    desk.tell(Show("s", ("active",)))
    assert brief(desk.ask("i1", "accept", "A1")) == ["intent", "outcome"]


@pytest.mark.parametrize("design", [ENHANCED, HARDENED], ids=lambda design: design.name)
def test_a_pending_intent_changes_what_the_row_offers(design):
    desk = Desk(design)
    desk.ready(row("A1"))
    desk.ask("i1", "accept", "A1")
    desk.wait()
    assert brief(desk.ask("i2", "accept", "A1")) == ["intent", "outcome"]


def test_an_own_row_is_a_condition_of_the_button():
    for name, offered in (("th-1", True), ("th-2", False)):
        desk = Desk(ENHANCED, role="therapist", name=name)
        (request,) = requests(desk.start("mine"))
        desk.rows(request, row("A1", role="therapist"))
        desk.wait()
        assert bool(requests(desk.ask("i1", "accept_booking", "A1"), "mutate")) == offered


def test_a_button_looks_at_its_own_row_only():
    desk = Desk(ENHANCED)
    payments, active = requests(desk.start("payments", "active"))
    due = {"id": "P1", "appointment": "A1", "status": "unpaid", "requested": True}
    desk.rows(payments, row("A1")._replace(entity="payment/P1", fields=due))
    desk.rows(active, row("A1", status="in_progress"))
    desk.wait()
    out = desk.ask("i1", "verify_payment", "P1")
    assert len(requests(out, "mutate")) == 1, "the backend will refuse, and may know better"
    overlays = {note.entity: note.data["fields"] for note in notes(out, "overlay")}
    assert overlays == {"payment/P1": {"status": "paid"}, "appointment/A1": {"status": "completed"}}
    assert painted(desk.wait(), "appointments/list/active") == {"A1": "completed"}


def test_every_action_has_a_role_that_can_be_offered_it():
    desk = Desk(ENHANCED, role="driver", name="dr-1")
    (request,) = requests(desk.start("my-trips"))
    desk.rows(request, row("A1", role="driver", status="therapist_accepted"))
    desk.wait()
    offered = [
        name
        for name, action in BOOKING.actions.items()
        if desk.client.picture.offers(action, desk.client.picture.rows_of("appointment"))
    ]
    assert offered == ["accept_trip", "reject_trip"]


def test_a_client_does_not_go_back_in_time():
    desk = Desk(ENHANCED)
    desk.now_us = 5
    desk.start()
    desk.now_us = 4
    with pytest.raises(AssertionError):
        desk.tell(Refresh("r"))
