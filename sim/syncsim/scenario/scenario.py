"""A scenario, resolved: everything a run needs, as records, with every default filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from syncsim.design import Design
from syncsim.domain import Domain
from syncsim.net.gateways import ONE_GATEWAY, Gateways
from syncsim.net.profile import Profile
from syncsim.net.unfaithful import FAITHFUL, Unfaithful
from syncsim.scenario.generator import Generator

Verb = Literal[
    "partition", "heal", "sleep", "wake", "hide", "show", "reload", "expire-token", "drop", "hold",
    "release", "delay", "lose", "duplicate", "restart", "crash", "overload", "skew-clock",
]  # fmt: skip
Gesture = Literal["show", "open", "close", "refresh"]

VERBS: tuple[str, ...] = get_args(Verb)
GESTURES: tuple[str, ...] = ("show", "open", "close", "refresh")
BACKEND = "backend"
BROKER, REPLICA = "broker", "replica-"
"""Other places behind the gateways; the number of a replica follows, from 1."""
ALL_PERCENT = 100
"""What a fault is about if it says nothing of percents."""
MODEL, TANSTACK = "model", "tanstack"
MAKES: tuple[str, ...] = (MODEL, TANSTACK)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSpec:
    """One dashboard: who sits at it and which views it shows at the start.

    `runs` is what it is made of: `model`, `tanstack` for the real packages in Node, or the
    words of a command that starts a client of another make.
    """

    name: str
    role: str
    user: str
    shows: tuple[str, ...]
    runs: str | tuple[str, ...] = MODEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row that the backend holds at the start, with all its fields."""

    entity: str
    id: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing a person does at a stated time.

    `do` is a gesture (show, open, close, refresh) or the name of an action. `on` is a row id
    or, for `show`, empty; `views` are the views to show. `id` names the intent and every
    message it causes, so it stays the same when other steps are removed.
    """

    id: str
    at_us: int
    who: str
    do: str
    on: str = ""
    views: tuple[str, ...] = ()
    args: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Generated work: these clients act on what they see, with random think times.

    Think times are exponential with mean `every_us`. With `switch_every_us`, the person also
    moves on to the next of the role's views at that interval. `args` gives the values that
    the person chooses from where an action needs an argument.
    """

    id: str
    who: tuple[str, ...]
    every_us: int
    from_us: int
    until_us: int
    actions: tuple[str, ...] = ()
    switch_every_us: int = 0
    args: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong: a verb, at a time, on a place, for a duration.

    `on` is the name of a client or gateway, `broker` or `backend`. `for_us` 0 means until healed.
    `by_us` is the extra delay of `delay`, and how much later the second message of `duplicate` is
    sent; `leg` is which half of an HTTP exchange `lose` takes, or what `duplicate` doubles.

    With `after`, a `crash` waits for the next commit and comes before its answer, or right after
    it and before its event. `loses_us` is how far back a crash goes. A clock is ahead by
    `skew_us`, behind if negative, and gains `drift_ppm`. Of a `partition` or `drop` that is
    `unnoticed` nobody is told, nor of a `partition` of one `direction`. `percent` of the requests
    find an `overload`ed backend too busy, and are asked to return after `retry_after_us`, if it is
    not 0.
    """

    id: str
    at_us: int
    do: Verb
    on: str
    for_us: int = 0
    by_us: int = 0
    leg: Literal["request", "response", "event", "both"] = "both"
    after: Literal["", "commit", "reply"] = ""
    loses_us: int = 0
    skew_us: int = 0
    drift_ppm: int = 0
    unnoticed: bool = False
    direction: Literal["up", "down", "both"] = "both"
    percent: int = 100
    retry_after_us: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosting:
    """How the backend is hosted: read replicas, and how long a commit takes to reach one.

    That is `lag_us` and an exponential extra with mean `lag_jitter_us`. With any replica, the
    primary answers no query unless the design asks for it.
    """

    replicas: int = 0
    lag_us: int = 0
    lag_jitter_us: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How long things may take, and what they may cost, before a check calls them wrong."""

    settle_us: int = 60_000_000
    """Virtual time between healing and the final comparison."""
    paint_us: int = 50_000
    """How long a screen may lag behind what its own client already knows: three frames."""
    gap_us: int = 5_000_000
    """How long a client that missed a change may take to make up for it, once reachable."""
    deaf_us: int = 45_000_000
    """How long a client may believe a dead socket: socket.io's ping interval and time-out."""
    requests_per_commit: int | None = None
    bytes_per_commit: int | None = None
    reconnect_peak_per_s: int | None = None
    """What COST asks for; it judges what is stated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One experiment: people, rows, a workload, faults, a design, a network and a seed.

    `core` names the clients that are healed when the run settles and that must then converge;
    all are, if it is empty. `checks` are the checks that the scenario asks for; `sometimes` are
    situations that must arise in the run, or its verdict is unknown; `properties` are lines that
    `history.property` takes apart. `omit` names steps left out of the run; the luck of every other
    message stays as it was. `elsewhere` has what the command line must say for a part not of the
    catalogue, by kind and name: its path, or nothing for what the scenario holds itself.
    """

    name: str
    title: str
    about: str
    seed: int
    domain: Domain
    design: Design
    network: Profile
    clients: tuple[ClientSpec, ...]
    rows: tuple[Row, ...]
    steps: tuple[Step, ...] = ()
    loads: tuple[Load, ...] = ()
    faults: tuple[Fault, ...] = ()
    generators: tuple[Generator, ...] = ()
    until_us: int = 0
    bounds: Bounds = Bounds()
    hosting: Hosting = Hosting()
    gateways: Gateways = ONE_GATEWAY
    unfaithful: Unfaithful = FAITHFUL
    core: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    sometimes: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    omit: frozenset[str] = frozenset()
    elsewhere: Mapping[tuple[str, str], str] = field(default_factory=dict, compare=False)
