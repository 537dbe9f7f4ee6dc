from __future__ import annotations

import pytest

from syncsim.checks.honest import CHECK
from syncsim.checks.verdict import Status
from tests.checks.notation import finding

OPEN = "A1 @100 op-1.open(1) @1000 op-1.deaf(1) "


@pytest.mark.parametrize(
    "line",
    [
        OPEN + "@46000 op-1.close(1,silence) end",
        OPEN + "@46000 op-1.open(2) end",
        OPEN + "@2000 op-1.close(1,silence) @3000 op-1.open(2) @90000 end",
    ],
)
def test_a_client_that_notices_within_the_bound_is_honest(line):
    found = finding(CHECK, line)
    assert (found.status, found.seen) == (Status.PASS, 1)
    assert found.why == "every client noticed within 45.000 s that nothing came any more"


@pytest.mark.parametrize(
    "line",
    [
        OPEN + "@46001 op-1.close(1,silence) end",
        OPEN + "@46001 op-1.open(2) end",
        OPEN + "@46001 end",
        OPEN + "@46000 op-1.deaf(1) op-2.close(1,silence) @46001 end",
    ],
)
def test_a_client_that_notices_too_late_or_never_fails(line):
    found = finding(CHECK, line)
    assert (found.status, found.seen, found.failures) == (Status.FAIL, 1, 1)
    assert (found.stories[0].client, found.stories[0].at_us) == ("op-1", 1_000_000)


def test_the_bound_is_the_headers():
    line = OPEN + "@3000 op-1.close(1,silence) end"
    assert finding(CHECK, line, bounds={"deaf_us": 2_000_000}).status is Status.PASS
    assert finding(CHECK, line, bounds={"deaf_us": 1_999_999}).status is Status.FAIL


def test_the_story_tells_what_was_missed_meanwhile():
    found = finding(
        CHECK,
        "A1 @100 op-1.open(1) @900 op-1.lose(backend,e0,event,dropped)[entity=appointment/A1]"
        " @1000 op-1.deaf(1) @2000 op-1.lose(backend,e1,event,deaf)[entity=appointment/A1]"
        " op-2.lose(backend,e1,event,deaf)[entity=appointment/A1]"
        " @2500 op-1.lose(backend,f1,rows,lossy)"
        " @3000 op-1.lose(backend,e2,event,deaf)[entity=appointment/A1] @60000 op-1.close(1) end",
    )
    assert found.stories[0].text == (
        "op-1's socket, open since 0.100 s, went dead at 1.000 s: nothing that was sent to it"
        " could arrive. op-1 went on showing itself as live. It lasted 59.000 s, until 60.000 s."
        " The bound is 45.000 s. It missed 2 changes in that time, the first of appointment A1, at"
        " 2.000 s."
    )
    assert found.stories[0].records == (1, 3, 4, 8)


def test_what_the_end_of_the_record_cuts_off_is_not_judged():
    found = finding(CHECK, OPEN + "@46000 end")
    assert (found.status, found.seen) == (Status.UNKNOWN, 0)


@pytest.mark.parametrize("line", ["A1 end", "A1 op-1.open(1) op-1.close(1) end", "backend.deaf(1)"])
def test_without_a_dead_socket_nobody_knows(line):
    found = finding(CHECK, line)
    assert (found.status, found.seen) == (Status.UNKNOWN, 0)
    assert found.why == "no client believed a dead socket to be open, so no badge could lie"
