"""The rows that the backend holds at the start, with every field and every companion.

A key of a row section may be a range, `A1..A9`, and a value of it a list that is cycled
through. A row's companions come into being with it unless the file says which they are. Rows
are ordered by entity as the domain orders them, then by id as people count, so the order of
the file decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syncsim.domain import Domain, Entity
from syncsim.errors import nearest, quoted
from syncsim.scenario.scenario import Row
from syncsim.scenario.shape import Reader, shown, with_article
from syncsim.scenario.text import KeyPath
from syncsim.scenario.values import (
    MAX_ROWS,
    BadValueError,
    check_name,
    expand_range,
    natural_order,
    parse_duration,
)

DURATION_SUFFIX = "_us"
"""A field of this ending holds a time; the file gives it without the ending, with a unit."""

Given = dict[str, dict[str, Any]]
"""The fields that the file gives, by row id."""


def compile_rows(reader: Reader, domain: Domain, section: Mapping[str, Any]) -> tuple[Row, ...]:
    """Return all rows of a file; what cannot be used is reported and left out."""
    given: dict[str, Given] = {name: {} for name in domain.entities}
    origin: dict[tuple[str, str], KeyPath] = {}
    for entity_name, ranges in section.items():
        path: KeyPath = ("rows", entity_name)
        if not reader.known(path, "entity", entity_name, domain.entities, key=True):
            continue
        if _is_mapping(reader, path, ranges):
            entity = domain.entities[entity_name]
            for key, values in ranges.items():
                for row_id, fields in _listed(reader, entity, (*path, key), values, len(origin)):
                    _add(reader, given, origin, (entity_name, row_id), fields, (*path, key))
    _add_companions(reader, domain, given, origin)
    _check_links(reader, domain, given, origin)
    return tuple(
        Row(entity=name, id=row_id, fields={"id": row_id, **entity.fields, **given[name][row_id]})
        for name, entity in domain.entities.items()
        for row_id in sorted(given[name], key=natural_order)
    )


def _is_mapping(reader: Reader, path: KeyPath, value: Any) -> bool:
    if isinstance(value, dict):
        return True
    reader.report(
        path,
        code="wrong-type",
        expected="a mapping",
        found=shown(value),
        hint="write {} for a row with nothing but defaults",
    )
    return False


def _listed(
    reader: Reader, entity: Entity, path: KeyPath, values: Any, so_far: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the id and the given fields of each row of one range."""
    if not _is_mapping(reader, path, values):
        return
    cycles = {
        name: cycle
        for key in values
        for name, cycle in [_cycle(reader, entity, (*path, key))]
        if cycle
    }
    try:
        ids = expand_range(str(path[-1]), MAX_ROWS - so_far)
    except BadValueError as error:
        reader.bad_value(path, error, key=True)
        return
    for index, row_id in enumerate(ids):
        yield row_id, {name: cycle[index % len(cycle)] for name, cycle in cycles.items()}


def _cycle(reader: Reader, entity: Entity, path: KeyPath) -> tuple[str, list[Any]]:
    """Return the field that a key means and the values it cycles through, none if wrong."""
    key = str(path[-1])
    names = {name.removesuffix(DURATION_SUFFIX): name for name in entity.fields}
    if not reader.known(path, "field", key, names, key=True):
        return key, []
    name = names[key]
    value = reader.tree.at(path)
    if not isinstance(value, list):
        return name, _valid(reader, entity, name, path)
    if not value:
        reader.report(
            path, code="too-few", expected="at least 1 entry", found="0", hint="remove the key"
        )
    return name, [
        valid
        for index in range(len(value))
        for valid in _valid(reader, entity, name, (*path, index))
    ]


def _valid(reader: Reader, entity: Entity, name: str, path: KeyPath) -> list[Any]:
    """Return the value of a field as a list of one, or of none if it cannot be used."""
    try:
        return [_field_value(entity, name, reader.tree.at(path))]
    except BadValueError as error:
        reader.bad_value(path, error)
        return []


def _field_value(entity: Entity, name: str, value: Any) -> Any:
    """Return the value of a field, or raise BadValueError."""
    default = entity.fields[name]
    if value is None and default is None:
        return None
    if name.endswith(DURATION_SUFFIX):
        return parse_duration(value)
    wanted = bool if isinstance(default, bool) else str
    if not isinstance(value, wanted):
        expected = "true or false" if wanted is bool else "text"
        hint = "write true or false" if wanted is bool else "put it in quotes if it is a name"
        raise BadValueError(code="wrong-type", expected=expected, hint=hint)
    states = states_of(entity, name)
    if states and value not in states:
        raise BadValueError(
            code="unknown-state", expected=f"{with_article(name)} of the {entity.name}",
            hint=nearest(str(value), states),
        )  # fmt: skip
    return value


def states_of(entity: Entity, name: str) -> list[Any]:
    """Return the values between which a field may change, none if it may change freely."""
    pairs = entity.transitions.get(name, ())
    return list(dict.fromkeys(state for pair in pairs for state in pair))


def _add(
    reader: Reader,
    given: dict[str, Given],
    origin: dict[tuple[str, str], KeyPath],
    row: tuple[str, str],
    fields: dict[str, Any],
    path: KeyPath,
) -> None:
    entity, row_id = row
    if row in origin:
        first = reader.tree.place(reader.tree.mark(origin[row], key=True))
        reader.report(
            path,
            code="duplicate-id",
            expected=f"each {entity} once",
            found=f"{quoted(row_id)} again",
            hint=f"the first is at {first}",
            key=True,
        )
        return
    origin[row] = path
    given[entity][row_id] = fields


def _add_companions(
    reader: Reader,
    domain: Domain,
    given: dict[str, Given],
    origin: dict[tuple[str, str], KeyPath],
) -> None:
    """Link each row to the companion that comes into being with it.

    A row whose own link field is given keeps it, null included, and gets no companion.
    """
    for entity in domain.entities.values():
        for companion, link, prefix in entity.companions:
            back = back_link(domain, entity, companion)
            for row_id, fields in given[entity.name].items():
                if link in fields:
                    continue
                path = origin[entity.name, row_id]
                made = prefix + row_id
                try:
                    fields[link] = check_name(made)
                except BadValueError as error:
                    reader.bad_value(path, error, key=True)
                    continue
                given[companion].setdefault(made, {}).setdefault(back, row_id)
                origin.setdefault((companion, made), path)


def back_link(domain: Domain, entity: Entity, companion: str) -> str:
    """Return the field in which a companion names the row that it came with."""
    links = domain.entities[companion].links
    return next(name for name, target in links.items() if target == entity.name)


def _check_links(
    reader: Reader,
    domain: Domain,
    given: dict[str, Given],
    origin: dict[tuple[str, str], KeyPath],
) -> None:
    """Report links to rows that are not there."""
    for entity in domain.entities.values():
        for row_id, fields in given[entity.name].items():
            for link, target in entity.links.items():
                linked = fields.get(link)
                if linked is not None and linked not in given[target]:
                    path = origin[entity.name, row_id]
                    reader.known((*path, link), "row", linked, given[target])
