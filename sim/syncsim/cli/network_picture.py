"""A network in a few lines of text: how long a message takes, and what goes wrong on the way."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from syncsim.net import Profile
    from syncsim.net.fit import DelayFit, Fit
    from syncsim.net.link import Path
    from syncsim.net.trace import Trace
    from syncsim_reports.figures.fitted import Law

CLIENT, LINK = "client ── ", "access link"
FRAMES = 2_000
"""So many frames are sent to see how long one takes: enough for a 99 % quantile."""
GAP_US = 1_000_000
"""A frame a second: none waits for another, unless a retransmission takes longer."""
SHARES = (50, 90, 99)
BAR_COLUMNS = 40
PPM = 1_000_000


def picture(profile: Profile) -> list[str]:
    """Return the lines that draw the way to the backend, and what the network does on it."""
    from syncsim.cli.topology_picture import drawing
    from syncsim.net.messages import EVENT_BYTES
    from syncsim.scenario.topology import way

    *first, last = drawing(way(profile), f"{CLIENT}{LINK}")
    *does, end = _does(profile)
    # What the network does hangs from the link.
    margin = " " * len(CLIENT)
    return [
        *first,
        f"{margin}│{last[len(margin) + 1 :]}",
        *(f"{margin}├─ {line}" for line in does),
        f"{margin}└─ {end}",
        f"a frame of {EVENT_BYTES} bytes to the client, of {FRAMES:,} sent one a second:",
        *_bars(sample_us(profile, EVENT_BYTES)),
    ]


def _does(profile: Profile) -> Iterator[str]:
    """Yield what a link of this network does to messages."""
    yield f"delay: {_delay(profile)}, one way"
    if profile.up_bps or profile.down_bps:
        yield f"bandwidth: {_bits(profile.up_bps)} up, {_bits(profile.down_bps)} down"
    yield f"losses: {_losses(profile)}"
    if profile.outages is not None:
        share = 100 * float(profile.outages.down_share)
        yield (
            f"outages: of {_time(profile.outage_us)}, {_time(profile.outage_every_us)} apart, "
            f"on average; down {share:.1f} % of the time"
        )


def sample_us(profile: Profile, count: int) -> list[int]:
    """Return how long frames of so many bytes take to the client, the shortest first.

    They are carried by the model itself, with seed 1 and without outages.
    """
    from syncsim.engine import Draws
    from syncsim.net.link import Link

    stream = Link(profile.access, Draws(1), "client").stream("down", "socket/1")
    times = []
    for number in range(FRAMES):
        sent_us = number * GAP_US
        due_us = stream.send(sent_us, count, f"frame/{number}")
        if due_us is None:
            break
        times.append(due_us - sent_us)
    return sorted(times)


def fit_picture(trace: Trace, found: Fit) -> list[str]:
    """Return the lines that set a fit beside its trace: quantiles of the delays, and losses."""
    delays = sorted(delay_us for delay_us in trace.delays_us if delay_us is not None)
    path = found.path()
    lines = [f"{found.packets:,} packets, {found.lost:,} lost", "delay   trace      fit"]
    for share in (5, 50, 90, 95, 99):
        seen_us = quantile(delays, share)
        lines.append(f"{share:4} %  {_time(seen_us):<9}  {_time(_exponential_us(path, share))}")
    nearest = found.delay
    used = found.used
    lines.append(
        f"distance of the distributions: {used.distance_ppm / PPM:.3f} ({used.family}, as all "
        f"jitter here is)"
    )
    if nearest is not used:
        lines.append(f"  nearest: {nearest.distance_ppm / PPM:.3f} ({nearest.family})")
    if found.loss is not None:
        lines.append(
            f"losses: {100 * found.lost / found.packets:.2f} %, lag-1 autocorrelation "
            f"{found.autocorrelation_ppm / PPM:.3f}; distance of the lengths of bursts: "
            f"{found.burst_distance_ppm / PPM:.3f}"
        )
    return lines


def fit_figure(trace: Trace, found: Fit, name: str) -> Figure:
    """Return the figure that draws a fit over its trace; `name` is what the trace is called."""
    from syncsim.net.fit import bursts
    from syncsim_reports.figures.fitted import Fitted, fitted

    delays = trace.delays_us
    return fitted(
        Fitted(
            name=name,
            lost=found.lost,
            delays_us=sorted(delay_us for delay_us in delays if delay_us is not None),
            network=_law(found.used),
            nearest=None if found.delay is found.used else _law(found.delay),
            bursts=[*bursts(delay_us is None for delay_us in delays)],
            chain=_chain(found),
        )
    )


def _law(delay: DelayFit) -> Law:
    from syncsim_reports.figures.fitted import Law

    return Law(name=delay.family, share=delay.share, distance=delay.distance_ppm / PPM)


def _chain(found: Fit) -> Law | None:
    from syncsim.net.fit import outlasts
    from syncsim_reports.figures.fitted import Law

    chain = found.loss
    if chain is None:
        return None
    return Law(
        name="network: geometric",
        share=lambda length: 1 - outlasts(chain, int(length)),
        distance=found.burst_distance_ppm / PPM,
    )


def quantile(ordered: Sequence[int], share: int) -> int:
    """Return the value that `share` percent of ordered values do not exceed."""
    return ordered[max(-(-share * len(ordered) // 100) - 1, 0)]


def _exponential_us(path: Path, share: int) -> int:
    return path.delay_us + round(-math.log(1 - share / 100) * path.jitter_us)


def _bars(ordered: Sequence[int]) -> Iterator[str]:
    longest_us = max(quantile(ordered, SHARES[-1]), 1)
    for share in SHARES:
        value_us = quantile(ordered, share)
        bar = "█" * (BAR_COLUMNS * value_us // longest_us)
        yield f"{share:4} %  {_time(value_us):>7}  {bar}".rstrip()


def _delay(profile: Profile) -> str:
    jitter = f" + about {_time(profile.jitter_us)}" if profile.jitter_us else ""
    return _time(profile.delay_us) + jitter


def _losses(profile: Profile) -> str:
    said = []
    if profile.loss is not None:
        share, burst = profile.loss.stationary_loss, profile.loss.mean_burst
        said.append(f"{100 * float(share):.2f} % of segments, {float(burst):.1f} in a row")
    if profile.http_loss_ppm:
        said.append(f"{100 * profile.http_loss_ppm / PPM:.2f} % of HTTP messages each way")
    return "; ".join(said) or "none"


def _bits(bps: int) -> str:
    if not bps:
        return "no limit"
    return f"{bps / 1e6:g} Mbit/s" if bps >= PPM else f"{bps / 1e3:g} kbit/s"


def _time(time_us: int) -> str:
    from syncsim_reports.words import duration

    return duration(time_us)
