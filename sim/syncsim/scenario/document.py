"""The shape of scenario, design and network files: which keys there are, and of which type.

Pydantic stands here, beside the types of values, and nowhere further in. Names that depend on
the domain or on the clients (roles, views, actions, rows) are text here; `compile` looks them
up. A setting keeps the name it has in its record, with the key of the file as alias:
`stale_time` is `stale_time_us`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from syncsim.history.property import MAX_PROPERTIES
from syncsim.history.vocabulary import CHECK_NAMES
from syncsim.net.broker import KEPT_MAX
from syncsim.net.stacks import StackName
from syncsim.scenario import values
from syncsim.scenario.bounds_text import BoundsText, SettleText
from syncsim.scenario.fault_text import FaultText, UnfaithfulText
from syncsim.scenario.generator_text import FlapText, HerdText, SwarmText, SwizzleText
from syncsim.scenario.network_text import InlineNetwork
from syncsim.scenario.scenario import MODEL
from syncsim.scenario.value_types import (
    ActionName,
    CheckName,
    Deed,
    DomainName,
    Duration,
    Id,
    Make,
    MergeStrategy,
    Model,
    Name,
    OverlayStrategy,
    PropertyText,
    Prose,
    ReadStrategy,
    RecoveryStrategy,
    Retries,
    Role,
    ScenarioName,
    Situation,
    View,
    WriteStrategy,
)  # fmt: skip


class ReadText(Model):
    """How a client learns that what it shows is old."""

    strategy: ReadStrategy = Field(
        description="manual: the person refreshes; poll: at an interval; invalidate: a socket "
        "event marks queries stale; generation: the same, and no invalidation during a fetch is "
        "lost; patch: an event's changes are written over the rows held; versioned-patch: the "
        "same if none was missed, and a fetch if one was; delta-log: events bring rows, applied in "
        "the order of a log; checkpoint: all on screen is fetched at once, as of one commit.",
    )
    stale_time_us: Duration = Field(
        300_000_000, alias="stale_time", description="How long fetched data counts as fresh."
    )
    refresh_every_us: Duration = Field(
        0,
        alias="refresh_every",
        description="How often the person refreshes by hand, for manual; 0s is never.",
    )
    retries: Retries = Field(3, description="Retries of a failed fetch.")
    timeout_us: Duration = Field(
        10_000_000, alias="timeout", description="How long a fetch may take."
    )
    interval_us: Duration = Field(
        30_000_000, alias="interval", description="From one fetch to the next, for poll."
    )
    trailing_us: Duration = Field(
        0,
        alias="trailing",
        description="How long generation waits before it fetches once more.",
    )
    fresh_by: Literal["nothing", "token", "primary-window", "hold-event"] = Field(
        "nothing",
        description="What keeps a read from a replica that is too old. token: the client names "
        "the newest commit it has heard of; primary-window: who has written reads from the "
        "primary for a while; hold-event: no event before every replica has its commit.",
    )
    primary_window_us: Duration = Field(
        5_000_000, alias="primary_window", description="That while, for primary-window."
    )
    persist: bool = Field(
        default=False, description="Whether the query cache is stored, and outlives a reload."
    )


class OverlayText(Model):
    """How a pending intent is shown."""

    strategy: OverlayStrategy = Field(
        description="pessimistic: not at all; snapshot: written into the cache, restored on "
        "error; inverse: the same, undone field by field; revision: restored only if nothing else "
        "was written since; layers: kept apart, applied again on every change of the confirmed "
        "rows; rebase: run again on them until they contain the intent; freeze: the rows stay as "
        "painted until the confirmed rows contain the commit.",
    )
    cancel_fetches: bool = Field(
        default=False,
        description="Whether fetches in flight are cancelled before an overlay goes on.",
    )
    address: Literal["id", "index"] = Field(
        "id", description="How `inverse` finds its row: by id, or by its place in the list."
    )
    fence_timeout_us: Duration = Field(
        5_000_000, alias="fence_timeout", description="How long `freeze` waits after an ok."
    )


class WriteText(Model):
    """How intents are sent."""

    strategy: WriteStrategy = Field(
        description="parallel: each at once; serial: one at a time per row; fifo: one at a time."
    )
    sent_by: Literal["thunk", "mutation"] = Field(
        "thunk",
        description="thunk: once, and it fails offline; mutation: by the query cache, which waits "
        "for the network and tries again.",
    )
    idempotency_key: bool = Field(
        default=False, description="Whether a repeated request has its effect only once."
    )
    if_match: bool = Field(
        default=False, description="Whether a write based on an old version is refused."
    )
    retries: Retries = Field(
        0,
        description="Retries of a mutation whose fate is unknown.",
    )
    timeout_us: Duration = Field(
        10_000_000, alias="timeout", description="How long a write may take."
    )
    on_refusal: Literal["continue", "abort-dependants", "abort-all"] = Field(
        "continue",
        description="What happens to waiting intents when one is refused: they are sent all the "
        "same, those on its rows are given up, or all are.",
    )
    invalidate_when_last: bool = Field(
        default=False,
        description="Whether an intent that ends invalidates nothing while others are under way.",
    )
    persist: bool = Field(
        default=False,
        description="Whether intents without an outcome are stored, and sent again after a reload.",
    )


class RecoveryText(Model):
    """What a client does when its socket is open again."""

    strategy: RecoveryStrategy = Field(
        description="nothing: carry on with the next event; invalidate-all: look at everything "
        "again; invalidate-spread: the same, after a wait that differs from client to client; "
        "replay: it is told what it missed, if that is still kept; cursor: it is told what came "
        "after the commit that it holds, if the log reaches back so far, else it fetches all; "
        "audit: at an interval it asks whether what it holds is what the backend has.",
    )
    spread_us: Duration = Field(
        10_000_000, alias="spread", description="The longest wait of invalidate-spread."
    )
    every_us: Duration = Field(
        30_000_000, alias="every", description="From one question of audit to the next."
    )


class MergeText(Model):
    """How the backend orders writes."""

    strategy: MergeStrategy = Field(
        "arrival",
        description="arrival: first come, guard decides; client-clock: the last by the clients' "
        "clocks wins; hybrid-clock: by hybrid logical clocks; version: a write that does not "
        "name the row's version is refused.",
    )
    stamps: Literal["row", "field"] = Field(
        "row", description="Whether a row has one time stamp, or each of its fields its own."
    )


class FeedText(Model):
    """How the backend tells of changes."""

    payload: Literal["ids", "changes", "rows"] = Field(
        "ids",
        description="Whether an event names the rows and their versions only, or also carries "
        "what changed, or the whole rows.",
    )
    delivery: Literal["at-most-once", "at-least-once", "log"] = Field(
        "at-most-once",
        description="at-most-once: events are told and forgotten; at-least-once: each is kept "
        "for a client until it acknowledges it, and told again when its socket opens; log: they "
        "are a log by the number of the commit that survives a restart.",
    )
    retention_us: Duration = Field(
        0,
        alias="retention",
        description="How long events are kept for those who are away, for replay and cursor.",
    )
    retention_count: int = Field(
        0,
        ge=0,
        le=KEPT_MAX,
        description="How many events a log keeps, for cursor; 0 for no bound.",
    )


class DesignText(Model):
    """A sync design: five independent choices and their settings."""

    title: Prose = Field("", description="The design in one line; its name by default.")
    simplifies: Prose = Field(
        "", description="What the model leaves out of the real thing, in plain words."
    )
    source: Prose = Field("", description="Where the facts about the real thing come from.")
    read: ReadText
    overlay: OverlayText
    write: WriteText
    recovery: RecoveryText
    merge: MergeText = MergeText.model_validate({})
    feed: FeedText = FeedText.model_validate({})
    store: Literal["slice", "cache-and-slice"] = Field(
        "cache-and-slice", description="The copies that a dashboard paints from."
    )
    push: bool = Field(
        default=True, description="Whether the backend broadcasts a change to the other clients."
    )
    audit: bool = Field(
        default=True, description="Whether the backend writes an audit entry for each commit."
    )
    keep_newest: bool = Field(
        default=False, description="Whether a client ignores a row older than the one it holds."
    )
    socket: StackName = Field(
        "socket.io-client",
        description="The client library whose heartbeat and reconnecting the socket has.",
    )
    outbox: bool = Field(
        default=False,
        description="Whether an event is stored with its commit, so that no crash can lose it.",
    )
    retry_after: bool = Field(
        default=False,
        description="Whether a client comes back when a busy server asked it to, and not before.",
    )


class InlineDesign(DesignText):
    """A design written into the scenario."""

    name: Name


class ClientText(Model):
    """One dashboard."""

    role: Role
    user: Name = Field("", description="Who sits at it; the client's name by default.")
    shows: list[View] = Field(
        [],
        min_length=1,
        description="The views on the screen at the start; the role's first one by default.",
    )
    runs: Make = Field(
        MODEL,
        description="What the dashboard is made of: the model; tanstack, the published packages "
        "in Node; or a command that starts your own.",
    )


class StepText(Model):
    """One thing that a person does at a stated time."""

    at_us: Duration = Field(alias="at")
    who: str = Field(description="The name of a client.")
    do: Deed = Field(description="show, open, close, refresh, or an action of the domain.")
    on: str = Field("", description="The id of a row, for `open` and for most actions.")
    views: list[View] = Field([], min_length=1, description="The views to show, for `show`.")
    args: dict[str, Prose] = Field({}, alias="with", description="What the action asks for.")
    id: Id = Field("", description="Names the step; <who>.<n> by default.")


class LoadText(Model):
    """Generated work: these clients act on what they see."""

    who: list[str] = Field(
        min_length=1, max_length=values.MAX_CLIENTS, description="The names of the clients."
    )
    every_us: Duration = Field(
        alias="every", description="The mean time between two actions of one client."
    )
    from_us: Duration = Field(0, alias="from")
    until_us: Duration = Field(alias="until")
    actions: list[ActionName] = Field(
        [], description="The actions to take; all of the role by default."
    )
    switch_every_us: Duration = Field(
        0, alias="switch_every", description="How often a person moves on to the next view."
    )
    args: dict[str, list[Prose]] = Field(
        {}, alias="with", description="Values to choose from, for what the actions ask for."
    )
    id: Id = Field("", description="Names the load; load.<n> by default.")


class GatewaysText(Model):
    """What clients' sockets end at: gateway-1, gateway-2 and so on, for faults to name."""

    count: int = Field(
        1,
        ge=1,
        le=values.MAX_GATEWAYS,
        description="How many there are; a connection is led to any that is up.",
    )
    idle_us: Duration = Field(
        0,
        alias="idle",
        description="A connection is closed on which nothing was sent for so long, not even a "
        "heartbeat; 0s is never.",
    )
    queue: int = Field(
        0,
        ge=0,
        le=values.MAX_QUEUE,
        description="How many events wait at most to reach one client; one more closes its "
        "connection. 0 is any number.",
    )
    max_frame_bytes: int = Field(
        0,
        ge=0,
        le=values.MAX_FRAME_BYTES,
        description="The longest WebSocket frame that is let through; a longer one "
        "closes the socket with 1009. 0 is no limit.",
    )


