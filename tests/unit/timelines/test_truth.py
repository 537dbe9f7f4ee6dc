"""What a view should show from each change of the backend on."""

from __future__ import annotations

from syncsim.timelines.cells import Timelines
from syncsim.timelines.truth import Lens
from tests.checks.notation import history

PENDING = Lens("pending", "", "operator", "olga")


def seen(line, lens):
    """Return what a lens shows of the row of each place, and at which places that is another."""
    timelines = Timelines(history(line))
    found = timelines.store.seen(lens)
    fields = [timelines.rows.fields(number) for number in found.numbers.tolist()]
    return [each and each["status"] for each in fields], found.changes.tolist()


def test_a_row_that_does_not_belong_is_no_change_until_it_does():
    line = "A1{status=done} A2 @10 +A2{overdue=true}/:mark @20 +A1{status=pending}/:mark"
    assert seen(line, PENDING) == ([None, "pending", "pending", "pending"], [1, 2, 3])


def test_a_row_that_leaves_is_a_change_and_what_it_does_elsewhere_is_not():
    line = "A1 @10 +A1{status=accepted}/:mark @20 +A1{status=done}/:mark"
    assert seen(line, PENDING) == (["pending", None, None], [0, 1])


def test_a_view_that_lists_nothing_sees_every_row_of_its_role():
    line = "A1 P4 @10 +A1{status=done}/:mark"
    assert seen(line, Lens("", "", "operator", "olga")) == (
        ["pending", "unpaid", "done"],
        [0, 1, 2],
    )
    assert seen(line, Lens("", "", "nobody", "nick")) == ([None, None, None], [])
