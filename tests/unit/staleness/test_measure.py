from __future__ import annotations

import pytest

from syncsim.history.damage import TIME_MAX
from syncsim.staleness import Window, measure
from tests.checks.notation import history, rebuilt

PUSH = {"name": "written", "push": True}
START = "safety A1 op-1.mount(one/A1) op-1:one/A1=A1.1 op-1.ready(one/A1) "
COMMIT = "@100 +A1{status=accepted}/:mark "


def windows(line, **header):
    return measure(history(line, **header)).windows


def brief(line, **header):
    """Return version, start and end in ms, end and cause of each window."""
    return [
        (w.version, w.start_us // 1000, w.end_us // 1000, w.ended, w.cause)
        for w in windows(line, **header)
    ]


def test_a_window_knows_its_three_clocks():
    line = START + COMMIT + "@130 op-1.event(A1,2) @190 op-1:one/A1=A1.2 @300 end"
    assert windows(line) == (
        Window(
            client="op-1",
            role="operator",
            user="olga",
            view="one/A1",
            query="one",
            entity="appointment/A1",
            version=2,
            start_us=100_000,
            commit_us=100_000,
            receipt_us=130_000,
            paint_us=190_000,
            end_us=190_000,
            ended="painted",
            cause="propagation",
        ),
    )


def test_each_version_that_a_row_comes_to_lack_has_its_own_window():
    line = START + COMMIT + "@150 +A1{status=done}/:mark @170 op-1:one/A1=A1.2 @200"
    assert brief(line + " op-1:one/A1=A1.3 @300 end") == [
        (2, 100, 170, "painted", "propagation"),
        (3, 150, 200, "painted", "propagation"),
    ]
    assert brief(START + COMMIT + "@150 +A1{status=done}/:mark @200 op-1:one/A1=A1.3 end") == [
        (2, 100, 200, "painted", "propagation"),
        (3, 150, 200, "painted", "propagation"),
    ]


def test_a_change_that_the_view_does_not_show_opens_no_window():
    line = "A1 th-1.mount(one/A1) th-1:one/A1=A1.1 th-1.ready(one/A1) "
    assert brief(line + "@100 +A1{overdue=true}/:mark @200 end") == []


def test_a_row_that_should_have_appeared_counts():
    line = "A1{status=done} op-1.mount(pending) op-1.ready(pending) @100 +A1{status=pending}/:mark"
    assert brief(line + " @180 op-1:pending=A1.2 @200 end") == [
        (2, 100, 180, "painted", "propagation")
    ]


def test_the_newest_window_stays_open_until_the_view_is_right():
    line = "A1 op-1.mount(pending) op-1:pending=A1.1 op-1.ready(pending) " + COMMIT
    assert brief(line + "@150 op-1:pending=A1.2 @220 op-1:pending-A1 @300 end") == [
        (2, 100, 220, "painted", "propagation")
    ]


def test_a_view_that_comes_on_screen_old_is_stale_from_then_on():
    line = "A1 " + COMMIT + "@200 op-1.mount(one/A1) op-1.ready(one/A1) op-1:one/A1=A1.1 @230"
    (window,) = windows(line + " op-1:one/A1=A1.2 @300 end")
    assert (window.start_us, window.commit_us) == (200_000, 100_000)
    assert (window.end_us, window.cause) == (230_000, "propagation")


def test_a_cached_row_that_no_longer_belongs_is_stale_from_its_first_frame():
    line = "A1{status=done} op-1.mount(pending) op-1:pending=A1.1 op-1.ready(pending) @50 end"
    (window,) = windows(line)
    assert (window.version, window.start_us, window.commit_us) == (1, 0, 0)


def test_what_comes_and_goes_within_an_instant_is_not_seen():
    line = "A1 @100 +A1{status=accepted}/:mark op-1.mount(one/A1) op-1.ready(one/A1) "
    assert brief(line + "op-1:one/A1=A1.1 op-1.unmount(one/A1) @200 end") == []
    shown = line + "op-1:one/A1=A1.2 +A1{status=done}/:mark "
    assert brief(shown + "op-1.unmount(one/A1) @200 end") == []
    assert brief(shown) == [(3, 100, 100, "end", "unmended")]


def test_the_version_that_a_view_lacks_is_the_last_that_it_would_show():
    line = "A1 @100 +A1{status=accepted}/:mark @150 +A1{overdue=true}/:mark @200 th-1.mount(one/A1)"
    (window,) = windows(line + " th-1.ready(one/A1) th-1:one/A1=A1.1 @250 end")
    assert (window.version, window.commit_us) == (3, 150_000)
    line = "A1 th-1.mount(one/A1) @100 +A1{status=accepted}/:mark @150 +A1{overdue=true}/:mark @200"
    (window,) = windows(line + " th-1.ready(one/A1) th-1:one/A1=A1.1 @250 end")
    assert (window.version, window.commit_us) == (2, 100_000)


def test_nothing_counts_before_the_view_is_ready():
    line = "A1 op-1.mount(one/A1) " + COMMIT + "@200 op-1:one/A1=A1.2 op-1.ready(one/A1) @300 end"
    assert brief(line) == []


def test_the_backend_may_go_back_to_what_is_shown():
    line = START + COMMIT + "@160 +A1{status=pending}/:mark @300 end"
    assert brief(line) == [(2, 100, 160, "reverted", "propagation")]


def test_a_view_that_leaves_and_a_record_that_ends_censor_their_windows():
    left = windows(START + COMMIT + "@170 op-1.unmount(one/A1) @300 end")
    ended = windows(START + COMMIT + "@300 end")
    again = windows(START + COMMIT + "@170 op-1.mount(one/A1) @300 end")
    assert [(w.ended, w.end_us, w.cause, w.censored) for w in (*left, *ended, *again)] == [
        ("left", 170_000, "propagation", True),
        ("end", 300_000, "unmended", True),
        ("left", 170_000, "propagation", True),
    ]
    assert left[0].paint_us == ended[0].paint_us == ended[0].receipt_us == -1


def leaving(line):
    """Return the rows whose windows end together when their view leaves."""
    return [w.entity[-2:] for w in windows(line) if w.ended == "left"]


def test_rows_that_leave_together_are_in_the_order_in_which_the_view_came_to_lack_them():
    mentioned = "backend.send(op-1,e1,event)[entity=appointment/A1,version=1,lsn=1] "
    line = mentioned + "A2 A1 safety op-1.mount(pending) op-1.ready(pending) @100 "
    assert leaving(line + "op-1.unmount(pending)") == ["A2", "A1"]
    painted = line.replace("op-1.ready", "op-1:pending=A2.1{status=done} op-1.ready")
    assert leaving(painted + "op-1.unmount(pending)") == ["A2", "A1"]
    again = "op-1:pending=A2.1{status=done} "
    assert leaving(line + again + "op-1.unmount(pending)") == ["A1", "A2"]


def test_a_row_that_a_view_shows_and_does_not_list_leaves_after_those_that_it_lists():
    line = "A1{status=done} A2 safety op-1.mount(pending) op-1:pending=A1.1 op-1.ready(pending) "
    assert leaving(line + "@100 op-1.unmount(pending)") == ["A2", "A1"]


def test_old_data_painted_over_new_is_a_regression():
    line = START + COMMIT + "@110 op-1.event(A1,2) @150 op-1:one/A1=A1.2 @400 op-1:one/A1=A1.1"
    assert brief(line + " @500 op-1:one/A1=A1.2 @600 end") == [
        (2, 100, 150, "painted", "propagation"),
        (2, 400, 500, "painted", "regressed"),
    ]
    regressed = windows(line + " @600 end")[1]
    assert (regressed.commit_us, regressed.receipt_us) == (100_000, 110_000)
    assert (regressed.cause, regressed.censored) == ("regressed", True)


def test_a_pending_change_that_is_taken_back_after_its_commit_is_a_regression():
    line = START + "@90 op-1:one/A1=A1.1{status=accepted}+i1 " + COMMIT
    assert brief(line + "@300 end") == []
    assert brief(line + "@150 op-1:one/A1=A1.1 @300 end") == [(2, 150, 300, "end", "regressed")]


def test_a_pending_change_over_an_old_row_is_stale_and_over_a_current_one_is_not():
    ahead = "@150 op-1:one/A1=A1.1{status=done}+i1 "
    assert brief(START + ahead + "@300 end") == []
    assert brief(START + COMMIT + ahead + "@300 end") == [(2, 100, 300, "end", "unmended")]


OUTAGES = {
    "partitioned": ("@110 op-1.fault(partition)", {}),
    "partitioned-before": ("@90 op-1.fault(partition) @100", {}),
    "partitioned-and-back": ("@110 op-1.fault(partition) @120 op-1.heal(partition)", {}),
    "socket-closed": ("@110 op-1.close(1,dropped)", {"design": PUSH}),
    "socket-blinked": ("@110 op-1.close(1,dropped) op-1.open(2)", {"design": PUSH}),
    "backend-down": ("@110 backend.fault(restart)", {}),
    "backend-was-down": ("@110 backend.fault(restart) @120 backend.heal(restart)", {}),
}
NO_OUTAGES = {
    "over-before": ("@40 op-1.fault(partition) @50 op-1.heal(partition) @100", {}),
    "another-client": ("@110 op-2.fault(partition) op-2.close(1,dropped)", {"design": PUSH}),
    "socket-not-used": ("@110 op-1.close(1,dropped)", {}),
    "slowed": ("@110 op-1.fault(delay) backend.fault(lose)", {}),
}


@pytest.mark.parametrize("name", [*OUTAGES, *NO_OUTAGES])
def test_a_window_touched_by_an_outage_says_so(name):
    outage, header = {**OUTAGES, **NO_OUTAGES}[name]
    before, _, after = outage.partition("@100") if "@100" in outage else ("", "", outage)
    line = f"{START} {before} {COMMIT} {after} @200 op-1:one/A1=A1.2 @300 end"
    (window,) = windows(line, **header)
    assert window.cause == ("outage" if name in OUTAGES else "propagation")


@pytest.mark.parametrize(
    ("trigger", "cause"),
    [("refresh", "person"), ("mount", "person"), ("event", "propagation"), ("", "propagation")],
)
def test_the_fetch_that_fed_the_closing_paint_tells_whether_it_took_a_person(trigger, cause):
    line = START + COMMIT + f"op-1.fetch(one/A1,f1,{trigger}) @180 op-1.fetched(one/A1,f1,2)"
    line += " op-1:one/A1<A1.2 @196 op-1:one/A1=A1.2 @300 end"
    assert brief(line) == [(2, 100, 196, "painted", cause)]


def test_the_trigger_is_that_of_the_fetch_that_ended():
    line = START + COMMIT + "op-1.fetch(one/A1,f1,event) op-1.fetch(one/A1,f2,refresh) "
    line += "op-1.fetch(pending,f3,refresh) @180 op-1.fetched(one/A1,f2,2) op-1:one/A1<A1.2"
    line += " @196 op-1:one/A1=A1.2 @300 end"
    assert brief(line) == [(2, 100, 196, "painted", "person")]
    older = line.replace("fetched(one/A1,f2", "fetched(one/A1,f1")
    assert brief(older) == [(2, 100, 196, "painted", "propagation")]


def test_a_row_told_by_another_way_than_the_fetch_took_no_person():
    line = START + COMMIT + "op-1.fetch(one/A1,f1,refresh) @120 op-1.fetched(one/A1,f1,1)"
    assert brief(line + " @180 op-1:one/A1<A1.2 @196 op-1:one/A1=A1.2 @300 end") == [
        (2, 100, 196, "painted", "propagation")
    ]


def receipts(line):
    return [window.receipt_us // 1000 for window in windows(line)]


def test_the_client_is_told_by_an_event_or_a_row_of_that_version_or_a_later_one():
    late = "@200 op-1:one/A1=A1.2 @300 end"
    assert receipts(START + COMMIT + "@120 op-1.event(A1,1) @130 op-1:slice<A1.2 " + late) == [130]
    assert receipts(START + COMMIT + "@120 op-1.event(A1,3) @130 op-1.event(A1,1) " + late) == [120]
    assert receipts(START + COMMIT + "@120 op-2.event(A1,2) op-1:one/A1<-A1 " + late) == [-1]


def test_the_news_that_a_row_left_its_view_counts_in_that_view():
    line = "A1 op-1.mount(pending) op-1:pending=A1.1 op-1.ready(pending) " + COMMIT
    late = "@200 op-1:pending-A1 @300 end"
    assert receipts(line + "@130 op-1:pending<-A1 " + late) == [130]
    assert receipts(line + "@130 op-1:accepted<-A1 " + late) == [-1]
    assert receipts(line.replace("@100", "@50 op-1:pending<-A1 @100") + late) == [-1]


SLICE = "safety A1 op-1.mount(slice) op-1.ready(slice) "


def test_the_slice_store_owes_no_rows_and_is_kept_out_of_the_averages():
    shown = SLICE + "op-1:slice=A1.1 " + COMMIT
    assert brief(SLICE + COMMIT + "@300 end") == []
    assert brief(shown + "@300 end") == [(2, 100, 300, "end", "unmended")]
    staleness = measure(history(shown + "@300 end"))
    assert staleness.windows[0].query == "slice"
    assert (staleness.phi, staleness.mean_age_us) == (None, None)
    assert list(staleness.steps.ready) == [0, 0]


def test_a_row_that_comes_into_the_slice_store_old_has_not_regressed():
    assert brief(SLICE + COMMIT + "@150 op-1:slice=A1.1 @200 op-1:slice=A1.2 end") == [
        (2, 150, 200, "painted", "propagation")
    ]
    again = "op-1:slice=A1.1 " + COMMIT + "@150 op-1:slice=A1.2 @160 op-1:slice=A1.1 @200 end"
    assert brief(SLICE + again)[1] == (2, 160, 200, "end", "regressed")


def test_phi_and_age_weigh_by_time():
    staleness = measure(history(START + COMMIT + "@190 op-1:one/A1=A1.2 @300 end"))
    assert staleness.phi == 210 / 300
    assert staleness.mean_age_us == 90_000**2 / 2 / 300_000


def test_a_screen_is_as_old_as_the_oldest_change_it_lacks():
    line = "safety A1 A2 op-1.mount(pending) op-1:pending=A1.1 op-1:pending=A2.1 "
    line += "op-1.ready(pending) @100 +A1{overdue=true}/:mark @200 +A2{overdue=true}/:mark "
    line += "@300 op-1:pending=A1.2 @400 op-1:pending=A2.2 @1000 end"
    staleness = measure(history(line))
    # From 100 to 300 as old as the change of 100, then until 400 as old as that of 200.
    area = 200**2 / 2 + (200**2 - 100**2) / 2
    assert staleness.mean_age_us == area
    assert staleness.phi == 700 / 1000
    assert list(staleness.steps.times_us) == [0, 100_000, 400_000, 1_000_000]
    assert list(staleness.steps.coherent) == [1, 0, 1, 1]
    assert list(staleness.steps.ready) == [1, 1, 1, 1]


def test_the_averages_are_taken_from_the_safety_phase_to_the_end():
    line = START.removeprefix("safety ") + COMMIT + "@200 safety @280 op-1:one/A1=A1.2 @300 end"
    for after in ("", " @900 op-1:one/A1=A1.1 @999 op-1.ready(pending)"):
        staleness = measure(history(line + after))
        assert staleness.phi == 20 / 100
        assert staleness.mean_age_us == (180_000**2 - 100_000**2) / 2 / 100_000


def test_a_screen_counts_while_it_is_ready_and_mounted():
    line = START + "@100 op-1.unmount(one/A1) @150 op-1.mount(one/A1) @200 op-1.ready(one/A1)"
    staleness = measure(history(line + " @400 end"))
    assert list(staleness.steps.times_us) == [0, 100_000, 200_000, 400_000]
    assert list(staleness.steps.ready) == [1, 0, 1, 1]
    # The screen of 200 shows nothing, though the backend holds a row for it.
    assert staleness.phi == 100 / 300


def test_an_empty_history_measures_nothing():
    staleness = measure(history(""))
    assert (staleness.windows, staleness.phi, staleness.mean_age_us) == ((), None, None)


def test_the_latest_time_that_a_file_may_hold_is_a_time_like_any_other():
    records = list(history(START + COMMIT + "@300 end"))
    records[-1] = records[-1]._replace(time_us=TIME_MAX)
    found = measure(rebuilt(history(START), records))
    assert [(w.ended, w.end_us) for w in found.windows] == [("end", TIME_MAX)]
    assert (found.steps.times_us[-1], found.steps.coherent[-1]) == (TIME_MAX, 0)
    assert found.steps.ready[-1] == 1
