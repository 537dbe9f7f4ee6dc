"""The judges against slow twins that try every order, on histories small enough for that.

Registers: a history is linearizable if and only if some order of its operations explains it.

Lists: Adya's theorem says that an acyclic graph of a complete version order is a serial order.
The order of versions that lists tell is complete but for what nobody read, and that may come in
any order. So serializable, strong-session-serializable and strict-serializable are ruled out if
and only if no order of the transactions that keeps to the same processes or times explains every
read. For snapshot isolation the like holds where every append was read (A. Cerone and A. Gotsman,
PODC 2016); where one was not, only that a history of snapshot isolation is never accused.

Plain registers do not tell their versions: there a history that some order explains is never
accused, and that is all.
"""

from __future__ import annotations

from itertools import combinations, permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from syncsim.jepsen import Assumptions, judge_operations
from tests.unit.jepsen.notation import calls, event, txns

EXAMPLES = 20_000 if settings().max_examples >= 1_000 else 200
"""A few in every run; many under the profile `thorough`."""

often = settings(max_examples=EXAMPLES)


# Histories, made by a store that keeps its promise, some of them damaged afterwards


@st.composite
def schedules(draw, requests, serve, most):
    """Draw a history: `requests` draws what is asked, `serve` answers it at one moment.

    `serve` gets the store, the request and `draw`, and returns the type and value of the end.
    """
    store = {}
    operations = []
    processes = [0, 1, 2]
    open_by = {}
    asked = 0
    while asked < most or open_by:
        process = draw(st.sampled_from(processes))
        if process not in open_by:
            if asked < most:
                f, value = draw(requests(asked))
                asked += 1
                event(operations, "invoke", process, f, value)
                open_by[process] = (f, value, None)
            else:
                processes.remove(process)
            continue
        f, value, answer = open_by[process]
        if answer is None:
            answer = serve(store, f, value, draw)
            open_by[process] = (f, value, answer)
            if draw(st.booleans()):
                continue
        kind, answered = answer
        del open_by[process]
        if kind == "info":
            processes[processes.index(process)] = max(processes) + 3
            if draw(st.booleans()):
                continue
        event(operations, kind, process, f, answered)
    return operations


VALUES = st.sampled_from([1, 2])


@st.composite
def register_requests(draw, _):
    f = draw(st.sampled_from(["read", "write", "cas"]))
    if f == "cas":
        return f, (draw(VALUES), draw(VALUES))
    return f, draw(VALUES) if f == "write" else None


def serve_register(store, f, value, draw):
    """Answer as a register, now and then lying, failing or falling silent."""
    fate = draw(st.sampled_from(["ok"] * 6 + ["info", "lost", "fail", "lie"]))
    held = store.get("x")
    if fate in ("fail", "lost"):
        return ("fail" if fate == "fail" else "info"), value
    if f == "read":
        told = draw(st.sampled_from([None, 1, 2])) if fate == "lie" else held
        return ("info", None) if fate == "info" else ("ok", told)
    if f == "cas" and held != value[0] and fate != "lie":
        return ("info" if fate == "info" else "fail"), value
    store["x"] = value[1] if f == "cas" else value
    return ("info" if fate == "info" else "ok"), value


def explained(state, todo):
    """Whether some order of the calls explains them all, tried one after the other."""
    if all(call.outcome == "info" for call in todo):
        return True
    ends = [call.end.index for call in todo if call.outcome == "ok"]
    for call in todo:
        if call.invoke.index > min(ends):
            continue
        f, value = call.invoke.f, call.invoke.value
        after = state
        if f == "write":
            after = value
        elif f == "cas" and state == value[0]:
            after = value[1]
        elif f == "cas" or call.outcome == "info" or call.end.value != state:
            continue
        if explained(after, [other for other in todo if other is not call]):
            return True
    return False


def is_linearizable(operations):
    return explained(None, [call for call in calls(operations) if call.outcome != "fail"])


@often
@given(schedules(register_requests, serve_register, most=7))
def test_a_register_fails_exactly_where_no_order_explains_it(operations):
    (finding,) = judge_operations(operations, "register").verdict.findings
    assert (finding.status == "fail") == (not is_linearizable(operations))
    if finding.status == "fail":
        # What is known to have failed is known from its beginning.
        events = [e for call in calls(operations) if call.outcome != "fail" for e in call if e]
        events.sort(key=lambda e: e.index)
        lengths = range(len(events) + 1)
        shortest = next(n for n in lengths if not is_linearizable(events[:n]))
        assert f" and {events[shortest - 1].index})" in finding.why


# Transactions

KEYS = st.sampled_from(["x", "y"])


def txn_requests(write):
    @st.composite
    def requests(draw, number):
        steps = []
        for place in range(draw(st.integers(1, 3))):
            key = draw(KEYS)
            if draw(st.booleans()):
                steps.append(("r", key, None))
            else:
                steps.append((write, key, 10 * number + place + 1))
        return "txn", tuple(steps)

    return requests


def serve_lists(store, _, steps, draw):
    return serve_txn(store, steps, draw, damaged_list)


def serve_registers(store, _, steps, draw):
    return serve_txn(store, steps, draw, damaged_value)


