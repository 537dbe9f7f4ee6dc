from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from syncsim.checks.learnt import Learnt, Lesson
from tests.checks.twins.histories import EXAMPLES

small = st.integers(0, 5)


@settings(max_examples=EXAMPLES)
@given(
    taught=st.lists(st.tuples(st.integers(0, 4), small, small), min_size=6, max_size=12),
    before=small,
    without=st.sets(small, min_size=1),
)
def test_the_newest_lesson_is_the_greatest_of_all_that_were_known(taught, before, without):
    learnt = Learnt()
    known = []
    for seq, (mine, place, version) in enumerate(sorted(taught, key=lambda each: each[1])):
        learnt.add("op-1" if mine else "op-2", "appointment/A1", Lesson(place, version, seq))
        if mine and place < before and version not in without:
            known.append((version, -seq))
    found = learnt.newest("op-1", "appointment/A1", before=before, without=without)
    assert (found and (found.version, -found.seq)) == max(known, default=None)
    assert learnt.newest("op-1", "appointment/A2", before=before) is None
