from __future__ import annotations

from syncsim.staleness import flickers
from tests.checks.notation import history

ON = "A1 A2 op-1.mount(pending) op-1.ready(pending) op-1:pending=A1.1 @100 op-1?i1:accept(A1) "
AHEAD = "@116 op-1:pending=A1.1{status=accepted}+i1 "


def count(line):
    return flickers(history(ON + line))


def test_a_row_that_comes_back_as_it_was_flickers_once():
    assert count(AHEAD) == 0
    assert count(AHEAD + "@200 op-1:pending=A1.1") == 1


def test_a_row_that_goes_and_comes_back_flickers_too():
    assert count("@116 op-1:pending-A1.1+i1 @200 op-1:pending=A1.1") == 1


def test_each_return_counts():
    again = "@300 op-1:pending=A1.1{status=accepted}+i1 "
    assert count(AHEAD + "@200 op-1:pending=A1.1 " + again) == 2


def test_the_same_paint_again_and_a_third_state_are_no_return():
    assert count(AHEAD + "@130 op-1:pending=A1.1{status=accepted}+i1") == 0
    assert count(AHEAD + "@200 op-1:pending=A1.1{status=done}+i1") == 0


def test_going_back_with_the_backend_is_news():
    there = "@150 +A1{overdue=true}/i1 @160 op-1:pending=A1.2 "
    assert count(there + "@200 +A1{overdue=false}/i1 @260 op-1:pending=A1.3") == 0
    assert count(there + "@260 op-1:pending=A1.1") == 1


def test_a_row_that_leaves_again_by_a_commit_is_news_though_its_paint_tells_no_version():
    line = (
        "@150 +A1{status=accepted}/i1 @160 op-1:pending-A1 @200 +A1{status=pending}/i1 "
        "@210 op-1:pending=A1.3 @250 +A1{status=accepted}/i1 @260 op-1:pending-A1"
    )
    assert count(line) == 0


def test_an_answer_older_than_the_screen_makes_it_flicker_when_it_is_mended():
    line = (
        "@116 op-1:pending-A1.1+i1 @150 +A1{status=accepted}/i1 @200 op-1:pending=A1.1 "
        "@300 op-1:pending-A1"
    )
    assert count(line) == 1


def test_a_row_that_goes_wrongly_flickers_whatever_the_backend_did_meanwhile():
    line = "@116 op-1:pending-A1.1+i1 @140 op-1:pending=A1.1 @160 +A1{overdue=true}/i1 "
    assert count(line + "@170 op-1:pending-A1") == 2


def test_a_view_that_was_left_begins_anew():
    away = "op-1.unmount(pending) @190 op-1.mount(pending) op-1.ready(pending) "
    assert count(AHEAD + "@180 " + away + "@200 op-1:pending=A1.1") == 0


def test_the_second_copy_in_the_slice_store_is_left_out():
    line = (
        "A1 op-1.mount(slice) op-1.ready(slice) op-1:slice=A1.1 "
        "@116 op-1:slice=A1.1{status=accepted}+i1 @200 op-1:slice=A1.1"
    )
    assert flickers(history(line)) == 0


def test_rows_and_clients_flicker_on_their_own():
    line = "op-2.mount(pending) op-2.ready(pending) op-2:pending=A1.1 op-1:pending=A2.1 "
    line += AHEAD + "@120 op-1:pending=A2.1{status=accepted} @130 op-2:pending=A1.1{status=done} "
    assert count(line) == 0
    assert count(line + "@200 op-1:pending=A2.1 op-2:pending=A1.1 op-1:pending=A1.1") == 3
