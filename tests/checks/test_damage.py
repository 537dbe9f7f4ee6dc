"""One good history, damaged in one place: one check notices, and the others stay silent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncsim.checks import CHECKS, Evidence, Status, judge
from syncsim.history.vocabulary import SOMETIMES
from tests.checks.notation import history, rebuilt

EIGHT = ("RYW", "MONO", "ONCE", "OVER", "LEGAL", "BATCH", "AUDIT", "DONE")

GOOD = history(
    """
    A1 A2{overdue=true} A3{overdue=true} A4{status=accepted} P4 safety
    op-1.mount(one/A1) op-1:one/A1=A1.1 op-1.mount(slice) op-1:slice=A4.1
    op-2.mount(one/A1) op-2:one/A1=A1.1
    @100 op-1?i1:accept(A1) op-1+i1:A1.1{status=accepted} op-1:one/A1=A1.1{status=accepted}+i1
    @150 +A1{status=accepted}/i1 $i1
    @200 op-1!i1=ok op-1-i1:A1=response op-1:one/A1=A1.2
    @210 op-2:one/A1=A1.2
    @300 op-2?i2:cancel(A2,A3) op-2+i2:A2.1- op-2+i2:A3.1-
    @350 +A2{status=cancelled}/i2 $i2 -A3/i2:illegal-state
    @400 op-2!i2=ok(A2=ok,A3=refused) op-2-i2:A2=response op-2-i2:A3=rollback
    @500 op-1?i3:pay(P4) op-1+i3:P4.1{status=paid}
    @550 +P4{status=paid}&A4{status=done}/i3 $i3
    @600 op-1!i3=ok op-1:slice=A4.2 @700 op-1-i3:P4=fence
    @800 th-1?i4:finish(A1) @850 +A1{status=done}/i4 $i4 @900 th-1!i4=ok
    @920 op-1:one/A1=A1.3
    settle @5000 end
    """,
    sometimes=list(SOMETIMES),
)


def find(kind, **fields):
    """Return the `seq` of the only record of a kind with these fields."""
    (seq,) = (
        record.seq
        for record in GOOD.of(kind)
        if all(getattr(record, name) == value for name, value in fields.items())
    )
    return seq


def changed(seq, data=None, **fields):
    """Return the good history with one record changed."""
    records = list(GOOD)
    whole = {**(records[seq].data or {}), **(data or {})}
    records[seq] = records[seq]._replace(data=whole, **fields)
    return rebuilt(GOOD, records)


def without(seq):
    return rebuilt(GOOD, [record for record in GOOD if record.seq != seq])


def with_copy(seq, **fields):
    """Return the good history with a copy of one record, changed, right before the end."""
    records = list(GOOD)
    end = records.pop()
    copy = records[seq]._replace(time_us=end.time_us, cause=-1, **fields)
    return rebuilt(GOOD, [*records, copy, end])


def swapped(first, second, *names):
    """Return the good history with these fields swapped between two records."""
    records = list(GOOD)
    one, two = records[first], records[second]
    records[first] = one._replace(**{name: getattr(two, name) for name in names})
    records[second] = two._replace(**{name: getattr(one, name) for name in names})
    return rebuilt(GOOD, records)


def moved(seq, before):
    """Return the good history with one record moved to the time and place of another."""
    records = list(GOOD)
    record = records.pop(seq)
    records.insert(before, record._replace(time_us=GOOD[before].time_us))
    return rebuilt(GOOD, records)


def committed_twice():
    """Return the good history with i1 committed and accounted for once more, at the end."""
    records = list(GOOD)
    end = records.pop()
    again = GOOD[find("commit", intent="i4")]
    commit, audit = (records[find(kind, intent="i1")] for kind in ("commit", "audit"))
    later = {"time_us": end.time_us, "cause": -1, "lsn": 99, "version": again.version + 1}
    fields = {"fields": again.data["fields"]}
    commit = commit._replace(data={**commit.data, **fields}, **later)
    return rebuilt(GOOD, [*records, commit, audit._replace(**later), end])


A1, A2, A3 = "appointment/A1", "appointment/A2", "appointment/A3"
OWN_PAINTS = [r.seq for r in GOOD.of("paint") if (r.at, r.entity) == ("op-1", A1)]
OTHER_PAINTS = [r.seq for r in GOOD.of("paint") if r.at == "op-2"]
BATCH_OUTCOME = find("outcome", intent="i2")

DAMAGES = {
    "own-change-gone": ("RYW", changed(OWN_PAINTS[2], version=1)),
    "second-row-gone": (
        "RYW",
        changed(find("paint", entity="appointment/A4", version=2), version=1),
    ),
    "paints-swapped": ("MONO", swapped(*OTHER_PAINTS, "version", "data")),
    "paint-moved-back": ("MONO", moved(OTHER_PAINTS[1], before=OTHER_PAINTS[0])),
    "committed-twice": ("ONCE", committed_twice()),
    "overlay-left": ("OVER", without(find("unlay", intent="i1"))),
    "fence-lost": ("OVER", without(find("unlay", intent="i3"))),
    "overlay-lost": ("OVER", without(find("overlay", intent="i3"))),
    "overlay-vanished": ("OVER", moved(find("unlay", intent="i1"), before=OWN_PAINTS[1])),
    "overlay-late": ("OVER", moved(find("unlay", entity=A3), before=find("intent", intent="i3"))),
    "illegal-status": (
        "LEGAL",
        changed(find("commit", intent="i4"), data={"fields": {"id": "A1", "status": "pending"}}),
    ),
    "versions-swapped": (
        "LEGAL",
        swapped(find("commit", intent="i1"), find("commit", intent="i4"), "version"),
    ),
    "version-skipped": ("LEGAL", changed(find("commit", entity=A2), version=3)),
    "shown-ok": ("BATCH", changed(BATCH_OUTCOME, data={"items": {A2: "ok", A3: "ok"}})),
    "item-lost": ("BATCH", changed(BATCH_OUTCOME, data={"items": {A2: "ok"}})),
    "refusal-lost": ("BATCH", without(find("refuse", intent="i2"))),
    "audit-lost": ("AUDIT", without(find("audit", intent="i3"))),
    "audit-twice": ("AUDIT", with_copy(find("audit", intent="i3"))),
    "audit-of-nothing": ("AUDIT", with_copy(find("audit", intent="i3"), lsn=99)),
    "audit-of-another": ("AUDIT", changed(find("audit", intent="i3"), data={"user": "omar"})),
    "forbidden-role": (
        "AUDIT",
        changed(find("commit", intent="i4"), data={"role": "operator", "user": "olga"}),
    ),
    "outcome-lost": ("DONE", without(find("outcome", intent="i1"))),
    "outcome-twice": ("DONE", with_copy(find("outcome", intent="i4"))),
}


def test_the_good_history_passes():
    verdict = judge(GOOD, only=EIGHT)
    assert {found.check: found.status for found in verdict.findings} == dict.fromkeys(
        EIGHT, Status.PASS
    )


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_noticed_by_its_own_check_alone(name):
    noticed, damaged = DAMAGES[name]
    found = judge(damaged, only=EIGHT).findings
    expected = dict.fromkeys(EIGHT, Status.PASS) | {noticed: Status.FAIL}
    assert {finding.check: finding.status for finding in found} == expected
    for finding in found:
        for story in finding.stories:
            assert list(story.records) == sorted(set(story.records))
            assert story.text.endswith(".")
            assert story.client or story.entity


def test_each_check_has_a_damage_of_its_own():
    assert {check for check, _ in DAMAGES.values()} == set(EIGHT)


@pytest.mark.parametrize("length", range(len(GOOD)))
def test_a_history_that_is_cut_off_is_never_blamed_for_what_did_not_happen_yet(length):
    verdict = judge(rebuilt(GOOD, list(GOOD)[:length]), only=EIGHT)
    assert {found.status for found in verdict.findings} == {Status.UNKNOWN}


HISTORIES = [GOOD, *(damaged for _, damaged in DAMAGES.values())]


@given(
    original=st.sampled_from(HISTORIES),
    lost=st.lists(st.integers(0, 60), max_size=20),
    blanked=st.lists(st.integers(0, 60), max_size=5),
    length=st.integers(0, 80),
)
def test_without_its_end_no_history_passes_and_none_breaks_the_judge(
    original, lost, blanked, length
):
    records = [
        record._replace(data=None) if record.seq in blanked else record
        for record in list(original)[:-1][:length]
        if record.seq not in lost
    ]
    verdict = judge(rebuilt(original, records))
    assert {found.status for found in verdict.findings} <= {Status.UNKNOWN, Status.FAIL}
    assert {found.status for found in verdict.sometimes} == {Status.UNKNOWN}
    assert verdict.status is not Status.PASS


@given(original=st.sampled_from(HISTORIES), blanked=st.lists(st.integers(0, 60), max_size=5))
def test_records_without_data_do_not_break_the_judge(original, blanked):
    records = [
        record._replace(data=None) if record.seq in blanked else record for record in original
    ]
    assert [found.check for found in judge(rebuilt(original, records)).findings] == list(CHECKS)


def test_the_evidence_is_the_same_whoever_reads_it():
    evidence = Evidence(GOOD)
    first = [CHECKS[name].judge(evidence) for name in EIGHT]
    assert first == [CHECKS[name].judge(evidence) for name in EIGHT]
