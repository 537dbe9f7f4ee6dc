from __future__ import annotations

import pytest

from syncsim.history import KINDS
from tests.checks.notation import ARGUMENTS, history, rebuilt


def test_a_line_becomes_records_in_its_order():
    line = (
        "A1 safety @100 op-1?i1:accept(A1) op-1+i1:A1.1{status=accepted}"
        " op-1:pending=A1.1{status=accepted}+i1 @150 +A1{status=accepted}/i1 $i1"
        " @200 op-1!i1=ok op-1-i1:A1=response op-1:pending=A1.2 end"
    )
    records = list(history(line))
    assert [record.kind for record in records] == [
        "row", "phase", "intent", "overlay", "paint", "commit", "audit", "outcome", "unlay",
        "paint", "phase",
    ]  # fmt: skip
    assert [record.time_us // 1000 for record in records] == [
        0, 0, 100, 100, 100, 150, 150, 200, 200, 200, 200,
    ]  # fmt: skip


def test_a_row_has_version_1_and_the_defaults_of_its_type():
    row, paid = history("A1{overdue=true} P7.4{status=paid}")
    assert (row.entity, row.version, row.lsn) == ("appointment/A1", 1, 1)
    assert row.data == {"fields": {"id": "A1", "status": "pending", "overdue": True}}
    assert (paid.entity, paid.version, paid.lsn) == ("payment/P7", 4, 2)
    assert paid.data == {"fields": {"id": "P7", "status": "paid"}}


def test_an_intent_names_its_row_and_a_batch_its_rows():
    *_, one, batch = history("A1 A2 op-1?i1:accept(A1) op-2?i2:cancel(A1,A2)")
    assert (one.at, one.intent, one.entity) == ("op-1", "i1", "appointment/A1")
    assert one.data == {"action": "accept", "entities": ["appointment/A1"], "args": {}}
    assert batch.entity == ""
    assert batch.data["entities"] == ["appointment/A1", "appointment/A2"]


def test_a_commit_carries_the_whole_row_and_who_asked():
    *_, commit = history("A1 op-1?i1:accept(A1) +A1{status=accepted}/i1")
    assert (commit.at, commit.peer, commit.intent) == ("backend", "op-1", "i1")
    assert (commit.version, commit.lsn) == (2, 2)
    assert commit.data == {
        "action": "accept",
        "role": "operator",
        "user": "olga",
        "fields": {"id": "A1", "status": "accepted", "overdue": False},
    }


def test_rows_of_one_transaction_share_the_lsn_and_a_version_can_be_forced():
    *_, payment, appointment = history(
        "A1 P1 op-1?i1:pay(P1) +P1{status=paid}&A1.9{status=done}/i1"
    )
    assert payment.lsn == appointment.lsn == 3
    assert (payment.version, appointment.version) == (2, 9)


def test_the_backends_own_clock_has_no_peer_and_no_intent():
    *_, commit, audit = history("A1 +A1{overdue=true}/:mark_overdue $")
    assert (commit.peer, commit.intent, commit.data["role"]) == ("", "", "system")
    assert audit.data == {"action": "mark_overdue", "role": "system", "user": ""}


def test_an_audit_entry_copies_the_commit_and_can_be_changed():
    *_, audit = history("A1 op-1?i1:accept(A1) +A1{status=accepted}/i1 $i1[role=driver,lsn=9]")
    assert (audit.intent, audit.lsn) == ("i1", 9)
    assert audit.data == {"action": "accept", "role": "driver", "user": "olga"}


def test_outcomes_know_their_commit_their_reason_and_their_items():
    start = "A1 A2 op-1?i1:accept(A1) op-1?i2:cancel(A1,A2) +A1{status=accepted}/i1 "
    *_, ok = history(start + "op-1!i1=ok")
    assert (ok.entity, ok.version, ok.lsn, ok.data) == ("appointment/A1", 2, 3, {"result": "ok"})
    *_, refused = history(start + "op-1!i1=refused:version-conflict")
    assert (refused.version, refused.data["reason"]) == (-1, "version-conflict")
    *_, items = history(start + "op-1!i2=ok(A1=ok,A2=refused)")
    assert items.data["items"] == {"appointment/A1": "ok", "appointment/A2": "refused"}


