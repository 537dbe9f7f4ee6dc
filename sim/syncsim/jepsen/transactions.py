"""Transactions over keys, and the graph of what each must come before.

The vocabulary is that of Elle (K. Kingsbury and P. Alvaro, Elle: Inferring Isolation Anomalies
from Experimental Observations, VLDB 14(3), 2020) and of A. Adya (Weak Consistency, PhD thesis,
MIT, 1999). A transaction T1 comes before T2 because

    ww         T2 wrote the version of a key that follows the one T1 wrote
    wr         T2 read the version that T1 wrote
    rw         T1 read the version before the one that T2 wrote
    process    the same process ran T1 first
    realtime   T1 had ended when T2 began

Transactions that failed are not in the graph. One of unknown outcome is: it precedes another
only if somebody saw what it wrote, and then it has happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from syncsim.errors import HistoryError, Problem, nearest, quoted
from syncsim.jepsen.operations import Call, Operation, calls
from syncsim.jepsen.values import words

WW, WR, RW, PROCESS, REALTIME, THEN = 1, 2, 4, 8, 16, 32
"""Kinds of edges, as bits. `THEN` leads on from a junction, whatever led to it."""

DIRECT_EDGES_MAX = 16
"""Above this, all of some come before all of others through junctions: n + m edges, not n * m."""

READS = ("r", "read", "get")


class Step(NamedTuple):
    """One step of a transaction; `value` of a read is None where it is not known."""

    is_read: bool
    key: Any
    value: Any


class Txn(NamedTuple):
    """One transaction: its number from 0, its call, and its steps."""

    number: int
    call: Call
    outcome: str
    steps: tuple[Step, ...]


class Edge(NamedTuple):
    """Why one transaction or junction comes before another: a key, and the versions of it."""

    source: int
    target: int
    kind: int
    key: Any = None
    seen: Any = None
    written: Any = None


class Anomaly(NamedTuple):
    """Something that an isolation level forbids: its name, its story, whom it is about.

    The story calls the first of them T1 and the second T2.
    """

    name: str
    text: str
    txns: tuple[Txn, ...]


class Inference(Protocol):
    """What one kind of data says of a history of transactions."""

    verb: str

    def anomalies(self) -> Iterator[Anomaly]:
        """Yield what is wrong apart from cycles."""

    def edges(self, junction: Callable[[], int]) -> Iterator[Edge]:
        """Yield the ww, wr and rw edges, the same ones in every call."""


# From operations to transactions


def transactions(
    operations: Sequence[Operation], writes: Sequence[str], *, lists: bool
) -> list[Txn]:
    """Return the transactions of a history, in order of invocation.

    A value is a list of steps `[:r k v]` or `[:append k v]`; an operation of one step may be
    written as `:f :append` with a value `[k v]`. `writes` are the names of a write; `lists` says
    that a read finds a list.

    Raises:
        HistoryError: with every operation that is no transaction, and every value that is
            written twice: then nobody can tell whose version was read.
    """
    problems: list[Problem] = []
    made: list[Txn] = []
    for call in calls(operations):
        steps = _steps(call.invoke, writes, problems)
        if call.end is not None and call.end.type == "ok":
            ended = _steps(call.end, writes, problems)
            if [_shape(step) for step in steps] != [_shape(step) for step in ended]:
                expected = f"the transaction that was invoked at {call.invoke.index}"
                problems.append(_problem(call.end, "other-transaction", expected))
            problems.extend(_no_lists(call.end, ended) if lists else ())
            steps = ended
        made.append(Txn(len(made), call, call.outcome, steps))
    problems.extend(_written_twice(made))
    if problems:
        raise HistoryError(problems)
    return made


def _shape(step: Step) -> tuple[Any, ...]:
    """Return what an invocation says of a step: all but what a read will find."""
    return (True, step.key) if step.is_read else step


def _steps(
    event: Operation, writes: Sequence[str], problems: list[Problem]
) -> tuple[Step, ...]:  # fmt: skip
    parts = event.value
    if event.f not in ("txn", ""):
        parts = ((event.f, *parts),) if _is_list(parts, 2) else ((event.f,),)
    if type(parts) is not tuple:
        problems.append(_problem(event, "wrong-value", "a list of steps"))
        return ()
    steps = []
    for part in parts:
        if not _is_list(part, 3) or part[0] not in (*READS, *writes):
            problems.append(_step_problem(event, part, writes))
        elif part[0] not in READS and part[2] is None:
            expected = "a value to write; nil is what a key holds at first"
            problems.append(_problem(event, "wrong-value", expected))
        else:
            steps.append(Step(part[0] in READS, part[1], part[2]))
    return tuple(steps)


def _no_lists(event: Operation, steps: Iterable[Step]) -> Iterator[Problem]:
    for step in steps:
        if step.is_read and step.value is not None and type(step.value) is not tuple:
            expected = f"a list or nil, read from key {words(step.key)}"
            yield _problem(event, "wrong-value", expected)


def _is_list(value: Any, length: int) -> bool:
    return type(value) is tuple and len(value) == length


def _step_problem(event: Operation, part: Any, writes: Sequence[str]) -> Problem:
    names = (*READS, *writes)
    name = part[0] if type(part) is tuple and part else ""
    hint = "a step is [:r key nil] or one that writes, such as [:append key 1] or [:w key 1]"
    if isinstance(name, str) and name and name not in names:
        hint = nearest(name, names)
    return Problem(
        code="wrong-step",
        place=event.place,
        expected=f"a step: one of {', '.join(names)}, a key and a value",
        found=quoted(words(part)),
        hint=hint,
    )


def _problem(event: Operation, code: str, expected: str) -> Problem:
    return Problem(
        code=code,
        place=event.place,
        expected=expected,
        found=quoted(words(event.value)),
        hint="the value of a transaction is like [[:r x nil] [:append y 1]]",
    )


def _written_twice(made: list[Txn]) -> Iterator[Problem]:
    written: dict[tuple[Any, Any], Txn] = {}
    for txn in made:
        for step in txn.steps:
            if step.is_read:
                continue
            first = written.setdefault((step.key, step.value), txn)
            if first is not txn or txn.steps.count(step) > 1:
                key, value = words(step.key), words(step.value)
                yield Problem(
                    code="repeated-write",
                    place=txn.call.invoke.place,
                    expected=f"{value} written to key {key} once, at {first.call.invoke.index}",
                    found=f"it again at {txn.call.invoke.index}",
                    hint="give each write of a key a value of its own",
                )


# The graph


class Graph:
    """What comes before what: by node, its successors with the kinds of the edges to them.

    Nodes below `txns` are transactions. The others are junctions; a way through them leads from
    a transaction to a transaction, and is of the kind of its first edge.
    """

    def __init__(self, txns: int) -> None:
        self.txns = txns
        self.next: list[dict[int, int]] = [{} for _ in range(txns)]

    def junction(self) -> int:
        """Return a new node that is no transaction."""
        self.next.append({})
        return len(self.next) - 1

    def add(self, source: int, target: int, kind: int) -> None:
        """Add a kind of edge."""
        assert source != target, "nothing comes before itself"
        targets = self.next[source]
        targets[target] = targets.get(target, 0) | kind


def build(txns: Sequence[Txn], inference: Inference) -> Graph:
    """Return the graph of everything that is known of the order of some transactions."""
    graph = Graph(len(txns))
    for edge in inference.edges(graph.junction):
        graph.add(edge.source, edge.target, edge.kind)
    _add_processes(graph, txns)
    _add_realtime(graph, txns)
    return graph


def _add_processes(graph: Graph, txns: Sequence[Txn]) -> None:
    last: dict[int | str, int] = {}
    for txn in txns:
        process = txn.call.invoke.process
        if txn.outcome == "fail":
            continue
        if process in last:
            graph.add(last[process], txn.number, PROCESS)
        last[process] = txn.number


def _add_realtime(graph: Graph, txns: Sequence[Txn]) -> None:
    """Let each transaction that has ended come before each that begins later.

    Through moments, one after the other: an end leads to a moment, which leads to later ones and
    to those that begin then. So the edges are as many as the events, however many are open.
    """
    events = [(txn.call.invoke.index, False, txn.number) for txn in txns if txn.outcome != "fail"]
    events += [
        (txn.call.end.index, True, txn.number) for txn in txns
        if txn.outcome == "ok" and txn.call.end
    ]  # fmt: skip
    moment, is_used = -1, True
    for _, is_end, number in sorted(events):
        if is_end:
            if is_used:
                later = graph.junction()
                if moment >= 0:
                    graph.add(moment, later, THEN)
                moment, is_used = later, False
            graph.add(number, moment, REALTIME)
        elif moment >= 0:
            graph.add(moment, number, THEN)
            is_used = True


def all_before_all(
    firsts: Sequence[int],
    seconds: Sequence[tuple[int, Any]],
    junction: Callable[[], int],
    key: Any,
    seen: Any,
) -> Iterator[Edge]:
    """Yield rw edges by which each of some comes before each of others, but not before itself.

    `seconds` are transactions, each with what it wrote. Where there are many, two chains of
    junctions lead to them: one to all from a place on, one to all up to a place.
    """
    if len(firsts) * len(seconds) <= DIRECT_EDGES_MAX:
        for first in firsts:
            for second, written in seconds:
                if first != second:
                    yield Edge(first, second, RW, key, seen, written)
        return
    onwards = [junction() for _ in seconds]
    backwards = [junction() for _ in seconds]
    for place, (second, written) in enumerate(seconds):
        yield Edge(onwards[place], second, THEN, key, seen, written)
        yield Edge(backwards[place], second, THEN, key, seen, written)
        if place:
            yield Edge(onwards[place - 1], onwards[place], THEN)
            yield Edge(backwards[place], backwards[place - 1], THEN)
    place_of = {second: place for place, (second, _) in enumerate(seconds)}
    for first in firsts:
        place = place_of.get(first, -1)
        if place + 1 < len(seconds):
            yield Edge(first, onwards[place + 1], RW, key, seen)
        if place > 0:
            yield Edge(first, backwards[place - 1], RW, key, seen)


def live(txns: Iterable[Txn]) -> Iterator[Txn]:
    """Yield the transactions that happened or may have happened."""
    return (txn for txn in txns if txn.outcome != "fail")
