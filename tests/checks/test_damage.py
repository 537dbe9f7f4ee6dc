"""One good history, damaged in one place: exactly the checks that it concerns notice."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncsim.checks import CHECKS, Evidence, Status, judge
from syncsim.history import History
from tests.checks.notation import rebuilt
from tests.checks.whole import (
    GOOD,
    changed,
    committed_at_the_end,
    committed_twice,
    find,
    moved,
    swapped,
    with_copy,
    without,
)

A1, A2, A3, A4 = (f"appointment/A{number}" for number in (1, 2, 3, 4))


def shown(kind, at, view, nth, entity=A1):
    """Return the `seq` of a paint or of a confirmed row."""
    return find(kind, nth, at=at, view=view, entity=entity)


def told_and_shown(at, view, nth, entity=A1):
    """Return the `seq` of a confirmed row and of its paint."""
    base = shown("base", at, view, nth, entity)
    version = GOOD[base].version
    paints = [r.seq for r in GOOD.of("paint") if (r.at, r.view, r.entity) == (at, view, entity)]
    return base, next(seq for seq in paints if seq > base and GOOD[seq].version == version)


def later(seqs, now_us):
    """Return the good history with some records moved to the end of a later instant."""
    left = [record for record in GOOD if record.seq not in seqs]
    place = sum(record.time_us <= now_us for record in left)
    late = [GOOD[seq]._replace(time_us=now_us, cause=-1) for seq in seqs]
    return rebuilt(GOOD, [*left[:place], *late, *left[place:]])


def shown_old_again():
    """Return the good history with op-2 shown the old A4 after the change that rests on A4.2."""
    records = list(later(told_and_shown("op-2", "slice", 1, A4), 1_350_000))
    old = GOOD[shown("paint", "op-2", "slice", 0, A4)]
    place = sum(record.time_us <= 1_350_000 for record in records) - 2
    records.insert(place, old._replace(seq=len(records), time_us=1_350_000, cause=-1))
    return rebuilt(GOOD, records)


def flickered():
    """Return the good history with an older value shown for an instant at the newer version."""
    seq = shown("paint", "op-1", "one/A1", -1)
    fields = GOOD[shown("paint", "op-1", "one/A1", -2)].data
    new = GOOD[seq]
    records = list(GOOD)
    records[seq + 1 : seq + 1] = [new._replace(data=fields, cause=-1), new._replace(cause=-1)]
    return rebuilt(GOOD, records)


class Damage(NamedTuple):
    """A damaged history, the checks that must notice, its own first, and why if not it alone."""

    noticed: str
    history: History
    why: str = ""


DAMAGES = {
    "commit-at-the-end": Damage("CONV", committed_at_the_end()),
    "last-paint-lost": Damage(
        "CONV ROLL XVIEW", without(shown("paint", "op-2", "one/A1", -1)),
        "a rollback that is not painted stays to the end, against the server's row and a copy",
    ),
    "trigger-lost": Damage("INVAL", without(find("arm"))),
    "never-told": Damage(
        "INVAL CONV", without(*told_and_shown("op-1", "one/A1", 2),
                              *told_and_shown("op-1", "slice", 2)),
        "nobody tells of the change any more, so what is beyond mending is so to the end",
    ),
    "noticed-late": Damage("GAP", changed(find("open", -1), time_us=1_000_000)),
    "told-row-lost": Damage("ROLL", without(shown("base", "op-1", "one/A1", -1))),
    "paint-lost": Damage(
        "ROLL INVAL CONV XVIEW", without(shown("paint", "op-1", "one/A1", -1)),
        "what the server told was not painted: old, marked fresh, unlike the copy, to the end",
    ),
    "own-change-gone": Damage(
        "RYW CAUSAL WFR", changed(shown("paint", "op-1", "one/A1", 2), version=1),
        "a person's own change is in that person's past, and the copy beside it shows the change",
    ),
    "second-row-gone": Damage(
        "RYW CAUSAL WFR", changed(shown("paint", "op-1", "slice", 1, A4), version=1),
        "the own change is in the own past, and in that of the author of the next change shown",
    ),
    "paints-swapped": Damage(
        "MONO CAUSAL WFR ROLL XVIEW",
        swapped(shown("paint", "op-2", "one/A1", 0), shown("paint", "op-2", "one/A1", 1),
                "version", "data"),
        "the older version comes after the newer, which it had seen and its copy and base hold",
    ),
    "wishes-swapped": Damage(
        "ORDER", swapped(find("intent", intent="i6"), find("intent", intent="i7"),
                         "intent", "data", "entity"),
    ),
    "told-late": Damage("WFR", later(told_and_shown("op-2", "slice", 1, A4), 1_360_000)),
    "shown-old-again": Damage("CAUSAL", shown_old_again()),
    "paint-of-long-ago": Damage(
        "MONO CONV CAUSAL WFR NOFLAP", with_copy(shown("paint", "op-2", "slice", 0, A4)),
        "at the end a row goes back to a value and a version that the screen had left behind",
    ),
    "flicker": Damage("NOFLAP", flickered()),
    "committed-twice": Damage("ONCE", committed_twice()),
    "overlay-left": Damage("OVER", without(find("unlay", intent="i1"))),
    "fence-lost": Damage("OVER", without(find("unlay", intent="i3"))),
    "overlay-lost": Damage("OVER", without(find("overlay", intent="i3"))),
    "overlay-vanished": Damage(
        "OVER", moved(find("unlay", intent="i1"), before=shown("paint", "op-1", "one/A1", 1))
    ),
    "overlay-late": Damage(
        "OVER", moved(find("unlay", entity=A3), before=find("intent", intent="i3"))
    ),
    "copy-told-late": Damage("XVIEW", later(told_and_shown("op-2", "slice", 2), 1_900_000)),
    "illegal-status": Damage(
        "LEGAL", changed(find("commit", intent="i7"), data={"fields": {"status": "pending"}})
    ),
    "versions-swapped": Damage(
        "LEGAL", swapped(find("commit", intent="i6"), find("commit", intent="i7"), "version")
    ),
    "version-skipped": Damage("LEGAL", changed(find("commit", entity=A2), version=3)),
    "commits-swapped": Damage(
        "ORDER LEGAL AUDIT",
        swapped(find("commit", intent="i6"), find("commit", intent="i7"), "intent", "data"),
        "a row is cancelled before it was accepted, and each entry of the log tells of the other",
    ),
    "shown-ok": Damage(
        "BATCH", changed(find("outcome", intent="i2"), data={"items": {A2: "ok", A3: "ok"}})
    ),
    "item-lost": Damage(
        "BATCH", changed(find("outcome", intent="i2"), data={"items": {A2: "ok"}})
    ),
    "refusal-lost": Damage("BATCH", without(find("refuse", intent="i2"))),
    "read-moved": Damage("LINEAR", changed(find("fetched", message="f5"), lsn=9)),
    "numbers-swapped": Damage(
        "LINEAR AUDIT", swapped(find("commit", intent="i1"), find("commit", intent="i4"), "lsn"),
        "a later request is put before an earlier one, under the number of its log entry",
    ),
    "close-lost": Damage("HONEST", without(find("close"))),
    "entry-lost": Damage("AUDIT", without(find("audit", intent="i3"))),
    "entry-twice": Damage("AUDIT", with_copy(find("audit", intent="i3"))),
    "entry-of-nothing": Damage("AUDIT", with_copy(find("audit", intent="i3"), lsn=99)),
    "entry-of-another": Damage(
        "AUDIT", changed(find("audit", intent="i3"), data={"user": "omar"})
    ),
    "forbidden-role": Damage(
        "AUDIT", changed(find("commit", intent="i4"), data={"role": "operator", "user": "olga"})
    ),
    "commits-lost": Damage("DURABLE", changed(find("rewind"), lsn=11)),
    "outcome-lost": Damage("DONE", without(find("outcome", intent="i1"))),
    "outcome-twice": Damage("DONE", with_copy(find("outcome", intent="i4"))),
    "sent-again": Damage("COST", with_copy(find("send", message="f5"))),
    "heavy": Damage("COST", changed(find("send", message="f5"), data={"bytes": 4_500})),
    "all-back-at-once": Damage(
        "COST", changed(find("fetch", message="f4"), data={"trigger": "online"})
    ),
}  # fmt: skip

# RYW is a part of CAUSAL, and so is MONO where the newer version was a commit: whoever goes back
# behind what they did or saw goes back behind their own past.
NEVER_ALONE = {"RYW", "MONO"}


def test_the_good_history_passes_every_check():
    found = judge(GOOD, only=list(CHECKS)).findings
    assert {each.check: each.status for each in found} == dict.fromkeys(CHECKS, Status.PASS)


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_noticed_by_the_checks_that_it_concerns_and_by_no_other(name):
    damage = DAMAGES[name]
    found = judge(damage.history, only=list(CHECKS)).findings
    expected = dict.fromkeys(CHECKS, Status.PASS)
    expected |= dict.fromkeys(damage.noticed.split(), Status.FAIL)
    assert {each.check: each.status for each in found} == expected
    for each in found:
        for story in each.stories:
            assert list(story.records) == sorted(set(story.records))
            assert story.text.endswith(".")
            assert story.client or story.entity or each.check == "COST"


def test_each_check_has_a_damage_of_its_own_and_more_than_one_notice_only_for_a_reason():
    assert {damage.noticed.split()[0] for damage in DAMAGES.values()} == set(CHECKS)
    alone = {damage.noticed for damage in DAMAGES.values() if " " not in damage.noticed}
    assert alone == set(CHECKS) - NEVER_ALONE
    for damage in DAMAGES.values():
        assert bool(damage.why) == (" " in damage.noticed)


@pytest.mark.parametrize("length", range(len(GOOD)))
def test_a_history_that_is_cut_off_is_never_blamed_for_what_did_not_happen_yet(length):
    verdict = judge(rebuilt(GOOD, list(GOOD)[:length]), only=list(CHECKS))
    assert {found.status for found in verdict.findings} == {Status.UNKNOWN}


HISTORIES = [GOOD, *(damage.history for damage in DAMAGES.values())]
PLACES = st.integers(0, len(GOOD))


@given(
    original=st.sampled_from(HISTORIES),
    lost=st.lists(PLACES, max_size=20),
    blanked=st.lists(PLACES, max_size=5),
    length=PLACES,
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


@given(original=st.sampled_from(HISTORIES), blanked=st.lists(PLACES, max_size=5))
def test_records_without_data_do_not_break_the_judge(original, blanked):
    records = [
        record._replace(data=None) if record.seq in blanked else record for record in original
    ]
    assert [found.check for found in judge(rebuilt(original, records)).findings] == list(CHECKS)


def test_the_evidence_is_the_same_whoever_reads_it():
    evidence = Evidence(GOOD)
    first = [check.judge(evidence) for check in CHECKS.values()]
    assert first == [check.judge(evidence) for check in CHECKS.values()]