def serve_txn(store, steps, draw, damaged):
    """Answer as a serializable store, or from an older state, or damaged."""
    fate = draw(st.sampled_from(["ok"] * 5 + ["old", "old", "damaged", "info", "lost", "fail"]))
    versions = store.setdefault("versions", [{}])
    state = dict(versions[-1])
    seen = dict(draw(st.sampled_from(versions))) if fate == "old" else state
    answered = []
    for f, key, value in steps:
        if f == "r":
            found = seen.get(key)
            if fate == "damaged":
                found = draw(damaged(found))
            answered.append((f, key, found))
            continue
        for held in (state, seen) if seen is not state else (state,):
            held[key] = (*held.get(key, ()), value) if f == "append" else value
        answered.append((f, key, value))
    if fate not in ("fail", "lost"):
        versions.append(state)
    if fate in ("fail", "lost", "info"):
        return ("fail" if fate == "fail" else "info"), steps
    return "ok", tuple(answered)


@st.composite
def damaged_list(draw, found):
    """Draw what a broken store might have returned in place of a list."""
    found = found or ()
    cut = found[: draw(st.integers(0, len(found)))]
    other = draw(st.sampled_from([1, 11, 21, 31]))
    return draw(st.sampled_from([cut, found[::-1], (*found, other), (*found, *cut)])) or None


def damaged_value(found):
    return st.sampled_from([None, 1, 11, 21, 31])


def apply(txn, state):
    """Run a transaction on a state; return the state after it, None if it read other values."""
    state = dict(state)
    for (is_read, key, value), (f, *_) in zip(txn.steps, txn.call.invoke.value, strict=True):
        if not is_read:
            state[key] = (*state.get(key, ()), value) if f == "append" else value
        elif txn.outcome == "ok" and state.get(key) != value:
            return None
    return state


def never_before(one, other):
    return False


def process_before(one, other):
    same = one.call.invoke.process == other.call.invoke.process
    return same and one.call.invoke.index < other.call.invoke.index


def time_before(one, other):
    return one.outcome == "ok" and one.call.end.index < other.call.invoke.index


def some(made):
    """Yield those that succeeded with each choice of those that may have."""
    sure = [txn for txn in made if txn.outcome == "ok"]
    unsure = [txn for txn in made if txn.outcome == "info"]
    for size in range(len(unsure) + 1):
        for chosen in combinations(unsure, size):
            yield [*sure, *chosen]


def is_serial(made, before):
    """Whether some order of the transactions, that keeps to `before`, explains every read."""
    return any(runs(order) for chosen in some(made) for order in permutations(chosen)
               if not any(before(b, a) for a, b in combinations(order, 2)))  # fmt: skip


def runs(order):
    state = {}
    for txn in order:
        state = apply(txn, state)
        if state is None:
            return False
    return True


ORDERS = {
    "serializable": never_before,
    "strong-session-serializable": process_before,
    "strict-serializable": time_before,
}


@often
@given(schedules(txn_requests("append"), serve_lists, most=5))
def test_lists_rule_out_a_serial_model_exactly_where_no_serial_order_explains_them(operations):
    broken = judge_operations(operations, "list-append").ruled_out
    made = txns(operations)
    for model, before in ORDERS.items():
        assert (model in broken) == (not is_serial(made, before)), model


@often
@given(schedules(txn_requests("w"), serve_registers, most=5))
def test_registers_that_a_serial_order_explains_are_never_accused(operations):
    made = txns(operations, "w")
    for model, before in ORDERS.items():
        if is_serial(made, before):
            assert model not in judge_operations(operations, "rw-register").ruled_out
            follow = Assumptions(writes_follow_reads=True)
            judgement = judge_operations(operations, "rw-register", assumptions=follow)
            assert model not in judgement.ruled_out
    if is_serial(made, time_before):
        both = Assumptions(writes_follow_reads=True, linearizable_keys=True)
        assert not judge_operations(operations, "rw-register", assumptions=both).ruled_out


# Snapshot isolation


def is_snapshot(made):
    """Whether some snapshots and commits, with no two at once writing one key, explain it."""
    return any(snapshots(chosen, {}, {}, {}) for chosen in some(made))


def snapshots(todo, started, state, written):
    """Try every next start or commit; `started` holds each open transaction's snapshot."""
    if not todo:
        return True
    for txn in todo:
        keys = [key for is_read, key, _ in txn.steps if not is_read]
        if txn.number not in started:
            begun = {**started, txn.number: (state, written)}
            if apply(txn, state) is not None and snapshots(todo, begun, state, written):
                return True
            continue
        _, then = started[txn.number]
        if any(written.get(key) != then.get(key) for key in keys):
            continue
        after = apply(txn._replace(outcome="info"), state)
        rest = [other for other in todo if other is not txn]
        open_ones = {number: s for number, s in started.items() if number != txn.number}
        now = {**written, **dict.fromkeys(keys, txn.number)}
        if snapshots(rest, open_ones, after, now):
            return True
    return False


@often
@given(schedules(txn_requests("append"), serve_lists, most=4))
def test_snapshot_isolation_is_ruled_out_where_no_snapshots_explain_a_history(operations):
    broken = judge_operations(operations, "list-append").ruled_out
    made = txns(operations)
    possible = is_snapshot(made)
    if possible:
        assert "snapshot-isolation" not in broken
    read = {e for txn in made if txn.outcome == "ok" for s in txn.steps if s.is_read
            for e in s.value or ()}  # fmt: skip
    if not possible and all(s.value in read for txn in made for s in txn.steps if not s.is_read):
        assert "snapshot-isolation" in broken
