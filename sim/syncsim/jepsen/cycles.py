"""Cycles among transactions, by the names that Adya and Elle give them.

    G0              only ww edges
    G1c             ww and wr edges, at least one wr
    G-single        one rw edge, the rest ww and wr
    G-nonadjacent   several rw edges, no two of them in a row
    G2-item         two rw edges in a row

With -process or -realtime behind the name, the edges of that order may take part too. A variant
is looked for only if it would rule out a model that still stands, so its cycles need that order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from syncsim.jepsen.models import ruled_out
from syncsim.jepsen.transactions import PROCESS, REALTIME, RW, THEN, WR, WW, Graph

VARIANTS = (("", 0), ("-process", PROCESS), ("-realtime", REALTIME))

ANY_DATA = WW | WR

VISITS_MAX = 5_000_000
"""Nodes visited in search of one kind of cycle: seconds. Beyond, the answer is unknown."""

VISITS_IN_VAIN_MAX = 100_000
"""The same where the cycle would only be one more name for what other anomalies show."""

CYCLES_MAX = 5
"""Cycles told of one kind, each from another tangle of transactions."""


class Hop(NamedTuple):
    """One edge of a cycle, and the last junction on the way, -1 if there is none."""

    source: int
    first: int
    junction: int
    target: int
    kind: int


class Cycle(NamedTuple):
    """A cycle with the name of what it shows."""

    name: str
    hops: tuple[Hop, ...]


class Kind(NamedTuple):
    """What to look for: cycles that begin with an edge of `first` and go on over `others`.

    `rw` says whether more rw edges may come: no, apart from one another, or any.
    """

    name: str
    first: int
    others: int
    rw: str


KINDS = (
    Kind("G0", WW, 0, "none"),
    Kind("G1c", WR, WW, "none"),
    Kind("G-single", RW, WW | WR, "none"),
    Kind("G-nonadjacent", RW, WW | WR, "apart"),
    Kind("G2-item", RW, WW | WR, "any"),
)


class Search(NamedTuple):
    """The cycles found, and the names of those that nobody can tell of."""

    cycles: tuple[Cycle, ...]
    undecided: tuple[str, ...]


def search(graph: Graph, known: Sequence[str], is_over: Callable[[], bool]) -> Search:
    """Look for every kind of cycle; `known` are the anomalies found already."""
    names = list(known)
    cycles: list[Cycle] = []
    undecided: list[str] = []
    # What a process did in turn it did in turn of real time, so each set of nodes holds the next.
    rest = _remaining(graph)
    nodes: dict[int, list[int]] = {}
    for _, order in reversed(VARIANTS):
        rest = [
            node for tangle in _tangles(graph, rest, ANY_DATA | order, "any") for node in tangle
        ]
        nodes[order] = rest
    for suffix, order in VARIANTS:
        for kind in KINDS if nodes[order] else ():
            name = kind.name + suffix
            is_new = not set(ruled_out([name])) <= set(ruled_out(names))
            if suffix and not is_new:
                continue
            hunt = _Hunt(graph, kind, order, VISITS_MAX if is_new else VISITS_IN_VAIN_MAX, is_over)
            found = [Cycle(name, hops) for hops in hunt.cycles(nodes[order])]
            cycles.extend(found)
            names.extend([name] * bool(found))
            if is_new and hunt.is_spent and not found:
                undecided.append(name)
    return Search(tuple(cycles), tuple(undecided))


def _remaining(graph: Graph) -> list[int]:
    """Return the nodes that are left when those that follow no other are taken away, again."""
    follows = [0] * len(graph.next)
    for targets in graph.next:
        for target in targets:
            follows[target] += 1
    ready = [node for node, count in enumerate(follows) if count == 0]
    while ready:
        for target in graph.next[ready.pop()]:
            follows[target] -= 1
            if follows[target] == 0:
                ready.append(target)
    return [node for node, count in enumerate(follows) if count]


Place = tuple[int, bool]
"""A node, and whether the way to it came over a rw edge just now."""


def _steps(graph: Graph, place: Place, others: int, rw: str) -> Iterator[Place]:
    """Yield where one edge leads from a place: over others at any time, over rw edges as said."""
    node, is_rw = place
    for target, kinds in graph.next[node].items():
        if kinds & THEN:
            yield target, is_rw
        elif kinds & others:
            yield target, False
        elif kinds & RW and (rw == "any" or (rw == "apart" and not is_rw)):
            yield target, True


def _tangles(graph: Graph, nodes: Sequence[int], others: int, rw: str) -> list[dict[int, None]]:
    """Return the sets of nodes within which each can be reached from each.

    For rw edges apart, places take the part of nodes: a cycle of places is one of transactions
    without two rw edges in a row, and the other way round.
    """
    import networkx as nx

    kept = set(nodes)
    states = (False, True) if rw == "apart" else (False,)
    # A place is written as one number, because a great many of them are compared.
    edges = (
        (2 * node + is_rw, 2 * target + (by_rw and rw == "apart"))
        for node in nodes
        for is_rw in states
        for target, by_rw in _steps(graph, (node, is_rw), others, rw)
        if target in kept
    )
    found = [
        sorted({place // 2 for place in places})
        for places in nx.strongly_connected_components(nx.DiGraph(edges))
        if len(places) > 1
    ]
    return [dict.fromkeys(tangle) for tangle in sorted(found, key=lambda tangle: tangle[0])]


class _Hunt:
    """The search for one kind of cycle in one variant."""

    def __init__(
        self, graph: Graph, kind: Kind, order: int, visits: int, is_over: Callable[[], bool]
    ) -> None:
        self.is_spent = False
        self._graph = graph
        self._kind = kind
        # The edges that may be taken at any time, and what to call one that is of several kinds.
        self._others = kind.others | order | (kind.first & ~RW)
        self._order = order
        self._visits = visits
        self._is_over = is_over

    def cycles(self, nodes: Sequence[int]) -> Iterator[tuple[Hop, ...]]:
        """Yield one cycle of each tangle that has one, up to a number."""
        count, rw = 0, self._kind.rw
        # Where no cycle has its rw edges apart, none has a single one.
        around = "apart" if self._kind.first == RW and rw == "none" else rw
        for tangle in _tangles(self._graph, nodes, self._others, around):
            for source, target in self._starts(tangle):
                if self._visits <= 0 or self._is_over():
                    self.is_spent = True
                    return
                way = self._way(target, source, tangle)
                hops = self._hops([source, *way]) if way else ()
                if hops and self._fits(hops):
                    yield hops
                    count += 1
                    break
            if count >= CYCLES_MAX:
                return

    def _starts(self, tangle: dict[int, None]) -> Iterator[tuple[int, int]]:
        """Yield the edges with which a cycle may begin."""
        milder = self._kind.others
        for source in tangle:
            if source < self._graph.txns:
                for target, kinds in self._graph.next[source].items():
                    if target in tangle and kinds & self._kind.first and not kinds & milder:
                        yield source, target

    def _way(self, start: int, goal: int, tangle: dict[int, None]) -> list[int]:
        """Return the nodes of a shortest way, none if there is no way."""
        rw = self._kind.rw
        begin = (start, self._kind.first == RW)
        came: dict[Place, Place | None] = {begin: None}
        queue = deque([begin])
        while queue and self._visits > 0:
            place = queue.popleft()
            self._visits -= 1
            if place[0] == goal and not (rw == "apart" and place[1]):
                way = [goal]
                while (before := came[place]) is not None:
                    way.append(before[0])
                    place = before
                return way[::-1]
            for node, by_rw in _steps(self._graph, place, self._others, rw):
                after = (node, by_rw and rw == "apart")
                if node in tangle and after not in came:
                    came[after] = place
                    queue.append(after)
        return []

    def _hops(self, nodes: list[int]) -> tuple[Hop, ...]:
        """Return a closed way as edges from transaction to transaction."""
        hops: list[Hop] = []
        source, first, junction = nodes[0], nodes[1], -1
        for place, node in enumerate(nodes[1:], start=1):
            if node >= self._graph.txns:
                junction = node
                continue
            kinds = self._graph.next[source][first]
            hops.append(Hop(source, first, junction, node, self._named(kinds, first=not hops)))
            source, junction = node, -1
            first = nodes[place + 1] if place + 1 < len(nodes) else node
        return tuple(hops)

    def _named(self, kinds: int, *, first: bool) -> int:
        """Return which of its kinds an edge of a cycle counts as: the mildest that may be."""
        if first:
            return self._kind.first
        may_be = (kind for kind in (WW, WR, PROCESS, REALTIME) if kinds & kind & self._others)
        return next(may_be, RW)

    def _fits(self, hops: tuple[Hop, ...]) -> bool:
        """Whether a cycle is of the kind, and none of a kind with another name."""
        is_rw = [hop.kind == RW for hop in hops]
        in_a_row = any(one and is_rw[place - 1] for place, one in enumerate(is_rw))
        if self._kind.rw == "any":
            return in_a_row
        return self._kind.rw == "none" or sum(is_rw) > 1
