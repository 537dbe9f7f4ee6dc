"""Anomalies in plain words, with the operations that show them."""

from __future__ import annotations

from collections.abc import Sequence

from syncsim.checks.verdict import Story
from syncsim.jepsen.cycles import Cycle, Hop
from syncsim.jepsen.transactions import (
    PROCESS,
    REALTIME,
    WR,
    WW,
    Anomaly,
    Edge,
    Graph,
    Inference,
    Step,
    Txn,
)  # fmt: skip
from syncsim.jepsen.values import words

STEPS_TOLD = 6
"""Steps of a transaction that a story names; it gives the number of the others."""

HOPS_TOLD = 12
"""Edges of a cycle that a story names; a longer cycle is cut in the middle of the telling."""

PAST = {"append": "appended", "write": "wrote"}

Reasons = dict[tuple[int, int, int], Edge]
"""By both ends and the kind of an edge: why it is there."""


def tell(anomaly: Anomaly, verb: str) -> Story:
    """Return the story of an anomaly that is no cycle."""
    names = [f"T{number}" for number, _ in enumerate(anomaly.txns, start=1)]
    who = _introduced(names, anomaly.txns, verb)
    return _story(f"{anomaly.name}: {who}{anomaly.text}.", anomaly.txns)


def tell_cycles(cycles: Sequence[Cycle], txns: Sequence[Txn], inference: Inference) -> list[Story]:
    """Return the stories of some cycles.

    Why an edge is in the graph is not kept with each of them; the edges are inferred once more.
    """
    wanted: set[tuple[int, int]] = set()
    for cycle in cycles:
        for hop in cycle.hops:
            wanted |= {(hop.source, hop.first), (hop.junction, hop.target)}
    reasons: Reasons = {}
    if wanted:
        for edge in inference.edges(Graph(len(txns)).junction):
            if (edge.source, edge.target) in wanted:
                reasons.setdefault((edge.source, edge.target, edge.kind), edge)
    return [_cycle(cycle, txns, inference.verb, reasons) for cycle in cycles]


def _cycle(cycle: Cycle, txns: Sequence[Txn], verb: str, reasons: Reasons) -> Story:
    members = tuple(txns[hop.source] for hop in cycle.hops)
    name_of: dict[int, str] = {}
    for txn in members:
        name_of.setdefault(txn.number, f"T{len(name_of) + 1}")
    named = tuple(txns[number] for number in name_of)
    sentences = [_hop(hop, txns, name_of, verb, reasons) for hop in cycle.hops[:HOPS_TOLD]]
    if len(cycle.hops) > HOPS_TOLD:
        sentences.append(f"{len(cycle.hops) - HOPS_TOLD} more edges lead back to T1.")
    who = _introduced([*name_of.values()], named[:HOPS_TOLD], verb)
    text = f"{cycle.name}: {who}{' '.join(sentences)} So T1 would come before itself."
    return _story(text, named)


def _hop(
    hop: Hop, txns: Sequence[Txn], name_of: dict[int, str], verb: str, reasons: Reasons
) -> str:
    """Write why one transaction of a cycle comes before the next."""
    one, other = name_of[hop.source], name_of[hop.target]
    source, target = txns[hop.source].call, txns[hop.target].call
    if hop.kind == PROCESS:
        because = f"process {words(source.invoke.process)} ran {one} before {other}"
    elif hop.kind == REALTIME:
        assert source.end is not None, "only what has ended is followed by time"
        because = (
            f"{one} had ended (operation {source.end.index}) when {other} began (operation"
            f" {target.invoke.index})"
        )
    else:
        edge = reasons[hop.source, hop.first, hop.kind]
        last = edge
        if hop.junction >= 0:
            last = next(
                edge for (start, end, _), edge in reasons.items()
                if (start, end) == (hop.junction, hop.target)
            )  # fmt: skip
        key, written, past = words(edge.key), words(last.written), PAST[verb]
        if hop.kind == WW:
            because = f"{other} {past} {written} to key {key} after {words(edge.seen)} of {one}"
        elif hop.kind == WR:
            because = f"{other} read {written} in key {key}, which {one} {past}"
        else:
            held = "empty" if edge.seen is None else f"at {words(edge.seen)}"
            because = f"{one} read key {key} {held}, before {other} {past} {written} to it"
    return f"{because[0].upper()}{because[1:]}: {one} comes before {other}."


def _introduced(names: Sequence[str], txns: Sequence[Txn], verb: str) -> str:
    told = [f"{name} is {_did(txn, verb)}" for name, txn in zip(names, txns, strict=False)]
    return "; ".join(told) + ". " if told else ""


def _did(txn: Txn, verb: str) -> str:
    steps = ", ".join(_step(step, txn, verb) for step in txn.steps[:STEPS_TOLD])
    if len(txn.steps) > STEPS_TOLD:
        steps += f", and {len(txn.steps) - STEPS_TOLD} more steps"
    return f"{txn.call} ({steps})"


def _step(step: Step, txn: Txn, verb: str) -> str:
    key = words(step.key)
    if not step.is_read:
        return f"{verb} {words(step.value)} to {key}"
    return f"read {key} as {words(step.value)}" if txn.outcome == "ok" else f"read {key}"


def _story(text: str, txns: Sequence[Txn]) -> Story:
    return Story(
        text=text,
        records=tuple(sorted({record for txn in txns for record in txn.call.records})),
        at_us=min((txn.call.at_us for txn in txns), default=0),
        client=f"process {words(txns[0].call.invoke.process)}" if txns else "",
        entity="",
    )
