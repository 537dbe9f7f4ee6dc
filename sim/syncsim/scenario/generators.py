"""Generators of a file: their shape, the places and keys of their faults, and their bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast as as_type

from pydantic import BaseModel

from syncsim.errors import quoted
from syncsim.scenario.cast import Cast
from syncsim.scenario.fault_text import FaultText
from syncsim.scenario.faults import DRAWN_VERBS, check_keys, check_place, is_link
from syncsim.scenario.generator import (
    FLAP,
    GENERATORS,
    HERD,
    SWARM,
    SWIZZLE,
    Flap,
    Generator,
    Herd,
    Kind,
    Swarm,
    Swizzle,
)
from syncsim.scenario.generator_text import (
    FlapText,
    HerdText,
    KindText,
    SwarmOutline,
    SwizzleText,
)
from syncsim.scenario.scenario import Load, Verb
from syncsim.scenario.shape import Reader
from syncsim.scenario.text import KeyPath
from syncsim.scenario.values import MAX_FAULTS, format_duration

GeneratorText = SwarmOutline | SwizzleText | HerdText | FlapText

TEXTS: Mapping[str, type[BaseModel]] = {
    SWARM: SwarmOutline,
    SWIZZLE: SwizzleText,
    HERD: HerdText,
    FLAP: FlapText,
}
assert tuple(TEXTS) == GENERATORS, "every generator has a shape"


def read_generators(reader: Reader, count: int) -> list[GeneratorText | None]:
    """Return the entries by their models, which `do` tells; None for what cannot be used."""
    return [_read(reader, ("generators", index)) for index in range(count)]


def _read(reader: Reader, path: KeyPath) -> GeneratorText | None:
    entry = reader.tree.at(path)
    do = entry.get("do") if isinstance(entry, dict) else None
    if do is None and isinstance(entry, dict):
        reader.report(
            path,
            code="missing-key",
            expected="the key 'do', the name of a generator",
            found="nothing",
            hint=f"add `do: ...`, one of: {', '.join(GENERATORS)}",
        )
        return None
    if isinstance(do, str) and not reader.known((*path, "do"), "generator", do, GENERATORS):
        return None
    model = TEXTS[do] if isinstance(do, str) else FlapText
    return as_type("GeneratorText | None", reader.entry(model, path))


def compile_generators(
    reader: Reader, cast: Cast, texts: Sequence[GeneratorText | None], loads: Sequence[Load]
) -> tuple[Generator, ...]:
    """Return the generators in the order of the file, each with its id."""
    generators: list[Generator | None] = []
    for index, text in enumerate(texts):
        if text is None:
            continue
        path: KeyPath = ("generators", index)
        name = cast.claim(reader, text.id, f"generator.{index + 1}", path)
        if isinstance(text, SwarmOutline):
            generators.append(_swarm(reader, cast, path, text, name))
        elif isinstance(text, SwizzleText):
            generators.append(_swizzle(reader, cast, path, text, name))
        elif isinstance(text, HerdText):
            generators.append(_herd(reader, path, text, name, loads))
        else:
            check_place(reader, cast, (*path, "on"), "partition", text.on)
            plain = FaultText.model_construct(
                at_us=0, do="partition", on=text.on, unnoticed=text.unnoticed
            )
            check_keys(reader, path, plain)
            generators.append(
                Flap(
                    id=name,
                    at_us=text.at_us,
                    on=text.on,
                    times=text.times,
                    down_us=text.down_us,
                    up_us=text.up_us,
                    unnoticed=text.unnoticed,
                )
            )
    return tuple(generator for generator in generators if generator is not None)


def _swarm(
    reader: Reader, cast: Cast, path: KeyPath, text: SwarmOutline, name: str
) -> Swarm | None:
    if text.from_us >= text.until_us:
        reader.report(
            (*path, "until"),
            code="out-of-range",
            expected=f"a time after {format_duration(text.from_us)}, where the swarm begins",
            found=quoted(format_duration(text.until_us)),
            hint="make `until` later than `from`",
        )
    kinds: dict[str, Kind] = {}
    for index in range(len(text.faults)):
        where = (*path, "faults", index)
        kind = reader.entry(KindText, where)
        if kind is None or not reader.known((*where, "do"), "verb", kind.do, DRAWN_VERBS):
            continue
        if kind.do in kinds:
            reader.twice((*where, "do"), kind.do)
        kinds[kind.do] = _kind(reader, cast, where, kind)
    if not kinds or len(kinds) < len(text.faults):
        return None
    swarm = Swarm(
        id=name, from_us=text.from_us, until_us=text.until_us, kinds=tuple(kinds.values())
    )
    _check_count(reader, path, swarm)
    return swarm


def _kind(reader: Reader, cast: Cast, path: KeyPath, text: KindText) -> Kind:
    _check_places(reader, cast, (*path, "on"), text.do, text.on)
    # The keys of an ordinary fault, so that what one may have is said in one place.
    plain = FaultText.model_construct(
        at_us=0,
        do=text.do,
        on=next((place for place in text.on if not is_link(place)), text.on[0]),
        for_us=text.for_us[1],
        by_us=text.by_us[1],
        loses_us=text.loses_us[1],
        ahead_us=text.ahead_us[1],
        behind_us=text.behind_us[1],
        drift_ppm=text.drift_ppm[1] or text.drift_ppm[0],
        leg=text.leg,
        unnoticed=text.unnoticed,
        direction=text.direction,
        percent=text.percent,
        retry_after_us=text.retry_after_us,
    )
    check_keys(reader, path, plain, drawn=True)
    return Kind(**{**dict(text), "do": as_type(Verb, text.do), "on": tuple(text.on)})


def _check_places(
    reader: Reader, cast: Cast, path: KeyPath, verb: str, places: Sequence[str]
) -> None:
    """Look up each place of a list; note those there twice."""
    seen: set[str] = set()
    for index, place in enumerate(places):
        check_place(reader, cast, (*path, index), verb, place)
        if place in seen:
            reader.twice((*path, index), place)
        seen.add(place)


def _check_count(reader: Reader, path: KeyPath, swarm: Swarm) -> None:
    """Note a swarm that stands for more faults than a file may have."""
    lasts_us = swarm.until_us - swarm.from_us
    most = sum(len(kind.on) * lasts_us // kind.every_us[0] for kind in swarm.kinds)
    if most > MAX_FAULTS:
        reader.report(
            (*path, "faults"),
            code="too-many",
            expected=f"at most {MAX_FAULTS} faults on average at the highest rate",
            found=str(most),
            hint="let `every` begin later, or name fewer places",
        )


def _swizzle(reader: Reader, cast: Cast, path: KeyPath, text: SwizzleText, name: str) -> Swizzle:
    _check_places(reader, cast, (*path, "on"), text.verb, text.on)
    return Swizzle(
        id=name, at_us=text.at_us, on=tuple(text.on), every_us=text.every_us, do=text.verb
    )


def _herd(
    reader: Reader, path: KeyPath, text: HerdText, name: str, loads: Sequence[Load]
) -> Herd | None:
    by_id = {load.id: load for load in loads}
    if not reader.known((*path, "load"), "load", text.load, by_id):
        return None
    load = by_id[text.load]
    if load.from_us >= load.until_us:
        return None  # The load itself is reported.
    return Herd(
        id=name,
        load=load.id,
        from_us=load.from_us,
        until_us=load.until_us,
        for_us=text.for_us,
        busy_us=text.busy_us,
        percent=text.percent,
    )
