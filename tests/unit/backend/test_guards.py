"""Guards: every action of the booking application in every state of the rows it looks at."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from syncsim.domain import BOOKING, SYSTEM_ROLE, Action
from syncsim.history import compile_conditions
from syncsim.scenario.scenario import Row
from tests.support.scenarios import appointment
from tests.support.server import USERS, Did, Server

ASKED = [name for name, action in BOOKING.actions.items() if SYSTEM_ROLE not in action.roles]
ARGS = {"reason": "ill", "driver": "dr-1"}
CLIENT_OF = {"operator": "op-1", "therapist": "th-1", "driver": "dr-1"}
VALUES: dict[tuple[str, str], tuple[Any, ...]] = {
    ("appointment", "therapist"): ("th-1", "th-2"),
    ("appointment", "driver"): ("dr-1", "dr-2"),
}


def values_of(entity: str, field: str) -> tuple[Any, ...]:
    """Return every value that a field can have, as the domain's transitions say."""
    pairs = BOOKING.entities[entity].transitions.get(field, ())
    return VALUES.get((entity, field)) or tuple(dict.fromkeys(v for pair in pairs for v in pair))


def rows_of(**changes: dict[str, Any]) -> dict[str, Row]:
    """Return an appointment under review with its payment and rejection, by entity type."""
    visit, payment = appointment("A1", status="rejected", rejection="R1")
    review = {"appointment": "A1", "status": "open", "by": "th-1", "reason": "ill"}
    rejection = Row(entity="rejection", id="R1", fields={"id": "R1", **review})
    return {
        row.entity: Row(
            entity=row.entity, id=row.id, fields={**row.fields, **changes.get(row.entity, {})}
        )
        for row in (visit, payment, rejection)
    }


def looked_at(action: Action) -> list[tuple[str, str]]:
    """Return the (entity, field) pairs that a guard looks at."""
    links = BOOKING.entities[action.entity].links
    fields = [name.partition(".") for name, _, _ in action.guard]
    return list(
        dict.fromkeys(
            (links[link], field) if dot else (action.entity, link) for link, dot, field in fields
        )
    )


def holds(action: Action, rows: dict[str, Row]) -> bool:
    """Tell whether a guard holds, by laying the linked rows out beside the row's own fields."""
    flat = dict(rows[action.entity].fields)
    for link, entity in BOOKING.entities[action.entity].links.items():
        flat |= {f"{link}.{name}": value for name, value in rows[entity].fields.items()}
    user = CLIENT_OF[action.roles[0]]
    return compile_conditions(action.guard, {"$user": user})(flat)


def cases(action: Action) -> list[dict[str, Row]]:
    """Return the rows with every combination of values that a guard looks at."""
    pairs = looked_at(action)
    found = []
    for values in itertools.product(*(values_of(*pair) for pair in pairs)):
        changes: dict[str, dict[str, Any]] = {}
        for (entity, field), value in zip(pairs, values, strict=True):
            changes.setdefault(entity, {})[field] = value
        found.append(rows_of(**changes))
    return found


def ask(server: Server, client: str, action: Action, **more: Any) -> Did:
    """Ask for an action on the row that the case has for it."""
    row_id = {"appointment": "A1", "payment": "P-A1", "rejection": "R1"}[action.entity]
    args = {name: ARGS[name] for name in action.arguments}
    return server.ask(client, action.name, f"{action.entity}/{row_id}", args=args, **more)


@pytest.mark.parametrize("name", ASKED)
def test_what_the_guard_allows_is_committed_and_the_rest_refused_with_the_row(name):
    action = BOOKING.actions[name]
    client = CLIENT_OF[action.roles[0]]
    seen = {True: 0, False: 0}
    for rows in cases(action):
        server = Server(rows.values())
        before = server.backend._store.get(f"{action.entity}/{rows[action.entity].id}")
        did = ask(server, client, action)
        (item,) = did.answer.items
        legal = holds(action, rows)
        seen[legal] += 1
        if legal:
            assert (item.result, item.reason, item.version) == ("ok", "", 2)
            assert did.notes("refuse") == []
            assert did.notes("commit")[0].entity == item.entity
        else:
            assert (item.result, item.reason, item.version) == ("refused", "illegal-state", 1)
            shown = BOOKING.projections[action.roles[0], action.entity]
            assert item.row.fields == {field: before.fields.get(field) for field in shown}
            assert did.answer.rows == ()
            (note,) = did.notes("refuse")
            assert (note.peer, note.intent, note.entity, note.version) == (
                client, "i1", item.entity, 1,
            )  # fmt: skip
            assert note.data == {
                "action": name, "reason": "illegal-state", "role": USERS[client][0],
                "user": USERS[client][1],
            }  # fmt: skip
            assert [type(out).__name__ for out in did.outputs] == ["Note", "Reply"]
    assert seen[True] > 0, "the guard can hold"
    assert seen[False] > 0, "the guard can fail"


@pytest.mark.parametrize("name", ASKED)
def test_another_role_is_forbidden_whatever_the_state(name):
    action = BOOKING.actions[name]
    for role, client in CLIENT_OF.items():
        if role in action.roles:
            continue
        for rows in cases(action)[:3]:
            server = Server(rows.values())
            (item,) = ask(server, client, action).answer.items
            assert (item.result, item.reason) == ("refused", "forbidden")
            assert server.backend._store.lsn == 3, "nothing was committed"


@pytest.mark.parametrize("name", BOOKING.clock)
def test_nobody_takes_the_actions_of_the_clock(name):
    server = Server(rows_of(appointment={"status": "pending"}).values())
    (item,) = server.ask("op-1", name, "A1").answer.items
    assert item.reason == "forbidden"


def test_a_row_that_is_not_there():
    server = Server(appointment("A1"))
    did = server.ask("op-1", "accept", "A9")
    (item,) = did.answer.items
    assert item == ("appointment/A9", "refused", "not-found", -1, None)
    assert did.notes("refuse")[0].version == -1


def test_an_old_version_is_refused_with_the_current_row_and_the_right_one_is_taken():
    server = Server(appointment("A1", status="pending"))
    server.ask("op-2", "assign_driver", "A1", args={"driver": "dr-1"})
    old = server.ask("op-1", "accept", "A1", if_match={"appointment/A1": 1})
    (item,) = old.answer.items
    assert (item.result, item.reason, item.version) == ("refused", "version-conflict", 2)
    assert item.row.fields["driver"] == "dr-1"
    assert server.ask("op-1", "accept", "A1").answer.items[0].result == "ok", "no version, no check"

    server = Server(appointment("A1", status="pending"))
    right = server.ask("op-1", "accept", "A1", if_match={"appointment/A1": 1})
    assert right.answer.items[0].result == "ok"


def test_the_first_objection_counts():
    server = Server(appointment("A1", status="completed"))
    version = {"appointment/A1": 9}
    reasons = [
        server.ask(client, "accept", row, if_match=version).answer.items[0].reason
        for client, row in (("dr-1", "A9"), ("op-1", "A9"), ("op-1", "A1"))
    ]
    assert reasons == ["forbidden", "not-found", "version-conflict"]
