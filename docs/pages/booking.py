"""What a scenario about an application can name: its views, actions and rows."""

from __future__ import annotations

import json
from collections.abc import Iterable

from pages.markdown import code, table
from syncsim.domain import Action, Domain, Entity
from syncsim.history import Condition

_VIEWS = """\
A view whose key holds `$id` is opened by a step, `{do: open, on: A1}`; the others can stand in
`shows` and `views`.
"""

_ACTIONS = """\
An action on many rows takes all that the person sees and may take, and is answered for each. The
role `system` is the backend's own clock.
"""


def application(domain: Domain) -> str:
    """Return what a scenario about an application can name."""
    people = [(role, domain.queries_of(role)) for role in domain.roles]
    views = [
        (
            f"`{query.name}`",
            ", ".join(role for role, theirs in people if query.name in theirs),
            f"`{'/'.join(query.key)}`",
            query.entity,
            _conditions(query.where),
        )
        for query in domain.queries.values()
    ]
    actions = (_action(action) for action in domain.actions.values())
    parts = [
        f"## The application `{domain.name}`\n",
        "### Views\n",
        table(("view", "role", "key", "rows of", "that meet"), views),
        _VIEWS,
        "### Actions\n",
        table(("action", "role", "on", "allowed if", "effect", "asks for"), actions),
        _ACTIONS,
        "### Rows\n",
        *(_entity(domain, entity) for entity in domain.entities.values()),
    ]
    return "\n".join(parts)


def _conditions(where: Iterable[Condition]) -> str:
    return ", ".join(f"{field} {operator} {_value(value)}" for field, operator, value in where)


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return " or ".join(_value(one) for one in value)
    return str(value) if isinstance(value, str) else json.dumps(value)


def _action(action: Action) -> tuple[str, ...]:
    effects = []
    for effect in action.effects:
        where = f"its {effect.on}: " if effect.on else ""
        if effect.create:
            where = f"new {effect.create}: "
        effects.append(where + ", ".join(f"{name} {_value(v)}" for name, v in effect.set.items()))
    many = "many rows of " if action.batch else ""
    return (
        f"`{action.name}`",
        ", ".join(action.roles),
        many + action.entity,
        _conditions(action.guard),
        "; ".join(effects),
        code(action.arguments),
    )


def _entity(domain: Domain, entity: Entity) -> str:
    made = [
        f"Each {entity.name} comes with a {other}, `{prefix}ID`."
        for other, _, prefix in entity.companions
    ]
    made += [
        f"`{action.name}` makes one, called `{entity.name}-STEP` after the id of its step."
        for action in domain.actions.values()
        for effect in action.effects
        if effect.create == entity.name
    ]
    rows = (
        (
            f"`{name.removesuffix('_us')}`",
            "" if default is None else f"`{_value(default)}`",
            ", ".join(
                f"{_value(old)} → {_value(new)}" for old, new in entity.transitions.get(name, ())
            ),
        )
        for name, default in entity.fields.items()
    )
    text = f"{' '.join(made)}\n\n" if made else ""
    return f"#### {entity.name}\n\n{text}" + table(("field", "default", "may change"), rows)
