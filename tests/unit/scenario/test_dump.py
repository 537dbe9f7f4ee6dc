from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncsim import scenario
from syncsim.domain import BOOKING
from syncsim.history.vocabulary import CHECK_NAMES, SOMETIMES
from syncsim.scenario import Bounds, ClientSpec, Fault, Load, Step
from tests.unit.scenario.sample import SAMPLE, spoiled

LOADED = scenario.loads(SAMPLE, name="sample")

TIMES = st.integers(0, 60_000_000)
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,20}", fullmatch=True)
# Names that YAML reads as something else, where they are not quoted.
NASTY = st.sampled_from(["null", "true", "No", "1", "007", "1e3", "0x1f", "2026-01-01", "5s"])
CLIENT_NAMES = st.lists(
    (NAMES | NASTY).filter(lambda name: name != "backend"), min_size=1, max_size=4, unique=True
)
PROSE = st.text(
    st.characters(
        exclude_categories=["Cc", "Cs"],
        include_characters="\n\t",
        exclude_characters="\ufffe\uffff",
    )
).map(str.strip)
TEXT = PROSE.filter(bool)
PROPERTIES = st.builds(
    "p{} staleness < {}ms".format, st.integers(1, 99), st.integers(0, 99)
) | st.sampled_from(["never refusal", "flickers <= 2.5", "eventually coherent within 1h"])


@st.composite
def scenarios(draw):
    """Draw a scenario that a file can describe."""
    names = draw(CLIENT_NAMES)
    clients = tuple(
        ClientSpec(name=name, role="operator", user=draw(NAMES | NASTY), shows=("active",))
        for name in names
    )
    steps = tuple(
        Step(
            id=f"s{number}",
            at_us=draw(TIMES),
            who=draw(st.sampled_from(names)),
            do="assign_driver",
            on=draw(st.sampled_from(["A1", "A2", "A10"])),
            args={"driver": draw(TEXT)},
        )
        for number in range(draw(st.integers(0, 3)))
    )
    loads = tuple(
        Load(
            id=f"l{number}",
            who=tuple(names[:1]),
            every_us=draw(st.integers(1_000, 10_000_000)),
            from_us=draw(TIMES),
            until_us=60_000_001,
            switch_every_us=draw(st.sampled_from([0, 1_000, 1_234_567])),
            args={"driver": tuple(draw(st.lists(TEXT, min_size=1, max_size=3)))},
        )
        for number in range(draw(st.integers(0, 2)))
    )
    faults = tuple(
        Fault(
            id=f"f{number}",
            at_us=draw(TIMES),
            do="lose",
            on=draw(st.sampled_from(names)),
            for_us=draw(TIMES),
            leg=draw(st.sampled_from(["request", "response", "both"])),
        )
        for number in range(draw(st.integers(0, 2)))
    )
    return replace(
        LOADED,
        name=draw(NAMES),
        title=draw(TEXT),
        about=draw(PROSE),
        seed=draw(st.integers(0, 2**63 - 1)),
        clients=clients,
        steps=steps,
        loads=loads,
        faults=faults,
        until_us=draw(st.integers(61_000_000, 30 * 24 * 3_600 * 1_000_000)),
        bounds=Bounds(settle_us=draw(TIMES), paint_us=draw(TIMES)),
        checks=tuple(draw(st.lists(st.sampled_from(CHECK_NAMES), min_size=1, unique=True))),
        sometimes=tuple(draw(st.lists(st.sampled_from(sorted(SOMETIMES)), unique=True))),
        properties=tuple(draw(st.lists(PROPERTIES, max_size=3, unique=True))),
        omit=frozenset(draw(st.lists(st.sampled_from([step.id for step in steps])))
                       if steps else ()),
    )  # fmt: skip


@settings(max_examples=40)
@given(scenarios())
def test_what_is_written_reads_back(drawn):
    text = scenario.dump(drawn)
    assert scenario.loads(text) == drawn
    assert scenario.dump(scenario.loads(text)) == text


