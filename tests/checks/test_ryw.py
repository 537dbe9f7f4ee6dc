from __future__ import annotations

from syncsim.checks.evidence import Evidence
from syncsim.checks.ryw import CHECK
from syncsim.checks.verdict import Status
from tests.checks.notation import finding, history

ACCEPTED = (
    "A1 op-1.mount(one/A1) op-1:one/A1=A1.1 @100 op-1?i1:accept(A1) @150 +A1{status=accepted}/i1"
    " @200 op-1!i1=ok @210 op-1:one/A1=A1.2 "
)


def test_a_paint_of_the_own_version_passes():
    found = finding(CHECK, ACCEPTED)
    assert (found.status, found.seen) == (Status.PASS, 1)


def test_a_paint_from_before_the_own_change_fails():
    found = finding(CHECK, ACCEPTED + "@300 op-1:one/A1=A1.1 @400 op-1:one/A1=A1.1")
    assert (found.status, found.seen, found.failures) == (Status.FAIL, 1, 1)
    story = found.stories[0]
    assert story.text == (
        'op-1 chose "accept" for appointment A1 at 0.100 s and was told ok at 0.200 s, when'
        " appointment A1 was at version 2. The backend committed it at 0.150 s. At 0.300 s op-1's"
        " view one/A1 showed version 1, the row from before the person's own change (status"
        " pending)."
    )
    assert (story.at_us, story.client, story.entity) == (300_000, "op-1", "appointment/A1")
    assert story.records == (3, 4, 5, 7)


def test_what_the_server_told_is_judged_by_itself():
    """A pending change hides from the person that the server told the row as it was before."""
    line = ACCEPTED + "@300 op-1:one/A1<A1.1"
    assert finding(CHECK, line).status is Status.PASS
    found = CHECK.confirmed(Evidence(history(line)))
    assert (found.status, found.failures, found.seen) == (Status.FAIL, 1, 1)
    assert "At 0.300 s op-1's view one/A1 was told version 1, the row from before" in found.why
    assert CHECK.confirmed(Evidence(history(ACCEPTED))).status is Status.UNKNOWN


def test_the_story_tells_of_the_fetch_that_brought_the_old_row():
    found = finding(
        CHECK,
        "A1 @100 op-1?i1:accept(A1) @120 op-1.send(backend,f1,query) @130 backend.receive(op-1,f1)^"
        " @150 +A1{status=accepted}/i1 @200 op-1!i1=ok @220 backend.send(op-1,f1,rows)^3"
        " @240 op-1.receive(backend,f1)^ op-1.fetched(one/A1,f1,1)^ @250 op-1:one/A1=A1.1^2",
    )
    assert found.status is Status.FAIL
    assert found.stories[0].text.endswith(
        "It came with a fetch sent at 0.120 s, read by the backend at commit 1."
    )
    assert found.stories[0].records == (1, 2, 4, 5, 8, 9)


def test_without_a_paint_after_the_ok_nobody_knows():
    found = finding(CHECK, "A1 op-1?i1:accept(A1) +A1{status=accepted}/i1 op-1!i1=ok")
    assert (found.status, found.seen) == (Status.UNKNOWN, 0)


def test_a_paint_of_no_such_row_at_no_version_is_no_read():
    line = "A1 op-1?i1:accept(A1) +A1{status=accepted}/i1 op-1!i1=ok op-1:pending-A1"
    assert finding(CHECK, line).status is Status.UNKNOWN


def test_the_own_overlay_over_an_old_row_shows_the_change():
    found = finding(CHECK, ACCEPTED + "op-1:one/A1=A1.1{status=accepted}+i1")
    assert found.status is Status.PASS


def test_the_overlay_of_another_intent_does_not_show_the_change():
    found = finding(CHECK, ACCEPTED + "op-1:one/A1=A1.1{overdue=true}+i2")
    assert found.status is Status.FAIL
    assert found.why.endswith(
        "before the person's own change (status pending, overdue True), with the pending i2"
        " painted over it."
    )


def test_other_clients_and_refused_intents_promise_nothing():
    other = finding(CHECK, ACCEPTED + "op-2:one/A1=A1.1")
    refused = finding(CHECK, "A1 op-1?i1:accept(A1) op-1!i1=refused op-1:one/A1=A1.1")
    unknown = finding(
        CHECK, "A1 op-1?i1:accept(A1) +A1{status=accepted}/i1 op-1!i1=unknown op-1:one/A1=A1.1"
    )
    assert other.status is Status.PASS
    assert refused.status is unknown.status is Status.UNKNOWN