class BackendText(Model):
    """How the backend is hosted."""

    replicas: int = Field(
        0, ge=0, le=values.MAX_REPLICAS, description="Read replicas; with any, they answer reads."
    )
    lag_us: Duration = Field(
        0, alias="lag", description="How long a commit takes to reach a replica."
    )
    lag_jitter_us: Duration = Field(
        0, alias="lag_jitter", description="The mean of the random extra lag."
    )


class Outline(Model):
    """A scenario file whose entries have not been looked into.

    Entries are validated one by one, so that a wrong step hides no other problem.
    """

    syncsim: int
    name: ScenarioName = Field("", description="The name in histories; the file's by default.")
    title: Prose = Field(description="The scenario in one line.")
    about: Annotated[str, StringConstraints(strip_whitespace=True)] = Field(
        "", description="What it shows, in prose."
    )
    seed: int = Field(
        1, ge=0, le=values.MAX_SEED, description="Decides every random choice of the run."
    )
    domain: DomainName = Field("booking", description="The application under study.")
    design: Any
    network: Any
    until_us: Duration = Field(
        0,
        alias="until",
        description="The end of the safety phase; by default a second after the last thing.",
    )
    clients: dict[str, Any] = Field(min_length=1, max_length=values.MAX_CLIENTS)
    rows: dict[str, Any] = Field({})
    steps: list[Any] = Field([], max_length=values.MAX_STEPS)
    load: list[Any] = Field([], max_length=values.MAX_LOADS)
    faults: list[Any] = Field([], max_length=values.MAX_FAULTS)
    generators: list[Any] = Field([], max_length=values.MAX_GENERATORS)
    gateways: Any = Field({})
    settle: Any = Field({})
    bounds: Any = Field({})
    backend: Any = Field({})
    unfaithful: Any = Field({})
    checks: list[CheckName] = Field(
        list(CHECK_NAMES), min_length=1, description="The checks to make; all by default."
    )
    sometimes: list[Situation] = Field(
        [], description="Situations that must arise, or the verdict is unknown."
    )
    properties: list[PropertyText] = Field(
        [],
        max_length=MAX_PROPERTIES,
        description="What must hold besides the checks, a line each: `p99 staleness of therapist "
        "views < 800ms`. The forms stand in checks.md.",
    )
    omit: list[str] = Field([], description="Ids of steps that are left out of the run.")


