"""One history that meets the situation of every check and passes all, and ways to damage it."""

from __future__ import annotations

from typing import Any

from syncsim.history import History, Record
from syncsim.history.vocabulary import SOMETIMES
from tests.checks.notation import rebuilt
from tests.checks.state_histories import history

BOUNDS = {
    "settle_us": 60_000_000, "paint_us": 50_000, "gap_us": 250_000, "deaf_us": 400_000,
    "requests_per_commit": 2, "bytes_per_commit": 900, "reconnect_peak_per_s": 2,
}  # fmt: skip

GOOD = history(
    """
    A1 A2{overdue=true} A3{overdue=true} A4{status=accepted} P4 A5 safety
    op-1.open(1) op-2.open(1) op-2.arm(reconnect-resync)
    op-1.mount(one/A1) op-1.fetch(one/A1,f1,mount) op-1.send(backend,f1,query)[bytes=450]
    op-2.mount(one/A1) op-2.fetch(one/A1,f2,mount) op-2.send(backend,f2,query)[bytes=450]
    @40 op-1.fetched(one/A1,f1,6) op-1:one/A1<A1.1 op-1:one/A1=A1.1 op-1.ready(one/A1)
    op-1.mount(slice) op-1:slice<A1.1 op-1:slice<A4.1 op-1:slice=A1.1 op-1:slice=A4.1
    op-1.ready(slice)
    op-2.fetched(one/A1,f2,6) op-2:one/A1<A1.1 op-2:one/A1=A1.1 op-2.ready(one/A1)
    op-2.mount(slice) op-2:slice<A1.1 op-2:slice<A4.1 op-2:slice=A1.1 op-2:slice=A4.1
    op-2.ready(slice)

    @100 op-1?i1:accept(A1) op-1+i1:A1.1{status=accepted}[views=one/A1+slice]
    op-1.send(backend,i1/1,mutate,intent=i1)[bytes=450]
    op-1:one/A1=A1.1{status=accepted}+i1 op-1:slice=A1.1{status=accepted}+i1
    @150 +A1{status=accepted}/i1 $i1
    backend.send(op-2,e1,event)[entity=appointment/A1,version=2,lsn=7]
    @170 op-2.receive(backend,e1) op-2.event(A1,2,7) op-2.invalidate(one/A1,event)
    op-2.fetch(one/A1,f3,event) op-2.send(backend,f3,query)[bytes=450]
    @200 op-1!i1=ok op-1-i1:A1=response
    op-1:one/A1<A1.2 op-1:slice<A1.2 op-1:one/A1=A1.2 op-1:slice=A1.2
    @220 op-2.fetched(one/A1,f3,7) op-2:one/A1<A1.2 op-2:slice<A1.2
    op-2:one/A1=A1.2 op-2:slice=A1.2

    @300 op-2?i2:cancel(A2,A3) op-2+i2:A2.1- op-2+i2:A3.1-
    op-2.send(backend,i2/1,mutate,intent=i2)[bytes=450]
    @350 +A2{status=cancelled}/i2 $i2 -A3/i2:illegal-state
    @400 op-2!i2=ok(A2=ok,A3=refused) op-2-i2:A2=response op-2-i2:A3=rollback

    @500 op-1?i3:pay(P4) op-1+i3:P4.1{status=paid}
    op-1.send(backend,i3/1,mutate,intent=i3)[bytes=450]
    @550 +P4{status=paid}&A4{status=done}/i3 $i3
    @600 op-1!i3=ok op-1:slice<A4.2 op-1:slice=A4.2 op-2:slice<A4.2 op-2:slice=A4.2
    @640 op-1-i3:P4=fence
    @700 th-1.mount(slice) th-1:slice<A1.2 th-1:slice=A1.2 th-1:slice<A4.2 th-1:slice=A4.2
    th-1.ready(slice)

    @800 th-1?i4:finish(A1) th-1.send(backend,i4/1,mutate,intent=i4)[bytes=450]
    @840 op-2.deaf(1)
    @850 +A1{status=done}/i4 $i4
    backend.send(op-1,e2,event)[entity=appointment/A1,version=3,lsn=10]
    backend.send(op-2,e3,event)[entity=appointment/A1,version=3,lsn=10]
    @870 op-1.receive(backend,e2) op-1.event(A1,3,10) op-1.invalidate(one/A1,event)
    op-1.fetch(one/A1,f4,event) op-1.send(backend,f4,query)[bytes=450]
    op-2.lose(backend,e3,event,away)[entity=appointment/A1,version=3,lsn=10]
    @900 th-1!i4=ok th-1:slice<A1.3 th-1:slice=A1.3
    @920 op-1.fetched(one/A1,f4,10) op-1:one/A1<A1.3 op-1:slice<A1.3
    op-1:one/A1=A1.3 op-1:slice=A1.3
    @1000 op-2.close(1,silence)
    @1300 op-2.open(2) op-2.invalidate(one/A1,reconnect) op-2.fetch(one/A1,f5,reconnect)
    op-2.send(backend,f5,query)[bytes=450] op-2.disarm(reconnect-resync)
    @1350 op-2.fetched(one/A1,f5,10) op-2:one/A1<A1.3 op-2:slice<A1.3
    op-2:one/A1=A1.3 op-2:slice=A1.3

    @2000 op-2?i5:accept(A1) op-2+i5:A1.3{status=accepted}[views=one/A1+slice]
    op-2.send(backend,i5/1,mutate,intent=i5)[bytes=450]
    op-2:one/A1=A1.3{status=accepted}+i5 op-2:slice=A1.3{status=accepted}+i5
    @2050 -A1/i5:conflict
    @2100 op-2-i5:A1=rollback op-2!i5=refused:conflict op-2:one/A1=A1.3 op-2:slice=A1.3

    @2200 op-1?i6:accept(A5) op-1.send(backend,i6/1,mutate,intent=i6)[bytes=450]
    @2210 op-1?i7:cancel(A5) op-1.send(backend,i7/1,mutate,intent=i7)[bytes=450]
    @2250 +A5{status=accepted}/i6 $i6 @2260 +A5{status=cancelled}/i7 $i7
    @2300 op-1!i6=ok op-1!i7=ok(A5=ok)

    @3000 backend.fault(crash) backend.heal(crash) backend.rewind(12)
    settle @5000 end
    """,
    bounds=BOUNDS,
    sometimes=list(SOMETIMES),
)


