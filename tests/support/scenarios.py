"""Small worlds in Python, for tests that run without reading a file.

The designs stand here once more, so that a test of the run side says what it runs and does
not change its meaning when the catalogue does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from syncsim.design import Design, Overlay, Read, Recovery, Write
from syncsim.domain import BOOKING
from syncsim.net import Profile
from syncsim.scenario.scenario import Bounds, ClientSpec, Fault, Load, Row, Scenario, Step

MS = 1_000
SECOND = 1_000_000

MANUAL = Design(
    name="manual-refresh",
    title="",
    simplifies="",
    read=Read(strategy="manual", refresh_every_us=30 * SECOND, retries=0, stale_time_us=0),
    overlay=Overlay(strategy="pessimistic"),
    write=Write(strategy="parallel"),
    recovery=Recovery(strategy="nothing"),
    store="slice",
    push=False,
    audit=False,
)
ENHANCED = Design(
    name="enhanced",
    title="",
    simplifies="",
    read=Read(strategy="invalidate"),
    overlay=Overlay(strategy="snapshot"),
    write=Write(strategy="parallel"),
    recovery=Recovery(strategy="nothing"),
)
HARDENED = Design(
    name="hardened",
    title="",
    simplifies="",
    read=Read(strategy="generation"),
    overlay=Overlay(strategy="layers", cancel_fetches=True),
    write=Write(
        strategy="serial", sent_by="mutation", idempotency_key=True, if_match=True, retries=3
    ),
    recovery=Recovery(strategy="invalidate-all"),
    keep_newest=True,
)
DESIGNS = {design.name: design for design in (MANUAL, ENHANCED, HARDENED)}

EVEN = Profile(name="even", title="", source="", delay_us=20 * MS)
"""Every message takes exactly 20 ms, a handshake 120 ms."""
SHAKY = Profile(
    name="shaky", title="", source="", delay_us=30 * MS, jitter_us=20 * MS, http_loss_ppm=20_000
)


def operator(name: str = "op-1", *shows: str) -> ClientSpec:
    """Return an operator's dashboard, with the pending and active lists if none are named."""
    views = shows or ("pending", "active")
    return ClientSpec(name=name, role="operator", user=name, shows=views)


def therapist(name: str = "th-1") -> ClientSpec:
    """Return a therapist's dashboard."""
    return ClientSpec(name=name, role="therapist", user=name, shows=("mine",))


def driver(name: str = "dr-1") -> ClientSpec:
    """Return a driver's dashboard."""
    return ClientSpec(name=name, role="driver", user=name, shows=("my-trips",))


def appointment(name: str, **fields: Any) -> tuple[Row, Row]:
    """Return an appointment of th-1 and dr-1 with its unpaid payment."""
    initial = dict(BOOKING.entities["appointment"].fields)
    initial |= {"id": name, "therapist": "th-1", "driver": "dr-1", "payment": f"P-{name}"}
    due = dict(BOOKING.entities["payment"].fields)
    due |= {"id": f"P-{name}", "appointment": name}
    return (
        Row(entity="appointment", id=name, fields=initial | fields),
        Row(entity="payment", id=f"P-{name}", fields=due),
    )


def appointments(count: int, **fields: Any) -> tuple[Row, ...]:
    """Return A1 to A`count`, each with its payment."""
    return tuple(row for n in range(1, count + 1) for row in appointment(f"A{n}", **fields))


def scenario(design: Design = ENHANCED, **given: Any) -> Scenario:
    """Return a scenario: one operator and three pending appointments where nothing is given."""
    plain: dict[str, Any] = {
        "name": "test",
        "title": "",
        "about": "",
        "seed": 1,
        "domain": BOOKING,
        "design": design,
        "network": EVEN,
        "clients": (operator(),),
        "rows": appointments(3),
        "until_us": 10 * SECOND,
        "bounds": Bounds(settle_us=20 * SECOND),
    }
    return Scenario(**plain | given)


def step(at_us: int, who: str, do: str, on: str = "", **more: Any) -> Step:
    """Return one thing that a person does, under a name made of all of it."""
    return Step(**{"id": f"{who}.{do}.{on}@{at_us}", **more}, at_us=at_us, who=who, do=do, on=on)


def fault(at_us: int, do: Any, on: str, for_us: int = 0, **more: Any) -> Fault:
    """Return one thing that goes wrong."""
    return Fault(id=f"{do}.{on}@{at_us}", at_us=at_us, do=do, on=on, for_us=for_us, **more)


def busy(design: Design, seed: int = 1, faults: tuple[Fault, ...] | None = None) -> Scenario:
    """Return a world of seven people who all act, on a shaky network, with every fault."""
    clients = (
        operator("op-1"),
        operator("op-2", "pending", "overdue", "payments"),
        *(therapist(f"th-{n}") for n in (1, 2)),
        *(driver(f"dr-{n}") for n in (1, 2, 3)),
    )
    rows = tuple(
        row
        for n in range(1, 13)
        for row in appointment(
            f"A{n}",
            therapist=f"th-{n % 2 + 1}",
            driver=f"dr-{n % 3 + 1}",
            overdue_at_us=12 * SECOND if n % 4 == 0 else None,
        )
    )
    load = Load(
        id="load",
        who=tuple(client.name for client in clients),
        every_us=2 * SECOND,
        from_us=SECOND,
        until_us=30 * SECOND,
        switch_every_us=9 * SECOND,
        args={"reason": ("ill", "late"), "driver": ("dr-1", "dr-2")},
    )
    return scenario(
        design,
        seed=seed,
        network=SHAKY,
        clients=clients,
        rows=rows,
        loads=(load,),
        faults=EVERY_FAULT if faults is None else faults,
        until_us=32 * SECOND,
    )


EVERY_FAULT = (
    fault(5 * SECOND, "partition", "op-1", 4 * SECOND),
    fault(8 * SECOND, "drop", "dr-1"),
    fault(11 * SECOND, "delay", "th-1", 3 * SECOND, by_us=700 * MS),
    fault(14 * SECOND, "lose", "op-2", 3 * SECOND, leg="response"),
    fault(18 * SECOND, "restart", "backend", 2 * SECOND),
    fault(24 * SECOND, "partition", "dr-2"),
    fault(26 * SECOND, "heal", "dr-2"),
)


def with_design(design: Design, **changes: Any) -> Design:
    """Return a design with some of its axes' settings changed, as `read={"retries": 0}`."""
    parts: dict[str, Any] = {}
    for name, value in changes.items():
        parts[name] = replace(getattr(design, name), **value) if isinstance(value, dict) else value
    return replace(design, **parts)
