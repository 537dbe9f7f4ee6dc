from __future__ import annotations

from collections import Counter
from itertools import combinations

from hypothesis import given, settings

from syncsim.checks.noflap import CHECK
from syncsim.checks.overlays import PRESENCE
from syncsim.history.replay import Replay
from tests.checks.twins.histories import EXAMPLES, evidence, histories


def naive(evidence):
    """Count the flaps by rewriting each field's whole list of paints until no return is left."""
    flaps, seen = [], set()
    for (client, view, entity, screen), paints in sessions(evidence).items():
        for name, shown in fields(paints, screen[0]).items():
            runs = []
            for value, paint in shown:
                if runs and runs[-1][0] == value:
                    runs[-1][1].append(paint)
                else:
                    runs.append((value, [paint]))
            if len(runs) > 1:
                seen.add((client, view, entity))
            flaps += rewritten(evidence, screen[0], name, runs)
    return sorted(flaps), len(seen)


class Held(tuple):
    """A screen as part of a key: equal only to itself."""

    __slots__ = ()

    def __hash__(self):
        return id(self)

    def __eq__(self, other):
        return self is other


def sessions(evidence):
    """Return the paints of each row in each view, from one mount to the next."""
    replay, current, found = Replay(evidence.header), {}, {}
    for record in evidence.history.of("mount", "unmount", "paint"):
        key = (record.at, record.view)
        if record.kind != "paint":
            replay.apply(record)
            current[key] = Held((replay.screens.get(key),))
        else:
            screen = current.setdefault(key, Held((None,)))
            found.setdefault((*key, record.entity, screen), []).append(record)
    return found


def fields(paints, screen):
    shown = {}
    for paint in paints:
        row = paint.data["fields"]
        for name, value in (row or {}).items():
            shown.setdefault(name, []).append((value, paint))
        if screen is not None and screen.test is not None:
            shown.setdefault(PRESENCE, []).append((row is not None, paint))
    return shown


def rewritten(evidence, screen, name, runs):
    """Return the `seq` of each flap; a value that was taken back leaves the list."""
    flaps, passed = [], set()
    while True:
        for place in range(2, len(runs)):
            a, b, c = runs[place - 2 : place + 1]
            if a[0] != c[0] or c[1][0].seq in passed:
                continue
            if went_there_and_back(evidence, screen, name, a, b, c):
                passed.add(c[1][0].seq)
                continue
            if not taken_back(evidence, screen, name, b, c):
                flaps.append(c[1][0].seq)
            runs = [*runs[: place - 2], (a[0], a[1] + c[1]), *runs[place + 1 :]]
            break
        else:
            return flaps


def value_of(screen, name, record):
    fields = record.data["fields"]
    return screen.test(fields) if name == PRESENCE else fields.get(name)


def went_there_and_back(evidence, screen, name, a, b, c):
    last, new = a[1][-1], c[1][0]
    held = [
        value_of(screen, name, record)
        for record in evidence.history.of("row", "commit")
        if record.entity == new.entity
        and record.version > last.version
        and (record.version <= new.version if new.version >= 0 else record.seq < new.seq)
        and record.seq < new.seq
    ]
    return (b[0], c[0]) in combinations(held, 2)


def taken_back(evidence, screen, name, b, c):
    """Tell whether the way back was asked for, or the way there was and came to nothing."""
    last, new = b[1][-1], c[1][0]
    if pending(evidence, screen, name, new, c[0]):
        return True
    setter = pending(evidence, screen, name, last, b[0])
    if setter is None or base(evidence, screen, name, last) == b[0]:
        return False
    intent = evidence.intents.get(setter)
    if intent is None or intent.outcome is None or intent.outcome.seq > new.seq:
        return False
    return intent.result in ("refused", "failed", "unknown") and not any(
        commit.entity == last.entity for commit in intent.commits
    )


def base(evidence, screen, name, paint):
    for record in evidence.history.of("row", "commit"):
        if record.seq < paint.seq and (record.entity, record.version) == (
            paint.entity,
            paint.version,
        ):
            return value_of(screen, name, record)
    return None


def pending(evidence, screen, name, paint, value):
    """Return the pending intent on top of those that set a field, if it set it so."""
    names = paint.data["overlays"]
    if name == PRESENCE:
        if not names or base(evidence, screen, name, paint) == value:
            return None
        return names[-1]
    for intent in reversed(names):
        for record in evidence.history.of("overlay"):
            key = (record.at, record.intent, record.entity)
            fields = record.data["fields"]
            if key == (paint.at, intent, paint.entity) and record.seq < paint.seq:
                return intent if fields.get(name, value) == value else None
    return None


PAINTED = ("ask", "commit", "answer", *["paint"] * 12)


@settings(max_examples=EXAMPLES)
@given(history=histories(*PAINTED))
def test_the_check_finds_what_rewriting_the_whole_list_finds(history):
    found = CHECK.judge(evidence(history))
    flaps, seen = naive(evidence(history))
    told = [story.records[-1] for story in found.stories]
    times = [history[flap].time_us for flap in flaps]
    assert found.failures == len(flaps)
    # Of flaps at one time, all that they rest on decides which is told first.
    assert [history[flap].time_us for flap in told] == times[: len(told)]
    assert not Counter(told) - Counter(flaps)
    assert found.status == ("fail" if flaps else "pass" if seen else "unknown")
