from __future__ import annotations

from itertools import permutations

from hypothesis import given, settings

from syncsim.checks.verdict import told
from syncsim.checks.wfr import tally
from syncsim.history.replay import Replay
from tests.checks.twins.histories import EXAMPLES, evidence, histories


def naive(evidence):
    """Return what each screen showed too old beside a change, at every instant, all pairs."""
    history = evidence.history
    records = list(history)
    wrong, seen = set(), set()
    for last, record in enumerate(records):
        if last + 1 < len(records) and records[last + 1].time_us == record.time_us:
            continue
        screens, mounted = on_screen(history, records[: last + 1])
        for client, cells in screens.items():
            for change, beside in permutations(cells.values(), 2):
                author = author_of(evidence, change)
                newest = author and seen_before(evidence, author, beside)
                if not newest:
                    continue
                key = (client, author.id, beside.entity)
                seen.add(key[:2])
                screen = mounted[client, beside.view]
                if newest > beside.version and not same(
                    records[: last + 1], screen, beside, newest
                ):
                    wrong.add(key)
    return sorted(wrong), sorted(seen)


def on_screen(history, records):
    """Return the paints that stand on each client's mounted views, and these views."""
    replay, cells = Replay(history.header), {}
    for record in records:
        if record.kind in ("mount", "unmount"):
            replay.apply(record)
            cells = {key: paint for key, paint in cells.items() if key[:2] != place(record)}
        elif record.kind == "paint" and place(record) in replay.screens:
            cells.pop((*place(record), record.entity), None)
            if record.version >= 0:
                cells[*place(record), record.entity] = record
    screens = {}
    for (client, view, entity), paint in cells.items():
        screens.setdefault(client, {})[view, entity] = paint
    return screens, replay.screens


def place(record):
    return record.at, record.view


def first_commit(evidence, entity, version):
    for record in evidence.history.of("commit"):
        if (record.entity, record.version) == (entity, version):
            return record
    return None


def author_of(evidence, paint):
    commit = first_commit(evidence, paint.entity, paint.version)
    author = evidence.intents.get(commit.intent) if commit else None
    return author if author and author.asked.seq < paint.seq else None


def seen_before(evidence, author, beside):
    """Return the newest version of a row that an author was shown before asking, 0 for none."""
    overlays = (beside.data or {})["overlays"]
    own = {
        record.version
        for record in evidence.history.of("commit")
        if record.intent in overlays
        and record.intent in evidence.intents
        and record.seq > evidence.intents[record.intent].asked.seq
        and record.entity == beside.entity
    }
    return max(
        (
            paint.version
            for paint in evidence.history.of("paint")
            if paint.at == author.asked.at
            and paint.seq < author.asked.seq
            and paint.entity == beside.entity
            and paint.version not in own
            and first_commit(evidence, paint.entity, paint.version)
        ),
        default=0,
    )


def same(records, screen, beside, newest):
    """Tell whether a view would show the same of a row in two versions."""
    looks = []
    for version in (beside.version, newest):
        for record in records:
            if record.kind in ("row", "commit") and (record.entity, record.version) == (
                beside.entity,
                version,
            ):
                fields = record.data["fields"]
                belongs = screen.test is None or screen.test(fields)
                looks.append(screen.project(beside.entity, fields) if belongs else None)
                break
    return len(looks) == 2 and looks[0] == looks[1]


@settings(max_examples=EXAMPLES)
@given(history=histories())
def test_the_check_finds_what_comparing_all_pairs_at_every_instant_finds(history):
    ours = evidence(history)
    found = tally(ours)
    seen = [(client, name) for client, names in found.seen.items() for name in names]
    blamed = [
        (story.client, record.intent, story.entity)
        for story in map(told, found.stories)
        for record in map(history.__getitem__, story.records)
        if record.kind == "intent"
    ]
    wrong, met = naive(ours)
    assert (sorted(blamed), sorted(seen)) == (wrong, met)
