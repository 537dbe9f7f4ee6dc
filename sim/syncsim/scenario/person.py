"""A person at a dashboard, for generated load: acts on what is on screen, after a think.

Every choice is keyed by the person and the count of their own actions, so taking another
person away changes nothing for this one but what they see.
"""

from __future__ import annotations

from collections.abc import Iterator

from syncsim.client.ports import Ask, Dashboard
from syncsim.domain import Domain, id_of
from syncsim.engine import Draws
from syncsim.scenario.scenario import Load


def arrivals(load: Load, who: str, draws: Draws) -> Iterator[tuple[str, int]]:
    """Yield the id and time of each action that one person will want to take."""
    assert load.every_us > 0, load.id
    at_us = load.from_us
    count = 0
    while True:
        count += 1
        name = f"{load.id}/{who}/{count}"
        at_us += draws.exponential_us(load.every_us, f"{name}/think")
        if at_us > load.until_us:
            return
        yield name, at_us


def choose(load: Load, name: str, client: Dashboard, domain: Domain, draws: Draws) -> Ask | None:
    """Return what the person does next, None if the screen offers nothing to do.

    Actions are tried in a drawn order; the first that some visible row offers is taken, on a
    drawn row. Actions that need an argument are taken only if the load gives values for it.
    """
    wanted = load.actions or domain.actions_of(client.role)
    possible = [
        action
        for action in wanted
        if client.role in domain.actions[action].roles
        and all(argument in load.args for argument in domain.actions[action].arguments)
    ]
    seen = {entity: client.picture.rows_of(entity) for entity in domain.entities}
    while possible:
        action_name = draws.first(possible, f"{name}/action")
        action = domain.actions[action_name]
        rows = [row.entity for row in client.picture.offers(action, seen[action.entity])]
        if rows:
            entity = draws.first(rows, f"{name}/row")
            args = {
                argument: draws.first(list(load.args[argument]), f"{name}/{argument}")
                for argument in action.arguments
            }
            row_id = "" if action.batch else id_of(entity)
            return Ask(name, action_name, row_id, args)
        possible.remove(action_name)
    return None
