"""Views: rows enter and leave, roles see their fields, and an answer tells its read point."""

from __future__ import annotations

import pytest

from syncsim.domain import BOOKING
from syncsim.history import compile_conditions
from tests.support.scenarios import appointment, appointments
from tests.support.server import USERS, Server

STORY = (
    # who, what, on which row; each step is legal and moves rows between views
    ("op-1", "accept", "A1"),
    ("th-1", "reject_booking", "A2"),
    ("dr-1", "accept_trip", "A1"),
    ("op-1", "deny_rejection", "rejection/rejection-i2"),
    ("op-1", "start_appointment", "A1"),
    ("dr-1", "en_route", "A1"),
    ("th-1", "start_session", "A1"),
    ("th-1", "complete_session", "A1"),
    ("th-1", "request_payment", "A1"),
    ("op-1", "verify_payment", "payment/P-A1"),
    ("op-1", "auto_cancel_overdue", "A3"),
)


def seen(server: Server, client: str, query: str) -> list[str]:
    """Return the short names of the rows of a view."""
    return [entity.partition("/")[2] for entity in server.rows(client, query)]


def told(server: Server) -> None:
    """Play the story of three appointments to its end."""
    for number, (who, action, on) in enumerate(STORY, start=1):
        args = {"reason": "ill"} if action == "reject_booking" else {}
        did = server.ask(who, action, on, args=args, intent=f"i{number}")
        assert did.answer.items[0].result == "ok", action


def start() -> Server:
    """Return a backend with three appointments, one of them overdue."""
    return Server((*appointments(2), *appointment("A3", overdue=True, therapist="th-2")))


def test_rows_enter_and_leave_views():
    server = start()
    assert seen(server, "op-1", "pending") == ["A1", "A2", "A3"]
    assert seen(server, "op-1", "active") == []
    server.ask("op-1", "accept", "A1")
    assert seen(server, "op-1", "pending") == ["A2", "A3"]
    assert seen(server, "op-1", "active") == ["A1"]
    assert seen(server, "dr-1", "my-trips") == ["A1"]
    server.ask("op-1", "auto_cancel_overdue", "A3")
    assert seen(server, "op-1", "overdue") == []
    assert seen(server, "th-2", "mine") == []
    assert seen(server, "th-1", "mine") == ["A1", "A2"]


@pytest.mark.parametrize("ask_first", [False, True], ids=["new views", "views kept up to date"])
def test_a_view_is_what_its_conditions_say_however_it_came_about(ask_first):
    server = start()
    everyone = [
        (client, name, row_id)
        for client, (role, _) in USERS.items()
        for name in BOOKING.queries_of(role)
        for row_id in (["A1", "A2", "none"] if BOOKING.queries[name].takes_id else [""])
    ]
    if ask_first:
        for client, name, row_id in everyone:
            server.rows(client, name, row_id)
    told(server)
    for client, name, row_id in everyone:
        role, user = USERS[client]
        query = BOOKING.queries[name]
        meets = compile_conditions(query.where, {"$user": user, "$id": row_id})
        fields = BOOKING.projections[role, query.entity]
        expected = {
            row.entity: {field: row.fields.get(field) for field in fields}
            for row in server.backend._store._rows.values()
            if row.entity.startswith(query.entity + "/") and meets(row.fields)
        }
        assert server.rows(client, name, row_id) == expected, (client, name, row_id)


def test_an_answer_tells_its_read_point_and_the_version_of_each_row():
    server = start()
    assert server.view("op-1", "pending").lsn == 6
    told(server)
    answer = server.view("op-1", "pending")
    assert answer.lsn == 6 + len(STORY)
    assert [(row.entity, row.version, row.lsn) for row in answer.rows] == [
        ("appointment/A2", 3, 10)
    ]


def test_a_role_sees_the_fields_of_its_projection_and_no_others():
    server = start()
    (row,) = server.rows("dr-1", "appointment", "A1").values()
    assert tuple(row) == BOOKING.projections["driver", "appointment"]
    hidden = {"payment", "overdue", "rejection"}
    assert hidden & set(row) == set()
    did = server.ask("op-1", "accept", "A1")
    assert hidden <= set(did.answer.rows[0].fields)
    refused = server.ask("dr-1", "en_route", "A1").answer.items[0].row
    assert hidden & set(refused.fields) == set(), "a refusal shows no more"


def test_the_size_of_an_answer_grows_with_its_rows():
    server = start()
    sizes = []
    for row in ("A1", "A2", "A3"):
        sizes.append(sum(each.bytes for each in server.view("op-1", "pending").rows))
        server.ask("op-1", "accept", row)
    assert sizes[0] > sizes[1] > sizes[2] > 0


def test_what_was_answered_does_not_change_afterwards():
    server = start()
    before = server.view("op-1", "pending").rows
    status = before[0].fields["status"]
    told(server)
    assert before[0].fields["status"] == status
