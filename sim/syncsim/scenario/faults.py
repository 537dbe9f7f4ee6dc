"""Faults: which verb takes which keys, and on which places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast as as_type

from syncsim.errors import nearest, quoted
from syncsim.scenario.cast import Cast
from syncsim.scenario.document import FaultText
from syncsim.scenario.scenario import BACKEND, LATER_VERBS, VERBS, Fault, Verb
from syncsim.scenario.shape import Reader
from syncsim.scenario.text import KeyPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What one verb takes: keys it must have, keys it may have, and where it happens."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    clients: bool = True
    backend: bool = False


RULES: Mapping[str, Rule] = {
    "partition": Rule(optional=("for",)),
    "heal": Rule(backend=True),
    "drop": Rule(),
    "delay": Rule(required=("by",), optional=("for",)),
    "lose": Rule(optional=("leg", "for")),
    "restart": Rule(required=("for",), clients=False, backend=True),
}
assert tuple(RULES) == VERBS, "every verb has a rule"


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
            _check_place(reader, cast, path, text)
            _check_keys(reader, path, text)
            faults.append(
                Fault(
                    id=name,
                    at_us=text.at_us,
                    do=as_type(Verb, text.do),
                    on=text.on,
                    for_us=text.for_us,
                    by_us=text.by_us,
                    leg=text.leg,
                )
            )
    return tuple(faults)


def _is_verb(reader: Reader, path: KeyPath, verb: str) -> bool:
    if verb in LATER_VERBS:
        reader.report(
            path,
            code="verb-not-yet",
            expected="a verb that this version carries out",
            found=quoted(verb),
            hint=f"there are: {', '.join(VERBS)}",
        )
        return False
    return reader.known(path, "verb", verb, VERBS)


def _check_place(reader: Reader, cast: Cast, path: KeyPath, text: FaultText) -> None:
    rule = RULES[text.do]
    places = ([BACKEND] if rule.backend else []) + (list(cast.clients) if rule.clients else [])
    if text.on not in places:
        reader.report(
            (*path, "on"),
            code="unknown-place",
            expected=f"a place where '{text.do}' can happen",
            found=quoted(text.on),
            hint=nearest(text.on, places),
        )


def _check_keys(reader: Reader, path: KeyPath, text: FaultText) -> None:
    rule = RULES[text.do]
    given = {"for": text.for_us > 0, "by": text.by_us > 0, "leg": text.leg != "both"}
    for key, is_given in given.items():
        if is_given and key not in rule.required and key not in rule.optional:
            reader.report(
                (*path, key),
                code="unknown-key",
                expected=f"no key '{key}' for '{text.do}'",
                found=quoted(key),
                hint="remove it",
                key=True,
            )
        elif not is_given and key in rule.required:
            reader.report(
                path,
                code="missing-key",
                expected=f"the key '{key}', above 0s, for '{text.do}'",
                found="nothing",
                hint=f"add `{key}: 2s`",
            )
