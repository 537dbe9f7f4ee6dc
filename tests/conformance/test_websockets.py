"""Real WebSockets through a proxy that breaks see what the model sees, at both ends.

The package `websockets` talks to itself over the loopback. What each end sees of each connection
(that it opens, what it hears, that it closes) is compared with what the model tells its two ends
under the same plan of faults. Times are not compared.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from syncsim.engine import Draws, Engine
from syncsim.history import History
from syncsim.net import BACKEND, STACKS, Net
from syncsim.net.messages import Message
from syncsim.net.stacks import ABNORMAL_CLOSE, Heartbeat
from tests.support.proxy import Proxy
from tests.support.scenarios import EVEN, MS, SECOND

websockets = pytest.importorskip("websockets")

OPEN, CLOSE = "opens", "closes"
FRAME_BYTES = 10
"""Two bytes of head before eight of text, to a client (RFC 6455, 5.2)."""
DELAY_S = 0.005
PATIENCE_S = 20
"""The most that one plan may take; it is over as soon as both ends have seen enough."""
AFTERWARDS_S = 0.1
"""So long nothing more may come."""
CLIENT, OTHER_END = "client", "backend"

CLOSES_WITHIN_MS = 10_000
"""Each plan that breaks a connection is noticed by then, in virtual time."""

Seen = dict[str, list[list[str]]]
"""By end: what it saw of each connection, in order."""


@dataclass(frozen=True)
class Step:
    """One step of a plan: `do` on the frames `names`, or with a `count` of bytes, or `ways`."""

    do: str
    names: tuple[str, ...] = ()
    count: int = 0
    ways: tuple[str, ...] = ()


def down(*names: str) -> Step:
    """The backend sends, and nobody waits for it to arrive."""
    return Step("down", tuple(name.ljust(FRAME_BYTES - 2, ".") for name in names))


def up(*names: str) -> Step:
    """The client sends."""
    return Step("up", names)


WAIT, STALL, FLOW = Step("wait"), Step("stall"), Step("flow")
REOPENED = Step("reopened")
"""Wait until the client has found out, and has another connection."""


def cut(count: int, *names: str) -> Step:
    """The backend sends, and the connection breaks when so many bytes of that have passed."""
    return replace(down(*names), do="cut", count=count)


def silence(*ways: str) -> Step:
    """Everything that goes these ways vanishes, for as long as the connection lasts."""
    return Step("silence", ways=ways)


SOME = ("a", "b", "c", "d")
PLANS = {
    "nothing": [down(*SOME), up("x", "y"), WAIT],
    "both ways at once": [down("a"), up("x"), down("b"), up("y"), down("c"), up("z"), WAIT],
    "stall": [down("a"), WAIT, STALL, down("b", "c"), up("x"), FLOW, WAIT, down("d"), WAIT],
    **{
        f"cut at byte {count}": [
            down("a"),
            WAIT,
            cut(count, "b", "c", "d"),
            REOPENED,
            down("e"),
            WAIT,
        ]
        for count in (0, 1, 9, 10, 11, 25, 29)
    },
    "cut after the last byte": [cut(3 * FRAME_BYTES, "a", "b", "c"), REOPENED, down("d"), WAIT],
    "cut twice": [cut(10, "a", "b"), REOPENED, cut(15, "c", "d"), REOPENED, up("x"), WAIT],
    "stall, then cut": [STALL, down("a"), FLOW, WAIT, cut(5, "b"), REOPENED, down("c"), WAIT],
    "half-open": [
        down("a"),
        WAIT,
        silence("up", "down"),
        down("b"),
        up("x"),
        REOPENED,
        down("c"),
        WAIT,
    ],
    "not heard": [down("a"), WAIT, silence("up"), up("x"), REOPENED, up("y"), WAIT],
    "not hearing": [down("a"), WAIT, silence("down"), down("b"), REOPENED, down("c"), WAIT],
}


# The model


class Ends:
    """What the model tells the two ends."""

    def __init__(self) -> None:
        self.seen: Seen = {CLIENT: [], OTHER_END: []}

    def message_arrived(self, message: Message, seq: int) -> None:
        end = OTHER_END if message.recipient == BACKEND else CLIENT
        self.seen[end][-1].append(message.name)

    def socket_opened(self, client: str, seq: int) -> None:
        self.seen[CLIENT].append([OPEN])

    def socket_closed(self, client: str, seq: int) -> None:
        self.seen[CLIENT][-1].append(CLOSE)

    def session_opened(self, client: str, epoch: int, seq: int) -> None:
        self.seen[OTHER_END].append([OPEN])

    def session_closed(self, client: str) -> None:
        self.seen[OTHER_END][-1].append(CLOSE)

    def request_refused(self, message: Message, seq: int) -> None:
        raise AssertionError("there is no HTTP here")


class Model:
    """Carries a plan out on the model, and notes what had been seen after each wait."""

    def __init__(self, heartbeat: Heartbeat) -> None:
        self._ends = Ends()
        self._engine = Engine()
        self._net = Net(
            engine=self._engine,
            draws=Draws(1),
            history=History(),
            profile=EVEN,
            clients=(CLIENT,),
            listener=self._ends,
            stack=replace(STACKS["python-websockets"], heartbeat=heartbeat),
        )

    def run(self, plan: list[Step]) -> list[Seen]:
        """Return what both ends had seen when they first had a connection, and at each wait."""
        self._net.connect(CLIENT, -1)
        self._pass(SECOND)
        after = [self._now()]
        for step in plan:
            getattr(self, f"_{step.do}")(step)
            if step.do in ("wait", "reopened"):
                after.append(self._now())
        return after

    def _now(self) -> Seen:
        return {end: [[*each] for each in seen] for end, seen in self._ends.seen.items()}

    def _pass(self, time_us: int) -> None:
        self._engine.run(self._engine.now_us + time_us)

    def _down(self, step: Step) -> None:
        for name in step.names:
            self._net.frame(Message(name, BACKEND, CLIENT, "event", None, FRAME_BYTES), -1)

    def _up(self, step: Step) -> None:
        for name in step.names:
            self._net.frame(Message(name, CLIENT, BACKEND, "resume", None, FRAME_BYTES), -1)

    def _wait(self, step: Step) -> None:
        self._pass(200 * MS)

    def _stall(self, step: Step) -> None:
        self._net.hold(CLIENT)

    def _flow(self, step: Step) -> None:
        self._net.release(CLIENT)

    def _cut(self, step: Step) -> None:
        whole = step.count // FRAME_BYTES
        self._down(replace(step, names=step.names[:whole]))
        self._pass(100 * MS)
        self._down(replace(step, names=step.names[whole:]))
        self._net.drop(CLIENT, -1)

    def _silence(self, step: Step) -> None:
        self._net.silence(CLIENT, "both" if len(step.ways) == 2 else step.ways[0], -1)

    def _reopened(self, step: Step) -> None:
        connections = self._ends.seen[CLIENT]
        for _ in range(CLOSES_WITHIN_MS):
            if connections[-1][-1] == CLOSE:
                break
            self._pass(MS)
        self._net.speak(CLIENT)
        self._pass(SECOND)


# The real thing


@dataclass
class Real:
    """Carries a plan out on real sockets, and waits until both ends have seen what they should."""

    heartbeat: Heartbeat
    seen: Seen = field(default_factory=lambda: {CLIENT: [], OTHER_END: []})
    sockets: dict[str, Any] = field(default_factory=dict)
    is_over: bool = False
    codes: list[int] = field(default_factory=list)

    async def run(self, plan: list[Step], expected: list[Seen]) -> None:
        """Carry the plan out; stop everything that was started."""
        from websockets.asyncio.server import serve

        pings = self._pings()
        async with serve(self._serve, "127.0.0.1", 0, **pings) as server:
            self.proxy = Proxy(server.sockets[0].getsockname()[1], DELAY_S)
            port = await self.proxy.start()
            client = asyncio.create_task(self._connect(f"ws://127.0.0.1:{port}", pings))
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await self._carry_out(plan, iter(expected))
            except TimeoutError:
                pass  # What was seen until then is compared, and says what is missing.
            finally:
                self.is_over = True
                client.cancel()
                await asyncio.gather(client, return_exceptions=True)
                await self.proxy.stop()

    def _pings(self) -> dict[str, Any]:
        beats = self.heartbeat
        every_s = beats.interval_us / SECOND or None
        return {
            "ping_interval": every_s,
            "ping_timeout": beats.timeout_us / SECOND or None,
            "close_timeout": 0.2,
            "compression": None,
        }

    async def _serve(self, socket: Any) -> None:
        await self._listen(OTHER_END, socket)

    async def _connect(self, uri: str, pings: dict[str, Any]) -> None:
        from websockets.asyncio.client import connect

        async for socket in connect(uri, proxy=None, **pings):
            await self._listen(CLIENT, socket)

    async def _listen(self, end: str, socket: Any) -> None:
        seen = [OPEN]
        self.seen[end].append(seen)
        self.sockets[end] = socket
        try:
            async for text in socket:
                seen.append(text)
        except websockets.ConnectionClosed:
            pass
        self.codes.append(socket.close_code)
        if not self.is_over:
            seen.append(CLOSE)

    async def _carry_out(self, plan: list[Step], expected: Any) -> None:
        await self._until(next(expected))
        for step in plan:
            match step.do:
                case "down" | "up":
                    await self._send(step)
                case "cut":
                    self.proxy.cut(step.count)
                    await self._send(step)
                case "silence":
                    self.proxy.silence(*step.ways)
                case "stall":
                    self.proxy.stall()
                case "flow":
                    self.proxy.flow()
                case "wait" | "reopened":
                    await self._until(next(expected))
        await asyncio.sleep(AFTERWARDS_S)

    async def _send(self, step: Step) -> None:
        socket = self.sockets[CLIENT if step.do == "up" else OTHER_END]
        for name in step.names:
            try:
                await socket.send(name)
            except websockets.ConnectionClosed:
                return

    async def _until(self, seen: Seen) -> None:
        while self.seen != seen:  # noqa: ASYNC110 - whatever either end sees may be the last
            await asyncio.sleep(0.005)


SILENT = Heartbeat(pinged_by="nobody")
PINGING = Heartbeat(pinged_by="both", interval_us=500 * MS, timeout_us=1_500 * MS)
"""Much longer than a loaded machine lets a ping on the loopback take."""


@pytest.mark.parametrize("name", PLANS)
def test_both_ends_see_what_the_model_tells_them(name):
    plan = PLANS[name]
    beats = PINGING if any(step.do == "silence" for step in plan) else SILENT
    expected = Model(beats).run(plan)
    real = Real(beats)
    asyncio.run(real.run(plan, expected))
    assert real.seen == expected[-1]
    if any(step.do == "cut" for step in plan):
        assert real.codes[:2] == [ABNORMAL_CLOSE] * 2, "both ends of the first connection"
