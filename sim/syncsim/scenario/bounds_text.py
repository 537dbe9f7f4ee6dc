"""The shape of the end of a run in a file: who is healed, and what checks then hold it to."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from syncsim.scenario import values
from syncsim.scenario.value_types import Duration, Limit, Model

_UNSTATED: Any = None
"""The default of a limit that nothing is held to unless a file states it."""


class SettleText(Model):
    """Who is healed at the end, and must then show what the backend holds."""

    core: list[str] = Field(
        min_length=1,
        max_length=values.MAX_CLIENTS,
        description="The names of these clients. What is wrong with the others goes on, and CONV, "
        "INVAL, GAP and DONE ask nothing of them. The backend is healed in any case.",
    )


class BoundsText(Model):
    """How long things may take, and what they may cost, before a check calls them wrong."""

    settle_us: Duration = Field(
        60_000_000,
        alias="settle",
        description="Virtual time between healing and the final comparison.",
    )
    paint_us: Duration = Field(
        50_000,
        alias="paint",
        description="How long a screen may lag behind what its own client knows.",
    )
    gap_us: Duration = Field(
        5_000_000,
        alias="gap",
        description="How long a client that missed a change may take to look again, once it can "
        "be reached, for GAP.",
    )
    deaf_us: Duration = Field(
        45_000_000,
        alias="deaf",
        description="How long a client may take a dead socket to be open, for HONEST.",
    )
    requests_per_commit: Limit = Field(
        _UNSTATED, description="HTTP requests of all clients for each commit, for COST."
    )
    bytes_per_commit: Limit = Field(
        _UNSTATED, description="Bytes sent by anybody for each commit, for COST."
    )
    reconnect_peak_per_s: Limit = Field(
        _UNSTATED,
        description="Connections and fetches of clients coming back within any second, for COST.",
    )
