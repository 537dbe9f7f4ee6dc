"""What an action may do and what it does, the same for the backend and for a prediction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from syncsim.domain.domain import Action, Domain
from syncsim.domain.row import Fields, id_of, type_of

Lookup = Callable[[str], Fields | None]
"""Gives the fields of an entity as far as the asker knows them, None if it knows none."""


class Change(NamedTuple):
    """One row that an action changes: the fields it sets, and whether it makes the row."""

    entity: str
    fields: Fields
    created: bool


def allows(domain: Domain, action: Action, fields: Fields, user: str, lookup: Lookup) -> bool:
    """Tell whether the guard of an action holds on a row, as far as `lookup` can see.

    A linked row that the asker does not know cannot fail the guard: a client must guess, and
    the backend knows all rows.
    """
    entity = domain.entities[action.entity]
    for name, operator, value in action.guard:
        link, dot, linked_name = name.partition(".")
        if dot:
            linked = lookup(f"{entity.links[link]}/{fields.get(link)}")
            if linked is None:
                continue
            actual = linked.get(linked_name)
        else:
            actual = fields.get(name)
        wanted = user if value == "$user" else value
        if operator == "is" and actual != wanted:
            return False
        if operator == "in" and actual not in wanted:
            return False
        if operator == "not in" and actual in wanted:
            return False
    return True


def changes(
    domain: Domain,
    action: Action,
    target: str,
    fields: Fields,
    *,
    user: str,
    intent: str,
    args: Mapping[str, str],
) -> list[Change]:
    """Return the rows that an action changes or creates, its target first.

    Links that are empty lead nowhere and are skipped.
    """
    entity = domain.entities[action.entity]
    names: dict[str, Any] = {"$user": user, "$id": id_of(target), "$intent": intent}
    names.update({f"$args.{name}": value for name, value in args.items()})
    of: dict[str, Change] = {target: Change(target, {}, created=False)}
    for effect in action.effects:
        values = {
            name: names.get(value, value) if isinstance(value, str) else value
            for name, value in effect.set.items()
        }
        if effect.create:
            created = f"{effect.create}-{intent}"
            blank = dict(domain.entities[effect.create].fields)
            of[f"{effect.create}/{created}"] = Change(
                f"{effect.create}/{created}", {"id": created, **blank, **values}, created=True
            )
            of[target].fields[effect.on] = created
        elif effect.on:
            linked_id = fields.get(effect.on)
            if linked_id is not None:
                linked = f"{entity.links[effect.on]}/{linked_id}"
                of[linked] = Change(linked, values, created=False)
        else:
            of[target].fields.update(values)
    assert type_of(target) == action.entity, target
    return list(of.values())
