"""Hypothesis strategies for small worlds: a few people, a few rows, any faults in any order."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from syncsim.net import Profile
from syncsim.scenario.faults import RULES
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
WITH_OUTAGES = Profile(
    name="outages",
    title="",
    source="",
    delay_us=40 * MS,
    jitter_us=20 * MS,
    good_to_bad_ppm=50_000,
    bad_to_good_ppm=400_000,
    outage_every_us=3 * SECOND,
    outage_us=SECOND,
)
SOCKETS = ("socket.io-client", "actioncable", "zero", "reconnecting-websocket")
"""Two that notice a silence while a world lasts, and two that do not."""
OPERATOR_STEPS = ("accept", "assign_driver", "auto_cancel_overdue", "start_appointment")
GESTURES = ("refresh", "show", "open", "close")

# From two small numbers, because Hypothesis draws large ones near zero.
times_us = st.builds(
    lambda tenths, ms: tenths * 100 * MS + ms * MS, st.integers(0, 59), st.integers(0, 99)
)
spans_us = st.one_of(st.just(0), times_us)


KEYS = {
    "for": spans_us,
    "by": st.integers(1, 20).map(lambda tenths: tenths * 100 * MS),
    "after": st.sampled_from(("", "commit", "reply")),
    "ahead": st.sampled_from((0, 2 * SECOND)),
    "unnoticed": st.booleans(),
    "direction": st.sampled_from(("both", "up", "down")),
    "percent": st.sampled_from((100, 50)),
    "retry_after": spans_us,
}
"""What a verb may take, with its values. A crash here loses nothing that was acknowledged."""
HIDDEN = ("after", "unnoticed", "direction")
"""Keys of what nobody is told of."""


@st.composite
def faults(draw: st.DrawFn, *, hidden: bool) -> tuple[Fault, ...]:
    """Return a plan of faults, overlapping as they like."""
    count = draw(st.integers(0, 6))
    return tuple(draw(fault(number, hidden=hidden)) for number in range(count))


@st.composite
def fault(draw: st.DrawFn, number: int, *, hidden: bool) -> Fault:
    """Return one fault with any of the keys that its verb takes, where it can happen."""
    verb = draw(st.sampled_from(VERBS))
    rule = RULES[verb]
    places = [client.name for client in CLIENTS] * rule.clients + ["backend"] * rule.backend
    keys = [key for key in rule.keys if key in KEYS and (hidden or key not in HIDDEN)]
    values = {key: draw(KEYS[key]) for key in keys}
    if rule.legs:
        values["leg"] = draw(st.sampled_from(rule.legs))
    return Fault(
        id=f"fault.{number}",
        at_us=draw(times_us),
        do=verb,
        on=draw(st.sampled_from(places)),
        for_us=values.get("for", 0),
        by_us=values.get("by", 0),
        leg=values.get("leg", "both"),
        after=values.get("after", ""),
        skew_us=values.get("ahead", 0),
        unnoticed=values.get("unnoticed", False),
        direction=values.get("direction", "both"),
        percent=values.get("percent", 100),
        retry_after_us=values.get("retry_after", 0),
    )


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
def worlds(draw: st.DrawFn, *, hidden: bool = True) -> Scenario:
    """Return a small scenario under any design, network, workload and plan of faults.

    Without `hidden`, both ends are told of what breaks a connection, and no event is lost with a
    crash.
    """
    clients = CLIENTS[: draw(st.integers(2, len(CLIENTS)))]
    named = [client.name for client in clients]
    rows = tuple(
        row
        for name in ROWS
        for row in appointment(
            name, overdue_at_us=draw(st.one_of(st.none(), times_us)) if name > "A2" else None
        )
    )
    design = DESIGNS[draw(st.sampled_from(sorted(DESIGNS)))]
    return scenario(
        replace(design, socket=draw(st.sampled_from(SOCKETS))),
        seed=draw(st.integers(0, 1_000)),
        network=draw(st.sampled_from((*NETWORKS, WITH_OUTAGES) if hidden else NETWORKS)),
        clients=clients,
        rows=rows,
        steps=draw(steps()),
        loads=draw(loads(clients)),
        faults=tuple(
            each for each in draw(faults(hidden=hidden)) if each.on in (*named, "backend")
        ),
        until_us=UNTIL_US,
        bounds=Bounds(settle_us=6 * SECOND),
    )
