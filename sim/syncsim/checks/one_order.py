"""Whether all that people saw fits into one order of changes, and into the order of the clock.

These two answer for the models `sequential` and `linearizable` of screens. A paint is a read
of one row that takes no time; a commit is a write that lasts from the asking to the answer.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import Any, NamedTuple

from syncsim.checks.evidence import Evidence, promised, row_name, seconds
from syncsim.checks.learnt import Learnt, Lesson, painted_over
from syncsim.checks.tally import Tally
from syncsim.checks.verdict import Story
from syncsim.history import Record

Write = tuple[str, int]
"""A version of a row."""

EVERYBODY = ""
"""Who knows what anybody knows."""


class _Read(NamedTuple):
    """A paint, as a node beside the writes."""

    seq: int


def sequential(evidence: Evidence) -> Tally:
    """Look for an order of all reads and writes in which each person acts and sees in turn.

    The versions of a row are one after the other, so such an order exists exactly if these
    constraints form no circle: a session goes forward, a read comes after the write it shows
    and before the next one. One circle is told for each client in it.
    """
    import networkx as nx

    tally = Tally(
        check="sequential",
        missing="the client saw no committed version",
        held="one order of all changes explains what everybody saw",
    )
    graph = _constraints(evidence, tally)
    commits = evidence.commits_by_version
    for knot in nx.strongly_connected_components(graph):
        if len(knot) == 1:
            continue
        inside = graph.subgraph(knot)
        reads = sorted(node for node in knot if isinstance(node, _Read))
        for client, node in _first_of_each(evidence, commits, reads or sorted(knot)).items():
            ways = (nx.shortest_path(inside, after, node) for after in inside.successors(node))
            tally.stories.append(_circle(evidence, commits, client, min(ways, key=len)))
    return tally


def _first_of_each(
    evidence: Evidence, commits: dict[Write, Record], nodes: list[Any]
) -> dict[str, Any]:
    """Return the first of some nodes for each client that read or wrote there."""
    first: dict[str, Any] = {}
    for node in nodes:
        is_read = isinstance(node, _Read)
        client = evidence.history[node.seq].at if is_read else commits[node].peer
        first.setdefault(client, node)
    return first


def _constraints(evidence: Evidence, tally: Tally) -> Any:
    """Return the graph of what must come before what."""
    import networkx as nx

    graph = nx.DiGraph()
    versions = _versions(evidence)
    for entity, made in versions.items():
        graph.add_edges_from(((entity, one), (entity, next_)) for one, next_ in pairwise(made))
    # By client: what the next thing in its session comes after.
    latest: dict[str, list[_Read | Write]] = {}
    for record in evidence.of("intent", "outcome", "paint"):
        intent = evidence.intents.get(record.intent)
        before = latest.setdefault(record.at, [])
        if record.kind == "outcome" and intent is not None:
            told = promised(intent, record)
            before += [write for write in told.items() if write[1] in versions.get(write[0], ())]
        elif intent is not None and record.seq == intent.asked.seq:
            writes = dict.fromkeys((commit.entity, commit.version) for commit in intent.commits)
            graph.add_edges_from((node, write) for node in before for write in writes)
        elif record.kind == "paint" and record.version >= 0:
            read = _Read(record.seq)
            graph.add_edges_from((node, read) for node in before)
            latest[record.at] = [read]
            made = versions.get(record.entity, [])
            if _read(graph, record, made, painted_over(record, evidence)):
                tally.meet(record.at, (record.entity, record.version))
    return graph


def _versions(evidence: Evidence) -> dict[str, list[int]]:
    """Return the committed versions of each row, in order."""
    versions: dict[str, list[int]] = {}
    for entity, version in sorted(evidence.commits_by_version):
        versions.setdefault(entity, []).append(version)
    return versions


def _read(graph: Any, paint: Record, made: list[int], without: tuple[int, ...]) -> bool:
    """Put a read between the write it shows and the next one; tell whether it shows a write."""
    read, entity = _Read(paint.seq), paint.entity
    place = bisect_right(made, paint.version)
    shows_write = place > 0 and made[place - 1] == paint.version
    if shows_write:
        graph.add_edge((entity, paint.version), read)
    while place < len(made) and made[place] in without:
        place += 1
    if place < len(made):
        graph.add_edge(read, (entity, made[place]))
    return shows_write


def _circle(
    evidence: Evidence, commits: dict[Write, Record], client: str, nodes: list[_Read | Write]
) -> Story:
    """Tell what was read around a circle, or what was written if nothing was read there."""
    records = [evidence.history[node.seq] for node in nodes if isinstance(node, _Read)]
    records = records or [commits[node] for node in nodes if not isinstance(node, _Read)]
    records.sort(key=lambda record: record.seq)
    steps = "; ".join(
        f"{record.at} {'saw' if record.kind == 'paint' else 'made'} version"
        f" {record.version} of {row_name(record.entity)} at {seconds(record.time_us)}"
        for record in records
    )
    return Story(
        text=f"No one order of all changes gives what people saw and did: {steps}.",
        records=tuple(record.seq for record in records),
        at_us=records[-1].time_us,
        client=client,
        entity=records[-1].entity,
    )


def instantaneous(evidence: Evidence) -> Tally:
    """Hold each paint against what anybody had been shown or told before that instant."""
    tally = Tally(
        check="linearizable",
        missing="no screen painted a row after anybody had known a committed version of it",
        held="every paint was at least as new as what anybody had been shown or told before",
    )
    commits = evidence.commits_by_version
    learnt = Learnt()
    told: set[tuple[str, str, int]] = set()
    for record in evidence.of("outcome", "paint"):
        intent = evidence.intents.get(record.intent)
        if record.kind == "paint":
            known = {record.entity: record.version}
            without = painted_over(record, evidence)
            lesson = learnt.newest(EVERYBODY, record.entity, before=record.time_us, without=without)
            if record.version >= 0 and lesson is not None:
                tally.meet(record.at, record.entity)
                key = (record.at, record.entity, lesson.version)
                if lesson.version > record.version and key not in told:
                    told.add(key)
                    tally.stories.append(_behind(evidence, record, lesson))
        else:
            known = promised(intent, record) if intent is not None else {}
        for write in known.items():
            if write in commits:
                learnt.add(EVERYBODY, write[0], Lesson(record.time_us, write[1], record.seq))
    return tally


def _behind(evidence: Evidence, paint: Record, lesson: Lesson) -> Story:
    first = evidence.history[lesson.seq]
    verb = "was shown" if first.kind == "paint" else "was told ok for"
    return Story(
        text=(
            f"At {seconds(first.time_us)} {first.at} {verb} version {lesson.version} of"
            f" {row_name(paint.entity)}; at {seconds(paint.time_us)} {paint.at}'s view"
            f" {paint.view} showed version {paint.version}."
        ),
        records=(first.seq, paint.seq),
        at_us=paint.time_us,
        client=paint.at,
        entity=paint.entity,
    )
