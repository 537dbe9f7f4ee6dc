"""The places of a scenario in a few lines of text, and which of them have a fault when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx

    from syncsim.scenario import Scenario

NAMES_MAX = 8
"""More clients of a role than this are counted and not named."""
FAULTS_MAX = 20
"""More faults than this are counted and not told."""


def picture(scenario: Scenario) -> list[str]:
    """Return the lines that show the way from the clients to the backend."""
    from syncsim.scenario.topology import topology

    graph = topology(scenario)
    count = len(_of(graph, "client"))
    clients = f"{count} client{'s' if count > 1 else ''} ── a link each"
    return [*drawing(graph, clients), *_clients(scenario), *_faults(scenario)]


def _of(graph: nx.Graph[str], kind: str) -> list[str]:
    return [place for place, is_a in graph.nodes(data="kind") if is_a == kind]


def drawing(graph: nx.Graph[str], clients: str) -> Iterator[str]:
    """Yield the drawing: a row for each gateway, and one for HTTP.

    `clients` is what is written for the clients and their links.
    """
    gateways, replicas = _of(graph, "gateway"), _of(graph, "replica")
    clients = f"{clients} ─"
    width = max(len(gateway) for gateway in gateways)
    behind = "── broker ─"
    last = f" ── {', '.join(replicas)}" if replicas else ""
    for number, gateway in enumerate(gateways):
        start = f"{clients}┬─ " if number == 0 else f"{'':{len(clients)}}├─ "
        name = f"{gateway} ".ljust(width + 1, "─")
        if number == 0:
            joint = "─" if len(gateways) == 1 else "┬"
            yield f"{start}{name}─{joint}{behind}┬── backend{last}"
        else:
            joint = "┘" if number == len(gateways) - 1 else "┤"
            yield f"{start}{name}─{joint}{'':{len(behind)}}│"
    yield f"{'':{len(clients)}}└─ {'HTTP '.ljust(width + 3 + len(behind), '─')}┘"


def _clients(scenario: Scenario) -> Iterator[str]:
    by_role: dict[str, list[str]] = {}
    for client in scenario.clients:
        by_role.setdefault(client.role, []).append(client.name)
    for role, names in by_role.items():
        more = len(names) - NAMES_MAX
        shown = ", ".join(names[:NAMES_MAX])
        yield f"{role}: {shown} and {more} more" if more > 0 else f"{role}: {shown}"


def _faults(scenario: Scenario) -> Iterator[str]:
    """Yield the faults in the order of time, and what the generators draw from the seed."""
    from syncsim.engine import Draws
    from syncsim.scenario.expand import expand
    from syncsim.scenario.values import format_duration

    drawn = expand(scenario.generators, Draws(scenario.seed))
    faults = sorted((*scenario.faults, *drawn), key=lambda fault: fault.at_us)
    for fault in faults[:FAULTS_MAX]:
        lasts = f", for {format_duration(fault.for_us)}" if fault.for_us else ""
        source = f", drawn as {fault.id} from seed {scenario.seed}" if "/" in fault.id else ""
        yield f"{format_duration(fault.at_us)}: {fault.do} on {fault.on}{lasts}{source}"
    if len(faults) > FAULTS_MAX:
        yield f"and {len(faults) - FAULTS_MAX} more faults"