class ScenarioText(Outline):
    """One experiment: people, rows, a workload, faults, a design, a network and a seed."""

    syncsim: Literal[1] = Field(description="The version of this format.")
    design: str | InlineDesign = Field(description="A design of the catalogue, or a new one.")
    network: str | InlineNetwork = Field(description="A network of the catalogue, or a new one.")
    clients: dict[Name, ClientText] = Field(
        min_length=1, max_length=values.MAX_CLIENTS, description="The dashboards, by name."
    )
    rows: dict[str, dict[str, dict[str, Any]]] = Field(
        {}, description="The rows at the start: by entity, then by id or range, A1..A9."
    )
    steps: list[StepText] = Field([], max_length=values.MAX_STEPS, description="What people do.")
    load: list[LoadText] = Field([], max_length=values.MAX_LOADS, description="Generated work.")
    faults: list[FaultText] = Field(
        [], max_length=values.MAX_FAULTS, description="What goes wrong."
    )
    generators: list[SwarmText | SwizzleText | HerdText | FlapText] = Field(
        [],
        max_length=values.MAX_GENERATORS,
        description="What may go wrong besides, drawn from the seed.",
    )
    gateways: GatewaysText = Field(
        GatewaysText.model_construct(), description="What sockets end at; one by default."
    )
    settle: SettleText = Field(
        SettleText.model_construct(), description="Who is healed at the end; all by default."
    )
    bounds: BoundsText = Field(
        BoundsText.model_construct(), description="The limits of time that checks apply."
    )
    backend: BackendText = Field(
        BackendText.model_construct(), description="How the backend is hosted."
    )
    unfaithful: UnfaithfulText = Field(
        UnfaithfulText.model_construct(),
        description="Frames lost, doubled or out of order on open WebSockets; none by default.",
    )
