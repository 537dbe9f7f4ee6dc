from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from syncsim.checks.conv import judge
from tests.checks.twins import plain
from tests.checks.twins.histories import EXAMPLES, ended, evidence, histories
from tests.checks.twins.screens import Screens

MOVES = ("change", "change", "refresh", "refresh", "paint", "ask", "mount", "unmount", "wait")
drawn = histories(kinds=MOVES, writer=Screens)


def naive(history):
    """Return the rows that differ at the end, for every view and every row, and the answer."""
    records = list(history)
    if not any(r.kind == "phase" and r.data["phase"] == "end" for r in records):
        return [], "unknown"
    wrong, met = [], False
    for client, view in plain.views_of(records):
        since = plain.mounted(records, client, view)
        if since is None or not plain.is_ready(records, since):
            continue
        met = True
        for entity in plain.rows_of(records):
            shown = plain.shown(plain.painted(records, since, client, view, entity))
            owes_rows = view != "slice"
            if shown != plain.due(records, client, view, entity) and (owes_rows or shown):
                wrong.append((client, entity))
    met = met and any(r.kind == "commit" for r in records)
    return wrong, "fail" if wrong else "pass" if met else "unknown"


@settings(max_examples=EXAMPLES)
@given(history=drawn, is_over=st.booleans())
def test_the_check_finds_what_comparing_every_row_of_every_view_finds(history, is_over):
    history = ended(history) if is_over else history
    found = judge(evidence(history))
    wrong, status = naive(history)
    assert (found.failures, found.status) == (len(wrong), status)
    assert {(story.client, story.entity) for story in found.stories} <= set(wrong)
