"""A shared kanban board: members move cards, an admin reviews and clears them away.

    todo ─► doing ─► review ─► done ─► archived
      ▲       │ │       │
      └───────┘ └◄──────┘

Two members may take the same card at once, and only one of them can have it.
"""

from __future__ import annotations

from syncsim.domain import Action, Domain, Effect, Entity, Query

MEMBER, ADMIN = "member", "admin"
BOARD, MINE, REVIEW, DETAIL = ("cards", "board"), ("cards", "mine"), ("cards", "review"), ("card",)

CARD = Entity(
    name="card",
    fields={"column": "todo", "owner": None, "label": None, "estimate": "small"},
    transitions={
        "column": (
            ("todo", "doing"),
            ("doing", "todo"),
            ("doing", "review"),
            ("review", "doing"),
            ("review", "done"),
            ("done", "archived"),
        )
    },
)


def _action(
    name: str,
    role: str,
    column: str,
    set_: dict[str, object],
    invalidates: tuple[tuple[str, ...], ...],
    *more: tuple[str, str, object],
    arguments: tuple[str, ...] = (),
    batch: bool = False,
) -> Action:
    return Action(
        name=name,
        roles=(role,),
        entity="card",
        guard=(("column", "is", column), *more),
        effects=(Effect(set=set_),),
        invalidates=(*invalidates, DETAIL),
        arguments=arguments,
        batch=batch,
    )


_OWN = ("owner", "is", "$user")
_ACTIONS = (
    _action("take", MEMBER, "todo", {"column": "doing", "owner": "$user"}, (BOARD, MINE)),
    _action("put_back", MEMBER, "doing", {"column": "todo", "owner": None}, (BOARD, MINE), _OWN),
    _action("finish", MEMBER, "doing", {"column": "review"}, (BOARD, MINE, REVIEW), _OWN),
    _action(
        "label", MEMBER, "doing", {"label": "$args.label"}, (BOARD, MINE), _OWN,
        arguments=("label",),
    ),
    _action("send_back", ADMIN, "review", {"column": "doing"}, (BOARD, MINE, REVIEW)),
    _action("approve", ADMIN, "review", {"column": "done"}, (BOARD, MINE, REVIEW)),
    _action("clear_done", ADMIN, "done", {"column": "archived"}, (BOARD,), batch=True),
)  # fmt: skip

_QUERIES = (
    Query(
        name="board",
        roles=(MEMBER, ADMIN),
        entity="card",
        key=BOARD,
        where=(("column", "not in", ("archived",)),),
    ),
    Query(
        name="my-cards",
        roles=(MEMBER,),
        entity="card",
        key=(*MINE, "$user"),
        where=(_OWN, ("column", "in", ("doing", "review"))),
    ),
    Query(
        name="review",
        roles=(ADMIN,),
        entity="card",
        key=REVIEW,
        where=(("column", "is", "review"),),
    ),
    Query(
        name="card",
        roles=(MEMBER, ADMIN),
        entity="card",
        key=(*DETAIL, "$id"),
        where=(("id", "is", "$id"),),
    ),
)

KANBAN = Domain(
    name="kanban",
    roles=(MEMBER, ADMIN),
    entities={"card": CARD},
    actions={action.name: action for action in _ACTIONS},
    queries={query.name: query for query in _QUERIES},
    projections={
        (MEMBER, "card"): ("id", "column", "owner", "label"),
        (ADMIN, "card"): ("id", "column", "owner", "label", "estimate"),
    },
)
