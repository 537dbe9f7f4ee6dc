"""The instrument against a slow twin that looks at every screen after every instant."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from syncsim.history.replay import Replay
from syncsim.staleness import measure
from tests.checks.notation import history

CLIENTS = st.sampled_from(["op-1", "th-1"])
VIEWS = st.sampled_from(["pending", "one/A1", "slice"])
ROWS = st.sampled_from(["A1", "A2"])
COMMITS = st.sampled_from(["status=accepted", "status=pending", "overdue=true", "overdue=false"])


@st.composite
def lines(draw):
    """Draw a history of commits and paints, old and new, in views that come and go."""
    tokens = ["A1 A2"]
    newest = {"A1": 1, "A2": 1}
    now = 0
    for _ in range(draw(st.integers(5, 25))):
        now += draw(st.sampled_from([0, 0, 7, 20]))
        tokens.append(f"@{now}")
        client, view, row = draw(CLIENTS), draw(VIEWS), draw(ROWS)
        move = draw(st.sampled_from(["commit", "paint", "paint", "paint", "gone", "view"]))
        if move == "commit":
            newest[row] += 1
            tokens.append(f"+{row}{{{draw(COMMITS)}}}/:mark")
        elif move == "paint":
            version = draw(st.integers(max(1, newest[row] - 1), newest[row]))
            pending = draw(st.sampled_from(["", "", "{status=done}+i1"]))
            tokens.append(f"{client}:{view}={row}.{version}{pending}")
        elif move == "gone":
            tokens.append(f"{client}:{view}-{row}")
        else:
            gesture = draw(st.sampled_from(["mount", "mount", "unmount"]))
            tokens.append(f"{client}.{gesture}({view}) {client}.ready({view})")
    return " ".join([*tokens, f"@{now + 10} end"])


def twin(records):
    """Return, for each span of time, the ready screens, each with its stale rows."""
    replay = Replay(records.header)
    spans = []
    for record in records:
        if spans and spans[-1][0] == record.time_us:
            spans.pop()
        replay.apply(record)
        screens = {
            key: [e for e in {**screen.truth, **screen.shown} if screen.is_stale(e)]
            for key, screen in replay.screens.items()
            if screen.ready
        }
        spans.append((record.time_us, screens))
    return [
        (start_us, spans[index + 1][0], screens)
        for index, (start_us, screens) in enumerate(spans[:-1])
    ]


def joined(intervals):
    """Return intervals in order, without empty ones, neighbours made one."""
    result = []
    for start_us, end_us in sorted(intervals):
        if start_us == end_us:
            continue
        if result and start_us <= result[-1][1]:
            result[-1][1] = max(result[-1][1], end_us)
        else:
            result.append([start_us, end_us])
    return result


@given(lines())
def test_windows_cover_exactly_the_times_when_a_row_is_stale(line):
    records = history(line)
    stale = defaultdict(list)
    for start_us, end_us, screens in twin(records):
        for key, entities in screens.items():
            for entity in entities:
                stale[*key, entity].append((start_us, end_us))
    covered = defaultdict(list)
    for window in measure(records).windows:
        covered[window.client, window.view, window.entity].append((window.start_us, window.end_us))
    assert {key: joined(value) for key, value in covered.items() if joined(value)} == {
        key: joined(value) for key, value in stale.items()
    }


@given(lines())
def test_phi_and_age_are_what_the_twin_adds_up(line):
    records = history(line)
    staleness = measure(records)
    ready_us = coherent_us = age_area = 0
    for start_us, end_us, screens in twin(records):
        for (client, view), entities in screens.items():
            if view == "slice":
                continue
            ready_us += end_us - start_us
            if not entities:
                coherent_us += end_us - start_us
                continue
            oldest_us = min(
                window.commit_us
                for window in staleness.windows
                if (window.client, window.view) == (client, view)
                and window.start_us <= start_us < window.end_us
            )
            age_area += ((end_us - oldest_us) ** 2 - (start_us - oldest_us) ** 2) / 2
    if ready_us == 0:
        assert (staleness.phi, staleness.mean_age_us) == (None, None)
    else:
        assert staleness.phi == coherent_us / ready_us
        assert staleness.mean_age_us == age_area / ready_us


@given(lines())
def test_the_curve_is_the_share_that_phi_averages(line):
    records = history(line)
    steps = measure(records).steps
    spans = twin(records)
    for start_us, _, screens in spans:
        place = max(i for i, time_us in enumerate(steps.times_us) if time_us <= start_us)
        queries = [entities for (_, view), entities in screens.items() if view != "slice"]
        assert steps.ready[place] == len(queries)
        assert steps.coherent[place] == queries.count([])


@given(lines())
def test_every_window_is_possible(line):
    for window in measure(history(line)).windows:
        assert window.commit_us <= window.start_us <= window.end_us
        assert window.version >= 1
        assert (window.paint_us >= 0) == (window.ended == "painted")
        assert window.receipt_us == -1 or window.receipt_us >= window.commit_us
