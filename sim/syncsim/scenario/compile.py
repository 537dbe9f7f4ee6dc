"""From a file to a scenario: shape, names and defaults, with every problem reported.

The text has been read (`text`). Its entries are validated by their models (`shape`,
`document`), then every name is looked up. Only a file without a problem becomes a record,
and nothing in it is ever executed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from syncsim.errors import quoted
from syncsim.history.vocabulary import CHECK_NAMES, SOMETIMES
from syncsim.net.gateways import ONE_GATEWAY, Gateways
from syncsim.net.unfaithful import FAITHFUL, Unfaithful
from syncsim.scenario.bounds_text import BoundsText, SettleText
from syncsim.scenario.cast import Cast, compile_clients
from syncsim.scenario.catalogue import domain_names, domain_of
from syncsim.scenario.document import (
    BackendText,
    ClientText,
    GatewaysText,
    LoadText,
    Outline,
    StepText,
)
from syncsim.scenario.fault_text import FaultText, UnfaithfulText
from syncsim.scenario.faults import compile_faults
from syncsim.scenario.generator import Generator
from syncsim.scenario.generators import GeneratorText, compile_generators, read_generators
from syncsim.scenario.parts import design_of, network_of
from syncsim.scenario.rows import compile_rows
from syncsim.scenario.scenario import Bounds, Hosting, Load, Row, Scenario
from syncsim.scenario.shape import Reader, shown
from syncsim.scenario.text import KeyPath, Tree
from syncsim.scenario.values import (
    FORMAT_VERSION,
    MAX_DURATION_US,
    UNITS_US,
    BadValueError,
    format_duration,
    parse_property,
)
from syncsim.scenario.work import compile_loads, compile_steps

AFTERWARDS_US = UNITS_US["s"]
"""By default the safety phase lasts a second longer than the last thing that happens."""

_FILLERS: dict[str, Any] = {
    "syncsim": FORMAT_VERSION, "title": "-", "design": "-", "network": "-",
    "clients": {"nobody": None},
}  # fmt: skip
"""Stand in for keys that must be there, so that the rest of a broken file can be checked."""


def compile_scenario(tree: Tree, name: str) -> Scenario:
    """Return the scenario that a file describes.

    Args:
        tree: the values of the file.
        name: what the scenario is called if the file gives it no name.

    Raises:
        InputError: with every problem of the file, in its order.
    """
    reader = Reader(tree)
    _check_version(reader)
    outline, wrong = reader.outline(Outline, _FILLERS)
    design = None if "design" in wrong else design_of(reader)
    network = None if "network" in wrong else network_of(reader)
    bounds = reader.entry(BoundsText, ("bounds",)) if "bounds" in tree.data else None
    hosting = reader.entry(BackendText, ("backend",)) if "backend" in tree.data else None
    _check_names(reader, "check", ("checks",), outline.checks, CHECK_NAMES)
    _check_names(reader, "situation", ("sometimes",), outline.sometimes, SOMETIMES)
    texts = _read_texts(reader, outline, wrong)
    cast, rows = _introduce(reader, outline, wrong, texts)
    properties = _read_properties(reader, cast, outline.properties)
    steps = compile_steps(reader, cast, texts.steps)
    loads = compile_loads(reader, cast, texts.loads)
    gateways, unfaithful = _read_gateways(reader), _read_unfaithful(reader)
    cast.gateways = gateways.names
    faults = compile_faults(reader, cast, texts.faults)
    core = _read_core(reader, cast)
    generators = compile_generators(reader, cast, texts.generators, loads)
    until_us = _until_us(reader, cast, outline.until_us, texts, generators)
    if None not in (*texts.steps, *texts.loads, *texts.faults, *texts.generators):
        _check_omitted(reader, cast, outline.omit, loads, generators)
    reader.finish()
    assert design is not None, "a file without problems has a design"
    assert network is not None, "a file without problems has a network"
    return Scenario(
        name=outline.name or name,
        title=outline.title,
        about=outline.about,
        seed=outline.seed,
        domain=cast.domain,
        design=design,
        network=network,
        clients=tuple(client for client in cast.clients.values() if client is not None),
        rows=rows,
        steps=steps,
        loads=loads,
        faults=faults,
        generators=generators,
        until_us=until_us,
        bounds=Bounds(**dict(bounds)) if bounds else Bounds(),
        hosting=Hosting(**dict(hosting)) if hosting else Hosting(),
        gateways=gateways,
        unfaithful=unfaithful,
        core=core,
        checks=tuple(outline.checks),
        sometimes=tuple(outline.sometimes),
        properties=properties,
        omit=frozenset(outline.omit),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Texts:
    """The entries of a file by their models, None for each that cannot be used."""

    clients: dict[str, ClientText | None]
    steps: list[StepText | None]
    loads: list[LoadText | None]
    faults: list[FaultText | None]
    generators: list[GeneratorText | None]


def _check_version(reader: Reader) -> None:
    """Refuse a file of another version before its keys are judged by ours."""
    data = reader.tree.data
    version = data.get("syncsim") if isinstance(data, dict) else None
    if isinstance(version, int) and version != FORMAT_VERSION:
        reader.report(
            ("syncsim",),
            code="unknown-version",
            expected=f"version {FORMAT_VERSION} of the format",
            found=quoted(version),
            hint=f"this syncsim reads `syncsim: {FORMAT_VERSION}`; a newer one may read this",
        )
        reader.finish()


def _check_names(
    reader: Reader, what: str, path: KeyPath, names: Sequence[str], valid: Collection[str]
) -> None:
    """Look up each name of a list; note unknown ones, and those there twice."""
    for index, name in enumerate(names):
        if reader.known((*path, index), what, name, valid) and name in names[:index]:
            reader.twice((*path, index), name)


def _read_unfaithful(reader: Reader) -> Unfaithful:
    given = "unfaithful" in reader.tree.data
    text = reader.entry(UnfaithfulText, ("unfaithful",)) if given else None
    return Unfaithful(**dict(text)) if text else FAITHFUL


def _read_gateways(reader: Reader) -> Gateways:
    given = "gateways" in reader.tree.data
    text = reader.entry(GatewaysText, ("gateways",)) if given else None
    return Gateways(**dict(text)) if text else ONE_GATEWAY


def _read_core(reader: Reader, cast: Cast) -> tuple[str, ...]:
    """Return the clients that are healed at the end; none named are all."""
    settle = reader.entry(SettleText, ("settle",)) if "settle" in reader.tree.data else None
    core = settle.core if settle else []
    _check_names(reader, "client", ("settle", "core"), core, cast.clients)
    return tuple(core)


def _read_properties(reader: Reader, cast: Cast, texts: Sequence[str]) -> tuple[str, ...]:
    """Return the properties with one blank between words; look up what each names.

    Those that are none, that name what is not there, or that stand there twice are reported.
    """
    valid: dict[str, Collection[str]] = {
        "role": cast.domain.roles,
        "client": cast.clients,
        "view": cast.domain.queries,
    }
    properties: list[str] = []
    for index, text in enumerate(texts):
        try:
            read = parse_property(text)
        except BadValueError as error:
            reader.bad_value(("properties", index), error)
            continue
        scope = read.scope
        if scope.kind != "all":
            reader.known(("properties", index), scope.kind, scope.name, valid[scope.kind])
        if read.text in properties:
            reader.twice(("properties", index), read.text)
        properties.append(read.text)
    return tuple(properties)


def _read_texts(reader: Reader, outline: Outline, wrong: Collection[str]) -> _Texts:
    clients: dict[str, ClientText | None] = dict.fromkeys(outline.clients)
    if "clients" not in wrong:
        clients = {name: reader.entry(ClientText, ("clients", name)) for name in clients}
    return _Texts(
        clients=clients,
        steps=[reader.entry(StepText, ("steps", n)) for n in range(len(outline.steps))],
        loads=[reader.entry(LoadText, ("load", n)) for n in range(len(outline.load))],
        faults=[reader.entry(FaultText, ("faults", n)) for n in range(len(outline.faults))],
        generators=read_generators(reader, len(outline.generators)),
    )


def _introduce(
    reader: Reader, outline: Outline, wrong: Collection[str], texts: _Texts
) -> tuple[Cast, tuple[Row, ...]]:
    """Return the clients and rows that everything else refers to."""
    is_domain = reader.known(("domain",), "domain", outline.domain, domain_names())
    if not is_domain or "clients" in wrong:
        reader.finish()  # Whatever a step names would look wrong from here on.
    domain = domain_of(outline.domain)
    clients = compile_clients(reader, domain, texts.clients)
    before = reader.count
    rows = compile_rows(reader, domain, outline.rows)
    ids: dict[str, dict[str, None]] | None = None
    if reader.count == before and "rows" not in wrong:
        ids = {entity: {} for entity in domain.entities}
        for row in rows:
            ids[row.entity][row.id] = None
    return Cast(domain=domain, clients=clients, rows=ids), rows


def _until_us(
    reader: Reader, cast: Cast, given_us: int, texts: _Texts, generators: Sequence[Generator]
) -> int:
    """Return the end of the safety phase; note what would happen after it."""
    steps = [(("steps", n, "at"), step.at_us) for n, step in enumerate(texts.steps) if step]
    loads = [(("load", n, "until"), load.until_us) for n, load in enumerate(texts.loads) if load]
    faults = [(("faults", n), fault) for n, fault in enumerate(texts.faults) if fault]
    drawn = [(cast.ids[generator.id], generator) for generator in generators]
    if given_us:
        late = [path for path, at_us in steps if at_us >= given_us]
        late += [path for path, end_us in loads if end_us > given_us]
        late += [(*path, "at") for path, fault in faults if fault.at_us >= given_us]
        for path in late:
            reader.report(
                path,
                code="after-the-end",
                expected=f"a time before the end of the run, {format_duration(given_us)}",
                found=shown(reader.tree.at(path)),
                hint="make `until` later, or leave it out",
            )
        for place, generator in drawn:
            if generator.last_us > given_us:
                reader.report(
                    place,
                    code="after-the-end",
                    expected=f"nothing after the end of the run, {format_duration(given_us)}",
                    found=f"a fault at {format_duration(generator.last_us)} at the latest",
                    hint="make `until` later, or leave it out",
                )
        return given_us
    ends = [time_us for _, time_us in [*steps, *loads]]
    ends += [fault.at_us + fault.for_us for _, fault in faults]
    ends += [generator.end_us for generator in generators]
    until_us = max(ends, default=0) + AFTERWARDS_US
    if until_us > MAX_DURATION_US:
        reader.report(
            ("until",),
            code="too-long",
            expected="a run of at most 30 days",
            found=quoted(format_duration(until_us)),
            hint="write `until: 720h`, or let things happen earlier",
        )
    return until_us


def _check_omitted(
    reader: Reader,
    cast: Cast,
    omitted: Sequence[str],
    loads: Sequence[Load],
    generators: Sequence[Generator],
) -> None:
    """Note ids under `omit` that name nothing.

    What a load generates is named `<load>/<client>/<n>`, what a generator does `<generator>/<n>`,
    and either can be left out one by one.
    """
    who = {load.id: frozenset(load.who) for load in loads}
    drawn = frozenset(generator.id for generator in generators)
    valid = {name: path for name, path in cast.ids.items() if name not in who and name not in drawn}
    for index, name in enumerate(omitted):
        source, _, count = name.partition("/")
        client = ""
        if source in who:
            client, _, count = count.partition("/")
        is_generated = source in drawn or client in who.get(source, ())
        if not (is_generated and count.isascii() and count.isdecimal()):
            reader.known(("omit", index), "step", name, valid)
