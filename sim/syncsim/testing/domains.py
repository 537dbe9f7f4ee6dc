"""What holds for every application, whatever it is about."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, ClassVar

from syncsim.domain import SYSTEM_ROLE, Action, Domain, Effect, Query
from syncsim.history import Condition
from syncsim.history.conditions import OPERATORS

Known = Mapping[str, Collection[Any]]
"""The values that fields may have, for those of which something is known."""


class DomainTests:
    """Tests of a `Domain`; a subclass names it.

    They look at the value alone and run nothing. `DesignTests` runs scenarios of it.
    """

    domain: ClassVar[Domain]

    def test_everything_is_found_under_its_own_name(self) -> None:
        """Entities, actions and queries stand under the names that they have."""
        domain = self.domain
        for things in (domain.entities, domain.actions, domain.queries):
            for name, thing in things.items():
                assert name == thing.name, f"{thing.name} stands under {name}"

    def test_its_facts_are_plain_data(self) -> None:
        """What goes into the header of a history survives JSON."""
        facts = self.domain.facts()
        assert json.loads(json.dumps(facts)) == facts

    def test_every_role_sees_and_does_something(self) -> None:
        """A role without a list or an action could not sit at a dashboard."""
        domain = self.domain
        for role in domain.roles:
            lists = [name for name in domain.queries_of(role) if not domain.queries[name].takes_id]
            assert lists, f"{role} has no list to show"
            assert domain.actions_of(role), f"{role} may do nothing"

    def test_nobody_else_has_a_part_in_it(self) -> None:
        """Actions, queries and projections name roles that there are."""
        domain = self.domain
        named = [(action.name, action.roles) for action in domain.actions.values()]
        named += [(query.name, query.roles) for query in domain.queries.values()]
        for name, roles in named:
            for role in roles:
                assert role in (*domain.roles, SYSTEM_ROLE), f"{name} is for {role}"
        for role, entity in domain.projections:
            assert role in domain.roles, f"{role} sees {entity}"

    def test_every_field_that_is_named_exists(self) -> None:
        """Guards, effects, views, projections, links and the clock name fields that there are."""
        for what, entity, name in _names(self.domain):
            assert entity in self.domain.entities, f"{what}: there is no {entity}"
            fields = ("id", *self.domain.entities[entity].fields)
            assert name in fields, f"{what}: {entity} has no {name}"

    def test_conditions_use_operators_that_there_are(self) -> None:
        """Guards and views compare in ways that clients, backend and judge know."""
        domain = self.domain
        for name, where in _conditions(domain):
            for _, operator, _ in where:
                assert operator in OPERATORS, f"{name} compares with {operator!r}"

    def test_guards_let_through_allowed_transitions_only(self) -> None:
        """An action whose guard holds never takes a field where it may not go."""
        domain = self.domain
        for action in domain.actions.values():
            for effect in action.effects:
                if effect.create:
                    continue
                entity = domain.entities[_target(domain, action, effect)]
                before = _before(action, effect)
                for name, value in effect.set.items():
                    allowed = entity.transitions.get(name)
                    if allowed is None:
                        continue
                    starts = before.get(name, [start for start, _ in allowed])
                    for start in starts:
                        step = f"{action.name} takes {name} from {start} to {value}"
                        assert (start, value) in allowed, f"{step}, which is not allowed"

    def test_every_view_that_an_action_may_change_is_invalidated(self) -> None:
        """No key is too narrow: a view that nobody refetches would stay old for ever."""
        domain = self.domain
        for action in domain.actions.values():
            for query in _changed_by(domain, action):
                covered = any(query.key[: len(key)] == key for key in action.invalidates)
                assert covered, f"{action.name} may change {query.name} and does not invalidate it"

    def test_a_role_may_see_the_rows_of_its_views(self) -> None:
        """A view of rows that its role may not see would always be empty."""
        domain = self.domain
        for query in domain.queries.values():
            for role in query.roles:
                seen = domain.projections.get((role, query.entity))
                assert seen, f"{role} has the view {query.name} and sees no {query.entity}"


def _names(domain: Domain) -> Iterator[tuple[str, str, str]]:
    """Yield every field that is named: by what, of which entity, and its name."""
    yield from _names_of_actions(domain)
    for query in domain.queries.values():
        for name, _, _ in query.where:
            yield query.name, query.entity, name
    for (role, entity), fields in domain.projections.items():
        for name in fields:
            yield role, entity, name
    for action_name, name in domain.clock.items():
        yield action_name, domain.actions[action_name].entity, name
    for entity_name, kind in domain.entities.items():
        for name in (*kind.transitions, *kind.links):
            yield entity_name, entity_name, name


def _names_of_actions(domain: Domain) -> Iterator[tuple[str, str, str]]:
    for action in domain.actions.values():
        links = domain.entities[action.entity].links
        for name, _, _ in action.guard:
            link, dot, linked = name.partition(".")
            yield action.name, action.entity, link
            if dot:
                yield action.name, links.get(link, f"entity behind {link}"), linked
        for effect in action.effects:
            if effect.on:
                yield action.name, action.entity, effect.on
            for name in effect.set:
                yield action.name, _target(domain, action, effect), name


def _conditions(domain: Domain) -> Iterator[tuple[str, tuple[Condition, ...]]]:
    for action in domain.actions.values():
        yield action.name, action.guard
    for query in domain.queries.values():
        yield query.name, query.where


def _target(domain: Domain, action: Action, effect: Effect) -> str:
    """Return the entity of the row that an effect changes."""
    if effect.create:
        return effect.create
    if not effect.on:
        return action.entity
    return domain.entities[action.entity].links.get(effect.on, f"entity behind {effect.on}")


def _before(action: Action, effect: Effect) -> Known:
    """Return what the guard says of the row that an effect changes."""
    prefix = f"{effect.on}." if effect.on else ""
    known: dict[str, Collection[Any]] = {}
    for name, operator, value in action.guard:
        is_its_own = name.startswith(prefix) and "." not in name.removeprefix(prefix)
        if is_its_own and operator in ("is", "in"):
            known[name.removeprefix(prefix)] = (value,) if operator == "is" else tuple(value)
    return known


def _changed_by(domain: Domain, action: Action) -> Iterator[Query]:
    """Yield the views whose content an action may change, as far as its guard lets it."""
    for effect in action.effects:
        entity = _target(domain, action, effect)
        changed = dict(effect.set)
        if effect.create:
            before: Known = {}
            after = {**domain.entities[entity].fields, **changed}
            fields = list(after)
        else:
            before = _before(action, effect)
            after, fields = changed, list(changed)
        for query in domain.queries.values():
            if query.entity != entity:
                continue
            seen = [name for role in query.roles for name in domain.projections[role, entity]]
            touched = [name for name in fields if name in seen or _tests(query, name)]
            was_there = not effect.create and _may_match(query, before)
            comes = _may_match(query, {**before, **{name: (after[name],) for name in after}})
            if touched and (was_there or comes):
                yield query


def _tests(query: Query, name: str) -> bool:
    return any(name == tested for tested, _, _ in query.where)


def _may_match(query: Query, known: Known) -> bool:
    """Tell whether a row of which so much is known may stand in a view."""
    for name, operator, value in query.where:
        values = known.get(name)
        if (
            values is None
            or _stands_for_something(value)
            or any(_stands_for_something(one) for one in values)
        ):
            continue
        wanted = (value,) if operator == "is" else tuple(value)
        fits = [one in wanted for one in values]
        if not any(fits) if operator != "not in" else all(fits):
            return False
    return True


def _stands_for_something(value: Any) -> bool:
    """Tell whether a value is filled in when it is used, such as `$user`."""
    return isinstance(value, str) and value.startswith("$")
