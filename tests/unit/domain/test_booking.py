"""The booking application as a value: what it allows, and that its parts fit together."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from syncsim.domain import BOOKING, SYSTEM_ROLE, Action, allows, changes
from syncsim.history import compile_conditions

USERS = {"operator": "op-1", "therapist": "th-1", "driver": "dr-1", SYSTEM_ROLE: ""}

LIFE = {
    # action: role, statuses it is allowed in, status afterwards
    "accept": ("operator", ["pending"], "therapist_accepted"),
    "accept_booking": ("therapist", ["pending"], "therapist_accepted"),
    "accept_trip": ("driver", ["therapist_accepted"], "confirmed"),
    "start_appointment": ("operator", ["confirmed"], "in_progress"),
    "request_payment": ("therapist", ["in_progress"], "awaiting_payment"),
    "reject_booking": ("therapist", ["pending", "therapist_accepted"], "rejected"),
    "reject_trip": ("driver", ["therapist_accepted"], "rejected"),
    "auto_cancel_overdue": ("operator", ["pending", "therapist_accepted"], "cancelled"),
}
ROWS_OF_ACTION = {"approve_rejection": "rejection", "deny_rejection": "rejection"}
STATUSES = list(
    dict.fromkeys(
        status for pair in BOOKING.entities["appointment"].transitions["status"] for status in pair
    )
)


def worlds() -> Iterator[dict[str, dict[str, Any]]]:
    """Yield an appointment in every state, with a payment and a rejection in theirs."""
    for status, overdue, trip, session, paid, review in itertools.product(
        STATUSES,
        (False, True),
        ("none", "en_route", "arrived"),
        ("none", "started", "done"),
        ("unpaid", "requested", "paid"),
        ("open", "approved"),
    ):
        yield {
            "appointment/A1": {
                "id": "A1", "status": status, "therapist": "th-1", "driver": "dr-1",
                "trip": trip, "session": session, "overdue": overdue, "overdue_at_us": None,
                "payment": "P1", "rejection": "R1",
            },
            "payment/P1": {
                "id": "P1", "appointment": "A1", "status": "paid" if paid == "paid" else "unpaid",
                "requested": paid != "unpaid",
            },
            "rejection/R1": {
                "id": "R1", "appointment": "A1", "status": review, "by": "th-1", "reason": "ill",
            },
        }  # fmt: skip


def target_of(action: Action) -> str:
    """Return the one row of a world that an action can be about."""
    return {"appointment": "appointment/A1", "payment": "payment/P1"}.get(
        action.entity, "rejection/R1"
    )


def legal(action: Action, world: dict[str, dict[str, Any]]) -> bool:
    """Tell whether an action is allowed in a world."""
    user = USERS[action.roles[0]]
    return allows(BOOKING, action, world[target_of(action)], user, world.get)


def after(action: Action, world: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the rows that an action changes or makes, as they are afterwards."""
    target = target_of(action)
    made = changes(
        BOOKING, action, target, world[target], user=USERS[action.roles[0]], intent="i",
        args={"driver": "dr-2", "reason": "ill"},
    )  # fmt: skip
    return {change.entity: world.get(change.entity, {}) | change.fields for change in made}


@pytest.mark.parametrize("name", LIFE)
def test_the_life_of_an_appointment(name):
    role, statuses, result = LIFE[name]
    action = BOOKING.actions[name]
    assert action.roles == (role,)
    allowed = {}
    for world in worlds():
        if legal(action, world):
            allowed[world["appointment/A1"]["status"]] = None
            assert after(action, world)["appointment/A1"]["status"] == result
    assert sorted(allowed) == sorted(statuses)


@pytest.mark.parametrize("name", BOOKING.actions)
def test_every_action_can_happen_and_makes_legal_transitions_only(name):
    action = BOOKING.actions[name]
    happened = False
    for world in worlds():
        if not legal(action, world):
            continue
        happened = True
        for entity, row in after(action, world).items():
            old = world.get(entity)
            for field, pairs in BOOKING.entities[entity.partition("/")[0]].transitions.items():
                if old is not None and old[field] != row[field]:
                    assert (old[field], row[field]) in pairs, (entity, field)
    assert happened


