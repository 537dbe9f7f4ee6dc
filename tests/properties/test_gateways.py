"""Several gateways and any plan of faults on them make no history that could not have happened."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncsim.net.gateways import Gateways
from syncsim.scenario.scenario import Fault
from syncsim.world import run
from tests.properties.impossible import broken
from tests.properties.worlds import spans_us, times_us, worlds
from tests.support.scenarios import SECOND

SLOW_IS_FINE = settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
LOUD, MUTE = ("restart", "drop", "heal"), ("partition", "lose")

gateways = st.builds(
    Gateways,
    count=st.integers(1, 3),
    idle_us=st.sampled_from((0, SECOND, 4 * SECOND)),
    queue=st.sampled_from((0, 1, 3)),
)


@st.composite
def plans(draw, spec, verbs):
    """Return faults on gateways, overlapping as they like."""
    return tuple(
        Fault(
            id=f"gateway-fault.{number}",
            at_us=draw(times_us),
            do=do,
            on=draw(st.sampled_from(spec.names)),
            for_us=0 if do in ("drop", "heal") else draw(spans_us),
            unnoticed=do == "drop" and draw(st.booleans()),
        )
        for number, do in enumerate(draw(st.lists(st.sampled_from(verbs), max_size=5)))
    )


@SLOW_IS_FINE
@given(worlds(), gateways, st.data())
def test_what_gateways_close_and_what_breaks_with_them_is_possible(world, spec, data):
    faults = (*world.faults, *data.draw(plans(spec, LOUD)))
    history = run(replace(world, gateways=spec, faults=faults))
    assert broken(history) == []
    assert history.end_us == world.until_us + world.bounds.settle_us


@SLOW_IS_FINE
@given(worlds(), gateways, st.data())
def test_a_gateway_that_says_nothing_breaks_the_rule_of_losses_and_no_other(world, spec, data):
    faults = (*world.faults, *data.draw(plans(spec, (*LOUD, *MUTE))))
    history = run(replace(world, gateways=spec, faults=faults))
    silently = {
        record.message
        for record in history.of("lose")
        if record.data["reason"] in ("silent", "overflow")
    }
    for sentence in broken(history):
        rule, _, name = sentence.removesuffix(" is lost on a whole connection").partition(": ")
        assert (rule, name in silently) == ("losses", True), sentence