ROW_KEYS = ("A1", "A2..A4", "B08..B11", "7")
APPOINTMENTS = st.dictionaries(
    st.sampled_from(ROW_KEYS),
    st.fixed_dictionaries(
        {},
        optional={
            "therapist": st.sampled_from(["th-1", "null", "~", "[th-1, th-2, ~]"]),
            "overdue_at": st.sampled_from(["5s", "1us", "~"]),
            "overdue": st.sampled_from(["true", "false"]),
            "payment": st.sampled_from(["~", "P-X"]),
        },
    ),
)
PAYMENTS = st.dictionaries(
    st.sampled_from(["P-A1", "P-7", "P-B09"]),
    st.fixed_dictionaries({}, optional={"requested": st.just("true"), "appointment": st.just("~")}),
)


@settings(max_examples=40)
@given(APPOINTMENTS, PAYMENTS)
def test_rows_read_back_whatever_links_the_file_gives(appointments, payments):
    def section(rows):
        return "{" + ", ".join(f"{key}: {fields(given)}" for key, given in rows.items()) + "}"

    def fields(given):
        return "{" + ", ".join(f"{key}: {value}" for key, value in given.items()) + "}"

    text = (
        "syncsim: 1\ntitle: rows\ndesign: enhanced\nnetwork: office\n"
        "clients: {op-1: {role: operator}}\n"
        f"rows: {{payment: {section({'P-X': {}, **payments})}, "
        f"appointment: {section(appointments)}}}\n"
    )
    loaded = scenario.loads(text)
    assert scenario.loads(scenario.dump(loaded)) == loaded


@pytest.mark.parametrize("name", scenario.names("scenarios"))
def test_every_scenario_of_the_catalogue_reads_back(name):
    loaded = scenario.load(name)
    assert scenario.loads(scenario.dump(loaded)) == loaded


@pytest.mark.parametrize("design", scenario.names("designs"))
@pytest.mark.parametrize("network", scenario.names("networks"))
def test_every_design_and_network_reads_back(design, network):
    loaded = scenario.loads(SAMPLE, design=design, network=network)
    again = scenario.loads(scenario.dump(loaded))
    assert (again.design, again.network) == (loaded.design, loaded.network)


def test_everything_is_resolved():
    text = scenario.dump(LOADED)
    for line in [
        "name: sample",
        "design:",
        "  name: enhanced",
        "  read: {strategy: invalidate, stale_time: 5m, refresh_every: 0s, retries: 3, "
        "timeout: 10s, fresh_by: nothing, persist: false}",
        "  write: {strategy: parallel, sent_by: thunk, idempotency_key: false, if_match: false, "
        "retries: 0, timeout: 10s, on_refusal: continue, invalidate_when_last: false, "
        "persist: false}",
        "  delay: 20ms",
        "until: 61s",
        "  dr-1: {role: driver, user: dr-1, shows: [my-trips]}",
        "    A9: {therapist: th-2, overdue_at: 1500ms}",
        "  - {id: op-1.1, at: 1s, who: op-1, do: accept, on: A1}",
        '  - {id: ill, at: 2s, who: th-1, do: reject_booking, on: A2, '
        'with: {reason: "ill, sorry"}}',
        "  - {id: fault.1, at: 5s, do: partition, on: dr-1}",
        "omit: [fault.5, load.1/op-1/3, op-1.2]",
    ]:  # fmt: skip
        assert line in text.splitlines()


def test_a_row_shows_what_sets_it_apart():
    lines = scenario.dump(LOADED).splitlines()
    start = lines.index("rows:")
    assert lines[start + 11 : start + 14] == [
        "    A10: {status: awaiting_payment, therapist: th-1}",
        "  payment:",
        "    P-A10: {requested: true}",
    ]


def test_equal_scenarios_have_equal_texts():
    swapped = spoiled("{therapist: th-1, driver: dr-1}", "{driver: dr-1, therapist: th-1}")
    assert scenario.dump(scenario.loads(swapped)) == scenario.dump(scenario.loads(SAMPLE))


def test_the_domain_is_written_by_name():
    assert LOADED.domain == BOOKING
    assert "domain: booking" in scenario.dump(LOADED).splitlines()


def test_prose_that_no_file_would_give_is_still_written_as_a_file():
    by_hand = replace(LOADED, about="  indented\nthen not\n")
    assert scenario.loads(scenario.dump(by_hand)).about == "indented\nthen not"
