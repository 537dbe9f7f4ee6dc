"""Faults: which verb takes which keys, and on which places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast as as_type

from syncsim.errors import nearest, quoted
from syncsim.net.gateways import GATEWAY
from syncsim.scenario.cast import Cast
from syncsim.scenario.fault_text import FaultText
from syncsim.scenario.scenario import ALL_PERCENT, BACKEND, BROKER, MODEL, VERBS, Fault, Verb
from syncsim.scenario.shape import Reader
from syncsim.scenario.text import KeyPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What one verb takes: keys it must have, keys it may have, and where it happens.

    Of the keys in `one_of` it must have one at least. `legs` are the values of `leg`, if it may
    have one. With `model`, it happens to the model of a client only: nobody has taught it to those
    of another make.
    """

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    legs: tuple[str, ...] = ()
    clients: bool = True
    gateways: bool = False
    broker: bool = False
    backend: bool = False
    model: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """Return every key that the verb may have."""
        return (*self.required, *self.optional, *self.one_of)


RULES: Mapping[str, Rule] = {
    "partition": Rule(optional=("for", "unnoticed", "direction"), gateways=True, broker=True),
    "heal": Rule(gateways=True, broker=True, backend=True),
    "sleep": Rule(optional=("for",), model=True),
    "wake": Rule(model=True),
    "hide": Rule(optional=("for",), model=True),
    "show": Rule(model=True),
    "reload": Rule(model=True),
    "expire-token": Rule(model=True),
    "drop": Rule(optional=("unnoticed",), gateways=True),
    "hold": Rule(optional=("for",), broker=True),
    "release": Rule(broker=True),
    "delay": Rule(required=("by",), optional=("for",)),
    "lose": Rule(optional=("leg", "for"), legs=("request", "response", "both"), gateways=True),
    "duplicate": Rule(optional=("leg", "by", "for"), legs=("request", "event", "both")),
    "restart": Rule(required=("for",), clients=False, gateways=True, broker=True, backend=True),
    "crash": Rule(required=("for",), optional=("after", "loses"), clients=False, backend=True),
    "overload": Rule(
        required=("for",), optional=("percent", "retry_after"), clients=False, backend=True
    ),
    "skew-clock": Rule(
        optional=("for",), one_of=("ahead", "behind", "drift_ppm"), backend=True, model=True
    ),
}
assert tuple(RULES) == VERBS, "every verb has a rule"

_OF_A_LINK: Mapping[str, tuple[str, ...]] = {
    "partition": ("unnoticed", "direction"),
    "lose": ("leg",),
}
"""Keys that say something of a client's link, and nothing of a gateway or of the broker."""

DRAWN_VERBS: tuple[str, ...] = tuple(
    verb for verb in RULES if verb not in ("heal", "wake", "show", "release")
)
"""Verbs that a swarm may draw: they begin something, at a rate and for a time."""


def compile_faults(
    reader: Reader, cast: Cast, texts: Sequence[FaultText | None]
) -> tuple[Fault, ...]:
    """Return the faults in the order of the file, each with its id."""
    faults: list[Fault] = []
    for index, text in enumerate(texts):
        if text is None:
            continue
        path: KeyPath = ("faults", index)
        name = cast.claim(reader, text.id, f"fault.{index + 1}", path)
        if _is_verb(reader, (*path, "do"), text.do):
            check_place(reader, cast, (*path, "on"), text.do, text.on)
            check_keys(reader, path, text)
            faults.append(
                Fault(
                    id=name,
                    at_us=text.at_us,
                    do=as_type(Verb, text.do),
                    on=text.on,
                    for_us=text.for_us,
                    by_us=text.by_us,
                    leg=text.leg,
                    after=text.after,
                    loses_us=text.loses_us,
                    skew_us=text.ahead_us - text.behind_us,
                    drift_ppm=text.drift_ppm,
                    unnoticed=text.unnoticed,
                    direction=text.direction,
                    percent=text.percent,
                    retry_after_us=text.retry_after_us,
                )
            )
    return tuple(faults)


