from __future__ import annotations

from hypothesis import given, settings

from syncsim.checks.roll import judge
from tests.checks.twins import plain
from tests.checks.twins.histories import EXAMPLES, evidence, histories
from tests.checks.twins.screens import BOUNDS, Screens

MOVES = (
    "ask", "ask", "ask", "overlay", "unlay", "settle", "settle", "commit", "commit", "answer",
    "change", "refresh", "refresh", "fetch", "fetched", "base", "paint", "paint", "mount",
    "unmount", "ready", "wait", "wait", "wait",
)  # fmt: skip
drawn = histories(kinds=MOVES, writer=Screens)


def naive(history):
    """Return (since, client, row) of all that was shown wrongly for too long, and the answer.

    Every row of every view is worked out anew at every instant.
    """
    records = list(history)
    moments = list(plain.instants(history))
    wrong, looked = [], False
    for client, view in plain.views_of(records):
        for entity in plain.rows_of(records):
            stretches = []
            for now_us, next_us, past in moments:
                since = plain.mounted(past, client, view)
                is_judged = since is not None and plain.is_ready(past, since)
                looked |= is_judged
                is_wrong = is_judged and not may_show(past, since, entity)
                stretches.append((now_us, next_us, since.seq if is_wrong else None))
            late = plain.longer_than(BOUNDS["paint_us"], stretches)
            wrong += [(began, client, entity) for began, _ in late]
    met = looked and any(came_to_nothing(records, asked) for asked in history.of("intent"))
    return sorted(wrong), "fail" if wrong else "pass" if met else "unknown"


def came_to_nothing(records, asked):
    ends = [r for r in records[asked.seq :] if r.kind == "outcome" and r.intent == asked.intent]
    sent = plain.last(records, "send", intent=asked.intent)
    return bool(sent and ends and ends[0].data["result"] != "ok")


def may_show(past, since, entity):
    """Tell whether a view shows a row as the server told it, with what is pending over it."""
    client, view = since.at, since.view
    paint = plain.painted(past, since, client, view, entity)
    shown = plain.shown(paint)
    told = plain.last(past[since.seq :], "base", at=client, view=view, entity=entity)
    base = told.data["fields"] if told else None
    if shown is None and view == "slice":
        return True
    layers = layers_of(past, since, entity, told if base is not None else None)
    if shown is None or base is None:
        is_there = shown == base or bool(layers)
        return is_there and not (shown is not None and is_taken_away(layers))
    return not is_taken_away(layers) and all(
        shown[name] in allowed(name, base, layers) for name in shown
    )


def is_taken_away(layers):
    """Tell whether the newest pending change takes a row away and has to be shown."""
    return bool(layers) and layers[-1] == (None, True)


def allowed(name, base, layers):
    """Return the values that a field may have: nothing from below one that must be shown."""
    values = [base.get(name)]
    for fields, must in layers:
        if fields and name in fields:
            values = [*([] if must else values), fields[name]]
    return values


def layers_of(past, since, entity, told):
    """Return what an own intent sets on a row, and whether it must be shown, lowest first.

    It may be while the intent is pending, or ok and the confirmed rows do not hold it yet. It
    must be while the intent is pending and was said to be painted over this view.
    """
    layers = []
    for first, overlay, is_on in overlays_of(past, since.at, entity):
        outcome = plain.last(past, "outcome", intent=first.intent)
        is_pending = outcome is None
        is_told = holds(past, since, told, first.intent, entity)
        if is_pending or (outcome.data["result"] == "ok" and not is_told):
            must = is_pending and is_on and since.view in overlay.data["views"] and not is_told
            layers.append((overlay.data["fields"], must))
    return layers


def overlays_of(past, client, entity):
    """Return each overlay's first and last record, and whether it is on still, as they were put on.

    An overlay of an intent that is on already says anew what is painted.
    """
    found = []
    for record in past:
        if (record.at, record.entity) != (client, entity):
            continue
        if record.kind == "overlay":
            for place, (first, _, is_on) in enumerate(found):
                if is_on and first.intent == record.intent:
                    found[place] = first, record, True
                    break
            else:
                found.append((record, record, True))
        elif record.kind == "unlay":
            found = [
                (first, last, is_on and first.intent != record.intent)
                for first, last, is_on in found
            ]
    return found


def holds(past, since, told, intent, entity):
    """Tell whether the confirmed rows of a view hold the commit of an intent."""
    commit = plain.last(past, "commit", intent=intent, entity=entity)
    if commit is None:
        return False
    read = plain.last(past, "fetched", at=since.at, view=since.view)
    is_read = read is not None and read.lsn >= commit.lsn
    return is_read or (told is not None and told.version >= commit.version)


@settings(max_examples=EXAMPLES)
@given(history=drawn)
def test_the_check_finds_what_working_out_every_row_at_every_instant_finds(history):
    found = judge(evidence(history))
    wrong, status = naive(history)
    assert (found.failures, found.status) == (len(wrong), status)
    assert {(s.at_us, s.client, s.entity) for s in found.stories} <= set(wrong)
