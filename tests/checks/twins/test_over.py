from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from syncsim.checks.over import judge
from tests.checks.twins.histories import EXAMPLES, ended, evidence, histories
from tests.checks.twins.screens import BOUNDS, Screens

MOVES = (
    *["ask"] * 8, *["settle"] * 16, "commit", "commit", "refuse", "refuse", "wait", "wait", "wait",
    "overlay", "unlay", "answer",
)  # fmt: skip
drawn = histories(kinds=MOVES, least=8, writer=Screens)
PAINT_US = BOUNDS["paint_us"]


def naive(history, is_over):
    """Return how many beginnings and ends of overlays were wrong, and the answer."""
    records = list(history)
    overlays = [r for r in records if r.kind == "overlay"]
    unlays = [r for r in records if r.kind == "unlay"]
    wrong = sum(put_on_wrongly(records, overlay) for overlay in overlays)
    wrong += sum(taken_off_wrongly(records, unlay) for unlay in unlays)
    wrong += sum(
        left_on_wrongly(records, overlay, history.end_us, is_over)
        for overlay in overlays
        if not any(r.seq > overlay.seq and key(r) == key(overlay) for r in overlays + unlays)
    )
    return wrong, "fail" if wrong else "pass" if overlays else "unknown"


def key(record):
    return record.at, record.intent, record.entity


def asked(records, name):
    """Return the first record of an intent, and its first outcome after that."""
    first = next((r for r in records if r.kind == "intent" and r.intent == name), None)
    if first is None:
        return None, None
    after = [r for r in records if r.seq > first.seq and r.intent == name]
    return first, next((r for r in after if r.kind == "outcome"), None)


def put_on_wrongly(records, overlay):
    first, outcome = asked(records, overlay.intent)
    is_own = first is not None and first.at == overlay.at and first.seq < overlay.seq
    return not is_own or (outcome is not None and outcome.seq < overlay.seq)


def taken_off_wrongly(records, unlay):
    same = [r for r in records[: unlay.seq] if r.kind in ("overlay", "unlay")]
    same = [r for r in same if key(r) == key(unlay)]
    if not same or same[-1].kind == "unlay":
        return True
    first, outcome = asked(records, unlay.intent)
    if outcome is None:
        return False
    if unlay.time_us < outcome.time_us - PAINT_US:
        decided = any(
            r.kind in ("commit", "refuse")
            and (r.intent, r.entity) == (unlay.intent, unlay.entity)
            and first.seq < r.seq < unlay.seq
            for r in records
        )
        return unlay.data["reason"] != "fence" or not decided
    is_late = unlay.time_us > outcome.time_us + PAINT_US
    return is_late and outcome.data["result"] != "ok"


def left_on_wrongly(records, overlay, end_us, is_over):
    _, outcome = asked(records, overlay.intent)
    if is_over:
        return True
    return (
        outcome is not None
        and outcome.data["result"] != "ok"
        and end_us > outcome.time_us + PAINT_US
    )


@settings(max_examples=EXAMPLES)
@given(history=drawn, is_over=st.booleans())
def test_the_check_finds_what_looking_for_the_intent_of_each_overlay_finds(history, is_over):
    history = ended(history) if is_over else history
    found = judge(evidence(history))
    assert (found.failures, found.status) == naive(history, is_over)
