"""Each test of an application finds what it is there to find."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncsim.domain import BOOKING, Domain
from syncsim.testing import DomainTests

ACCEPT = BOOKING.actions["accept"]
PENDING = BOOKING.queries["pending"]
OPERATOR_SEES = BOOKING.projections["operator", "appointment"]


def with_action(**changes) -> Domain:
    return replace(BOOKING, actions={**BOOKING.actions, "accept": replace(ACCEPT, **changes)})


def with_query(**changes) -> Domain:
    return replace(BOOKING, queries={**BOOKING.queries, "pending": replace(PENDING, **changes)})


(EFFECT,) = ACCEPT.effects
BROKEN = {
    "test_everything_is_found_under_its_own_name": with_action(name="agree"),
    "test_its_facts_are_plain_data": with_query(where=(("status", "is", (1,)),)),
    "test_every_role_sees_and_does_something": replace(BOOKING, roles=(*BOOKING.roles, "auditor")),
    "test_nobody_else_has_a_part_in_it": with_action(roles=("boss",)),
    "test_every_field_that_is_named_exists": with_action(guard=(("state", "is", "pending"),)),
    "test_conditions_use_operators_that_there_are": with_query(
        where=(("status", "like", "pending"),)
    ),
    "test_guards_let_through_allowed_transitions_only": with_action(
        guard=(("status", "in", ("pending", "completed")),)
    ),
    "test_every_view_that_an_action_may_change_is_invalidated": with_action(
        invalidates=ACCEPT.invalidates[1:]
    ),
    "test_a_role_may_see_the_rows_of_its_views": replace(
        BOOKING,
        projections={**BOOKING.projections, ("operator", "payment"): ()},
    ),
}


@pytest.mark.parametrize("name", [name for name in vars(DomainTests) if name.startswith("test_")])
def test_it_fails_on_an_application_that_is_broken_there(name):
    class Tests(DomainTests):
        domain = BROKEN[name]

    with pytest.raises(AssertionError):
        getattr(Tests(), name)()


@pytest.mark.parametrize(
    ("changes", "link"),
    [
        ({"effects": (replace(EFFECT, on="therapist"),)}, "therapist"),
        ({"guard": (("driver.status", "is", "x"),)}, "driver"),
    ],
)
def test_links_must_lead_somewhere(changes, link):
    class Tests(DomainTests):
        domain = with_action(**changes)

    with pytest.raises(AssertionError, match=f"there is no entity behind {link}"):
        Tests().test_every_field_that_is_named_exists()


def test_a_view_that_the_guard_rules_out_needs_no_invalidation():
    confirmed = replace(ACCEPT, guard=(("status", "is", "confirmed"),))
    narrow = replace(
        confirmed,
        effects=(replace(EFFECT, set={"status": "in_progress"}),),
        invalidates=BOOKING.actions["start_appointment"].invalidates,
    )

    class Tests(DomainTests):
        domain = replace(BOOKING, actions={**BOOKING.actions, "accept": narrow})

    Tests().test_every_view_that_an_action_may_change_is_invalidated()
