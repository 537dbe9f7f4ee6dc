"""Impossible histories never happen, and the rules that say so can fail."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncsim.history import Record, jsonl
from syncsim.net.profile import MILLION
from syncsim.net.unfaithful import Unfaithful
from syncsim.scenario.scenario import Scenario
from syncsim.world import run
from tests.properties.impossible import broken
from tests.properties.worlds import worlds
from tests.support.scenarios import ENHANCED, busy

SLOW_IS_FINE = settings(suppress_health_check=[HealthCheck.too_slow])


@SLOW_IS_FINE
@given(worlds())
def test_no_history_shows_the_impossible(world: Scenario):
    history = run(world)
    assert broken(history) == []
    assert history[len(history) - 1].data == {"phase": "end"}
    assert history.end_us == world.until_us + world.bounds.settle_us


rates_ppm = st.sampled_from((0, 50_000, 500_000, MILLION))


@SLOW_IS_FINE
@given(
    worlds(),
    st.builds(Unfaithful, drop_ppm=rates_ppm, duplicate_ppm=rates_ppm, reorder_ppm=rates_ppm),
)
def test_an_unfaithful_connection_breaks_the_rules_of_frames_and_no_others(world, rates):
    assert broken(run(replace(world, unfaithful=rates)), unfaithful=True) == []


@pytest.mark.parametrize("what", ["drop_ppm", "duplicate_ppm", "reorder_ppm"])
def test_on_an_unfaithful_connection_the_rules_of_frames_do_break(what):
    history = run(replace(busy(ENHANCED, 6, faults=()), unfaithful=Unfaithful(**{what: 300_000})))
    said = {sentence.partition(":")[0] for sentence in broken(history)}
    assert (
        said
        == {"drop_ppm": {"frames", "losses"}, "duplicate_ppm": set(), "reorder_ppm": {"frames"}}[
            what
        ]
    )
    copies = [record for record in history.of("receive") if record.message.endswith("~twice")]
    assert bool(copies) == (what == "duplicate_ppm")


@SLOW_IS_FINE
@given(worlds())
def test_a_history_survives_its_file_byte_for_byte(world: Scenario):
    history = run(world)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.jsonl"
        jsonl.write(history, path)
        again = jsonl.read(path)
        written = path.read_text(encoding="utf-8")
    assert written.splitlines() == list(jsonl.lines(again))
    assert again.header == history.header


@SLOW_IS_FINE
@given(worlds(), st.integers(0, 10))
def test_leaving_anything_out_still_makes_a_possible_history(world: Scenario, which: int):
    names = [*(step.id for step in world.steps), *(fault.id for fault in world.faults), "load"]
    omitted = names[which % len(names)]
    assert broken(run(Scenario(**_fields(world) | {"omit": frozenset({omitted})}))) == []


def _fields(world: Scenario) -> dict[str, Any]:
    return {name: getattr(world, name) for name in world.__dataclass_fields__}


# Each rule is shown a forged history that it must refuse.

Forgery = Callable[[list[Record]], list[Record]]


def first(records: list[Record], kind: str, **fields: Any) -> Record:
    """Return the first record of a kind, with fields of its data as given."""
    return next(
        record
        for record in records
        if record.kind == kind
        and all((record.data or {}).get(name) == value for name, value in fields.items())
    )


def change(records: list[Record], record: Record, **fields: Any) -> list[Record]:
    """Return the records with one of them changed."""
    return [each._replace(**fields) if each.seq == record.seq else each for each in records]


def repeat(records: list[Record], record: Record) -> list[Record]:
    """Return the records with one of them twice, at the end."""
    return [*records, record._replace(seq=len(records), time_us=records[-1].time_us)]


def drop(records: list[Record], record: Record) -> list[Record]:
    """Return the records without one, numbered anew so that only its absence shows."""
    kept = [each for each in records if each.seq != record.seq]
    return [each._replace(seq=number, cause=-1) for number, each in enumerate(kept)]


def swap_events(records: list[Record]) -> list[Record]:
    """Return the records with two events to one client arriving in the wrong order."""
    sent = {r.message: r.seq for r in records if r.kind == "send"}
    arrivals = [records[r.cause] for r in records if r.kind == "event"]
    one, other = next(
        (one, other)
        for one in arrivals
        for other in arrivals
        if one.at == other.at and sent[one.message] < sent[other.message] < one.seq < other.seq
    )
    return change(change(records, one, message=other.message), other, message=one.message)


def lose_event(records: list[Record]) -> list[Record]:
    """Return the records with an event lost before anything went wrong."""
    event = first(records, "event")
    return change(
        records, records[event.cause], kind="lose", data={"reason": "dropped", "what": "event"}
    )


def last_event(records: list[Record]) -> tuple[Record, int]:
    """Return the arrival of the last event of a client whose socket stays open, and its place."""
    told = {r.at: r for r in records if r.kind == "event"}
    opened = {r.at: r for r in records if r.kind in ("open", "close", "deaf")}
    event = next(r for r in told.values() if opened[r.at].kind == "open")
    assert opened[event.at].seq < records[records[event.cause].cause].seq
    return records[event.cause], event.seq


def lose_last_event(records: list[Record]) -> list[Record]:
    """Return the records with the last event of a whole connection lost."""
    arrival, _ = last_event(records)
    return change(records, arrival, kind="lose", data={"reason": "dropped", "what": "event"})


def hold_up_last_event(records: list[Record]) -> list[Record]:
    """Return the records with the last event of a whole connection on its way for ever."""
    return drop(records, last_event(records)[0])


def tell_later(records: list[Record]) -> list[Record]:
    """Return the records with an event of one connection told on the next."""
    opened = {r.at: r for r in records if r.kind == "open"}
    event = next(r for r in records if r.kind == "event" and r.seq < opened[r.at].seq)
    late = records[event.cause]._replace(seq=len(records) - 1, time_us=records[-1].time_us)
    return [*drop(records, records[event.cause]), late]


def paint_of(records: list[Record]) -> Record:
    """Return a paint of a row as confirmed."""
    return next(
        r for r in records if r.kind == "paint" and r.data["fields"] and not r.data["overlays"]
    )


FORGERIES: dict[str, tuple[str, Forgery]] = {
    "a hole in the numbers": ("order", lambda rs: change(rs, rs[9], seq=99)),
    "time goes back": ("order", lambda rs: change(rs, rs[-1], time_us=0)),
    "a cause that comes later": ("order", lambda rs: change(rs, rs[9], cause=10)),
    "an intent with a cause": ("causes", lambda rs: change(rs, first(rs, "intent"), cause=0)),
    "a paint from nowhere": ("causes", lambda rs: change(rs, paint_of(rs), cause=-1)),
    "a paint from elsewhere": ("causes", lambda rs: change(rs, paint_of(rs), cause=0)),
    "a float": ("plain", lambda rs: change(rs, rs[-1], data={"share": 0.5})),
    "a set": ("plain", lambda rs: change(rs, rs[-1], data={"to": [{"nested": {1, 2}}]})),
    "a key that is no text": ("plain", lambda rs: change(rs, rs[-1], data={1: "one"})),
    "sent twice": ("messages", lambda rs: repeat(rs, first(rs, "send"))),
    "received twice": ("messages", lambda rs: repeat(rs, first(rs, "receive"))),
    "received and not sent": ("messages", lambda rs: drop(rs, first(rs, "send"))),
    "received elsewhere": ("messages", lambda rs: change(rs, first(rs, "receive"), at="dr-9")),
    "away and yet sent": (
        "messages",
        lambda rs: change(rs, first(rs, "receive"), kind="lose", data={"reason": "away"}),
    ),
    "events out of order": ("frames", swap_events),
    "an event lost for no reason": ("frames", lose_event),
    "the last event lost for no reason": ("losses", lose_last_event),
    "the last event on its way for ever": ("losses", hold_up_last_event),
    "an event of an older connection": ("sockets", tell_later),
    "an event before the socket": ("sockets", lambda rs: drop(rs, first(rs, "open"))),
    "open twice": ("sockets", lambda rs: repeat(rs, first(rs, "open"))),
    "closed twice": ("sockets", lambda rs: repeat(rs, first(rs, "close"))),
    "asked twice": ("intents", lambda rs: repeat(rs, first(rs, "intent"))),
    "two outcomes": ("intents", lambda rs: repeat(rs, first(rs, "outcome"))),
    "ok without a commit": ("effects", lambda rs: drop(rs, first(rs, "commit", role="operator"))),
    "a commit of what was refused": (
        "effects",
        lambda rs: change(rs, first(rs, "outcome", result="ok"), data={"result": "refused"}),
    ),
    "committed twice": (
        "effects",
        lambda rs: [*rs, first(rs, "commit", role="operator")._replace(seq=len(rs), lsn=10**6)],
    ),
    "a version left out": ("store", lambda rs: drop(rs, first(rs, "row"))),
    "a commit left out": ("store", lambda rs: change(rs, first(rs, "commit"), lsn=10**6)),
    "two audit entries": ("store", lambda rs: repeat(rs, first(rs, "audit"))),
    "painted before it is mounted": ("views", lambda rs: drop(rs, first(rs, "mount"))),
    "mounted twice": ("views", lambda rs: repeat(rs, first(rs, "mount"))),
    "a fetch that ends twice": ("views", lambda rs: repeat(rs, first(rs, "fetched"))),
    "a picture of nothing": (
        "pictures",
        lambda rs: change(rs, paint_of(rs), data={"fields": {"status": "lost"}, "overlays": []}),
    ),
    "a version that is to come": ("pictures", lambda rs: change(rs, paint_of(rs), version=99)),
    "an overlay from nowhere": ("pictures", lambda rs: drop(rs, first(rs, "overlay"))),
}


@pytest.fixture(scope="module")
def honest() -> list[Record]:
    """Return the records of a run in which everything happens."""
    records = list(run(busy(ENHANCED, 6)))
    assert broken(records) == []
    return records


@pytest.mark.parametrize("name", FORGERIES)
def test_each_rule_finds_its_forgery(honest, name):
    rule, forge = FORGERIES[name]
    said = broken(forge(honest))
    assert any(sentence.startswith(f"{rule}:") for sentence in said), said
