"""From generators to the ordinary faults of one run; equal seeds give equal faults.

What is drawn is keyed by the generator, the verb and the place. So another client in a swarm, or
another verb, changes nothing for those that were there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from syncsim.engine import Draws
from syncsim.scenario.generator import Flap, Generator, Herd, Kind, Span, Swarm, Swizzle
from syncsim.scenario.scenario import BACKEND, Fault

EXPANDED_MAX = 20_000
"""What a file may ask for on average, twenty times over; more is a loop."""


def expand(generators: Sequence[Generator], draws: Draws) -> tuple[Fault, ...]:
    """Return the faults of all generators, each called `<generator>/<n>` in the order of time."""
    faults: list[Fault] = []
    for generator in generators:
        drawn = sorted(_faults(generator, draws), key=lambda fault: fault.at_us)
        faults += (
            replace(fault, id=f"{generator.id}/{number}")
            for number, fault in enumerate(drawn, start=1)
        )
    return tuple(faults)


def _faults(generator: Generator, draws: Draws) -> Iterator[Fault]:
    if isinstance(generator, Swarm):
        for kind in generator.kinds:
            yield from _swarm(generator, kind, draws)
    elif isinstance(generator, Swizzle):
        yield from _swizzle(generator, draws)
    elif isinstance(generator, Herd):
        yield from _herd(generator, draws)
    else:
        yield from _flap(generator, draws)


def _swarm(swarm: Swarm, kind: Kind, draws: Draws) -> Iterator[Fault]:
    """Yield the faults of one kind, place by place; none if it takes no part in this run."""
    luck = f"{swarm.id}/{kind.do}"
    if draws.below(2, f"{luck}/takes-part") == 0:
        return
    every_us = _drawn(kind.every_us, draws, f"{luck}/every")
    for place in kind.on:
        at_us = swarm.from_us
        for count in range(1, EXPANDED_MAX):
            name = f"{luck}/{place}/{count}"
            at_us += draws.exponential_us(every_us, f"{name}/wait")
            if at_us >= swarm.until_us:
                break
            fault = _fault_of(kind, place, at_us, draws, name)
            yield fault
            at_us += fault.for_us
        else:
            raise AssertionError(luck)


def _fault_of(kind: Kind, place: str, at_us: int, draws: Draws, name: str) -> Fault:
    return Fault(
        id="",
        at_us=at_us,
        do=kind.do,
        on=place,
        for_us=_drawn(kind.for_us, draws, f"{name}/for"),
        by_us=_drawn(kind.by_us, draws, f"{name}/by"),
        loses_us=_drawn(kind.loses_us, draws, f"{name}/loses"),
        skew_us=_skew_us(kind, draws, name),
        drift_ppm=_drawn(kind.drift_ppm, draws, f"{name}/drift"),
        leg=kind.leg,
        unnoticed=kind.unnoticed,
        direction=kind.direction,
        percent=kind.percent,
        retry_after_us=kind.retry_after_us,
    )


def _skew_us(kind: Kind, draws: Draws, name: str) -> int:
    """Return how fast a clock is, less than 0 if it is slow; if it may be either, that is drawn."""
    ahead_us = _drawn(kind.ahead_us, draws, f"{name}/ahead")
    behind_us = _drawn(kind.behind_us, draws, f"{name}/behind")
    if ahead_us and behind_us:
        return ahead_us if draws.below(2, f"{name}/is-ahead") else -behind_us
    return ahead_us - behind_us


def _swizzle(swizzle: Swizzle, draws: Draws) -> Iterator[Fault]:
    """Yield one fault for each client that stops, in the order of stopping."""
    count = 2 + draws.below(len(swizzle.on) - 1, f"{swizzle.id}/count")
    stops = _shuffled(swizzle.on, draws, f"{swizzle.id}/stop")[:count]
    returns = _shuffled(stops, draws, f"{swizzle.id}/return")
    if returns == stops:
        returns.append(returns.pop(0))
    began_us: dict[str, int] = {}
    at_us = swizzle.at_us
    for number, place in enumerate([*stops, *returns]):
        if place not in began_us:
            began_us[place] = at_us
        else:
            for_us = at_us - began_us[place]
            yield Fault(id="", at_us=began_us[place], do=swizzle.do, on=place, for_us=for_us)
        at_us += _drawn(swizzle.every_us, draws, f"{swizzle.id}/{number}/every")


def _shuffled(places: Sequence[str], draws: Draws, salt: str) -> list[str]:
    return sorted(places, key=lambda place: (draws.bits(f"{salt}/{place}"), place))


def _herd(herd: Herd, draws: Draws) -> Iterator[Fault]:
    at_us = herd.from_us + draws.below(herd.until_us - herd.from_us, f"{herd.id}/at")
    for_us = _drawn(herd.for_us, draws, f"{herd.id}/for")
    yield Fault(id="", at_us=at_us, do="restart", on=BACKEND, for_us=for_us)
    busy_us = _drawn(herd.busy_us, draws, f"{herd.id}/busy")
    if busy_us:
        yield Fault(
            id="",
            at_us=at_us + for_us,
            do="overload",
            on=BACKEND,
            for_us=busy_us,
            percent=herd.percent,
        )


def _flap(flap: Flap, draws: Draws) -> Iterator[Fault]:
    at_us = flap.at_us
    for number in range(1, flap.times + 1):
        down_us = _drawn(flap.down_us, draws, f"{flap.id}/{number}/down")
        yield Fault(
            id="",
            at_us=at_us,
            do="partition",
            on=flap.on,
            for_us=down_us,
            unnoticed=flap.unnoticed,
        )
        at_us += down_us + _drawn(flap.up_us, draws, f"{flap.id}/{number}/up")


def _drawn(span: Span, draws: Draws, name: str) -> int:
    """Return a value within a span, each as likely as any other."""
    least, most = span
    return least if least == most else least + draws.below(most - least + 1, name)
