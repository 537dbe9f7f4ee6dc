"""What a shared-state application is: entities, actions, views and who may see what.

A domain is a value. The backend and the clients are given one; the engine, the net and the
checks know of none. Everything in it is data, so a history can carry the rules that a judge
needs, and a new application is one more value of this type.

Values in effects and conditions may stand for something: `$user` is the user who acts,
`$id` the row's own id or the argument of a view, `$intent` the id of the intent, and
`$args.NAME` an argument that the person gave.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from syncsim.history import Condition

SYSTEM_ROLE = "system"
"""The role of the backend's own clock; no person has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One type of row.

    `fields` gives every field with its initial value. `transitions` names, for a field, the
    allowed changes as (from, to) pairs; a field without an entry may change freely.
    `companions` are rows that come into being with this one: (entity, field that links to
    it, prefix of its id). `links` names, for a field, the entity it refers to.
    """

    name: str
    fields: Mapping[str, Any]
    transitions: Mapping[str, tuple[tuple[Any, Any], ...]] = field(default_factory=dict)
    companions: tuple[tuple[str, str, str], ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One row that an action changes or creates.

    `on` is empty for the row that the action is about, else the link field that leads to
    another row. With `create`, a new row of that entity is made under the id
    `<create>-<intent>`, and the link field `on` of the acting row is set to it.
    """

    set: Mapping[str, Any]
    on: str = ""
    create: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something a role may do to a row of one entity.

    `guard` must hold on the row; a field `link.field` looks at the linked row.
    `invalidates` are the key prefixes of the views that the action may change. A `batch`
    action takes many rows and answers for each. `arguments` must be given by the person.
    """

    name: str
    roles: tuple[str, ...]
    entity: str
    guard: tuple[Condition, ...]
    effects: tuple[Effect, ...]
    invalidates: tuple[tuple[str, ...], ...]
    arguments: tuple[str, ...] = ()
    batch: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A view: the rows of one entity that meet `where`, under a key of the app's.

    A key part `$user` or `$id` is filled in per client and per use; a query whose key holds
    `$id` is about one row.
    """

    name: str
    roles: tuple[str, ...]
    entity: str
    key: tuple[str, ...]
    where: tuple[Condition, ...]

    @property
    def takes_id(self) -> bool:
        """Whether the view is about one row, named when it is opened."""
        return "$id" in self.key

    def key_for(self, user: str, row_id: str = "") -> tuple[str, ...]:
        """Return the key as one client uses it."""
        names = {"$user": user, "$id": row_id}
        return tuple(names.get(part, part) for part in self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """An application: its roles, entities, actions, queries and projections.

    `projections` gives, per role and entity, the fields that the role may see; a pair that
    is missing means that the role sees no such rows. `clock` names the actions that the
    backend takes by itself, with the entity field that holds the due time in microseconds.
    """

    name: str
    roles: tuple[str, ...]
    entities: Mapping[str, Entity]
    actions: Mapping[str, Action]
    queries: Mapping[str, Query]
    projections: Mapping[tuple[str, str], tuple[str, ...]]
    clock: Mapping[str, str] = field(default_factory=dict)

    def queries_of(self, role: str) -> tuple[str, ...]:
        """Return the names of the views that a role has, in the domain's order."""
        return tuple(name for name, query in self.queries.items() if role in query.roles)

    def actions_of(self, role: str) -> tuple[str, ...]:
        """Return the names of the actions that a role may take, in the domain's order."""
        return tuple(name for name, action in self.actions.items() if role in action.roles)

    def facts(self) -> dict[str, Any]:
        """Return what a judge must know of the domain, as plain data for a header."""
        return {
            "name": self.name,
            "transitions": {
                entity.name: {
                    name: [list(pair) for pair in pairs]
                    for name, pairs in entity.transitions.items()
                }
                for entity in self.entities.values()
            },
            "actions": {
                action.name: {"roles": list(action.roles), "batch": action.batch}
                for action in self.actions.values()
            },
            "queries": {
                query.name: {
                    "entity": query.entity,
                    "where": [
                        [name, operator, list(value) if operator != "is" else value]
                        for name, operator, value in query.where
                    ],
                }
                for query in self.queries.values()
            },
            "projections": {
                f"{role}/{entity}": list(fields)
                for (role, entity), fields in self.projections.items()
            },
        }
