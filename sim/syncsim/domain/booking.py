"""The booking application: appointments, payments and rejections, seen by three roles.

    pending ─► therapist_accepted ─► confirmed ─► in_progress ─► awaiting_payment ─► completed
       │  ▲            │
       ▼  │ denied     ▼ overdue
    rejected ──approved──► cancelled

Rejections and payments are entities of their own, so one action can change two rows and a
view can show half of the change.
"""

from __future__ import annotations

from syncsim.domain.domain import SYSTEM_ROLE, Action, Domain, Effect, Entity, Query

OPERATOR, THERAPIST, DRIVER = "operator", "therapist", "driver"

LISTS = ("appointments", "list")
DETAIL = ("appointments", "detail")
PENDING = (*LISTS, "pending")
OVERDUE = (*LISTS, "overdue")
ACTIVE = (*LISTS, "active")
MINE = (*LISTS, "therapist")
TRIPS = (*LISTS, "driver")
REJECTIONS = ("rejections", "review")
PAYMENTS = ("payments", "verify")

_APPOINTMENT = Entity(
    name="appointment",
    fields={
        "status": "pending",
        "therapist": None,
        "driver": None,
        "trip": "none",
        "session": "none",
        "overdue": False,
        "overdue_at_us": None,
        "payment": None,
        "rejection": None,
    },
    transitions={
        "status": (
            ("pending", "therapist_accepted"),
            ("pending", "rejected"),
            ("pending", "cancelled"),
            ("therapist_accepted", "confirmed"),
            ("therapist_accepted", "rejected"),
            ("therapist_accepted", "cancelled"),
            ("confirmed", "in_progress"),
            ("in_progress", "awaiting_payment"),
            ("awaiting_payment", "completed"),
            ("rejected", "cancelled"),
            ("rejected", "pending"),
        ),
        "trip": (("none", "en_route"), ("en_route", "arrived"), ("arrived", "dropped_off")),
        "session": (("none", "started"), ("started", "done")),
        "overdue": ((False, True),),
    },
    companions=(("payment", "payment", "P-"),),
    links={"payment": "payment", "rejection": "rejection"},
)

_PAYMENT = Entity(
    name="payment",
    fields={"appointment": None, "status": "unpaid", "requested": False},
    transitions={"status": (("unpaid", "paid"),), "requested": ((False, True),)},
    links={"appointment": "appointment"},
)

_REJECTION = Entity(
    name="rejection",
    fields={"appointment": None, "status": "open", "by": None, "reason": None},
    transitions={"status": (("open", "approved"), ("open", "denied"))},
    links={"appointment": "appointment"},
)

_UNSTARTED = ("pending", "therapist_accepted")
_RUNNING = ("therapist_accepted", "confirmed", "in_progress", "awaiting_payment")
_OWN_THERAPY = ("therapist", "is", "$user")
_OWN_TRIP = ("driver", "is", "$user")
_EVERY_LIST = (*LISTS,)
_OPEN_REJECTION = Effect(
    create="rejection",
    on="rejection",
    set={"appointment": "$id", "by": "$user", "reason": "$args.reason"},
)


def _action(
    name: str,
    role: str,
    guard: tuple[tuple[str, str, object], ...],
    *effects: Effect,
    invalidates: tuple[tuple[str, ...], ...],
    entity: str = "appointment",
    arguments: tuple[str, ...] = (),
    batch: bool = False,
) -> Action:
    return Action(
        name=name,
        roles=(role,),
        entity=entity,
        guard=guard,
        effects=effects,
        invalidates=(*invalidates, DETAIL),
        arguments=arguments,
        batch=batch,
    )


