"""Properties of one's own: what each form asks of a history, against counting by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncsim.checks import Evidence, Status, judge
from syncsim.checks.properties import find
from syncsim.checks.sometimes import SITUATIONS as SITUATION
from syncsim.history.vocabulary import SOMETIMES
from tests.checks.notation import history, rebuilt
from tests.checks.twins.histories import EXAMPLES, histories

PASS, FAIL, UNKNOWN = Status.PASS, Status.FAIL, Status.UNKNOWN

STARTS = (
    "A1 A2 op-1.mount(one/A1) op-1:one/A1=A1.1 op-1.ready(one/A1)"
    " th-1.mount(one/A1) th-1:one/A1=A1.1 th-1.ready(one/A1) safety @100 op-1?i1:accept(A1)"
)
# op-1 shows the change after 200 ms and th-1 after 800 ms; op-1's second wish is refused.
RUN = STARTS + (
    " op-1.send(backend,m1,mutate)[intent=i1,bytes=100] @200 +A1{status=accepted}/i1"
    " @400 op-1:one/A1=A1.2 op-1!i1=ok @1000 th-1:one/A1=A1.2"
    " @2000 op-1?i2:accept(A1) op-1.send(backend,m2,mutate)[intent=i2,bytes=100]"
    " @2100 -A1/i2:conflict @2200 op-1!i2=refused settle @5000 end"
)
# th-1 never shows it.
STUCK = RUN.replace(" @1000 th-1:one/A1=A1.2", "")
LEFT = RUN.replace("th-1:one/A1=A1.2", "th-1.unmount(one/A1)")
# One view comes right in the instant in which the next change makes it old again.
CHAIN = STARTS + (
    " @200 +A1{status=accepted}/i1 @300 backend.fault(restart)"
    " @1000 op-1:one/A1=A1.2 th-1:one/A1=A1.2 +A1{status=done}/:finish"
    " @1500 op-1:one/A1=A1.3 th-1:one/A1=A1.3 settle @5000 end"
)
QUIET = STARTS.rpartition(" op-1?")[0] + " settle @5000 end"


@pytest.mark.parametrize(
    ("text", "line", "status", "why"),
    [
        ("sometimes refusal", RUN, PASS, "the backend refused an intent, first at 2.100 s"),
        ("sometimes restart", RUN, UNKNOWN, "never arose: the backend restarted"),
        ("never restart", RUN, PASS, "it never arose: the backend restarted"),
        ("never restart", QUIET, UNKNOWN, "nobody asked for anything"),
        (
            "never refusal", RUN, FAIL,
            "At 2.100 s at backend: the backend refused an intent. The scenario rules that out.",
        ),
        ("always staleness < 801ms", RUN, PASS, "The longest staleness was 800 ms over 2"),
        ("always staleness <= 800ms", RUN, PASS, "The longest staleness was 800 ms over 2"),
        (
            "always staleness < 800ms", RUN, FAIL,
            "From 0.200 s until 1.000 s th-1's view one/A1 showed appointment A1 without the"
            " change of 0.200 s, for 800 ms.",
        ),
        ("always staleness of operator views < 800ms", RUN, PASS, "in operator views was 200 ms"),
        ("always staleness of client op-1 < 800ms", RUN, PASS, "at op-1 was 200 ms over 1"),
        ("always staleness of view one < 800ms", RUN, FAIL, "for 800 ms"),
        ("always staleness of view one/A1 < 800ms", RUN, FAIL, "for 800 ms"),
        ("always staleness of view pending < 800ms", RUN, UNKNOWN, "no view in pending was ever"),
        ("always staleness < 5s", QUIET, UNKNOWN, "no view was ever old, so there is no window"),
        ("p50 staleness < 201ms", RUN, PASS, "p50 of staleness was 200 ms over 2"),
        (
            "p51 staleness < 800ms", RUN, FAIL,
            "p51 of staleness was 800 ms over 2; the bound is 800 ms. The longest: From 0.200 s",
        ),
        ("always staleness < 4s", STUCK, FAIL, "until the history ended at 5.000 s"),
        ("always staleness < 6s", STUCK, UNKNOWN, "1 of 2 were still open at the end"),
        ("p50 staleness < 6s", STUCK, PASS, "p50 of staleness was 200 ms over 2"),
        ("always staleness <= 800ms", LEFT, PASS, "800 ms"),
        ("always staleness < 800ms", LEFT, FAIL, "until the view left the screen at 1.000 s"),
        ("always feedback < 301ms", RUN, PASS, "The longest feedback was 300 ms over 2"),
        (
            "always feedback < 300ms", RUN, FAIL,
            'op-1 chose "accept" for appointment A1 at 0.100 s and saw the first sign of it at'
            " 0.400 s, after 300 ms.",
        ),
        ("always feedback of therapist views < 1s", RUN, UNKNOWN, "nobody asked for anything in"),
        ("eventually refusal within 2100ms", RUN, PASS, "in time, 1 of 1 times"),
        ("eventually refusal within 2099ms", RUN, FAIL, "It did only at 2.100 s."),
        ("eventually restart within 5s", RUN, FAIL, "The run began. By 5.000 s this should"),
        ("eventually restart within 6s", RUN, UNKNOWN, "before the time is over"),
        ("after same-row-raced eventually refusal within 1s", RUN, UNKNOWN, "never arose: two"),
        ("after refusal eventually coherent within 0s", RUN, PASS, "in time, 1 of 1"),
        (
            "after refusal eventually coherent within 2s", STUCK, FAIL,
            "At 2.100 s: the backend refused an intent. By 4.100 s this should have come about: no"
            " view showed old data. It never did. From 0.200 s until the history ended",
        ),
        ("after refusal eventually coherent within 5s", STUCK, UNKNOWN, "before the time is"),
        ("after refusal eventually coherent of client op-1 within 1s", STUCK, PASS, "in time"),
        ("after restart eventually coherent within 1s", CHAIN, FAIL, "It did only at 1.500 s."),
        ("after restart eventually coherent within 1200ms", CHAIN, PASS, "in time"),
        ("eventually coherent of view pending within 1s", RUN, UNKNOWN, "no view in pending was"),
        ("requests per commit <= 2", RUN, PASS, "there were 2 requests for 1 commits"),
        (
            "requests per commit < 2", RUN, FAIL,
            "Until 2.000 s there were 2 requests for 1 commits; the bound is 2 for each.",
        ),
        ("bytes per commit < 200.5", RUN, PASS, "there were 200 bytes"),
        ("bytes per commit < 1", QUIET, UNKNOWN, "nothing was committed"),
        ("flickers < 1", RUN, PASS, "there were 0 flickers"),
        ("flickers < 0", RUN, FAIL, "there were 0 flickers; the bound is 0."),
        ("flickers below 9", RUN, UNKNOWN, "this is no property: expected a bound"),
    ],
)  # fmt: skip
def test_a_property_is_answered(text, line, status, why):
    found = judge(history(line, checks=["DONE"], properties=[text])).findings[1]
    assert (found.check, found.status) == (text, status)
    assert why in found.why
    assert (found.failures > 0) == (status is FAIL)
    for story in found.stories:
        assert story.records
        assert list(story.records) == sorted(set(story.records))


def test_it_stands_beside_the_checks_and_decides_the_verdict():
    wanted = ["never refusal", "sometimes refusal"]
    verdict = judge(history(RUN, checks=["DONE"], properties=wanted))
    assert [found.check for found in verdict.findings] == ["DONE", *wanted]
    assert verdict.status is FAIL
    assert [f.check for f in judge(history(RUN, properties=wanted), only=["DONE"]).findings] == [
        "DONE"
    ]


def test_all_failures_are_counted_and_a_few_are_told():
    names = [f"A{n}" for n in range(3, 11)]
    first = " ".join(f"op-1.mount(one/{n}) op-1:one/{n}={n}.1 op-1.ready(one/{n})" for n in names)
    commits = " ".join(f"+{name}{{status=accepted}}/:finish" for name in names)
    line = f"{' '.join(names)} {first} safety @1000 {commits} settle @20000 end"
    found = judge(history(line, checks=["DONE"], properties=["always staleness < 5s"])).findings[1]
    assert (found.status, found.failures, len(found.stories)) == (FAIL, 8, 5)


@pytest.mark.parametrize(
    "text",
    ["p50 staleness < 1us", "requests per commit < 0.5", "flickers < 1", "never restart",
     "eventually refusal within 9s", "sometimes refusal"],
)  # fmt: skip
def test_nothing_that_could_still_come_right_fails_or_passes_before_the_end(text):
    whole = history(RUN, checks=["DONE"], properties=[text])
    cut = rebuilt(whole, list(whole)[:-1])
    assert judge(cut).findings[1].status is UNKNOWN


def test_properties_of_a_damaged_header_are_unknown():
    damaged = history(RUN, properties=["never refusal"])
    del damaged.header["domain"]
    assert judge(damaged)["never refusal"].status is UNKNOWN
    assert judge(history(RUN, properties="never refusal")).status is UNKNOWN


# By hand: no spans, no ranks, every instant and every share for itself


def naive_spread(windows, percent, bound_us):
    """Count how many lengths are below the bound, with what is open as good and as bad."""
    needed = math.ceil(percent * len(windows) / 100)
    surely = sum(w.length_us < bound_us and w.ended != "end" for w in windows)
    perhaps = sum(w.length_us < bound_us for w in windows)
    if not windows:
        return UNKNOWN
    return PASS if surely >= needed else FAIL if perhaps < needed else UNKNOWN


@settings(max_examples=EXAMPLES)
@given(drawn=histories(), percent=st.integers(1, 100), bound=st.integers(0, 20))
def test_a_spread_is_as_if_counted(drawn, percent, bound):
    evidence = Evidence(_ended(drawn))
    windows = [window for window in evidence.windows if window.query != "slice"]
    start = "always" if percent == 100 else f"p{percent}"
    found = find(f"{start} staleness < {bound}ms", evidence)
    assert found.status is naive_spread(windows, percent, 1000 * bound)


def naive_coherent(evidence, situation, bound_us):
    """Look at every instant, one by one, after each time that the situation arose."""
    windows = [window for window in evidence.windows if window.query != "slice"]
    end_us = evidence.history.end_us
    if not any((r.data or {}).get("query") for r in evidence.history.of("mount")):
        return UNKNOWN
    answers = []
    for seq in SITUATION[situation](evidence):
        start_us = evidence.history[seq].time_us
        is_fresh = any(
            not any(
                w.start_us <= now_us < w.end_us or (w.ended == "end" and now_us == w.end_us)
                for w in windows
            )
            for now_us in range(start_us, min(start_us + bound_us, end_us) + 1, 1000)
        )
        late = FAIL if start_us + bound_us <= end_us else UNKNOWN
        answers.append(PASS if is_fresh else late)
    if FAIL in answers:
        return FAIL
    return PASS if answers and UNKNOWN not in answers else UNKNOWN


@settings(max_examples=EXAMPLES)
@given(
    drawn=histories(),
    situation=st.sampled_from(["same-row-raced", "outcome-unknown", "fetch-overlapped-commit"]),
    bound=st.integers(0, 12),
)
def test_coherence_in_time_is_as_if_looked_for_at_every_instant(drawn, situation, bound):
    evidence = Evidence(_ended(drawn))
    found = find(f"after {situation} eventually coherent within {bound}ms", evidence)
    assert found.status is naive_coherent(evidence, situation, 1000 * bound)


def _ended(drawn):
    """Return a history with views that are ready, and with an end."""
    ready = []
    for record in drawn:
        ready.append(record)
        if record.kind == "mount":
            ready.append(record._replace(kind="ready", data={}, cause=-1))
    end = drawn[len(drawn) - 1]._replace(
        kind="phase", at="", view="", entity="", intent="", message="", peer="", version=-1, lsn=-1,
        data={"phase": "end"}, time_us=drawn.end_us + 3000, cause=-1,
    )  # fmt: skip
    return rebuilt(drawn, [*ready, end])


def test_every_situation_can_be_named():
    for name in SOMETIMES:
        assert find(f"never {name}", Evidence(history(QUIET))).status is UNKNOWN