def _is_verb(reader: Reader, path: KeyPath, verb: str) -> bool:
    return reader.known(path, "verb", verb, VERBS)


def check_place(reader: Reader, cast: Cast, path: KeyPath, verb: str, place: str) -> None:
    """Note a place where a verb cannot happen; it stands at `path`."""
    rule = RULES[verb]
    places = [BACKEND] * rule.backend + [BROKER] * rule.broker
    places += list(cast.gateways) if rule.gateways else []
    places += list(cast.clients) if rule.clients else []
    if place not in places:
        reader.report(
            path,
            code="unknown-place",
            expected=f"a place where '{verb}' can happen",
            found=quoted(place),
            hint=nearest(place, places),
        )
    client = cast.clients.get(place)
    if rule.model and client is not None and client.runs != MODEL:
        reader.report(
            path,
            code="needs-model",
            expected=f"a client that runs the model, for '{verb}'",
            found=quoted(place),
            hint=f"leave out `runs` of {place}, or take a fault of the network",
        )


def is_link(place: str) -> bool:
    """Tell whether a place is one whose link a fault may be about, and no gateway or broker."""
    return place != BROKER and not place.startswith(GATEWAY)


def check_keys(reader: Reader, path: KeyPath, text: FaultText, *, drawn: bool = False) -> None:
    """Note keys that a verb must not have, and those that are missing.

    One of a swarm is not healed by hand, so it needs its duration; and the seed decides whether its
    clock is fast or slow, if it may be both.
    """
    rule = RULES[text.do]
    required = (*rule.required, *(("for",) if drawn and "for" in rule.optional else ()))
    given = {
        "for": text.for_us > 0,
        "by": text.by_us > 0,
        "leg": text.leg != "both",
        "after": bool(text.after),
        "loses": text.loses_us > 0,
        "ahead": text.ahead_us > 0,
        "behind": text.behind_us > 0,
        "drift_ppm": text.drift_ppm != 0,
        "unnoticed": text.unnoticed,
        "direction": text.direction != "both",
        "percent": text.percent != ALL_PERCENT,
        "retry_after": text.retry_after_us > 0,
    }
    if rule.legs and text.leg not in rule.legs:
        reader.report(
            (*path, "leg"),
            code="unknown-leg",
            expected=f"a leg for '{text.do}'",
            found=quoted(text.leg),
            hint=f"one of: {', '.join(rule.legs)}",
        )
    _check_choice(
        reader, path, text.do, [key for key in rule.one_of if given[key]], either=not drawn
    )
    keys = [key for key in rule.keys if is_link(text.on) or key not in _OF_A_LINK.get(text.do, ())]
    for key, is_given in given.items():
        if is_given and key not in keys:
            reader.report(
                (*path, key),
                code="unknown-key",
                expected=f"no key '{key}' for '{text.do}'",
                found=quoted(key),
                hint="remove it",
                key=True,
            )
        elif not is_given and key in required:
            reader.report(
                path,
                code="missing-key",
                expected=f"the key '{key}', above 0s, for '{text.do}'",
                found="nothing",
                hint=f"add `{key}: 2s`",
            )


def _check_choice(
    reader: Reader, path: KeyPath, verb: str, given: Sequence[str], *, either: bool
) -> None:
    """Note a verb that needs one of some keys and has none, and a clock both fast and slow."""
    one_of = RULES[verb].one_of
    if one_of and not given:
        reader.report(
            path,
            code="missing-key",
            expected=f"one of the keys {', '.join(one_of)} for '{verb}'",
            found="nothing",
            hint=f"add `{one_of[0]}: 2s`",
        )
    if either and "ahead" in given and "behind" in given:
        reader.report(
            (*path, "behind"),
            code="unknown-key",
            expected="either 'ahead' or 'behind'",
            found=quoted("behind"),
            hint="remove one of them",
            key=True,
        )
