"""Which named consistency models hold for a history, and which stories rule out the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from syncsim.checks import causal, conv, mono, one_order, order, realtime, ryw, wfr
from syncsim.checks.damage import damage
from syncsim.checks.done import run_ended
from syncsim.checks.evidence import Evidence
from syncsim.checks.verdict import Check, Finding, Status, Story
from syncsim.history import History

IMPLIES: dict[str, tuple[str, ...]] = {
    "linearizable": ("sequential", "eventual"),
    "sequential": ("causal",),
    "causal": ("PRAM", "writes-follow-reads"),
    "PRAM": ("read-your-writes", "monotonic-reads", "monotonic-writes"),
    "writes-follow-reads": (),
    "read-your-writes": (),
    "monotonic-reads": (),
    "monotonic-writes": (),
    "eventual": (),
}
"""The models, strongest first, each with those that it implies directly.

From P. Viotti and M. Vukolić, Consistency in Non-Transactional Distributed Storage Systems,
ACM Computing Surveys 2016; the four session guarantees are D. B. Terry's, PDIS 1994. `PRAM` is
exactly the three below it (J. Brzeziński et al., From Session Causality to Causal Consistency,
PDP 2004). Only the model with a clock implies `eventual`: a screen that lives in the past for
ever fits into one order of changes.
"""

ALL = ""
"""The key of the answer for the history as a whole."""

_EVERYBODYS = ("row", "commit", "phase")

PART_RECORDS_MAX = 2_000_000
"""Each client's part holds all commits; more than this in all parts would not fit in a gigabyte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether one model holds, and the finding that decided it.

    Where a weaker model fails, so does this one, by the same story. A model holds only if
    what it is about was met and everything that it implies holds.
    """

    model: str
    status: Status
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """The models of one client's views, or of the whole history.

    `strongest` are the models that hold and are implied by no other that holds.
    """

    client: str
    standings: dict[str, Standing]
    strongest: tuple[str, ...]

    @property
    def ruled_out(self) -> dict[str, Finding]:
        """Return the models that do not hold, each with the failure that shows it."""
        return dict(self._of(Status.FAIL))

    @property
    def unknown(self) -> dict[str, Finding]:
        """Return the models that nobody can tell of, each with what was missing."""
        return dict(self._of(Status.UNKNOWN))

    def _of(self, status: Status) -> Iterator[tuple[str, Finding]]:
        for model, standing in self.standings.items():
            if standing.status is status:
                yield model, standing.finding


def lattice() -> Any:
    """Return the models as a directed graph, with an edge from each to those that imply it."""
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_nodes_from(IMPLIES)
    graph.add_edges_from((weak, strong) for strong, implied in IMPLIES.items() for weak in implied)
    return graph


def models(evidence: Evidence) -> dict[str, Models]:
    """Return which models hold for the whole history, under `ALL`, and for each client.

    The history is one that was found whole enough to be judged.
    """
    found = _findings(evidence)
    if not run_ended(evidence.history):
        found = {client: _held_back(findings) for client, findings in found.items()}
    return {client: standings(client, findings) for client, findings in found.items()}


def models_of(history: History) -> dict[str, Models]:
    """Return which models hold, for everybody and each client.

    Empty for a history from which nothing can be judged, and for one that is too large.
    """
    clients = len(history.header.get("clients") or {})
    shared = sum(1 for _ in history.of(*_EVERYBODYS))
    if damage(history) or clients * shared > PART_RECORDS_MAX:
        return {}
    return models(Evidence(history))


def models_as_json(found: dict[str, Models]) -> dict[str, Any]:
    """Return the models of everybody, under `all`, and of each client, as plain data."""
    return {
        client or "all": {
            "strongest": list(of.strongest),
            "models": {
                name: {
                    "status": standing.status.value,
                    "decided_by": standing.finding.check,
                    "why": standing.finding.why,
                }
                for name, standing in of.standings.items()
            },
        }
        for client, of in found.items()
    }


def standings(client: str, findings: dict[str, list[Finding]]) -> Models:
    """Return which models hold, given what was found of each by itself."""
    import networkx as nx

    graph = lattice()
    stand: dict[str, Standing] = {}
    for model in nx.topological_sort(graph):
        deciding = [*(stand[weak].finding for weak in graph.predecessors(model))]
        deciding += findings.get(model, [])
        status = Status.worst(finding.status for finding in deciding)
        decided = next(finding for finding in deciding if finding.status is status)
        stand[model] = Standing(model=model, status=status, finding=decided)
    holding = [model for model in IMPLIES if stand[model].status is Status.PASS]
    return Models(
        client=client,
        standings={model: stand[model] for model in IMPLIES},
        strongest=tuple(
            model for model in holding if not any(each in holding for each in graph[model])
        ),
    )


def _findings(evidence: Evidence) -> dict[str, dict[str, list[Finding]]]:
    """Return what was found of each model by itself: of the whole, and of each client."""
    tallies = {
        "monotonic-writes": [order.tally(evidence)],
        "writes-follow-reads": [wfr.tally(evidence)],
        "causal": [causal.tally(evidence)],
        "sequential": [one_order.sequential(evidence)],
        "linearizable": [realtime.tally(evidence), one_order.instantaneous(evidence)],
    }
    checks = {
        "eventual": conv.CHECK,
        "read-your-writes": ryw.CHECK,
        "monotonic-reads": mono.CHECK,
    }
    found = {
        ALL: {model: [tally.finding() for tally in each] for model, each in tallies.items()}
        | {model: [check.judge(evidence)] for model, check in checks.items()}
    }
    for client, part in _parts(evidence).items():
        found[client] = {
            model: [tally.finding_of(client) for tally in each] for model, each in tallies.items()
        } | {model: [part.ask(check)] for model, check in checks.items()}
    return found


def _held_back(findings: dict[str, list[Finding]]) -> dict[str, list[Finding]]:
    """Return findings of a run that did not end, in which nothing counts as a pass."""
    why = "the run did not end, so nothing in it counts as a pass"
    return {
        model: [
            replace(finding, status=Status.UNKNOWN, why=why)
            if finding.status is Status.PASS
            else finding
            for finding in each
        ]
        for model, each in findings.items()
    }


class _Part:
    """What one client took part in, as a history of its own, and the backend's rows.

    It is for checks that look at each client by itself.
    """

    def __init__(self, header: dict[str, Any]) -> None:
        self.history = History(header)
        self._seqs: list[int] = []
        self._place: dict[int, int] = {}

    def take(self, record: Any) -> None:
        """Append a record, with its cause if that is in this part."""
        self._place[record.seq] = len(self._seqs)
        self._seqs.append(record.seq)
        self.history.append(*record._replace(cause=self._place.get(record.cause, -1))[1:])

    def ask(self, check: Check) -> Finding:
        """Return what a check finds, its stories told with the records of the whole."""
        finding = check.judge(Evidence(self.history))
        return replace(finding, stories=tuple(map(self._told, finding.stories)))

    def _told(self, story: Story) -> Story:
        return replace(story, records=tuple(self._seqs[seq] for seq in story.records))


def _parts(evidence: Evidence) -> dict[str, _Part]:
    """Return each client's part of the history."""
    parts = {client: _Part(evidence.header) for client in evidence.clients}
    for record in evidence.history:
        if record.kind in _EVERYBODYS:
            for part in parts.values():
                part.take(record)
        else:
            for place in dict.fromkeys((record.at, record.peer)):
                if place in parts:
                    parts[place].take(record)
    return parts
