"""The modelled client beside the real one: the same dashboard, in the same run."""

from __future__ import annotations

import time
from dataclasses import replace

from syncsim.bridge import ClientError
from syncsim.client.ports import Dashboard, Input, Output
from syncsim.scenario import load, made_of
from syncsim.scenario.scenario import ClientSpec, Scenario
from syncsim.world import World, run

WATCHED = "op-1"
SEEDS = ("two-operators", "offline", "everyone-at-once")


class Timed:
    """A client with a stop-watch on it."""

    def __init__(self, client: Dashboard) -> None:
        self._client = client
        self.role = client.role
        self.picture = client.picture
        self.close = client.close
        self.exchanges = 0
        self.seconds = 0.0

    def handle(self, now_us: int, event: Input, cause: int) -> list[Output]:
        """Hand the input on, and take the time."""
        began = time.perf_counter()
        out = self._client.handle(now_us, event, cause)
        self.seconds += time.perf_counter() - began
        self.exchanges += 1
        return out

    @property
    def wake_us(self) -> int | None:
        """Ask the client."""
        return self._client.wake_us


class WatchedWorld(World):
    """A world in which one client is timed."""

    watched: Timed

    def _seat(self, client: ClientSpec) -> Dashboard:
        seated = super()._seat(client)
        if client.name != WATCHED:
            return seated
        self.watched = Timed(seated)
        return self.watched


def exchanges_a_second(scenario: Scenario, make: str) -> float:
    """Run with one client made so, and return how many inputs it takes a second."""
    clients = tuple(
        replace(client, runs=make) if client.name == WATCHED else client
        for client in scenario.clients
    )
    world = WatchedWorld(replace(scenario, clients=clients))
    try:
        world.run()
    finally:
        world.close()
    return world.watched.exchanges / world.watched.seconds


def fleet_seconds(name: str, make: str) -> float:
    """Return how long a whole run takes if every client is made so, start and end included."""
    scenario = made_of(load(f"seed/{name}", design="enhanced"), make)
    began = time.perf_counter()
    run(scenario)
    return time.perf_counter() - began


def figures(scenario: Scenario, repeats: int) -> list[tuple[str, float, str]]:
    """Return (what, figure, unit), the best of several repetitions.

    If the real client cannot run, the reason is printed and its figures are left out.
    """
    again = range(repeats)
    model = max(exchanges_a_second(scenario, "model") for _ in again)
    rows = [("one modelled client", model, "exchanges a second")]
    try:
        real = max(exchanges_a_second(scenario, "tanstack") for _ in again)
    except ClientError as error:
        print(f"the real client is not measured: {error.problems[0].expected} is missing")
        return rows
    rows.append(("one real client", real, "exchanges a second"))
    rows.append(("modelled over real, one client", model / real, "times"))
    for name in SEEDS:
        real_seconds = min(fleet_seconds(name, "tanstack") for _ in again)
        ratio = real_seconds / min(fleet_seconds(name, "model") for _ in again)
        rows.append((f"modelled over real, all of {name}", ratio, "times"))
    return rows