def test_a_second_row_of_the_change_is_promised_too():
    line = "A1 P1 op-1?i1:pay(P1) +P1{status=paid}&A1{status=done}/i1 op-1!i1=ok op-1:slice=A1.1"
    found = finding(CHECK, line)
    assert found.status is Status.FAIL
    assert found.stories[0].entity == "appointment/A1"


def test_of_a_batch_only_the_items_shown_as_ok_are_promised():
    batch = (
        "A1 A2 op-1?i1:cancel(A1,A2) +A1{status=cancelled}/i1 -A2/i1:illegal-state"
        " op-1!i1=ok(A1=ok,A2=refused) op-1:slice=A2.1 "
    )
    assert finding(CHECK, batch).status is Status.UNKNOWN
    assert finding(CHECK, batch + "op-1:slice=A1.1").status is Status.FAIL
    assert finding(CHECK, batch + "op-1:slice=A1.2").status is Status.PASS


def test_of_two_commits_the_one_that_the_outcome_names_counts():
    line = "A1 op-1?i1:accept(A1) +A1{status=accepted}/i1 +A1/i1 op-1!i1=ok{} op-1:slice=A1.2"
    named = line.replace("{}", "[version=2,lsn=2]")
    unnamed = line.replace("{}", "[version=-1,lsn=-1]")
    assert finding(CHECK, line.replace("{}", "")).status is Status.FAIL
    assert finding(CHECK, named).status is Status.PASS
    assert finding(CHECK, unnamed).status is Status.PASS


def test_of_two_commits_of_two_rows_too():
    pay = "+P1{status=paid}&A1{status=done}/i1 "
    line = f"A1 P1 op-1?i1:pay(P1) {pay}{pay}op-1!i1=ok op-1:slice=A1.2"
    assert finding(CHECK, line).status is Status.FAIL
    assert finding(CHECK, line.replace("A1.2", "A1.3")).status is Status.PASS


def test_an_item_shown_as_ok_is_promised_whatever_the_batch_is_called():
    batch = "A1 A2 op-1?i1:cancel(A1,A2) +A1{status=cancelled}/i1 +A2{status=cancelled}/i1 "
    shown = batch + "op-1!i1=refused(A1=ok,A2=refused) "
    assert finding(CHECK, shown + "op-1:slice=A1.1").status is Status.FAIL
    assert finding(CHECK, shown + "op-1:slice=A2.1").status is Status.UNKNOWN


def test_an_ok_that_came_before_its_commit_names_no_version():
    line = "A1 op-1?i1:accept(A1) op-1!i1=ok +A1{status=accepted}/i1 op-1:slice=A1.1"
    assert finding(CHECK, line).status is Status.UNKNOWN


def test_the_version_that_a_refusal_names_is_no_promise():
    line = "A1.2 op-1?i1:accept(A1) op-1!i1=refused[version=2] op-1:slice=A1.2[version=1]"
    assert finding(CHECK, line).status is Status.UNKNOWN


def test_each_intent_fails_once_for_a_row():
    found = finding(
        CHECK,
        ACCEPTED + "op-1?i2:finish(A1) +A1{status=done}/i2 op-1!i2=ok"
        " op-1:one/A1=A1.1 op-1:slice=A1.2",
    )
    assert (found.failures, found.seen) == (2, 2)


def test_a_paint_as_new_as_the_last_promise_and_older_than_none_before_it_passes():
    """What was promised for another row, to another client or later does not count."""
    line = ACCEPTED + (
        "op-2?i2:finish(A1) +A1{status=done}/i2 op-2!i2=ok op-1:one/A1=A1.2"
        " op-1?i3:cancel(A1) +A1{status=cancelled}/i3 op-1:one/A1=A1.2 op-1!i3=ok"
    )
    assert (finding(CHECK, line).status, finding(CHECK, line).seen) == (Status.PASS, 1)
    assert finding(CHECK, line + " op-1:one/A1=A1.3").failures == 1


def test_a_promise_is_told_broken_by_the_first_paint_without_the_own_change():
    over = "@300 op-1:one/A1=A1.1{status=accepted}+i1 @310 op-1:slice=A1.1 @320 op-1:one/A1=A1.1"
    found = finding(CHECK, ACCEPTED + over)
    assert (found.failures, found.stories[0].at_us) == (1, 310_000)


def test_what_was_painted_before_an_ok_does_not_break_its_promise():
    line = ACCEPTED + "op-1:slice=A1.1 op-1?i2:finish(A1) +A1{status=done}/i2 op-1!i2=ok"
    assert finding(CHECK, line).failures == 1
