"""For each check a history that passes and one that fails, as alike as they can be."""

from __future__ import annotations

from typing import NamedTuple

from syncsim.history import History
from tests.checks.state_histories import history

_STILL = "A1 A2 op-1.mount(pending) op-1:pending=A1.1 op-1:pending=A2.1 op-1.ready(pending) "
_FETCHED = (
    "A1 A2 op-1.mount(pending) op-1.fetch(pending,f0,mount) op-1.fetched(pending,f0,2)"
    " op-1:pending=A1.1 op-1:pending=A2.1 op-1.ready(pending) op-2?i1:accept(A1)"
    " @100 +A1{status=accepted}/i1 "
)
_ASKED = "A1 A2 @100 op-1?i1:accept(A1) @150 +A1{status=accepted}/i1 @200 op-1!i1=ok "
_ONE = "A1 op-1.mount(one/A1) op-1:one/A1=A1.1 "
_OWN = _ONE + "@100 op-1?i1:accept(A1) @150 +A1{status=accepted}/i1 @200 op-1!i1=ok "
_SEEN = (
    "A1 A2 op-1.mount(slice) op-2.mount(slice) @10 op-2:slice=A1.1 op-2:slice=A2.1"
    " @50 +A2{status=accepted}/:accept @100 op-1:slice=A2.2 @200 op-1?i1:accept(A1)"
    " @250 +A1{status=accepted}/i1 "
)
_PENDING = (
    _ONE + "@100 op-1?i1:accept(A1) op-1+i1:A1.1{status=accepted}"
    " @110 op-1:one/A1=A1.1{status=accepted}+i1 @150 +A1{status=accepted}/i1 "
)
_COPIES = (
    "A1 op-1.mount(pending) op-1.mount(one/A1) op-1:pending=A1.1 op-1:one/A1=A1.1"
    " @100 +A1{overdue=true}/:mark @150 op-1:one/A1=A1.2 "
)
_ROLLED = (
    "A1 op-1.mount(pending) op-1:pending<A1.1 op-1:pending=A1.1 op-1.ready(pending) @100"
    " op-1?i1:accept(A1) op-1+i1:A1.1{status=accepted}[views=pending]"
    " op-1.send(backend,i1/1,mutate,intent=i1) @116 op-1:pending=A1.1{status=accepted}+i1"
    " @150 -A1/i1:conflict @200 op-1-i1:A1=rollback op-1!i1=refused "
)
_BATCH = "A1 A2 @300 op-1?i2:cancel(A1,A2) @350 +A1{status=cancelled}/i2 -A2/i2:illegal-state @400 "
_MISSED = (
    "A1 op-1.mount(pending) op-1.open(1) @1000 op-2?i1:accept(A1) +A1{status=accepted}/i1"
    " op-1.lose(backend,e1,event,away)[entity=appointment/A1,version=2,lsn=2] "
)
_SPENT = (
    "A1 @10 op-1.send(backend,f1,query)[bytes=450] op-2.send(backend,f2,query)[bytes=450]"
    " @50 +A1{status=accepted}/:accept "
)


class Pair(NamedTuple):
    """What follows the beginning in the history that passes, and in the one that fails."""

    start: str
    good: str
    bad: str
    requests: tuple[int, int] | None = None
    """The bounds of `requests_per_commit`, for a check whose failure is one of bounds."""


PAIRS: dict[str, Pair] = {
    "CONV": Pair(_STILL + "@100 +A1{status=accepted}/:accept ", "@150 op-1:pending-A1", ""),
    "INVAL": Pair(
        _FETCHED,
        "op-1.invalidate(pending,event) op-1.fetch(pending,f1,event) @250"
        " op-1.fetched(pending,f1,3) op-1:pending-A1",
        "op-1.lose(backend,e1,event,away,lsn=3)",
    ),
    "GAP": Pair(_MISSED, "@2000 op-1.event(A1,2)", ""),
    "ROLL": Pair(_ROLLED, "@216 op-1:pending=A1.1", ""),
    "RYW": Pair(_OWN, "@210 op-1:one/A1=A1.2", "@210 op-1:one/A1=A1.1"),
    "MONO": Pair(
        _ONE + "@50 +A1{status=accepted}/:accept @100 op-1:one/A1=A1.2 ",
        "@300 op-1:one/A1=A1.2",
        "@300 op-1:one/A1=A1.1",
    ),
    "ORDER": Pair(
        "A1 @100 op-1?i1:accept(A1) @200 op-1?i2:cancel(A1) @250 ",
        "+A1{status=accepted}/i1 +A1{status=cancelled}/i2",
        "+A1{status=cancelled}/i2 +A1{status=accepted}/i1",
    ),
    "WFR": Pair(
        _SEEN, "@300 op-2:slice=A1.2 op-2:slice=A2.2", "@300 op-2:slice=A1.2 @310 op-2:slice=A2.2"
    ),
    "CAUSAL": Pair(_SEEN + "@300 op-2:slice=A1.2 ", "@400 op-2:slice=A2.2", "@400 op-2:slice=A2.1"),
    "NOFLAP": Pair(
        _PENDING,
        "@200 op-1!i1=ok op-1:one/A1=A1.2",
        "@200 op-1:one/A1=A1.1 @300 op-1!i1=ok op-1:one/A1=A1.2",
    ),
    "ONCE": Pair(_ASKED, "", "@300 +A1{status=accepted}/i1"),
    "OVER": Pair(
        "A1 @100 op-1?i1:accept(A1) op-1+i1:A1.1{status=accepted} @200 op-1!i1=ok ",
        "op-1-i1:A1=response",
        "",
    ),
    "XVIEW": Pair(_COPIES, "op-1:pending=A1.2", ""),
    "LEGAL": Pair("A1 @100 op-1?i1:accept(A1) ", "+A1{status=accepted}/i1", "+A1{status=done}/i1"),
    "BATCH": Pair(_BATCH, "op-1!i2=ok(A1=ok,A2=refused)", "op-1!i2=ok(A1=ok,A2=ok)"),
    "LINEAR": Pair(
        _ASKED + "@300 op-2.fetch(pending,f1,mount) @400 ",
        "op-2.fetched(pending,f1,3)",
        "op-2.fetched(pending,f1,2)",
    ),
    "HONEST": Pair("A1 @100 op-1.open(1) @1000 op-1.deaf(1) ", "@46000 op-1.close(1,silence)", ""),
    "AUDIT": Pair(_ASKED, "$i1", ""),
    "DURABLE": Pair(_ASKED, "@300 backend.rewind(3)", "@300 backend.rewind(2)"),
    "DONE": Pair("A1 @100 op-1?i1:accept(A1) ", "@200 op-1!i1=unknown", ""),
    "COST": Pair(_SPENT, "", "", requests=(2, 1)),
}

_END = " settle @90000 end"
_BOUNDS = {"settle_us": 60_000_000, "paint_us": 50_000}


def good(check: str) -> History:
    """Return the history that a check passes."""
    return _whole(PAIRS[check], is_good=True)


def bad(check: str) -> History:
    """Return the history that a check fails."""
    return _whole(PAIRS[check], is_good=False)


def _whole(pair: Pair, *, is_good: bool) -> History:
    bounds = dict(_BOUNDS)
    if pair.requests:
        bounds["requests_per_commit"] = pair.requests[0 if is_good else 1]
    line = f"safety {pair.start} {pair.good if is_good else pair.bad}{_END}"
    return history(line, bounds=bounds)
