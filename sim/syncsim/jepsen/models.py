"""Isolation models: which anomalies each forbids, and which model implies which.

Sources. The levels PL-1 (read uncommitted) to PL-3 (serializable), PL-2+ (consistent view), PL-CS
(cursor stability) and PL-SI: A. Adya, Weak Consistency, PhD thesis, MIT, 1999. Read atomic: A.
Cerone, G. Bernardi, A. Gotsman, CONCUR 2015. That snapshot isolation is what has no cycle without
two rw edges in a row: A. Cerone, A. Gotsman, Analysing Snapshot Isolation, PODC 2016. Sessions: K.
Daudjee, K. Salem, ICDE 2004 and VLDB 2006. Cursor stability and repeatable read forbid lost
updates: P. Bailis et al., Highly Available Transactions, VLDB 2013. How they fit together is the
choice of consistency_model.clj of jepsen-io/elle, of which this is a part.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

IMPLIES: Mapping[str, tuple[str, ...]] = {
    "strict-serializable": ("strong-session-serializable", "strong-snapshot-isolation"),
    "strong-session-serializable": ("serializable", "strong-session-snapshot-isolation"),
    "serializable": ("repeatable-read", "snapshot-isolation"),
    "strong-snapshot-isolation": ("strong-session-snapshot-isolation", "strong-read-committed"),
    "strong-session-snapshot-isolation": ("snapshot-isolation", "strong-session-read-committed"),
    "snapshot-isolation": ("consistent-view", "read-atomic"),
    "repeatable-read": ("cursor-stability",),
    "consistent-view": ("cursor-stability",),
    "cursor-stability": ("read-committed",),
    "read-atomic": ("read-committed",),
    "strong-read-committed": ("strong-session-read-committed", "strong-read-uncommitted"),
    "strong-session-read-committed": ("read-committed", "strong-session-read-uncommitted"),
    "read-committed": ("read-uncommitted",),
    "strong-read-uncommitted": ("strong-session-read-uncommitted",),
    "strong-session-read-uncommitted": ("read-uncommitted",),
    "read-uncommitted": (),
}
"""By model, from strong to weak, the models that hold wherever it holds."""

FORBIDS: Mapping[str, tuple[str, ...]] = {
    "strict-serializable": ("G2-item-realtime",),
    "strong-session-serializable": ("G2-item-process",),
    "serializable": ("G2-item",),
    "strong-snapshot-isolation": ("G-nonadjacent-realtime",),
    "strong-session-snapshot-isolation": ("G-nonadjacent-process",),
    "snapshot-isolation": ("G-nonadjacent",),
    "repeatable-read": ("G2-item",),
    "consistent-view": ("G-single",),
    "cursor-stability": ("lost-update",),
    "read-atomic": ("internal",),
    "strong-read-committed": ("G1c-realtime",),
    "strong-session-read-committed": ("G1c-process",),
    "read-committed": ("G1a", "G1b", "G1c", "incompatible-order", "dirty-update"),
    "strong-read-uncommitted": ("G0-realtime",),
    "strong-session-read-uncommitted": ("G0-process",),
    "read-uncommitted": ("G0", "duplicate-elements", "garbage-read", "cyclic-versions"),
}
"""By model, what it forbids beyond what the weaker ones forbid."""

_CYCLES = ("G0", "G1c", "G-single", "G-nonadjacent", "G2-item")
_WIDER = {"G0": "G1c", "G-single": "G-nonadjacent", "G-nonadjacent": "G2-item"}
"""Adya's classes nest: what shows the first shows the second, in each variant."""


def _implied() -> dict[str, tuple[str, ...]]:
    implied: dict[str, tuple[str, ...]] = {"lost-update": ("G2-item",), "future-read": ("G1c",)}
    for name in _CYCLES:
        for variant, weaker in (("", "-process"), ("-process", "-realtime"), ("-realtime", "")):
            also = (name + weaker,) if weaker else ()
            wider = (_WIDER[name] + variant,) if name in _WIDER else ()
            implied[name + variant] = also + wider
    return implied


IMPLIED = _implied()
"""By anomaly, those of which it is a special case."""

MODELS = tuple(IMPLIES)
ANOMALIES = tuple(
    dict.fromkeys([*IMPLIED, *(name for names in FORBIDS.values() for name in names)])
)


def ruled_out(anomalies: Iterable[str]) -> tuple[str, ...]:
    """Return the models that do not hold where these anomalies are, the strongest first."""
    present = _closure(anomalies, IMPLIED)
    broken: dict[str, None] = {}
    for model in reversed(MODELS):
        weaker = IMPLIES[model]
        if any(name in present for name in FORBIDS[model]) or any(m in broken for m in weaker):
            broken[model] = None
    return tuple(model for model in MODELS if model in broken)


def strongest(broken: Sequence[str]) -> tuple[str, ...]:
    """Return the strongest of the models that are not among these."""
    left = [model for model in MODELS if model not in broken]
    weaker = {name for model in left for name in _closure(IMPLIES[model], IMPLIES)}
    return tuple(model for model in left if model not in weaker)


def _closure(names: Iterable[str], leads_to: Mapping[str, tuple[str, ...]]) -> dict[str, None]:
    found: dict[str, None] = {}
    waiting = [*names]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = None
            waiting.extend(leads_to.get(name, ()))
    return found
