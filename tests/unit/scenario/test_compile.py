from __future__ import annotations

from syncsim import scenario
from syncsim.history.vocabulary import CHECK_NAMES
from syncsim.scenario import Bounds, ClientSpec, Fault, Load, Step
from tests.unit.scenario.sample import SAMPLE, spoiled

LOADED = scenario.loads(SAMPLE, name="sample")
ROWS = {(row.entity, row.id): row.fields for row in LOADED.rows}

SMALLEST = """\
syncsim: 1
title: As little as can be
design: manual-refresh
network: perfect
clients: {dr-1: {role: driver}}
"""


def test_the_head_of_a_file():
    assert (LOADED.name, LOADED.title, LOADED.seed) == ("sample", "A little of everything", 7)
    assert LOADED.about == "One of each kind of entry.\nIn two paragraphs."
    assert LOADED.domain is scenario.DOMAINS["booking"]
    assert LOADED.design == scenario.load_design("enhanced")
    assert LOADED.network == scenario.load_network("office")
    assert LOADED.bounds == Bounds(settle_us=30_000_000)
    assert (LOADED.checks, LOADED.sometimes) == (("CONV", "INVAL"), ("refusal",))
    assert LOADED.properties[0] == "p99 staleness of therapist views < 800ms"
    assert len(LOADED.properties) == 3
    assert LOADED.omit == {"op-1.2", "load.1/op-1/3", "fault.5"}


def test_a_file_may_leave_out_nearly_everything():
    least = scenario.loads(SMALLEST)
    assert (least.seed, least.domain.name, least.bounds) == (1, "booking", Bounds())
    assert (least.rows, least.steps, least.loads, least.faults) == ((), (), (), ())
    assert (least.checks, least.sometimes, least.omit) == (CHECK_NAMES, (), frozenset())
    assert least.until_us == 1_000_000
    assert least.clients == (
        ClientSpec(name="dr-1", role="driver", user="dr-1", shows=("my-trips",)),
    )


def test_a_file_may_name_itself():
    assert scenario.loads(f"{SMALLEST}name: zoo/bear\n", name="other").name == "zoo/bear"


def test_clients_have_a_user_and_a_view():
    assert LOADED.clients == (
        ClientSpec(name="op-1", role="operator", user="op-1", shows=("pending", "active")),
        ClientSpec(name="op-2", role="operator", user="ann", shows=("pending",)),
        ClientSpec(name="th-1", role="therapist", user="th-1", shows=("mine",)),
        ClientSpec(name="dr-1", role="driver", user="dr-1", shows=("my-trips",)),
    )


def test_rows_have_every_field():
    assert ROWS["appointment", "A1"] == {
        "id": "A1",
        "status": "pending",
        "therapist": "th-1",
        "driver": "dr-1",
        "trip": "none",
        "session": "none",
        "overdue": False,
        "overdue_at_us": None,
        "payment": "P-A1",
        "rejection": None,
    }


def test_a_range_cycles_through_a_list():
    therapists = [ROWS["appointment", f"A{number}"]["therapist"] for number in range(2, 10)]
    assert therapists == ["th-1", "th-2"] * 4
    assert ROWS["appointment", "A9"]["overdue_at_us"] == 1_500_000


def test_a_companion_comes_with_its_row():
    assert ROWS["payment", "P-A1"] == {
        "id": "P-A1",
        "appointment": "A1",
        "status": "unpaid",
        "requested": False,
    }
    assert sum(entity == "payment" for entity, _ in ROWS) == 10


def test_a_companion_may_be_written_down():
    assert ROWS["payment", "P-A10"]["requested"] is True
    assert ROWS["payment", "P-A10"]["appointment"] == "A10"


def test_a_row_that_says_its_own_link_gets_no_companion():
    text = f"{SMALLEST}rows: {{appointment: {{A1: {{payment: ~}}}}}}\n"
    (row,) = scenario.loads(text).rows
    assert row.fields["payment"] is None


