"""V5: a client asks whether what it holds is what the backend has, and fetches what differs."""

from __future__ import annotations

from syncsim.client.ports import Failed, Note, Offline, Received, Request
from syncsim.domain import digest
from syncsim.net.messages import AuditedBody
from tests.support.desk import ACTIVE, PENDING, Desk, notes, requests, row
from tests.support.scenarios import HARDENED, SECOND, with_design

AUDIT = with_design(HARDENED, recovery={"strategy": "audit", "every_us": 10 * SECOND})


def ready(*views: str) -> Desk:
    """Return a desk that shows A1 in its views."""
    desk = Desk(AUDIT)
    for request in requests(desk.start(*views)):
        desk.rows(request, row("A1"))
    assert Note("arm", data={"trigger": "audit"}) in desk.out
    return desk


def asked(desk: Desk, wait_us: int = 10 * SECOND) -> Request:
    """Wait for the next question."""
    (request,) = requests(desk.wait(wait_us), "audit")
    return request


def answer(desk: Desk, request: Request, *differ: int) -> list[str]:
    """Answer it, and return the views that are fetched."""
    made = desk.tell(Received(AuditedBody(request.name, differ), request.name))
    return [each.view for each in requests(made, "query")]


def test_it_asks_at_an_interval_about_what_is_on_screen():
    desk = ready("pending", "active")
    first = asked(desk)
    held = digest([row("A1")])
    assert first.body.views == (("pending", "", held), ("active", "", held))
    answer(desk, first)
    assert asked(desk).name == "op-1:audit#2"


def test_what_differs_is_fetched_and_nothing_else():
    desk = ready("pending", "active")
    request = asked(desk)
    desk.look()
    assert answer(desk, request, 1) == [ACTIVE]
    (note,) = notes(desk.out, "invalidate")
    assert note.data == {"reason": "audit"}
    (note,) = notes(desk.out, "fetch")
    assert note.data["trigger"] == "audit"


def test_what_has_changed_since_or_is_being_fetched_is_let_be():
    desk = ready("pending", "active")
    request = asked(desk)
    one, two = requests(desk.event("accept", ("A1", 2)), "query")
    assert answer(desk, request, 0, 1) == [], "answers are on their way"
    desk.rows(one, row("A1"))
    desk.rows(two, row("A1"))
    later = asked(desk)
    for each in requests(desk.event("accept", ("A1", 2)), "query"):
        desk.rows(each, row("A1", 2))
    assert answer(desk, later, 0, 1) == [], "it is not what was asked about"
    assert answer(desk, asked(desk), 0) == [PENDING]


def test_nobody_answers_and_it_asks_again():
    desk = ready()
    desk.tell(Failed(asked(desk).name, "refused"))
    desk.tell(Failed(asked(desk).name, "refused"))
    desk.tell(Offline())
    assert requests(desk.wait(20 * SECOND)) == []


def test_the_hash_is_of_versions_and_fields_in_any_order():
    one, two = row("A1"), row("A2")
    assert digest([one, two]) == digest([two, one])
    patched = one._replace(fields=dict(reversed((one.fields or {}).items())))
    assert digest([one]) == digest([patched])
    assert digest([one]) != digest([one._replace(version=2)])
    assert digest([one]) != digest([row("A1", status="accepted")])
    assert digest([one]) != digest([])
