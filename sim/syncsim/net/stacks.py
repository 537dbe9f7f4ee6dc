"""Twelve WebSocket client stacks: how each learns of a dead connection, and how it returns.

Read from the packages themselves, in the versions given. All of it is data: `reconnector`
plays the rules. What the rules leave out is said in the `leaves_out` of each stack.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from syncsim.net.units import MILLION

MS = 1_000
SECOND = 1_000_000

NORMAL_CLOSE = 1000
GOING_AWAY_CLOSE = 1001
"""What a page sends that is left or loaded anew (RFC 6455, 7.4.1)."""
TOO_BIG_CLOSE = 1009
"""What an end sends that got a message longer than it takes (RFC 6455, 7.4.1)."""
ABNORMAL_CLOSE = 1006
"""What a browser reports when the connection broke without a close frame (RFC 6455, 7.1.5)."""
HEARTBEAT_CLOSE = 0
"""Stands for a close that no peer sent: the client's own heartbeat found the connection dead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """Who pings whom, and after how long a silence the client counts the connection dead.

    A ping comes every `interval_us`, or after so long a silence; what should follow it has
    `timeout_us` to come. Nobody pings if `pinged_by` is `nobody`: then a half-open connection
    stays open until TCP gives up.
    """

    pinged_by: Literal["nobody", "client", "server", "both"]
    interval_us: int = 0
    timeout_us: int = 0

    def __post_init__(self) -> None:
        assert (self.pinged_by == "nobody") == (self.interval_us == 0), self.interval_us
        assert self.timeout_us >= 0, self.timeout_us

    @property
    def dead_after_us(self) -> int:
        """Return the longest silence the client lives with; 0 if it never notices."""
        return self.interval_us + self.timeout_us


@dataclass(frozen=True, slots=True, kw_only=True)
class Jitter:
    """What chance does to a wait.

    `scale` multiplies it by a number from `low` to `high`, in millionths; `first` holds
    another pair for the first wait. `add` adds a time from `low` to `high`. `base` adds such a
    time to the base, drawn once in the life of a page. `deciles` is socket.io's: a share of
    the wait up to `high`, in millionths, taken off when the tenth of the draw that it fell
    into has an even number and put on otherwise, so that sign and size hang together.
    """

    kind: Literal["scale", "add", "base", "deciles"]
    low: int = 0
    high: int
    first: tuple[int, int] | None = None
    before_cap: bool = False

    def __post_init__(self) -> None:
        assert 0 <= self.low <= self.high, (self.low, self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRule:
    """What the close codes from `first` to `last` mean to a client.

    Either it stops for good, or it waits `wait_us` and begins its series of waits again, or
    the series goes on with another base.
    """

    first: int
    last: int
    stops: bool = False
    wait_us: int | None = None
    base_us: int | None = None

    def __post_init__(self) -> None:
        assert self.first <= self.last, (self.first, self.last)
        assert self.stops + (self.wait_us is not None) + (self.base_us is not None) == 1, self


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A page that becomes visible again tries after `wait_us`, timer or no timer."""

    wait_us: int
    restarts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """So long after the first failed try, the waits become others, and exact."""

    after_us: int
    wait_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconnect:
    """When a client tries again.

    The n-th wait of a series is the n-th of `waits_us`. When these are used up, it is
    `base_us` times a power of `factor_ppm`, at most `cap_us`, or without a base the last of
    them again. An open connection begins a new series, after `min_uptime_us` of being open.

    Attributes:
        close_wait_us: the wait after an open connection closed, if it is not of the series.
        close_counts: whether such a wait uses up one of the series.
        close_spacing_us: the least time between two of these tries.
        polls_us: a poll with periods of `polls_us` to twice that notices the close, at the
            first that is at least `polls_us` after it.
        from_try: waits run from the beginning of a try and not from its end.
        gives_up_after: how many waits a series has; 0 if it has no end.
        error_stops: a try that ends without a close code ends it all.
        opt_in: only if the application asks for it; by default it stays closed.
        tries_hidden: whether a hidden page tries.
        timer_us: waits are whole multiples of it. The timers of browsers take whole
            milliseconds.
    """

    waits_us: tuple[int, ...] = ()
    base_us: int = 0
    factor_ppm: int = MILLION
    cap_us: int = 0
    jitter: Jitter | None = None
    codes: tuple[CodeRule, ...] = ()
    min_uptime_us: int = 0
    close_wait_us: int | None = None
    close_counts: bool = True
    close_spacing_us: int = 0
    polls_us: int = 0
    from_try: bool = False
    gives_up_after: int = 0
    error_stops: bool = False
    opt_in: bool = False
    suspension: Suspension | None = None
    tries_hidden: bool = True
    shown: Shown | None = None
    timer_us: int = MS

    def __post_init__(self) -> None:
        assert self.waits_us or self.base_us, "a series has waits"
        assert self.factor_ppm >= MILLION, self.factor_ppm
        # Waits that grow need a cap or an end, or they grow beyond any number.
        assert self.factor_ppm == MILLION or self.cap_us or self.gives_up_after, self


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Whether a client that was away gets what it missed.

    `window` keeps it for `window_us`, `buffer` keeps `buffer_bytes` of it, `cursor` can go on
    from where the client was. `opt_in` is as in `Reconnect`.
    """

    kind: Literal["none", "window", "buffer", "cursor"]
    window_us: int = 0
    buffer_bytes: int = 0
    opt_in: bool = False


NO_REPLAY = Replay(kind="none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A client library with its defaults; `connect_timeout_us` is 0 if it sets none."""

    name: str
    version: str
    source: str
    heartbeat: Heartbeat
    connect_timeout_us: int
    reconnect: Reconnect
    replay: Replay = NO_REPLAY
    leaves_out: str = ""


