"""Who and what a scenario is about, as the steps, loads and faults of its file refer to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from syncsim.domain import SYSTEM_ROLE, Action, Domain
from syncsim.errors import quoted
from syncsim.net.gateways import GATEWAY
from syncsim.scenario.document import ClientText
from syncsim.scenario.scenario import BACKEND, BROKER, REPLICA, ClientSpec
from syncsim.scenario.shape import Reader, with_article
from syncsim.scenario.text import KeyPath
from syncsim.scenario.values import BadValueError, check_name


@dataclass(slots=True, kw_only=True)
class Cast:
    """The names that a file has introduced so far, to look others up in.

    `clients` holds None for a client whose own entry is wrong: its name is known and its
    role is not. `gateways` are the names of those. `rows` are the ids per entity, None if some
    of them could not be read; `made` are the ids that steps give to rows of their own. `ids` are
    those of steps, loads, faults and generators, with their places.
    """

    domain: Domain
    clients: Mapping[str, ClientSpec | None]
    rows: Mapping[str, Collection[str]] | None
    gateways: tuple[str, ...] = ()
    made: dict[str, dict[str, None]] = field(default_factory=dict)
    ids: dict[str, KeyPath] = field(default_factory=dict)

    def claim(self, reader: Reader, given: str, default: str, path: KeyPath) -> str:
        """Return the id of a step, load or fault; note one that is taken."""
        name = given or default
        if name in self.ids:
            first = reader.tree.place(reader.tree.mark(self.ids[name]))
            reader.report(
                (*path, "id"),
                code="duplicate-id",
                expected="an id that no other step, load or fault has",
                found=quoted(name),
                hint=f"the first is at {first}",
            )
        else:
            self.ids[name] = path
        return name

    def look_up_row(self, reader: Reader, path: KeyPath, entity: str, row_id: str) -> None:
        """Note a row that is neither there at the start nor made by a step."""
        made = self.made.get(entity, {})
        if self.rows is not None and row_id not in self.rows[entity] and row_id not in made:
            reader.known(path, "row", row_id, [*made, *self.rows[entity]])


def compile_clients(
    reader: Reader, domain: Domain, texts: Mapping[str, ClientText | None]
) -> dict[str, ClientSpec | None]:
    """Return the clients by name; what cannot be used is reported."""
    clients: dict[str, ClientSpec | None] = {}
    for name, text in texts.items():
        path: KeyPath = ("clients", name)
        try:
            _check_client_name(name)
        except BadValueError as error:
            reader.bad_value(path, error, key=True)
        if text is None or not reader.known((*path, "role"), "role", text.role, domain.roles):
            clients[name] = None
            continue
        shows = list_views(reader, domain, text.role, text.shows, (*path, "shows"))
        clients[name] = ClientSpec(
            name=name,
            role=text.role,
            user=text.user or name,
            shows=shows or lists_of(domain, text.role)[:1],
            runs=text.runs,
        )
    return clients


def _check_client_name(name: str) -> None:
    if check_name(name) in (BACKEND, BROKER) or name.startswith((GATEWAY, REPLICA)):
        raise BadValueError(
            code="reserved-name",
            expected="the name of a client",
            hint="it is that of a place behind the clients; choose another",
        )


def lists_of(domain: Domain, role: str) -> tuple[str, ...]:
    """Return the views that a role can show: all but those of one row."""
    return tuple(name for name in domain.queries_of(role) if not domain.queries[name].takes_id)


def list_views(
    reader: Reader, domain: Domain, role: str, views: Sequence[str], path: KeyPath
) -> tuple[str, ...]:
    """Return the views of a list that a role can show; note the others."""
    valid = lists_of(domain, role)
    who = with_article(role)
    good: list[str] = []
    for index, view in enumerate(views):
        where = (*path, index)
        if view in valid and view not in good:
            good.append(view)
        elif view in good:
            reader.twice(where, view)
        elif view not in domain.queries:
            reader.known(where, "view", view, valid)
        else:
            one_row = domain.queries[view].takes_id
            reader.report(
                where,
                code="view-not-allowed",
                expected=f"a view that {who} can show",
                found=quoted(view),
                hint="a view of one row is shown by a step: {do: open, on: A1}"
                if one_row
                else f"{who} can show: {', '.join(valid)}",
            )
    return tuple(good)


def may_take(
    reader: Reader, domain: Domain, roles: Sequence[str], action: Action, path: KeyPath
) -> None:
    """Note an action that none of these roles may take."""
    if any(role in action.roles for role in roles):
        return
    people = [role for role in action.roles if role != SYSTEM_ROLE]
    theirs = [f"{with_article(role)} may: {', '.join(domain.actions_of(role))}" for role in roles]
    whose = " and ".join(people) or "the clock of the backend"
    reader.report(
        path,
        code="action-not-allowed",
        expected=f"an action that {' or '.join(map(with_article, roles))} may take",
        found=quoted(action.name),
        hint="; ".join([f"it is for {whose}", *theirs]),
    )