@pytest.mark.parametrize("name", BOOKING.actions)
def test_an_action_invalidates_every_view_that_it_can_change(name):
    """The rows of two worlds differ; so must no view that the action leaves alone."""
    action = BOOKING.actions[name]
    views = [
        (role, query, query.key_for(USERS[role], "A1"), where)
        for query in BOOKING.queries.values()
        for role in query.roles
        for where in [compile_conditions(query.where, {"$user": USERS[role], "$id": "A1"})]
    ]
    for world in worlds():
        if not legal(action, world):
            continue
        for entity, row in after(action, world).items():
            kind, old = entity.partition("/")[0], world.get(entity)
            for role, query, key, where in views:
                if query.entity != kind:
                    continue
                fields = BOOKING.projections[role, kind]
                shown = [
                    {field: each[field] for field in fields} if each and where(each) else None
                    for each in (old, row)
                ]
                if shown[0] != shown[1]:
                    prefixes = action.invalidates
                    assert any(key[: len(prefix)] == prefix for prefix in prefixes), (role, key)


def test_a_view_can_be_judged_from_what_its_role_sees():
    for query in BOOKING.queries.values():
        for role in query.roles:
            seen = BOOKING.projections[role, query.entity]
            for field, _, _ in query.where:
                assert field in seen, (query.name, role, field)


def test_names_lead_somewhere():
    for name, action in BOOKING.actions.items():
        entity = BOOKING.entities[action.entity]
        assert name == action.name
        for effect in action.effects:
            changed = effect.create or (entity.links[effect.on] if effect.on else action.entity)
            assert set(effect.set) <= set(BOOKING.entities[changed].fields), name
            for value in effect.set.values():
                if isinstance(value, str) and value.startswith("$args."):
                    assert value.removeprefix("$args.") in action.arguments
        for prefix in action.invalidates:
            keys = [query.key[: len(prefix)] for query in BOOKING.queries.values()]
            assert prefix in keys, (name, prefix)
    for entity in BOOKING.entities.values():
        assert set(entity.transitions) | set(entity.links) <= set(entity.fields)
        assert set(entity.links.values()) <= set(BOOKING.entities)
    for (role, name), fields in BOOKING.projections.items():
        assert role in BOOKING.roles
        assert set(fields) <= {"id", *BOOKING.entities[name].fields}
    for name, field in BOOKING.clock.items():
        assert BOOKING.actions[name].roles == (SYSTEM_ROLE,)
        assert field in BOOKING.entities[BOOKING.actions[name].entity].fields


def test_what_a_role_may_do_and_see():
    assert BOOKING.queries_of("therapist") == ("mine", "appointment")
    assert BOOKING.queries_of("driver") == ("my-trips", "appointment")
    assert "verify_payment" in BOOKING.actions_of("operator")
    assert BOOKING.actions_of("driver") == (
        "accept_trip", "reject_trip", "en_route", "arrived", "dropped_off",
    )  # fmt: skip
    assert ("driver", "payment") not in BOOKING.projections
    assert "payment" not in BOOKING.projections["driver", "appointment"]


def test_the_facts_for_a_header_are_plain_data():
    facts = BOOKING.facts()
    assert json.loads(json.dumps(facts)) == facts
    assert facts["queries"]["mine"] == {
        "entity": "appointment",
        "where": [
            ["therapist", "is", "$user"],
            ["status", "not in", ["completed", "cancelled"]],
        ],
    }
    assert facts["actions"]["auto_cancel_overdue"] == {"roles": ["operator"], "batch": True}
    assert facts["projections"]["driver/appointment"] == [
        "id", "status", "therapist", "driver", "trip", "session",
    ]  # fmt: skip