def test_a_refusal_is_of_a_row_or_of_the_whole_batch():
    *_, row, whole = history("A1 A2 op-1?i1:cancel(A1,A2) -A1/i1:illegal-state -/i1:forbidden")
    assert (row.entity, row.version, row.data["reason"]) == ("appointment/A1", 1, "illegal-state")
    assert (whole.entity, whole.peer, whole.data["reason"]) == ("", "op-1", "forbidden")


def test_a_paint_shows_what_the_role_may_see_of_a_version():
    *_, paint = history("A1{overdue=true} th-1:one/A1=A1.1{status=accepted}+i1+i2")
    assert (paint.at, paint.view, paint.version) == ("th-1", "one/A1", 1)
    assert paint.data == {"fields": {"id": "A1", "status": "accepted"}, "overlays": ["i1", "i2"]}


@pytest.mark.parametrize(
    ("token", "version", "overlays"),
    [("op-1:pending-A1", -1, []), ("op-1:pending-A1.1", 1, []), ("op-1:pending-A1+i1", -1, ["i1"])],
)
def test_a_paint_may_show_no_such_row(token, version, overlays):
    *_, paint = history(f"A1 {token}")
    assert paint.version == version
    assert paint.data == {"fields": None, "overlays": overlays}


def test_bases_and_overlays():
    *_, told, gone, overlay, removal, unlay = history(
        "A1 op-1:slice<A1.1 op-1:slice<-A1 op-1+i1:A1.1{status=accepted} op-1+i1:A1.1-"
        " op-1-i1:A1=rollback"
    )
    assert (told.kind, told.view, told.data["fields"]["status"]) == ("base", "slice", "pending")
    assert gone.data == {"fields": None}
    assert overlay.data == {"fields": {"status": "accepted"}, "views": []}
    assert (removal.kind, removal.data["fields"]) == ("overlay", None)
    assert (unlay.kind, unlay.entity, unlay.data) == (
        "unlay", "appointment/A1", {"reason": "rollback"},
    )  # fmt: skip


def test_everything_else_is_written_by_its_kind():
    _, mount, copy, fetched, lost, fault, told = history(
        "A1 op-1.mount(one/A1) op-1.mount(slice) op-1.fetched(one/A1,f1,3,fresh=false)"
        " op-2.lose(backend,e1,event,away) op-1.fault(partition,until_us=7) op-2.event(A1,2,5)"
    )
    assert (mount.view, mount.data) == ("one/A1", {"query": "one", "id": "A1"})
    assert copy.data == {"query": None, "id": ""}
    assert (fetched.message, fetched.lsn, fetched.data) == ("f1", 3, {"fresh": False})
    assert (lost.at, lost.peer, lost.data) == (
        "op-2", "backend", {"what": "event", "reason": "away"},
    )  # fmt: skip
    assert fault.data == {"verb": "partition", "until_us": 7}
    assert (told.entity, told.version, told.lsn) == ("appointment/A1", 2, 5)


def test_a_caret_names_the_cause():
    *_, first, second, third = history("A1 op-1.open(1) op-1.close(1)^ op-1.open(2)^2")
    assert (first.cause, second.cause, third.cause) == (-1, 1, 1)


def test_the_header_can_be_replaced_in_part():
    header = history("A1", seed=9, clients={}).header
    assert (header["seed"], header["clients"], header["scenario"]) == (9, {}, "notation")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("A1 nonsense", "'nonsense' is no notation"),
        ("X1 op-1:pending=X1.1", "does not fit"),
        ("A1 op-1:pending=A1.2", "does not fit"),
        ("A1 op-1!i1=ok", "does not fit"),
        ("A1 op-1.dance(A1)", "does not fit"),
        ("A1 op-1.open(1,2,3)", "does not fit"),
        ("@20 @10", "'@10' goes back in time"),
    ],
)
def test_what_is_no_notation_is_refused_by_name(line, complaint):
    with pytest.raises(ValueError, match=complaint):
        history(line)


def test_every_kind_of_record_can_be_written():
    signs = {
        "row", "phase", "intent", "outcome", "commit", "refuse", "audit", "paint", "base",
        "overlay", "unlay",
    }  # fmt: skip
    assert signs | ARGUMENTS.keys() == KINDS.keys()


def test_rebuilding_renumbers_and_forgets_causes_that_are_gone():
    whole = history("A1 op-1.open(1) op-1.close(1)^ op-1.open(2)^ op-1.close(2)^3")
    records = [record for record in whole if record.seq != 1]
    causes = [(record.seq, record.cause) for record in rebuilt(whole, records)]
    assert causes == [(0, -1), (1, -1), (2, 1), (3, -1)]
