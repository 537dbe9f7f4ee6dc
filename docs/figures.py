"""Draws the figures of the page about the network, from the model itself.

    python docs/figures.py [FOLDER]

Makes `reconnect-herd.png`, `late-events.png` and `fitted-trace.png` in `docs/images/`, or in
another folder. A test compares them with what is committed.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING

from syncsim.cli.network_picture import fit_figure
from syncsim.engine import Draws, Engine
from syncsim.history import History
from syncsim.net import STACKS, Net, Profile
from syncsim.net.fit import fit
from syncsim.net.link import Link
from syncsim.net.loss import GilbertElliott, LossChain
from syncsim.net.messages import EVENT_BYTES, Message
from syncsim.net.trace import Trace
from syncsim.scenario import load_network
from syncsim_reports.figures import png
from syncsim_reports.figures.herd import Herd, herds
from syncsim_reports.figures.lateness import Lateness, lateness

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROOT = Path(__file__).resolve().parents[1]
SECOND = 1_000_000
SEED = 1

CLIENTS = 1_000
UP_FOR_US = 600 * SECOND
DOWN_S = 30
SHOWN_S = 60
HERDS = (
    *("phoenix", "signalr", "socket.io-client"),
    *("reconnecting-websocket", "convex", "actioncable"),
)

EVENTS = 20_000
EVENT_EVERY_US = SECOND // 5
PROFILES = ("wifi", "satellite", "congested")

PACKETS = 10_000
PACKET_EVERY_US = SECOND // 50
SHIFT_US, MEDIAN_US, SIGMA = 30_000, 12_000, 0.9
CHAIN = GilbertElliott(good_to_bad_ppm=10_000, bad_to_good_ppm=400_000)


class Crowd:
    """Counts by the second what is heard of many clients, and is nobody to talk to."""

    def __init__(self, engine: Engine) -> None:
        self.tries: Counter[int] = Counter()
        self.openings: Counter[int] = Counter()
        self._engine = engine

    def tried(self) -> None:
        """Count a try."""
        self.tries[self._second()] += 1

    def socket_opened(self, client: str, seq: int) -> None:
        """Count a socket that opened."""
        self.openings[self._second()] += 1

    def _second(self) -> int:
        """Return the second since the backend went down."""
        return (self._engine.now_us - UP_FOR_US) // SECOND

    def socket_closed(self, client: str, seq: int) -> None:
        """Nobody needs to know."""

    def session_opened(self, client: str, epoch: int, seq: int) -> None:
        """Nobody needs to know."""

    def session_closed(self, client: str) -> None:
        """Nobody needs to know."""

    def message_arrived(self, message: Message, seq: int) -> None:
        """Nobody sends any."""

    def request_refused(self, message: Message, seq: int) -> None:
        """Nobody asks for anything."""


class CountingNet(Net):
    """A net that says when a client tries to connect."""

    crowd: Crowd

    def connect(self, client: str, cause: int) -> None:
        """Begin a handshake."""
        self.crowd.tried()
        super().connect(client, cause)


def herd(stack: str) -> Herd:
    """Return who comes back when, after the backend was down for half a minute."""
    engine = Engine()
    crowd = Crowd(engine)
    net = CountingNet(
        engine=engine,
        draws=Draws(SEED),
        history=History(),
        profile=load_network("office"),
        clients=tuple(f"c{number}" for number in range(CLIENTS)),
        listener=crowd,
        stack=STACKS[stack],
    )
    net.crowd = crowd
    for number in range(CLIENTS):
        # People load their pages at different times; so no two clients are in step.
        engine.after(number * UP_FOR_US // (2 * CLIENTS), net.connect, f"c{number}", -1)
    engine.run(UP_FOR_US)
    net.crash(-1)
    engine.run(UP_FOR_US + DOWN_S * SECOND)
    net.backend_up = True
    engine.run(UP_FOR_US + SHOWN_S * SECOND)
    shown = range(SHOWN_S)
    return Herd(
        name=stack,
        opened=tuple(crowd.openings[second] for second in shown),
        tried=tuple(crowd.tries[second] for second in shown),
        clients=CLIENTS,
    )


def took_us(profile: Profile) -> list[int]:
    """Return how long each event takes that is sent over one socket, five a second."""
    stream = Link(profile.access, Draws(SEED), "client").stream("down", "socket/1")
    times = []
    for number in range(EVENTS):
        sent_us = number * EVENT_EVERY_US
        due_us = stream.send(sent_us, EVENT_BYTES, f"event/{number}")
        assert due_us is not None, profile.name
        times.append(due_us - sent_us)
    return times


def late_events(name: str) -> Lateness:
    """Return how late events are on a network with losses in bursts, and without the losses."""
    profile = load_network(name)
    chain = profile.loss
    assert chain is not None, name
    facts = (
        f"loses {100 * float(chain.stationary_loss):.1f} % of segments, "
        f"{float(chain.mean_burst):.0f} in a row"
    )
    without = replace(profile, good_to_bad_ppm=0)
    return Lateness(name, facts, took_us(profile), took_us(without))


def made_trace() -> Trace:
    """Return packets with lognormal delays, as on a path with queues, and losses in bursts."""
    draws, normal = Draws(SEED), NormalDist()
    chain = LossChain(CHAIN, draws, "loss")
    delays: list[int | None] = []
    for number in range(PACKETS):
        share = (draws.below(SECOND, f"delay/{number}") + 0.5) / SECOND
        extra_us = MEDIAN_US * math.exp(SIGMA * normal.inv_cdf(share))
        delays.append(None if chain.lost(number) else SHIFT_US + round(extra_us))
    times = range(0, PACKETS * PACKET_EVERY_US, PACKET_EVERY_US)
    return Trace(times_us=tuple(times), delays_us=tuple(delays))


def figures() -> dict[str, Figure]:
    """Return every figure by the stem of its file."""
    trace = made_trace()
    return {
        "reconnect-herd": herds(
            [herd(stack) for stack in HERDS],
            down_s=DOWN_S,
            subtitle=f"{CLIENTS:,} clients  ·  network office  ·  the backend is down for "
            f"{DOWN_S} s  ·  area: sockets that open in a second, line: tries to open one",
        ),
        "late-events": lateness(
            [late_events(name) for name in PROFILES],
            subtitle=f"{EVENTS:,} events over one WebSocket, five a second  ·  what is lost is "
            "sent again 200 ms and a round trip later  ·  dashed: if nothing was lost",
        ),
        "fitted-trace": fit_figure(trace, fit(trace), "a made trace, with lognormal delays"),
    }


def main(folder: Path) -> None:
    """Write every figure into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for stem, figure in figures().items():
        (folder / f"{stem}.png").write_bytes(png(figure))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
