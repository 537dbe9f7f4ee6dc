from __future__ import annotations

from syncsim.staleness import feedback
from tests.checks.notation import history

ASK = "A1 A2 @100 op-1?i1:accept(A1) op-1.send(backend,i1/1,mutate,intent=i1) "


def lengths(line):
    """Return the intents counted, and how long each took to show, in milliseconds."""
    found = feedback(history(line))
    return found.intents, [us // 1000 for us in found.lengths_us]


def test_an_overlay_shows_at_once():
    line = ASK + "@116 op-1:pending=A1.1{status=accepted}+i1 @150 +A1{status=accepted}/i1 "
    found = feedback(history(line + "@200 op-1!i1=ok @216 op-1:pending=A1.2"))
    assert (found.intents, found.lengths_us, found.immediate) == (1, (16_000,), 1.0)


def test_without_an_overlay_the_committed_row_must_be_shown():
    line = ASK + "@120 op-1:pending=A1.1 @150 +A1{status=accepted}/i1 @200 op-1!i1=ok "
    assert lengths(line + "@210 op-1:pending=A2.1 @230 op-1:pending=A1.2") == (1, [130])
    assert lengths(line + "@210 op-1:pending=A1.1 @230 op-1:pending=A1.1") == (1, [])
    assert lengths(line + "@230 op-1:pending-A1") == (1, [130])
    assert feedback(history(line + "@230 op-1:pending=A1.2")).immediate == 0.0


def test_what_another_client_shows_is_no_feedback():
    line = ASK + "@116 op-2:pending=A1.1{status=accepted}+i1 @150 +A1{status=accepted}/i1 "
    assert lengths(line + "@160 op-2:pending=A1.2 @300 op-1:pending=A1.2") == (1, [200])


def test_the_bound_of_a_frame_counts_as_at_once_and_an_unseen_intent_does_not():
    second = "@200 op-1?i2:accept(A2) op-1.send(backend,i2/1,mutate,intent=i2) "
    line = ASK + "@150 op-1:pending=A1.1{status=accepted}+i1 " + second
    assert feedback(history(line)).immediate == 0.5
    assert feedback(history(line + "@251 op-1:pending=A2.1{status=accepted}+i2")).immediate == 0.5
    assert feedback(history(line + "@250 op-1:pending=A2.1{status=accepted}+i2")).immediate == 1.0


def test_an_intent_that_was_not_sent_and_did_not_go_well_is_not_counted():
    line = "A1 @100 op-1?i1:accept(A1) op-1!i1=withheld @116 op-1:pending=A1.1+i1"
    assert lengths(line) == (0, [])
    assert feedback(history(line)).immediate is None
    assert lengths("A1 @100 op-1?i1:accept(A1) @120 op-1!i1=ok") == (1, [])


def test_a_batch_shows_with_its_first_row():
    line = "A1 A2 @100 op-1?i1:cancel(A1,A2) @150 +A1{status=cancelled}/i1 "
    line += "+A2{status=cancelled}/i1 @180 op-1!i1=ok(A1=ok,A2=ok) "
    assert lengths(line + "@196 op-1:pending=A2.2 @220 op-1:pending=A1.2") == (1, [96])
