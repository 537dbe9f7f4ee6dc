"""What is drawn has the distributions that the theory gives, within exact confidence intervals.

The seeds are fixed, so each test always has the same result. `CONFIDENCE` is that of each interval
by itself; a test of fit fails below what is left of it.
"""

from __future__ import annotations

import math
from functools import partial
from itertools import groupby

import numpy as np
import pytest
from scipy import stats

from syncsim.engine import Draws
from syncsim.net import STACKS
from syncsim.net.link import BITS, MILLION, RETRIES_MAX, RTO_MAX_US, Link
from syncsim.net.loss import GilbertElliott, LossChain
from syncsim.net.messages import EVENT_BYTES
from syncsim.net.outages import outages
from syncsim.net.reconnector import Reconnector
from syncsim.net.silence import heartbeat_closes_us
from syncsim.scenario import load_network, names

MS, SECOND = 1_000, 1_000_000
CONFIDENCE = 0.999
TAIL = (1 - CONFIDENCE) / 2
MANY = 4_000
SEED = 11
CHAINS = [
    (5_000, 500_000),
    (10_000, 333_000),
    (50_000, 500_000),
    (20_000, 100_000),
    (300_000, 700_000),
]


def is_near(seen: int, draws: int, chance: float) -> bool:
    """Tell whether so many of independent draws is within the interval that the chance gives."""
    low, high = stats.binom.ppf([TAIL, 1 - TAIL], draws, chance)
    return bool(low <= seen <= high)


def model(p_ppm: int, r_ppm: int) -> GilbertElliott:
    return GilbertElliott(good_to_bad_ppm=p_ppm, bad_to_good_ppm=r_ppm)


def stays(p_ppm: int, r_ppm: int, segments: int = 400_000) -> dict[bool, list[int]]:
    """Return the lengths of the stays of a long chain, in its bad state and in its good one.

    The first and the last are left out, because they are cut off.
    """
    link = LossChain(model(p_ppm, r_ppm), Draws(SEED), "link")
    runs = [(bad, len([*run])) for bad, run in groupby(map(link.lost, range(segments)))][1:-1]
    return {state: [length for bad, length in runs if bad == state] for state in (True, False)}


@pytest.mark.parametrize(("p_ppm", "r_ppm"), CHAINS)
@pytest.mark.parametrize("number", [0, 1, 10, 1_000])
def test_each_segment_of_a_link_is_lost_with_chance_p_over_p_plus_r(p_ppm, r_ppm, number):
    chain = model(p_ppm, r_ppm)
    lost = sum(LossChain(chain, Draws(SEED), f"l{n}").lost(number) for n in range(MANY))
    assert is_near(lost, MANY, p_ppm / (p_ppm + r_ppm))


@pytest.mark.parametrize(("p_ppm", "r_ppm"), CHAINS)
def test_bursts_have_the_mean_one_over_r_and_gaps_one_over_p(p_ppm, r_ppm):
    for state, leaves_ppm in ((True, r_ppm), (False, p_ppm)):
        lengths = stays(p_ppm, r_ppm)[state]
        # A sum of geometric numbers, less one each, is negative binomial.
        more = sum(lengths) - len(lengths)
        low, high = stats.nbinom.ppf([TAIL, 1 - TAIL], len(lengths), leaves_ppm / MILLION)
        assert low <= more <= high, (state, len(lengths))


@pytest.mark.parametrize(("p_ppm", "r_ppm"), CHAINS)
def test_how_long_a_chain_stays_in_a_state_is_geometric(p_ppm, r_ppm):
    for state, leaves_ppm in ((True, r_ppm), (False, p_ppm)):
        lengths = np.array(stays(p_ppm, r_ppm)[state])
        # Ten classes of nearly equal chances, by the quantiles of the distribution itself.
        chance = leaves_ppm / MILLION
        edges = sorted({*stats.geom.ppf(np.arange(1, 10) / 10, chance)})
        below = [0.0, *stats.geom.cdf(edges, chance), 1.0]
        seen = np.diff([0, *(np.sum(lengths <= edge) for edge in edges), len(lengths)])
        assert stats.chisquare(seen, np.diff(below) * len(lengths)).pvalue > 1 - CONFIDENCE, state


@pytest.mark.parametrize("name", ["commuter", "basement"])
def test_a_profile_is_up_and_down_for_exponential_times(name):
    profile = load_network(name)
    ups, downs, before_us = [], [], 0
    for number, (down_us, up_us) in enumerate(outages(profile.outages, Draws(SEED), name)):
        ups.append(down_us - before_us)
        downs.append(up_us - down_us)
        before_us = up_us
        if number == MANY:
            break
    for lengths, mean_us in ((ups, profile.outage_every_us), (downs, profile.outage_us)):
        assert stats.kstest(lengths, "expon", args=(0, mean_us)).pvalue > 1 - CONFIDENCE


