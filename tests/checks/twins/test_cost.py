from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from syncsim.checks.cost import BOUNDS, CHECK
from syncsim.history import History
from tests.checks.notation import HEADER
from tests.checks.twins.histories import EXAMPLES, ended, evidence

WHATS = ("query", "mutate", "rows", "event")
TRIGGERS = ("mount", "reconnect", "online", "event")

records = st.lists(
    st.tuples(
        st.sampled_from(("send", "commit", "open", "open", "fetch", "fetch")),
        st.integers(0, 3),
        st.sampled_from((0, 1, 400_000, 999_999, 1_000_000)),
    ),
    max_size=14,
)
bounds = st.dictionaries(st.sampled_from(sorted(BOUNDS)), st.integers(0, 5))


def written(moves, bounds):
    """Return a history of these records, each so long after the one before."""
    history = History(HEADER | {"bounds": bounds})
    now_us = 0
    for lsn, (kind, number, wait_us) in enumerate(moves):
        now_us += wait_us
        if kind == "send":
            data = {"what": WHATS[number], "bytes": number}
            history.append(now_us, kind, at="op-1", peer="backend", data=data)
        elif kind == "commit":
            # Two rows of one transaction share its lsn.
            for entity in ("appointment/A1", "appointment/A2")[: 1 + number // 2]:
                history.append(now_us, kind, at="backend", entity=entity, version=lsn, lsn=lsn)
        else:
            data = {"epoch": number} if kind == "open" else {"trigger": TRIGGERS[number]}
            history.append(now_us, kind, at="op-1", data=data)
    return history


def naive(history, bounds, is_over):
    """Count the bounds that were broken, and those that had nothing to be judged by."""
    every = list(history)
    commits = len({record.lsn for record in every if record.kind == "commit"})
    sent = [record.data for record in every if record.kind == "send"]
    requests = sum(data["what"] in ("query", "mutate") for data in sent)
    total_bytes = sum(data["bytes"] for data in sent)
    back = [
        record.time_us
        for record in every
        if (record.kind == "open" and record.data["epoch"] > 1)
        or (record.kind == "fetch" and record.data["trigger"] in ("reconnect", "online"))
    ]
    peak = max((sum(0 <= other - one < 1_000_000 for other in back) for one in back), default=0)
    spent = {
        "requests_per_commit": (requests, commits, is_over * commits * (requests > 0)),
        "bytes_per_commit": (total_bytes, commits, is_over * commits * (total_bytes > 0)),
        "reconnect_peak_per_s": (peak, 1, len(back)),
    }
    stated = [(bound, *spent[name]) for name, bound in bounds.items()]
    broken = sum(total > bound * times for bound, total, times, met in stated if met)
    unmet = sum(not met for _, _, _, met in stated)
    return broken, unmet


@settings(max_examples=EXAMPLES)
@given(moves=records, bounds=bounds, is_over=st.booleans())
def test_the_check_finds_what_counting_from_every_start_finds(moves, bounds, is_over):
    is_over = is_over and bool(moves)
    history = ended(written(moves, bounds)) if is_over else written(moves, bounds)
    broken, unmet = naive(history, bounds, is_over)
    found = CHECK.judge(evidence(history))
    assert found.failures == broken
    assert found.status == ("fail" if broken else "unknown" if unmet or not bounds else "pass")
