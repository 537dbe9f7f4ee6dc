"""R6: everything on screen is asked for at once, and an older answer changes nothing."""

from __future__ import annotations

from syncsim.client.ports import Failed, Output, Received, Request, Show
from syncsim.net.messages import CheckpointBody, RowsBody, WholeBody
from tests.support.desk import ACTIVE, PENDING, Desk, notes, requests, row
from tests.support.scenarios import HARDENED, SECOND, with_design

CHECKPOINT = with_design(HARDENED, read={"strategy": "checkpoint"})


def asked(out: list[Output]) -> tuple[Request, list[str]]:
    """Return the one request that was sent, and the queries in it."""
    (request,) = requests(out)
    assert isinstance(request.body, CheckpointBody)
    return request, [query.query for query in request.body.queries]


def answer(desk: Desk, request: Request, lsn: int, *views: tuple[object, ...]) -> list[Output]:
    """Answer with the rows of each view, as of one commit."""
    rows = tuple(RowsBody(request.name, each, lsn) for each in views)
    return desk.tell(Received(WholeBody(request.name, rows), request.name))


def ready(lsn: int = 60) -> Desk:
    """Return a desk with two lists, as of one commit."""
    desk = Desk(CHECKPOINT)
    request, queries = asked(desk.start("pending", "active"))
    assert queries == ["pending", "active"]
    answer(desk, request, lsn, (row("A1"),), ())
    desk.look()
    return desk


def held(desk: Desk) -> dict[str, tuple[int, list[int]]]:
    """Return the commit of each view and the versions of its rows."""
    return {
        view.view: (view.read_lsn, [row.version for row in view.confirmed.values()])
        for view in desk.client._views.cached()
    }


def test_an_event_asks_for_everything_on_screen_in_one_request():
    desk = ready()
    request, queries = asked(desk.event("verify_payment", ("A1", 2)))
    assert queries == ["pending", "active"]
    assert request.name == "op-1:checkpoint@other/1"
    made = answer(desk, request, 61, (), (row("A1", 2),))
    assert requests(made) == []
    assert held(desk) == {PENDING: (61, []), ACTIVE: (61, [2])}
    fetched = notes(made, "fetched")
    assert [(note.lsn, note.data) for note in fetched] == [(61, {"fresh": True})] * 2


def test_an_answer_from_before_what_is_held_changes_nothing_and_is_not_the_last_word():
    desk = ready(60)
    request, _ = asked(desk.event("accept", ("A1", 2)))
    made = answer(desk, request, 59, (row("A2"),), (row("A3"),))
    assert held(desk) == {PENDING: (60, [1]), ACTIVE: (60, [])}
    assert requests(made) == [], "the commit heard of, 9, is in what is held"


def test_an_answer_that_lacks_what_was_heard_of_is_asked_for_again():
    desk = ready(1)
    request, _ = asked(desk.event("accept", ("A1", 2)))
    again, queries = asked(answer(desk, request, 8, (row("A1"),), ()))
    assert queries == ["pending", "active"]
    assert requests(answer(desk, again, 9, (), (row("A1", 2),))) == []


def test_an_event_during_a_fetch_leads_to_one_more_and_cancels_nothing():
    desk = ready()
    request, _ = asked(desk.event("accept", ("A1", 2)))
    assert requests(desk.event("accept", ("A1", 3))) == []
    _, queries = asked(answer(desk, request, 61, (), (row("A1", 2),)))
    assert queries == ["pending", "active"]


def test_a_view_that_comes_on_screen_brings_the_others_along():
    desk = ready()
    request, queries = asked(desk.tell(Show("s1", ("pending", "active", "overdue"))))
    assert queries == ["overdue", "pending", "active"]
    answer(desk, request, 70, (), (row("A1"),), ())
    assert {lsn for lsn, _ in held(desk).values()} == {70}


def test_views_that_came_to_stand_for_two_commits_are_fetched_together():
    desk = ready()
    first, _ = asked(desk.event("accept", ("A1", 2)))
    second, queries = asked(desk.tell(Show("s1", ("pending", "active", "overdue"))))
    assert queries == ["overdue"], "the others are on their way"
    assert requests(answer(desk, first, 61, (), (row("A1", 2),))) == []
    _, queries = asked(answer(desk, second, 62, ()))
    assert sorted(queries) == ["active", "overdue", "pending"]


def test_nobody_answers_and_all_are_tried_again_together():
    desk = ready()
    request, _ = asked(desk.event("accept", ("A1", 2)))
    desk.tell(Failed(request.name, "refused"))
    _, queries = asked(desk.wait(2 * SECOND))
    assert queries == ["pending", "active"]