def frame_cdf(profile, at_us: float) -> float:
    """Return the chance that one frame on an idle link has arrived by then.

    It is out after its bits, waits for a time-out that doubles with each loss, and takes the
    delay and an exponential extra.
    """
    bits_us = -(-EVENT_BYTES * BITS * MILLION // profile.down_bps) if profile.down_bps else 0
    loss = float(profile.loss.stationary_loss) if profile.loss else 0.0
    time_out_us, stall_us, chance = profile.access.rto_us, 0, 0.0
    for retry in range(RETRIES_MAX):
        # A retry is sent behind the first try, which the model has put on the wire with it.
        left_us = at_us - profile.delay_us - stall_us - bits_us
        if left_us >= 0:
            arrived = 1 - math.exp(-left_us / profile.jitter_us) if profile.jitter_us else 1.0
            chance += (1 - loss) * loss**retry * arrived
        stall_us += time_out_us
        time_out_us = min(2 * time_out_us, RTO_MAX_US)
    return chance


@pytest.mark.parametrize("name", names("networks"))
def test_the_delay_of_a_frame_has_the_quantiles_of_its_profile(name):
    profile = load_network(name)
    took_us = []
    for number in range(MANY):
        link = Link(profile.access, Draws(SEED), f"link/{number}")
        took_us.append(link.stream("down", "socket").send(0, EVENT_BYTES, f"{name}/{number}"))
    for share in (0.1, 0.5, 0.9, 0.99, 0.999):
        low_us, high_us = 0, 1_000 * SECOND
        while low_us < high_us:
            middle_us = (low_us + high_us) // 2
            low_us, high_us = (
                (low_us, middle_us)
                if frame_cdf(profile, middle_us) >= share
                else (middle_us + 1, high_us)
            )
        arrived = sum(each_us <= low_us for each_us in took_us)
        assert is_near(arrived, MANY, frame_cdf(profile, low_us)), share


def waits_us(name: str, number: int) -> list[int]:
    """Return the wait before the n-th try after a socket broke, from 0, on many pages."""
    waits = []
    for page in range(MANY):
        reconnector = Reconnector(STACKS[name], f"page/{page}", Draws(SEED))
        reconnector.opened(0)
        now_us = 3_600 * SECOND
        wait_us = reconnector.closed(now_us)
        for _ in range(number):
            now_us += wait_us
            # A try that ends with a close code is one that every stack goes on after.
            wait_us = reconnector.failed(now_us, 1006)
        waits.append(wait_us)
    return waits


EVEN = [
    ("reconnecting-websocket", 0, 1, 5),  # minReconnectionDelay: 1000 + Math.random() * 4000
    ("reconnecting-websocket", 1, 1.3, 6.5),
    ("ably", 1, 16, 20),  # 15 s * 4/3, less up to a fifth
    ("ably", 3, 24, 30),
    ("graphql-ws", 0, 1.3, 4),  # 1 s, and 300 to 3000 ms
    ("graphql-ws", 3, 8.3, 11),
    ("convex", 0, 0.5, 1.5),  # half to one and a half
    ("convex", 4, 8, 24),
    ("python-websockets", 1, 0, 5),  # random.random() * 5
    ("actioncable", 2, 7.935, 9.12525),  # 6 * 1.15**2, and up to 15 % more
]


@pytest.mark.parametrize(("name", "number", "least", "most"), EVEN)
def test_jitter_that_is_even_is_even(name, number, least, most):
    waits = np.array(waits_us(name, number))
    # Browsers cut waits to whole milliseconds; half of one is put back.
    cut_us = 0 if name == "python-websockets" else MS / 2
    even = stats.uniform(least * SECOND, (most - least) * SECOND)
    assert stats.kstest(waits + cut_us, even.cdf).pvalue > 1 - CONFIDENCE


def socket_io_cdf(base_us: float, at_us: float) -> float:
    """Return the share of draws by which socket.io waits no longer (backo2, `duration`).

    The wait moves by half of the draw, down if the draw's first decimal is even and up if odd.
    """
    share = 0.0
    for tenth in range(10):
        down = tenth % 2 == 0
        draw = 2 * (1 - at_us / base_us) if down else 2 * (at_us / base_us - 1)
        reached = min(max(draw - tenth / 10, 0.0), 0.1)
        share += 0.1 - reached if down else reached
    return share


@pytest.mark.parametrize(("number", "base_s"), [(0, 1), (1, 2)])
def test_the_jitter_of_socket_io_is_that_of_its_package(number, base_s):
    cdf = np.vectorize(partial(socket_io_cdf, base_s * SECOND))
    waits = np.array(waits_us("socket.io-client", number)) + MS / 2
    assert stats.kstest(waits, cdf).pvalue > 1 - CONFIDENCE


@pytest.mark.parametrize(
    "name", [name for name, stack in STACKS.items() if stack.heartbeat.interval_us]
)
def test_a_silence_is_found_out_a_time_out_later_and_evenly_over_an_interval(name):
    heartbeat = STACKS[name].heartbeat
    draws = Draws(SEED)
    found_us = []
    for number in range(MANY):
        silent_us = draws.below(100 * heartbeat.interval_us, f"silence/{number}")
        found_us.append(heartbeat_closes_us(heartbeat, 0, silent_us) - silent_us)
    even = stats.uniform(heartbeat.timeout_us, heartbeat.interval_us)
    assert stats.kstest(found_us, even.cdf).pvalue > 1 - CONFIDENCE
