"""Hypothesis strategies for small worlds: a few people, a few rows, any faults in any order."""

from __future__ import annotations

from hypothesis import strategies as st

from syncsim.net import Profile
from syncsim.scenario.scenario import VERBS, Bounds, ClientSpec, Fault, Load, Scenario, Step
from tests.support.scenarios import (
    DESIGNS,
    EVEN,
    MS,
    SECOND,
    SHAKY,
    appointment,
    driver,
    operator,
    scenario,
    therapist,
)

UNTIL_US = 6 * SECOND
CLIENTS = (operator("op-1"), operator("op-2", "pending", "overdue"), therapist(), driver())
ROWS = ("A1", "A2", "A3", "A4")
NETWORKS = (
    EVEN,
    SHAKY,
    Profile(name="instant", title="", source="", delay_us=0, handshake_rtts=0),
    Profile(name="far", title="", source="", delay_us=300 * MS, jitter_us=400 * MS),
)
OPERATOR_STEPS = ("accept", "assign_driver", "auto_cancel_overdue", "start_appointment")
GESTURES = ("refresh", "show", "open", "close")

# From two small numbers, because Hypothesis draws large ones near zero.
times_us = st.builds(
    lambda tenths, ms: tenths * 100 * MS + ms * MS, st.integers(0, 59), st.integers(0, 99)
)
spans_us = st.one_of(st.just(0), times_us)


@st.composite
def faults(draw: st.DrawFn) -> tuple[Fault, ...]:
    """Return a plan of faults, overlapping as they like."""
    plan = []
    for number in range(draw(st.integers(0, 6))):
        verb = draw(st.sampled_from(VERBS))
        places = [client.name for client in CLIENTS]
        if verb in ("restart", "heal"):
            places = ["backend"] if verb == "restart" else [*places, "backend"]
        plan.append(
            Fault(
                id=f"fault.{number}",
                at_us=draw(times_us),
                do=verb,
                on=draw(st.sampled_from(places)),
                for_us=0 if verb in ("drop", "heal") else draw(spans_us),
                by_us=draw(st.integers(1, 20)) * 100 * MS if verb == "delay" else 0,
                leg=draw(st.sampled_from(("request", "response", "both"))),
            )
        )
    return tuple(plan)


@st.composite
def steps(draw: st.DrawFn) -> tuple[Step, ...]:
    """Return things that the operators do by a script, sensible or not."""
    plan = []
    for number in range(draw(st.integers(0, 8))):
        do = draw(st.sampled_from(OPERATOR_STEPS + GESTURES))
        plan.append(
            Step(
                id=f"step.{number}",
                at_us=draw(times_us),
                who=draw(st.sampled_from(("op-1", "op-2"))),
                do=do,
                on="" if do in ("refresh", "show", "close") else draw(st.sampled_from(ROWS)),
                views=draw(st.sampled_from(((), ("pending",), ("active", "rejections"))))
                if do == "show"
                else (),
                args={"driver": "dr-1"} if do == "assign_driver" else {},
            )
        )
    return tuple(plan)


@st.composite
def loads(draw: st.DrawFn, clients: tuple[ClientSpec, ...]) -> tuple[Load, ...]:
    """Return generated work of all clients; now and then none."""
    if draw(st.integers(0, 4)) == 4:
        return ()
    return (
        Load(
            id="load",
            who=tuple(client.name for client in clients),
            every_us=draw(st.integers(1, 20)) * 100 * MS,
            from_us=draw(st.sampled_from((0, SECOND))),
            until_us=UNTIL_US,
            switch_every_us=draw(st.sampled_from((0, 2 * SECOND))),
            args={"reason": ("ill",), "driver": ("dr-1",)},
        ),
    )


@st.composite
def worlds(draw: st.DrawFn) -> Scenario:
    """Return a small scenario under any design, network, workload and plan of faults."""
    clients = CLIENTS[: draw(st.integers(2, len(CLIENTS)))]
    named = [client.name for client in clients]
    rows = tuple(
        row
        for name in ROWS
        for row in appointment(
            name, overdue_at_us=draw(st.one_of(st.none(), times_us)) if name > "A2" else None
        )
    )
    return scenario(
        DESIGNS[draw(st.sampled_from(sorted(DESIGNS)))],
        seed=draw(st.integers(0, 1_000)),
        network=draw(st.sampled_from(NETWORKS)),
        clients=clients,
        rows=rows,
        steps=draw(steps()),
        loads=draw(loads(clients)),
        faults=tuple(each for each in draw(faults()) if each.on in (*named, "backend")),
        until_us=UNTIL_US,
        bounds=Bounds(settle_us=6 * SECOND),
    )
