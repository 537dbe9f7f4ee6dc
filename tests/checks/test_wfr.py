from __future__ import annotations

from syncsim.checks.verdict import Status
from syncsim.checks.wfr import CHECK
from tests.checks.notation import finding

# op-2 has both rows on screen; op-1 sees A2 changed and then changes A1.
SEEN = (
    "A1 A2 op-1.mount(slice) op-2.mount(slice) @10 op-2:slice=A1.1 op-2:slice=A2.1"
    " @50 +A2{status=accepted}/:accept @100 op-1:slice=A2.2 @200 op-1?i1:accept(A1)"
    " @250 +A1{status=accepted}/i1 "
)


def test_a_change_beside_what_its_author_had_seen_passes():
    found = finding(CHECK, SEEN + "@300 op-2:slice=A1.2 op-2:slice=A2.2")
    assert (found.status, found.seen) == (Status.PASS, 1)


def test_a_change_beside_an_older_row_than_its_author_had_seen_fails():
    found = finding(CHECK, SEEN + "@300 op-2:slice=A1.2 @310 op-2:slice=A2.2")
    assert (found.status, found.failures) == (Status.FAIL, 1)
    story = found.stories[0]
    assert story.text == (
        'op-1 had been shown version 2 of appointment A2 at 0.100 s. After that op-1 chose "accept"'
        " for appointment A1 at 0.200 s, which the backend committed at 0.250 s. At 0.300 s op-2's"
        " view slice showed that change in version 2 of appointment A1, and op-2's view slice"
        " beside it showed version 1 of appointment A2, painted at 0.010 s."
    )
    assert (story.at_us, story.client, story.entity) == (300_000, "op-2", "appointment/A2")
    assert story.records == (5, 7, 8, 9, 10)


def test_an_old_row_that_comes_on_screen_beside_the_change_fails():
    line = SEEN + "@300 op-2:slice=A2.2 op-2:slice=A1.2 @400 op-2:slice=A2.1"
    assert finding(CHECK, line).failures == 1
    other_view = SEEN + "@300 op-2:slice=A2.2 op-2:slice=A1.2 op-2.mount(pending) op-2:pending=A2.1"
    assert finding(CHECK, other_view).failures == 1


def test_another_copy_of_the_changed_row_counts_too():
    line = (
        "A1 op-1.mount(slice) op-2.mount(slice) op-2.mount(pending) op-2:pending=A1.1"
        " +A1{overdue=true}/:mark_overdue @100 op-1:slice=A1.2 @200 op-1?i1:accept(A1)"
        " @250 +A1{status=accepted}/i1 @300 op-2:slice=A1.3"
    )
    assert finding(CHECK, line).status is Status.FAIL


def test_the_author_must_see_it_as_well():
    line = SEEN + "@300 op-1:slice=A1.2 op-1.mount(one/A2) op-1:one/A2=A2.1"
    assert finding(CHECK, line).stories[0].client == "op-1"


def test_without_a_change_beside_a_row_that_its_author_had_seen_nobody_knows():
    assert finding(CHECK, SEEN).status is Status.UNKNOWN
    later = SEEN.replace("@100 op-1:slice=A2.2 @200 op-1?i1:accept(A1)", "op-1?i1:accept(A1)")
    assert finding(CHECK, later + "@300 op-1:slice=A2.2 op-2:slice=A1.2").status is Status.UNKNOWN
    assert finding(CHECK, "A1 op-1.mount(slice) op-1:slice=A1.1").status is Status.UNKNOWN


def test_a_change_that_is_shown_before_it_was_asked_for_is_nobodys():
    """No true history says so, but from elsewhere one may come with its records out of order."""
    early = SEEN.partition("@200")[0] + "+A1/:accept[intent=i1] @300 op-2:slice=A1.2 "
    assert finding(CHECK, early + "@310 op-1?i1:accept(A1)").status is Status.UNKNOWN
    again = finding(CHECK, early + "@310 op-1?i1:accept(A1) @320 op-2:slice=A1.2")
    assert (again.failures, again.stories[0].at_us) == (1, 320_000)


def test_each_change_fails_once_for_a_row():
    line = SEEN + "@300 op-2:slice=A1.2 @310 op-2:slice=A2.1 @320 op-2:slice=A1.2"
    assert finding(CHECK, line).failures == 1


def test_only_mounted_views_are_on_the_screen():
    gone = SEEN + "@290 op-2.unmount(slice) op-2:slice=A2.1 op-2.mount(one/A1) op-2:one/A1=A1.2"
    assert finding(CHECK, gone).status is Status.UNKNOWN


def test_the_own_pending_change_over_the_old_row_is_what_the_author_had_seen():
    own = (
        "A1 A2 op-1.mount(slice) op-2.mount(slice) @10 op-2?i2:accept(A2)"
        " op-2:slice=A2.1{status=accepted}+i2 @50 +A2{status=accepted}/i2 @100 op-1:slice=A2.2"
        " @200 op-1?i1:accept(A1) @250 +A1{status=accepted}/i1 @300 op-2:slice=A1.2"
    )
    assert finding(CHECK, own).status is Status.UNKNOWN
    assert finding(CHECK, own + " op-2:slice=A2.1").status is Status.FAIL
    uncovered = finding(CHECK, own + " @400 op-2:slice=A2.2")
    assert (uncovered.status, uncovered.seen) == (Status.PASS, 1)
    covered = own.replace("@10 ", "op-2:slice=A2.1 @10 ")
    assert finding(CHECK, covered).status is Status.UNKNOWN


def test_what_a_role_may_not_see_cannot_be_missed():
    line = SEEN.replace("{status=accepted}/:accept", "{overdue=true}/:mark_overdue") + "@300 "
    therapist = line.replace("op-2", "th-1") + "th-1:slice=A1.2"
    assert finding(CHECK, line + "op-2:slice=A1.2").status is Status.FAIL
    assert finding(CHECK, therapist).status is Status.PASS


def test_a_row_that_a_list_lacks_is_not_missed():
    line = SEEN + "@300 op-2.mount(accepted) op-2:slice-A2 op-2:accepted=A1.2 op-2:accepted-A2"
    assert finding(CHECK, line).status is Status.UNKNOWN


def test_what_led_to_what_the_author_saw_is_not_judged():
    line = (
        "A1 A2 P1 op-1.mount(slice) op-2.mount(slice) th-1.mount(slice) @10 op-2:slice=A2.1"
        " @50 +A2{status=accepted}/:accept @60 th-1:slice=A2.2 @70 th-1?i1:finish(A1)"
        " @80 +A1{status=done}/i1 @90 op-1:slice=A1.2 @100 op-1?i2:pay(P1)"
        " @110 +P1{status=paid}/i2 @120 op-2:slice=P1.2"
    )
    assert finding(CHECK, line).status is Status.UNKNOWN
