"""Any plan of faults on the broker makes no history that could not have happened."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncsim.design import Feed
from syncsim.net.gateways import Gateways
from syncsim.scenario.scenario import BROKER, Fault
from syncsim.world import run
from tests.properties.impossible import broken
from tests.properties.worlds import spans_us, times_us, worlds
from tests.support.scenarios import ENHANCED, HARDENED, SECOND, with_design

SLOW_IS_FINE = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])

LOG = Feed(payload="rows", delivery="log")
DESIGNS = (
    ENHANCED,
    with_design(HARDENED, outbox=True),
    with_design(HARDENED, recovery={"strategy": "replay"}, feed=Feed(retention_us=4 * SECOND)),
    with_design(HARDENED, feed=Feed(delivery="at-least-once")),
    with_design(HARDENED, outbox=True, feed=Feed(delivery="at-least-once")),
    with_design(HARDENED, read={"strategy": "delta-log"}, outbox=True, feed=LOG),
    with_design(
        HARDENED,
        read={"strategy": "delta-log"},
        recovery={"strategy": "cursor"},
        outbox=True,
        feed=LOG,
    ),
)


@st.composite
def plans(draw):
    """Return faults of the broker, overlapping as they like."""
    verbs = ("restart", "hold", "release", "partition", "heal")
    return tuple(
        Fault(
            id=f"broker-fault.{number}",
            at_us=draw(times_us),
            do=do,
            on=BROKER,
            for_us=draw(times_us) + 1
            if do == "restart"
            else draw(spans_us)
            if do in ("hold", "partition")
            else 0,
        )
        for number, do in enumerate(draw(st.lists(st.sampled_from(verbs), max_size=6)))
    )


@st.composite
def losses(draw):
    """Return crashes that lose commits, which worlds leave out."""
    return tuple(
        Fault(
            id=f"loss.{number}",
            at_us=draw(times_us),
            do="crash",
            on="backend",
            for_us=draw(times_us) + 1,
            loses_us=draw(st.sampled_from((SECOND // 2, 3 * SECOND))),
        )
        for number in range(draw(st.integers(0, 2)))
    )


@SLOW_IS_FINE
@given(worlds(), st.sampled_from(DESIGNS), plans(), st.integers(1, 2))
def test_what_a_faulty_broker_does_is_possible(world, design, faults, gateways):
    history = run(
        replace(
            world,
            design=replace(design, socket=world.design.socket),
            faults=(*world.faults, *faults),
            gateways=Gateways(count=gateways),
        )
    )
    assert broken(history) == []
    assert history.end_us == world.until_us + world.bounds.settle_us


@SLOW_IS_FINE
@given(worlds(), st.sampled_from(DESIGNS), plans(), losses())
def test_every_change_that_waits_for_the_broker_comes_to_one_end(world, design, faults, crashes):
    history = run(replace(world, design=design, faults=(*world.faults, *faults, *crashes)))
    ends: dict[str, int] = {}
    for record in history.of("publish"):
        waits = record.data.get("waits", False)
        assert not waits or record.message not in ends
        ends[record.message] = ends.get(record.message, 0) + (not waits)
    assert set(ends.values()) <= {1}
    # Once and in the order of the commits, as each of them is made known only once.
    of_log = [r.lsn for r in history.of("publish") if not r.data.get("waits") and r.data["to"]]
    if design.feed.delivery == "log":
        assert of_log == sorted(of_log)


@SLOW_IS_FINE
@given(worlds(hidden=False), plans())
def test_no_fault_of_the_broker_alone_loses_what_an_outbox_keeps(world, faults):
    for design in (DESIGNS[1], DESIGNS[4], DESIGNS[5]):
        history = run(replace(world, design=design, faults=faults))
        lost = {record.data["reason"] for record in history.of("lose")}
        assert not lost & {"broker-down", "broker-cut", "unpublished"}
