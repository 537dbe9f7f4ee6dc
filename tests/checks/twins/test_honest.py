from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from syncsim.checks.honest import judge
from syncsim.history import History
from tests.checks.notation import HEADER
from tests.checks.twins.histories import EXAMPLES, evidence

BOUND_US = 45_000_000
records = st.lists(
    st.tuples(
        st.sampled_from(("open", "deaf", "deaf", "close", "lose")),
        st.sampled_from(("op-1", "op-1", "op-2", "backend")),
        st.sampled_from((0, 1, 15_000_000, BOUND_US, BOUND_US)),
    ),
    min_size=1,
    max_size=14,
)


def written(moves):
    """Return a history of these records, each so long after the one before."""
    history = History(HEADER)
    now_us = 0
    for epoch, (kind, at, wait_us) in enumerate(moves):
        now_us += wait_us
        data = {"what": "event"} if kind == "lose" else {"epoch": epoch}
        history.append(now_us, kind, at=at, entity="appointment/A1", data=data)
    return history


drawn = records.map(written)


def naive(history):
    """Return (since, client) of every stretch that was too long, and the answer."""
    every = list(history)
    long, met = [], False
    for deaf in every:
        if deaf.kind != "deaf" or deaf.at not in HEADER["clients"]:
            continue
        others = [r for r in every if r.at == deaf.at and r.kind in ("open", "deaf", "close")]
        before = [r for r in others if r.seq < deaf.seq]
        if before and before[-1].kind == "deaf":
            continue
        ends = [r for r in others if r.seq > deaf.seq and r.kind != "deaf"]
        until_us = ends[0].time_us if ends else history.end_us
        if until_us - deaf.time_us > BOUND_US:
            long.append((deaf.time_us, deaf.at))
        met |= bool(ends)
    return long, "fail" if long else "pass" if met else "unknown"


@settings(max_examples=EXAMPLES)
@given(history=drawn)
def test_the_check_finds_what_looking_for_the_end_of_each_silence_finds(history):
    found = judge(evidence(history))
    long, status = naive(history)
    assert (found.failures, found.status) == (len(long), status)
    assert {(story.at_us, story.client) for story in found.stories} <= set(long)