_ACTIONS = (
    # operator
    _action(
        "accept",
        OPERATOR,
        (("status", "is", "pending"),),
        Effect(set={"status": "therapist_accepted"}),
        invalidates=(PENDING, OVERDUE, ACTIVE, MINE, TRIPS),
    ),
    _action(
        "assign_driver",
        OPERATOR,
        (("status", "in", _UNSTARTED),),
        Effect(set={"driver": "$args.driver"}),
        invalidates=(PENDING, OVERDUE, ACTIVE, MINE, TRIPS),
        arguments=("driver",),
    ),
    _action(
        "start_appointment",
        OPERATOR,
        (("status", "is", "confirmed"),),
        Effect(set={"status": "in_progress"}),
        invalidates=(ACTIVE, MINE, TRIPS),
    ),
    _action(
        "approve_rejection",
        OPERATOR,
        (("status", "is", "open"), ("appointment.status", "is", "rejected")),
        Effect(set={"status": "approved"}),
        Effect(on="appointment", set={"status": "cancelled"}),
        invalidates=(REJECTIONS, _EVERY_LIST),
        entity="rejection",
    ),
    _action(
        "deny_rejection",
        OPERATOR,
        (("status", "is", "open"), ("appointment.status", "is", "rejected")),
        Effect(set={"status": "denied"}),
        Effect(on="appointment", set={"status": "pending", "rejection": None}),
        invalidates=(REJECTIONS, _EVERY_LIST),
        entity="rejection",
    ),
    _action(
        "auto_cancel_overdue",
        OPERATOR,
        (("overdue", "is", True), ("status", "in", _UNSTARTED)),
        Effect(set={"status": "cancelled"}),
        invalidates=(_EVERY_LIST,),
        batch=True,
    ),
    _action(
        "verify_payment",
        OPERATOR,
        (
            ("status", "is", "unpaid"),
            ("requested", "is", True),
            ("appointment.status", "is", "awaiting_payment"),
        ),
        Effect(set={"status": "paid"}),
        Effect(on="appointment", set={"status": "completed"}),
        invalidates=(PAYMENTS, ACTIVE, MINE, TRIPS),
        entity="payment",
    ),
    # therapist
    _action(
        "accept_booking",
        THERAPIST,
        (("status", "is", "pending"), _OWN_THERAPY),
        Effect(set={"status": "therapist_accepted"}),
        invalidates=(PENDING, OVERDUE, ACTIVE, MINE, TRIPS),
    ),
    _action(
        "reject_booking",
        THERAPIST,
        (("status", "in", _UNSTARTED), _OWN_THERAPY),
        Effect(set={"status": "rejected"}),
        _OPEN_REJECTION,
        invalidates=(REJECTIONS, _EVERY_LIST),
        arguments=("reason",),
    ),
    _action(
        "start_session",
        THERAPIST,
        (("status", "is", "in_progress"), ("session", "is", "none"), _OWN_THERAPY),
        Effect(set={"session": "started"}),
        invalidates=(ACTIVE, MINE, TRIPS),
    ),
    _action(
        "complete_session",
        THERAPIST,
        (("status", "is", "in_progress"), ("session", "is", "started"), _OWN_THERAPY),
        Effect(set={"session": "done"}),
        invalidates=(ACTIVE, MINE, TRIPS),
    ),
    _action(
        "request_payment",
        THERAPIST,
        (("status", "is", "in_progress"), ("session", "is", "done"), _OWN_THERAPY),
        Effect(set={"status": "awaiting_payment"}),
        Effect(on="payment", set={"requested": True}),
        invalidates=(PAYMENTS, ACTIVE, MINE, TRIPS),
    ),
    # driver
    _action(
        "accept_trip",
        DRIVER,
        (("status", "is", "therapist_accepted"), _OWN_TRIP),
        Effect(set={"status": "confirmed"}),
        invalidates=(OVERDUE, ACTIVE, MINE, TRIPS),
    ),
    _action(
        "reject_trip",
        DRIVER,
        (("status", "is", "therapist_accepted"), _OWN_TRIP),
        Effect(set={"status": "rejected"}),
        _OPEN_REJECTION,
        invalidates=(REJECTIONS, _EVERY_LIST),
        arguments=("reason",),
    ),
    *(
        _action(
            name,
            DRIVER,
            (
                ("status", "in", ("confirmed", "in_progress")),
                ("trip", "is", before),
                _OWN_TRIP,
            ),
            Effect(set={"trip": after}),
            invalidates=(ACTIVE, MINE, TRIPS),
        )
        for name, before, after in (
            ("en_route", "none", "en_route"),
            ("arrived", "en_route", "arrived"),
            ("dropped_off", "arrived", "dropped_off"),
        )
    ),
    # the backend's own clock
    _action(
        "mark_overdue",
        SYSTEM_ROLE,
        (("status", "in", _UNSTARTED), ("overdue", "is", False)),
        Effect(set={"overdue": True}),
        invalidates=(OVERDUE, PENDING, ACTIVE, MINE, TRIPS),
    ),
)


def _list(
    name: str, role: str, key: tuple[str, ...], *where: tuple[str, str, object], entity: str = ""
) -> Query:
    return Query(name=name, roles=(role,), entity=entity or "appointment", key=key, where=where)


_QUERIES = (
    _list("pending", OPERATOR, PENDING, ("status", "is", "pending")),
    _list("rejections", OPERATOR, REJECTIONS, ("status", "is", "open"), entity="rejection"),
    _list("overdue", OPERATOR, OVERDUE, ("overdue", "is", True), ("status", "in", _UNSTARTED)),
    _list(
        "payments",
        OPERATOR,
        PAYMENTS,
        ("requested", "is", True),
        ("status", "is", "unpaid"),
        entity="payment",
    ),
    _list("active", OPERATOR, ACTIVE, ("status", "in", _RUNNING)),
    _list(
        "mine",
        THERAPIST,
        (*MINE, "$user"),
        _OWN_THERAPY,
        ("status", "not in", ("completed", "cancelled")),
    ),
    _list(
        "my-trips",
        DRIVER,
        (*TRIPS, "$user"),
        _OWN_TRIP,
        ("status", "in", ("therapist_accepted", "confirmed", "in_progress")),
    ),
    Query(
        name="appointment",
        roles=(OPERATOR, THERAPIST, DRIVER),
        entity="appointment",
        key=(*DETAIL, "$id"),
        where=(("id", "is", "$id"),),
    ),
)

_SHARED = ("id", "status", "therapist", "driver", "trip", "session")

BOOKING = Domain(
    name="booking",
    roles=(OPERATOR, THERAPIST, DRIVER),
    entities={entity.name: entity for entity in (_APPOINTMENT, _PAYMENT, _REJECTION)},
    actions={action.name: action for action in _ACTIONS},
    queries={query.name: query for query in _QUERIES},
    projections={
        (OPERATOR, "appointment"): (*_SHARED, "overdue", "payment", "rejection"),
        (OPERATOR, "payment"): ("id", "appointment", "status", "requested"),
        (OPERATOR, "rejection"): ("id", "appointment", "status", "by", "reason"),
        (THERAPIST, "appointment"): (*_SHARED, "overdue", "payment"),
        (DRIVER, "appointment"): _SHARED,
    },
    clock={"mark_overdue": "overdue_at_us"},
)