def find(kind: str, nth: int = 0, **fields: Any) -> int:
    """Return the `seq` of a record of a kind with these fields, the first one by default."""
    found = [
        record.seq
        for record in GOOD.of(kind)
        if all(getattr(record, name) == value for name, value in fields.items())
    ]
    return found[nth]


def changed(seq: int, data: dict[str, Any] | None = None, **fields: Any) -> History:
    """Return the good history with one record changed."""
    records = list(GOOD)
    whole = {**(records[seq].data or {}), **(data or {})}
    records[seq] = records[seq]._replace(data=whole, **fields)
    return rebuilt(GOOD, records)


def without(*seqs: int) -> History:
    """Return the good history with some records lost."""
    return rebuilt(GOOD, [record for record in GOOD if record.seq not in seqs])


def with_copy(seq: int, data: dict[str, Any] | None = None, **fields: Any) -> History:
    """Return the good history with a copy of one record, changed, right before the end."""
    records = list(GOOD)
    end = records.pop()
    whole = {**(records[seq].data or {}), **(data or {})}
    copy = records[seq]._replace(time_us=end.time_us, cause=-1, data=whole, **fields)
    return rebuilt(GOOD, [*records, copy, end])


def swapped(first: int, second: int, *names: str) -> History:
    """Return the good history with these fields swapped between two records."""
    records = list(GOOD)
    one, two = records[first], records[second]
    records[first] = one._replace(**{name: getattr(two, name) for name in names})
    records[second] = two._replace(**{name: getattr(one, name) for name in names})
    return rebuilt(GOOD, records)


def moved(seq: int, before: int) -> History:
    """Return the good history with one record moved to the time and place of another."""
    records = list(GOOD)
    record = records.pop(seq)
    records.insert(before - (before > seq), record._replace(time_us=GOOD[before].time_us))
    return rebuilt(GOOD, records)


def committed_twice() -> History:
    """Return the good history with i1 committed and accounted for once more, at the end."""
    records: list[Record] = list(GOOD)
    end = records.pop()
    newest = GOOD[find("commit", intent="i4")]
    commit, audit = (records[find(kind, intent="i1")] for kind in ("commit", "audit"))
    later = {"time_us": end.time_us, "cause": -1, "lsn": 13, "version": newest.version + 1}
    fields = {"fields": (newest.data or {})["fields"]}
    commit = commit._replace(data={**(commit.data or {}), **fields}, **later)
    return rebuilt(GOOD, [*records, commit, audit._replace(**later), end])


def committed_at_the_end() -> History:
    """Return the good history with one more commit, accounted for, as the run ends."""
    records: list[Record] = list(GOOD)
    end = records.pop()
    commit, audit = (records[find(kind, intent="i4")] for kind in ("commit", "audit"))
    who = {"action": "mark_overdue", "role": "system", "user": ""}
    fields = {**(commit.data or {})["fields"], "overdue": True}
    own = {"time_us": end.time_us, "cause": -1, "intent": "", "peer": "", "lsn": 13, "version": 4}
    commit = commit._replace(data={**who, "fields": fields}, **own)
    return rebuilt(GOOD, [*records, commit, audit._replace(data=who, **own), end])
