"""From a scenario back to a file: canonical, with everything resolved.

Design and network stand in it by value, every step has its id, every range is written out,
so the file means the same wherever the catalogue is another. Fields of a row at their
defaults are left out, and so are companions that come into being by themselves. Equal
scenarios give equal texts, and loading a text gives the scenario back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields
from textwrap import wrap
from typing import Any

from syncsim.design import Design
from syncsim.design.compatibility import is_used
from syncsim.domain import Domain
from syncsim.net.gateways import ONE_GATEWAY
from syncsim.net.profile import Profile
from syncsim.scenario.generator import NAME_OF, Generator, Herd, Swarm, Swizzle
from syncsim.scenario.rows import DURATION_SUFFIX, back_link
from syncsim.scenario.scenario import ALL_PERCENT, MODEL, Fault, Load, Row, Scenario, Step
from syncsim.scenario.text import plain_value
from syncsim.scenario.values import (
    FORMAT_VERSION,
    SPAN_PATTERN,
    format_drifts,
    format_duration,
    format_span,
)

PROSE_COLUMNS = 90
"""Where the lines of long prose end, so that a person can read the file."""

_PLAIN = re.compile(rf"[A-Za-z][A-Za-z0-9_./-]*|{SPAN_PATTERN}")
"""Text that needs no quotes anywhere in YAML, unless it reads as null, true or false."""
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def dump(scenario: Scenario) -> str:
    """Return the canonical text of a scenario.

    `loads(dump(scenario)) == scenario` holds for every scenario that was loaded.
    """
    return "\n".join([*_lines(scenario), ""])


def _lines(scenario: Scenario) -> Iterator[str]:
    yield f"syncsim: {FORMAT_VERSION}"
    yield f"name: {_scalar(scenario.name)}"
    yield from _prose("", "title", scenario.title)
    if scenario.about:
        yield from _prose("", "about", scenario.about)
    yield f"seed: {scenario.seed}"
    yield f"domain: {_scalar(scenario.domain.name)}"
    yield "design:"
    yield from _design(scenario.design)
    yield "network:"
    yield from _network(scenario.network)
    yield f"until: {format_duration(scenario.until_us)}"
    yield "clients:"
    for client in scenario.clients:
        facts: dict[str, Any] = {"role": client.role, "user": client.user}
        facts["shows"] = list(client.shows)
        if client.runs != MODEL:
            made = client.runs
            facts["runs"] = made if isinstance(made, str) else {"command": list(made)}
        yield f"  {_scalar(client.name)}: {_flow(facts)}"
    yield from _rows(scenario.domain, scenario.rows)
    yield from _entries("steps", [_step(step) for step in scenario.steps])
    yield from _entries("load", [_load(load) for load in scenario.loads])
    yield from _entries("faults", [_fault(fault) for fault in scenario.faults])
    yield from _entries("generators", [_generator(each) for each in scenario.generators])
    if scenario.gateways != ONE_GATEWAY:
        yield f"gateways: {_flow(_settings(scenario.gateways))}"
    if scenario.core:
        yield f"settle: {_flow({'core': list(scenario.core)})}"
    yield f"bounds: {_flow(_settings(scenario.bounds))}"
    yield f"backend: {_flow(_settings(scenario.hosting))}"
    if scenario.unfaithful.is_on:
        yield f"unfaithful: {_flow(_settings(scenario.unfaithful))}"
    yield f"checks: {_flow(list(scenario.checks))}"
    yield f"sometimes: {_flow(list(scenario.sometimes))}"
    if scenario.properties:
        yield "properties:"
        for line in scenario.properties:
            yield f"  - {_scalar(line)}"
    if scenario.omit:
        yield f"omit: {_flow(sorted(scenario.omit))}"


def _design(design: Design) -> Iterator[str]:
    yield f"  name: {_scalar(design.name)}"
    yield from _prose("  ", "title", design.title)
    if design.source:
        yield from _prose("  ", "source", design.source)
    yield from _prose("  ", "simplifies", design.simplifies)
    for axis in ("read", "overlay", "write", "recovery", "merge", "feed"):
        record = getattr(design, axis)
        used = [each.name for each in fields(record) if is_used(design, f"{axis}.{each.name}")]
        yield f"  {axis}: {_flow(_settings(record, used))}"
    for name in ("store", "push", "audit", "keep_newest", "socket", "outbox", "retry_after"):
        yield f"  {name}: {_flow(getattr(design, name))}"


def _network(network: Profile) -> Iterator[str]:
    prose = ("title", "source")
    yield f"  name: {_scalar(network.name)}"
    for name in prose:
        yield from _prose("  ", name, getattr(network, name))
    for name, value in _settings(network).items():
        if name not in ("name", *prose):
            yield f"  {name}: {_flow(value)}"


def _settings(record: Any, names: Sequence[str] = ()) -> dict[str, Any]:
    """Return the fields of a record under the keys of a file, all if none are named."""
    return {
        field.name.removesuffix(DURATION_SUFFIX): _value(field.name, getattr(record, field.name))
        for field in fields(record)
        if (not names or field.name in names) and getattr(record, field.name) is not None
    }


def _value(name: str, value: Any) -> Any:
    """Return a setting as a file gives it: a time or a range of times with its unit."""
    if name.endswith(DURATION_SUFFIX) and value is not None:
        return format_span(value) if isinstance(value, tuple) else format_duration(value)
    if name == "drift_ppm":
        return format_drifts(value)
    return list(value) if isinstance(value, tuple) else value


def _rows(domain: Domain, rows: Sequence[Row]) -> Iterator[str]:
    """Yield the rows by entity, without what comes into being by itself."""
    implied = _implied_links(domain, rows)
    companions = [name for owner in domain.entities.values() for name, _, _ in owner.companions]
    if rows:
        yield "rows:"
    for entity in domain.entities.values():
        lines: list[str] = []
        for row in rows:
            if row.entity != entity.name:
                continue
            links = implied.get((row.entity, row.id), {})
            # A link that is left out makes a companion, so one that leads elsewhere is said.
            defaults = {"id": row.id, **entity.fields, **links}
            told = [link for _, link, _ in entity.companions if link not in links]
            given = {
                name.removesuffix(DURATION_SUFFIX): _value(name, value)
                for name, value in row.fields.items()
                if name in told or value != defaults[name]
            }
            if given or not links or entity.name not in companions:
                lines.append(f"    {_scalar(row.id)}: {_flow(given)}")
        if lines:
            yield f"  {entity.name}:"
            yield from lines


def _implied_links(domain: Domain, rows: Sequence[Row]) -> dict[tuple[str, str], dict[str, str]]:
    """Return, by row, the links between owners and companions that loading would make."""
    by_id = {(row.entity, row.id): row for row in rows}
    implied: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        owner = domain.entities[row.entity]
        for companion, link, prefix in owner.companions:
            back = back_link(domain, owner, companion)
            made = by_id.get((companion, f"{prefix}{row.id}"))
            if made and row.fields[link] == made.id and made.fields[back] == row.id:
                implied.setdefault((row.entity, row.id), {})[link] = made.id
                implied.setdefault((companion, made.id), {})[back] = row.id
    return implied


def _entries(key: str, entries: Sequence[dict[str, Any]]) -> Iterator[str]:
    if entries:
        yield f"{key}:"
        for entry in entries:
            yield f"  - {_flow(entry)}"


def _step(step: Step) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": step.id,
        "at": format_duration(step.at_us),
        "who": step.who,
        "do": step.do,
    }
    if step.on:
        entry["on"] = step.on
    if step.views:
        entry["views"] = list(step.views)
    if step.args:
        entry["with"] = dict(step.args)
    return entry


def _load(load: Load) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": load.id,
        "who": list(load.who),
        "every": format_duration(load.every_us),
        "from": format_duration(load.from_us),
        "until": format_duration(load.until_us),
    }
    if load.actions:
        entry["actions"] = list(load.actions)
    if load.switch_every_us:
        entry["switch_every"] = format_duration(load.switch_every_us)
    if load.args:
        entry["with"] = {name: list(choices) for name, choices in load.args.items()}
    return entry


def _fault(fault: Fault) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": fault.id,
        "at": format_duration(fault.at_us),
        "do": fault.do,
        "on": fault.on,
    }
    if fault.by_us:
        entry["by"] = format_duration(fault.by_us)
    if fault.direction != "both":
        entry["direction"] = fault.direction
    if fault.leg != "both":
        entry["leg"] = fault.leg
    for key, time_us in (
        ("for", fault.for_us),
        ("loses", fault.loses_us),
        ("ahead", max(fault.skew_us, 0)),
        ("behind", max(-fault.skew_us, 0)),
        ("retry_after", fault.retry_after_us),
    ):
        if time_us:
            entry[key] = format_duration(time_us)
    if fault.after:
        entry["after"] = fault.after
    if fault.drift_ppm:
        entry["drift_ppm"] = fault.drift_ppm
    if fault.unnoticed:
        entry["unnoticed"] = True
    if fault.percent != ALL_PERCENT:
        entry["percent"] = fault.percent
    return entry


def _generator(generator: Generator) -> dict[str, Any]:
    facts = _given(generator)
    entry: dict[str, Any] = {"id": facts.pop("id"), "do": NAME_OF[type(generator)]}
    if isinstance(generator, Swarm):
        del facts["kinds"]
        facts["faults"] = [_given(kind) for kind in generator.kinds]
    elif isinstance(generator, Swizzle):
        facts["verb"] = facts.pop("do")
    elif isinstance(generator, Herd):
        # These are the load's.
        facts.pop("from", None)
        del facts["until"]
    return entry | facts


def _given(record: Any) -> dict[str, Any]:
    """Return the settings of a record that are not at their defaults."""
    given = [each.name for each in fields(record) if getattr(record, each.name) != each.default]
    return _settings(record, given)


def _flow(value: Any) -> str:
    """Return a value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    if isinstance(value, str):
        return _scalar(value)
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _scalar(text: str) -> str:
    """Return text as a plain scalar where that is safe, else in double quotes."""
    if _PLAIN.fullmatch(text) and plain_value(text) == text:
        return text
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    return char if char.isprintable() else f"\\U{ord(char):08x}"


def _prose(indent: str, key: str, text: str) -> Iterator[str]:
    """Yield a text that people read: as a block if it has several lines or is long."""
    lines = text.split("\n")
    short = len(lines) == 1 and len(text) <= PROSE_COLUMNS
    strange = any(line.isspace() or not line.isprintable() for line in lines)
    if short or strange or text != text.strip():
        yield f"{indent}{key}: {_scalar(text)}"
        return
    folds = len(lines) == 1 and "  " not in text
    if folds:
        lines = wrap(text, PROSE_COLUMNS, break_long_words=False, break_on_hyphens=False)
    yield f"{indent}{key}: {'>-' if folds else '|-'}"
    for line in lines:
        yield f"{indent}  {line}" if line else ""