SOCKET_IO = Stack(
    name="socket.io-client",
    version="4.8.4",
    source="socket.io-client build/esm/manager.js and contrib/backo2.js; engine.io-client "
    "lib/socket.ts, _resetPingTimeout",
    heartbeat=Heartbeat(pinged_by="server", interval_us=25 * SECOND, timeout_us=20 * SECOND),
    connect_timeout_us=20 * SECOND,
    reconnect=Reconnect(
        base_us=SECOND,
        factor_ppm=2 * MILLION,
        cap_us=5 * SECOND,
        jitter=Jitter(kind="deciles", high=MILLION // 2, before_cap=True),
    ),
    replay=Replay(kind="window", window_us=120 * SECOND, opt_in=True),
    leaves_out="the offline event of the browser, which closes at once; long-polling",
)

RECONNECTING_WEBSOCKET = Stack(
    name="reconnecting-websocket",
    version="4.4.0",
    source="reconnecting-websocket dist/reconnecting-websocket-mjs.js, DEFAULT and _getNextDelay",
    heartbeat=Heartbeat(pinged_by="nobody"),
    connect_timeout_us=4 * SECOND,
    reconnect=Reconnect(
        base_us=SECOND,
        factor_ppm=1_300_000,
        cap_us=10 * SECOND,
        jitter=Jitter(kind="base", high=4 * SECOND, before_cap=True),
        min_uptime_us=5 * SECOND,
    ),
    leaves_out="what was sent while closed is queued without limit and sent on opening",
)

PHOENIX = Stack(
    name="phoenix",
    version="1.8.16",
    source="phoenix assets/js/phoenix/socket.js, reconnectAfterMs, sendHeartbeat and "
    "handleVisibilityChange; timer.js",
    heartbeat=Heartbeat(pinged_by="client", interval_us=30 * SECOND, timeout_us=30 * SECOND),
    connect_timeout_us=0,
    reconnect=Reconnect(
        waits_us=(
            *(10 * MS, 50 * MS, 100 * MS, 150 * MS, 200 * MS, 250 * MS, 500 * MS),
            *(SECOND, 2 * SECOND, 5 * SECOND),
        ),
        tries_hidden=False,
        shown=Shown(wait_us=0, restarts=True),
    ),
    leaves_out="channels rejoin after 1, 2, 5 and then every 10 s of their own; up to 1.5 s "
    "for the old connection to close",
)

SUPABASE = Stack(
    name="supabase-realtime-js",
    version="2.109.0",
    source="@supabase/realtime-js src/RealtimeClient.ts, RECONNECT_INTERVALS and "
    "CONNECTION_TIMEOUTS; @supabase/phoenix 0.4.4 assets/js/phoenix/socket.js",
    heartbeat=Heartbeat(pinged_by="client", interval_us=25 * SECOND, timeout_us=25 * SECOND),
    connect_timeout_us=0,
    reconnect=Reconnect(
        waits_us=(SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND),
        tries_hidden=False,
        shown=Shown(wait_us=0, restarts=False),
    ),
    leaves_out="the fresh token it asks for before a try; the heartbeat in a worker",
)

SIGNALR = Stack(
    name="signalr",
    version="10.0.11",
    source="@microsoft/signalr src/DefaultReconnectPolicy.ts and HubConnection.ts",
    heartbeat=Heartbeat(pinged_by="both", interval_us=15 * SECOND, timeout_us=15 * SECOND),
    connect_timeout_us=30 * SECOND,
    reconnect=Reconnect(
        waits_us=(0, 2 * SECOND, 10 * SECOND, 30 * SECOND), gives_up_after=4, opt_in=True
    ),
    replay=Replay(kind="buffer", buffer_bytes=100_000, opt_in=True),
    leaves_out="a close message of the server that forbids to reconnect",
)

ABLY = Stack(
    name="ably",
    version="2.28.0",
    source="ably build/ably-node.js, ConnectionManager.notifyState, startSuspendTimer and "
    "getRetryTime; the idle time of 15 s is what Ably's servers announce",
    heartbeat=Heartbeat(pinged_by="server", interval_us=15 * SECOND, timeout_us=10 * SECOND),
    connect_timeout_us=20 * SECOND,
    reconnect=Reconnect(
        # 15 s times (n + 2) / 3, at most twice.
        waits_us=(15 * SECOND, 20 * SECOND, 25 * SECOND, 30 * SECOND),
        jitter=Jitter(kind="scale", low=800_000, high=MILLION),
        close_wait_us=0,
        # The code waits for 1000 ms less the milliseconds that passed, and it counts one more.
        close_spacing_us=999 * MS,
        suspension=Suspension(after_us=120 * SECOND, wait_us=30 * SECOND),
    ),
    replay=Replay(kind="window", window_us=120 * SECOND),
    leaves_out="fallback hosts, tokens, and a try that is cut short by the suspension",
)

PUSHER = Stack(
    name="pusher-js",
    version="8.6.0",
    source="pusher-js src/core/connection/protocol/protocol.ts, getCloseAction; "
    "connection_manager.ts; strategies/sequential_strategy.ts; runtimes/web/default_strategy.ts",
    heartbeat=Heartbeat(pinged_by="client", interval_us=120 * SECOND, timeout_us=30 * SECOND),
    connect_timeout_us=15 * SECOND,
    reconnect=Reconnect(
        waits_us=(15 * SECOND, 30 * SECOND, 60 * SECOND),
        from_try=True,
        close_wait_us=SECOND,
        close_counts=False,
        codes=(
            CodeRule(first=HEARTBEAT_CLOSE, last=HEARTBEAT_CLOSE, wait_us=0),
            CodeRule(first=1002, last=1004, wait_us=SECOND),
            CodeRule(first=4000, last=4000, wait_us=0),
            CodeRule(first=4001, last=4099, stops=True),
            CodeRule(first=4100, last=4199, wait_us=SECOND),
            CodeRule(first=4200, last=4299, wait_us=0),
            CodeRule(first=4300, last=4999, stops=True),
        ),
    ),
    leaves_out="HTTP fallbacks, the cached transport, the online event, which tries at once",
)

ACTION_CABLE = Stack(
    name="actioncable",
    version="8.1.400",
    source="@rails/actioncable app/assets/javascripts/actioncable.esm.js, ConnectionMonitor",
    heartbeat=Heartbeat(pinged_by="server", interval_us=3 * SECOND, timeout_us=3 * SECOND),
    connect_timeout_us=0,
    reconnect=Reconnect(
        base_us=6 * SECOND,
        factor_ppm=1_150_000,
        cap_us=6 * SECOND * 115**10 // 100**10,
        jitter=Jitter(kind="scale", low=MILLION, high=1_150_000, first=(MILLION, 2 * MILLION)),
        polls_us=6 * SECOND,
        from_try=True,
        shown=Shown(wait_us=200 * MS, restarts=False),
    ),
    leaves_out="that a poll within 6 s of the close already counts as a try",
)

GRAPHQL_WS = Stack(
    name="graphql-ws",
    version="6.4.2",
    source="graphql-ws dist/client.js, retryWait and shouldRetryConnectOrThrow",
    heartbeat=Heartbeat(pinged_by="nobody"),
    connect_timeout_us=0,
    reconnect=Reconnect(
        base_us=SECOND,
        factor_ppm=2 * MILLION,
        jitter=Jitter(kind="add", low=300 * MS, high=3 * SECOND),
        gives_up_after=5,
        error_stops=True,
        codes=(
            CodeRule(first=NORMAL_CLOSE, last=NORMAL_CLOSE, wait_us=0),
            CodeRule(first=1002, last=1004, stops=True),
            CodeRule(first=1007, last=1011, stops=True),
            CodeRule(first=1015, last=1999, stops=True),
            CodeRule(first=4004, last=4005, stops=True),
            CodeRule(first=4400, last=4401, stops=True),
            CodeRule(first=4406, last=4406, stops=True),
            CodeRule(first=4409, last=4409, stops=True),
            CodeRule(first=4429, last=4429, stops=True),
            CodeRule(first=4500, last=4500, stops=True),
        ),
    ),
    leaves_out="that it connects only while something is subscribed",
)

ZERO = Stack(
    name="zero",
    version="1.9.0",
    source="@rocicorp/zero out/zero-client/src/client/zero.js, #runLoop and #ping",
    heartbeat=Heartbeat(pinged_by="client", interval_us=5 * SECOND, timeout_us=5 * SECOND),
    connect_timeout_us=10 * SECOND,
    reconnect=Reconnect(waits_us=(5 * SECOND,), tries_hidden=False),
    replay=Replay(kind="cursor"),
    leaves_out="a page hidden for five minutes closes; waits that an overloaded server sets",
)

CONVEX = Stack(
    name="convex",
    version="1.48.0",
    source="convex src/browser/sync/web_socket_manager.ts, nextBackoff",
    heartbeat=Heartbeat(pinged_by="server", interval_us=15 * SECOND, timeout_us=45 * SECOND),
    connect_timeout_us=60 * SECOND,
    reconnect=Reconnect(
        base_us=SECOND,
        factor_ppm=2 * MILLION,
        cap_us=16 * SECOND,
        jitter=Jitter(kind="scale", low=500_000, high=1_500_000),
        codes=(CodeRule(first=HEARTBEAT_CLOSE, last=HEARTBEAT_CLOSE, base_us=100 * MS),),
    ),
    leaves_out="the counter goes back when the queries have caught up, a little after opening; "
    "the online event, which tries at once; longer bases that a server's reason sets",
)

PYTHON_WEBSOCKETS = Stack(
    name="python-websockets",
    version="17.4",
    source="websockets client.py, backoff; asyncio/client.py, connect.__aiter__",
    heartbeat=Heartbeat(pinged_by="both", interval_us=20 * SECOND, timeout_us=20 * SECOND),
    connect_timeout_us=10 * SECOND,
    reconnect=Reconnect(
        waits_us=(5 * SECOND,),
        base_us=3_100 * MS,
        factor_ppm=1_618_000,
        cap_us=90 * SECOND,
        jitter=Jitter(kind="scale", low=MILLION, high=MILLION, first=(0, MILLION)),
        close_wait_us=0,
        close_counts=False,
        timer_us=1,
    ),
    leaves_out="answers to the handshake other than 500, 502, 503 and 504, which end the loop",
)

StackName = Literal[
    "socket.io-client", "reconnecting-websocket", "phoenix", "supabase-realtime-js", "signalr",
    "ably", "pusher-js", "actioncable", "graphql-ws", "zero", "convex", "python-websockets",
]  # fmt: skip

STACKS = {
    stack.name: stack
    for stack in (
        *(SOCKET_IO, RECONNECTING_WEBSOCKET, PHOENIX, SUPABASE, SIGNALR, ABLY),
        *(PUSHER, ACTION_CABLE, GRAPHQL_WS, ZERO, CONVEX, PYTHON_WEBSOCKETS),
    )
}
assert tuple(STACKS) == get_args(StackName), "a design can name each of them"
