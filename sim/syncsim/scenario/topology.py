"""The places of a scenario, or of a network alone, and what lies between them, as a graph.

    client ── its link ──┬── gateway ── broker ── backend ── replica
                         └── HTTP ───────────────┘

A fault on a client bites its machine or its link, as its verb says; one on a gateway, on the
broker or on the backend bites that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from syncsim.net.profile import Profile
from syncsim.scenario.scenario import BACKEND, BROKER, REPLICA, Scenario

if TYPE_CHECKING:
    import networkx as nx

LINK = "/link"
"""What the name of a client's link ends in; no client's name has a slash."""


def topology(scenario: Scenario) -> nx.Graph[str]:
    """Return the places with their `kind`, and an edge where messages pass between two.

    A link also has its `network`.
    """
    names = [client.name for client in scenario.clients]
    return _graph(names, scenario.gateways.names, scenario.hosting.replicas, scenario.network)


def way(network: Profile) -> nx.Graph[str]:
    """Return the same graph for one client, when nothing but its network is known."""
    return _graph(["client"], ["gateway"], 0, network)


def _graph(
    clients: Sequence[str], gateways: Sequence[str], replicas: int, network: Profile
) -> nx.Graph[str]:
    import networkx as nx

    graph: nx.Graph[str] = nx.Graph()
    graph.add_node(BACKEND, kind="backend")
    graph.add_node(BROKER, kind="broker")
    graph.add_edge(BROKER, BACKEND)
    for gateway in gateways:
        graph.add_node(gateway, kind="gateway")
        graph.add_edge(gateway, BROKER)
    for number in range(1, replicas + 1):
        graph.add_node(f"{REPLICA}{number}", kind="replica")
        graph.add_edge(BACKEND, f"{REPLICA}{number}")
    for client in clients:
        link = f"{client}{LINK}"
        graph.add_node(client, kind="client")
        graph.add_node(link, kind="link", network=network)
        graph.add_edge(client, link)
        graph.add_edge(link, BACKEND, carries="HTTP")
        for gateway in gateways:
            graph.add_edge(link, gateway, carries="WebSocket")
    return graph