def test_rows_are_in_order_whatever_the_file_says():
    ids = [row.id for row in LOADED.rows]
    appointments = [f"A{number}" for number in range(1, 11)]
    assert ids == [*appointments, *(f"P-{name}" for name in appointments)]


def test_steps_are_named_after_their_client():
    assert [step.id for step in LOADED.steps] == [
        "op-1.1", "ill", "op-1.2", "op-1.3", "op-1.4", "op-1.5", "op-2.1", "op-2.2", "op-2.3",
    ]  # fmt: skip


def test_steps_hold_what_they_need():
    assert LOADED.steps[:3] == (
        Step(id="op-1.1", at_us=1_000_000, who="op-1", do="accept", on="A1"),
        Step(
            id="ill",
            at_us=2_000_000,
            who="th-1",
            do="reject_booking",
            on="A2",
            args={"reason": "ill, sorry"},
        ),
        Step(id="op-1.2", at_us=3_000_000, who="op-1", do="show", views=("rejections",)),
    )


def test_loads():
    assert LOADED.loads == (
        Load(
            id="load.1",
            who=("op-1", "op-2"),
            every_us=2_000_000,
            from_us=1_000_000,
            until_us=60_000_000,
            actions=("accept",),
            switch_every_us=10_000_000,
        ),
        Load(
            id="load.2",
            who=("th-1",),
            every_us=5_000_000,
            from_us=0,
            until_us=50_000_000,
            args={"reason": ("ill", "late")},
        ),
    )


def test_faults():
    second_us = 1_000_000
    assert LOADED.faults == (
        Fault(id="fault.1", at_us=5 * second_us, do="partition", on="dr-1"),
        Fault(
            id="fault.2",
            at_us=6 * second_us,
            do="delay",
            on="op-1",
            for_us=5 * second_us,
            by_us=800_000,
        ),
        Fault(
            id="fault.3",
            at_us=6 * second_us,
            do="lose",
            on="op-1",
            for_us=2 * second_us,
            leg="response",
        ),
        Fault(id="fault.4", at_us=8 * second_us, do="restart", on="backend", for_us=2 * second_us),
        Fault(id="fault.5", at_us=9 * second_us, do="drop", on="op-1"),
        Fault(id="fault.6", at_us=9 * second_us, do="heal", on="dr-1"),
    )


def test_the_end_is_a_second_after_the_last_thing():
    assert LOADED.until_us == 61_000_000
    longer = spoiled("do: restart, on: backend, for: 2s", "do: restart, on: backend, for: 2m")
    assert scenario.loads(longer).until_us == 129_000_000
    assert scenario.loads(f"{SAMPLE}until: 60s\n").until_us == 60_000_000


def test_a_design_and_a_network_may_stand_in_the_file():
    text = SMALLEST.replace(
        "design: manual-refresh",
        """design:
  name: mine
  title: Mine
  simplifies: All of it.
  read: {strategy: generation, stale_time: 1m}
  overlay: {strategy: layers}
  write: {strategy: serial, sent_by: mutation, retries: 2}
  recovery: {strategy: invalidate-all}
  audit: false""",
    ).replace("network: perfect", "network: {name: far, title: Far, source: None, delay: 2s}")
    loaded = scenario.loads(text)
    assert (loaded.design.name, loaded.network.name) == ("mine", "far")
    assert (loaded.design.read.stale_time_us, loaded.design.read.retries) == (60_000_000, 3)
    assert (loaded.design.write.retries, loaded.design.audit) == (2, False)
    assert loaded.design.write.sent_by == "mutation"
    once = text.replace("sent_by: mutation, retries: 2", "")
    assert scenario.loads(once.replace("serial, ", "serial")).design.write.sent_by == "thunk"
    assert (loaded.network.delay_us, loaded.network.handshake_rtts) == (2_000_000, 3)


def test_a_step_may_be_about_a_row_that_a_later_line_makes():
    lines = SAMPLE.splitlines(keepends=True)
    makes = next(line for line in lines if "id: ill" in line)
    lines.remove(makes)
    lines.insert(lines.index("load:\n"), makes)
    moved = scenario.loads("".join(lines))
    assert moved.steps[-1].id == "ill"
