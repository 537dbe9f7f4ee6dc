from __future__ import annotations

from syncsim.staleness import measure, visibility
from tests.checks.notation import history

ON = """
    A1 A2 op-1.mount(pending) op-1.ready(pending) op-1:pending=A1.1 op-1:pending=A2.1
    op-2.mount(pending) op-2.ready(pending) op-2:pending=A1.1 op-2:pending=A2.1 safety
    @100 op-1?i1:accept(A1)
"""


def seen(line):
    """Return how many changes were due elsewhere, and how long each took, in milliseconds."""
    run = history(line)
    found = visibility(run, measure(run).windows)
    return found.due, [us // 1000 for us in found.lengths_us]


def test_the_time_runs_from_the_commit_to_the_paint_of_another_client():
    line = ON + "@150 +A1{status=accepted}/i1 @216 op-1:pending-A1 @230 op-2:pending-A1 @900 end"
    assert seen(line) == (1, [80])


def test_the_screen_of_the_person_who_asked_does_not_count():
    line = ON + "@150 +A1{status=accepted}/i1 @216 op-1:pending-A1 @900 end"
    found = visibility(history(line), measure(history(line)).windows)
    assert (found.due, found.lengths_us, found.unseen_share) == (1, (), 1.0)
    alone = "A1 op-1.mount(pending) op-1.ready(pending) op-1:pending=A1.1 safety @100 "
    alone += "op-1?i1:accept(A1) @150 +A1{status=accepted}/i1 @216 op-1:pending-A1 @900 end"
    assert seen(alone) == (0, [])


def test_a_later_version_shows_an_earlier_change_too():
    line = """
        A1 op-2.mount(one/A1) op-2.ready(one/A1) op-2:one/A1=A1.1 safety @100 op-1?i1:accept(A1)
        @150 +A1{status=accepted}/i1 @260 +A1{status=done}/i1 @300 op-2:one/A1=A1.3 @900 end
    """
    assert seen(line) == (2, [150, 40])


def test_what_the_backend_took_back_before_anybody_saw_it_is_not_due():
    line = ON + "@150 +A1{overdue=true}/i1 @200 +A1{overdue=false}/i1 @900 end"
    assert seen(line) == (0, [])


def test_the_first_of_several_views_counts():
    line = """
        A1 op-1.mount(pending) op-1.ready(pending) op-1:pending=A1.1
        op-2.mount(pending) op-2.ready(pending) op-2:pending=A1.1
        op-2.mount(one/A1) op-2.ready(one/A1) op-2:one/A1=A1.1 safety @100 op-1?i1:accept(A1)
        @150 +A1{overdue=true}/i1 @216 op-2:one/A1=A1.2 @300 op-2:pending=A1.2 @900 end
    """
    assert seen(line) == (1, [66])


def test_a_change_by_the_clock_of_the_backend_is_due_on_every_client():
    line = ON + "@150 +A1{overdue=true}/:mark_overdue @210 op-1:pending=A1.2 @220 op-2:pending=A1.2"
    assert seen(line + " @900 end") == (2, [60, 70])


def test_nothing_that_concerned_others_has_no_share():
    assert visibility(history("A1 @10 end"), ()).unseen_share is None


def test_a_view_that_came_to_show_old_data_later_is_no_late_news():
    line = """
        A1 op-1.mount(pending) op-1.ready(pending) op-1:pending=A1.1 safety @100 op-1?i1:accept(A1)
        @150 +A1{overdue=true}/i1 @200 op-2.mount(pending) op-2.ready(pending) op-2:pending=A1.1
        @300 op-2:pending=A1.2 @900 end
    """
    assert measure(history(line)).windows
    assert seen(line) == (0, [])


def test_the_second_copy_in_the_slice_store_is_left_out():
    line = """
        A1 op-2.mount(slice) op-2.ready(slice) op-2:slice=A1.1 safety @100 op-1?i1:accept(A1)
        @150 +A1{overdue=true}/i1 @300 op-2:slice=A1.2 @900 end
    """
    assert measure(history(line)).windows
    assert seen(line) == (0, [])
