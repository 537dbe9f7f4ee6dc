from __future__ import annotations

from syncsim.checks.causal import CHECK
from syncsim.checks.verdict import Status
from tests.checks.notation import finding

# op-1 sees A2 changed and changes A1; op-2 sees that.
SEEN = (
    "A1 A2 P1 @10 op-2:slice=A2.1 @50 +A2{status=accepted}/:accept @100 op-1:slice=A2.2"
    " @200 op-1?i1:accept(A1) @250 +A1{status=accepted}/i1 @300 op-2:slice=A1.2 "
)


def test_a_row_at_least_as_new_as_the_author_knew_it_passes():
    found = finding(CHECK, SEEN + "@400 op-2:slice=A2.2")
    assert (found.status, found.seen) == (Status.PASS, 1)


def test_a_row_older_than_the_author_knew_it_fails():
    found = finding(CHECK, SEEN + "@400 op-2:pending=A2.1 @500 op-2:pending=A2.1")
    assert (found.status, found.failures) == (Status.FAIL, 1)
    story = found.stories[0]
    assert story.text == (
        'op-1 had been shown version 2 of appointment A2 at 0.100 s. After that op-1 chose "accept"'
        " for appointment A1 at 0.200 s, and op-2 saw that change at 0.300 s, in version 2 of"
        " appointment A1. At 0.400 s op-2's view pending showed version 1 of appointment A2, from"
        " before all this."
    )
    assert (story.at_us, story.client, story.entity) == (400_000, "op-2", "appointment/A2")
    assert story.records == (4, 5, 6, 8, 9)


def test_the_past_reaches_over_several_people():
    line = SEEN + (
        "@310 op-2?i2:pay(P1) @320 +P1{status=paid}/i2 @330 op-3:slice=P1.2"
        " @340 op-3:slice=A1.2 @350 op-3:slice=A2.1"
    )
    clients = {name: {"role": "operator", "user": name} for name in ("op-1", "op-2", "op-3")}
    found = finding(CHECK, line, clients=clients)
    assert found.stories[0].text.startswith(
        'op-1 had been shown version 2 of appointment A2 at 0.100 s. After that op-1 chose "accept"'
        " for appointment A1 at 0.200 s, and op-2 saw that change at 0.300 s, in version 2 of"
        ' appointment A1. After that op-2 chose "pay" for payment P1 at 0.310 s, and op-3 saw that'
        " change at 0.330 s, in version 2 of payment P1. At 0.350 s"
    )


def test_what_its_author_learnt_after_asking_is_not_in_the_past_of_a_change():
    line = (
        "A1 A2 @50 +A2{status=accepted}/:accept @60 op-1?i1:accept(A1) @100 op-1:slice=A2.2"
        " @250 +A1{status=accepted}/i1 @300 op-2:slice=A1.2 @400 op-2:slice=A2.1"
    )
    assert finding(CHECK, line).status is Status.UNKNOWN


def test_an_ok_counts_as_knowledge():
    line = (
        "A1 A2 op-1?i1:accept(A1) +A1{status=accepted}/i1 op-1!i1=ok op-1?i2:accept(A2)"
        " +A2{status=accepted}/i2 op-2:slice=A2.2 op-2:slice=A1.1"
    )
    found = finding(CHECK, line)
    assert found.why.startswith("op-1 had been told ok for version 2 of appointment A1 at 0.000 s.")


def test_another_view_of_the_same_screen_may_not_go_back_either():
    line = "A1 +A1{status=accepted}/:accept op-1:slice=A1.2 op-1:pending=A1.1"
    assert finding(CHECK, line).status is Status.FAIL


def test_the_own_pending_change_stands_for_the_version_that_it_becomes():
    line = (
        "A1 op-1?i1:accept(A1) +A1{status=accepted}/i1 op-1!i1=ok"
        " op-1:slice=A1.1{status=accepted}+i1 "
    )
    assert finding(CHECK, line).status is Status.UNKNOWN
    assert finding(CHECK, line + "op-1:slice=A1.1").status is Status.FAIL
    below = line.replace("op-1?i1", "+A1{overdue=true}/:mark_overdue op-1:slice=A1.2 op-1?i1")
    assert finding(CHECK, below).status is Status.FAIL


def test_of_a_pending_change_of_two_rows_only_its_version_of_this_row_is_spared():
    line = (
        "A1 P1 op-1?i1:pay(P1) +A1{overdue=true}/:mark_overdue op-1:slice=A1.2"
        " +P1{status=paid}&A1{status=done}/i1 op-1!i1=ok op-1:slice=A1.{}+i1"
    )
    assert finding(CHECK, line.replace("A1.{}", "A1.2")).status is Status.UNKNOWN
    assert finding(CHECK, line.replace("A1.{}", "A1.1")).status is Status.FAIL


def test_without_a_common_past_nobody_knows():
    assert finding(CHECK, SEEN).status is Status.UNKNOWN
    assert finding(CHECK, "A1 op-1:slice=A1.1 op-1:slice-A1").status is Status.UNKNOWN


def test_a_view_that_is_not_painted_again_is_not_judged():
    assert finding(CHECK, SEEN + "@400 op-2:one/A1=A1.2").status is Status.UNKNOWN


def test_what_was_told_but_never_painted_is_in_no_past():
    told = SEEN.replace("op-1:slice=A2.2", "op-1:slice<A2.2")
    assert finding(CHECK, told + "@400 op-2:slice=A2.1").status is Status.UNKNOWN


def test_two_intents_under_way_at_once_are_in_no_order():
    line = (
        "A1 A2 op-1?i1:accept(A1) op-1?i2:accept(A2) +A1{status=accepted}/i1"
        " +A2{status=accepted}/i2 op-1!i1=ok op-1!i2=ok op-2:slice=A2.2 op-2:slice=A1.1"
    )
    assert finding(CHECK, line).status is Status.UNKNOWN


def test_the_story_tells_of_the_first_change_that_came_after_what_was_known():
    early = SEEN.replace("@50", "@20 op-1?i0:pay(P1) +P1{status=paid}/i0 @30 op-2:slice=P1.2 @50")
    found = finding(CHECK, early + "@400 op-2:slice=A2.1")
    assert 'After that op-1 chose "accept" for appointment A1 at 0.200 s, and op-2' in found.why


def test_a_change_that_was_seen_before_it_was_asked_for_teaches_from_then_on():
    """No true history says so, but from elsewhere one may come with its records out of order."""
    line = (
        "A1 A2 +A2{status=accepted}/:accept @100 op-1:slice=A2.2 +A1/:accept[intent=i1]"
        " @300 op-2:slice=A1.2 @310 op-1?i1:accept(A1) @320 op-2:pending=A2.1"
    )
    assert finding(CHECK, line).status is Status.UNKNOWN
    assert finding(CHECK, line + " @330 op-2:slice=A1.2 @340 op-2:pending=A2.1").failures == 1


def test_what_was_met_stays_met_though_it_is_painted_over_later():
    own = SEEN.replace("+A2{status=accepted}/:accept", "op-2?i0:accept(A2) +A2/i0")
    over = "@400 op-2:slice=A2.2+i0 "
    assert finding(CHECK, own + over).status is Status.UNKNOWN
    assert finding(CHECK, own + "@390 op-2:slice=A2.2 " + over).seen == 1
    assert finding(CHECK, own + over + "@410 op-2:slice=A2.2").seen == 1
    assert finding(CHECK, own + over + "@410 op-2:slice=A2.2+i1 @420 op-2:slice=A2.2+i0").seen == 1
