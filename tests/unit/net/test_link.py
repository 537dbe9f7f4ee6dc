"""The access link: bandwidth to the bit, stalls, order, and luck that is each message's own."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncsim.engine import Draws
from syncsim.net.link import (
    RTO_MAX_US,
    RTO_MIN_US,
    SEGMENT_BYTES,
    Access,
    Link,
    Path,
)
from syncsim.net.loss import GilbertElliott, LossChain
from syncsim.net.profile import MILLION

MS = 1_000
SECOND = 1_000_000
SPREAD = 5

STILL = Path(delay_us=20 * MS)
SLOW = Path(delay_us=20 * MS, bandwidth_bps=1_600_000)
LOSSY = GilbertElliott(good_to_bad_ppm=50_000, bad_to_good_ppm=500_000)
SHAKY = Path(
    delay_us=20 * MS, jitter_us=15 * MS, bandwidth_bps=2_000_000, queue_bytes=30_000, loss=LOSSY
)
DEAF = GilbertElliott(good_to_bad_ppm=MILLION, bad_to_good_ppm=1)


def link(up: Path, down: Path = STILL, seed: int = 1) -> Link:
    return Link(Access(up=up, down=down), Draws(seed), "op-1")


def test_a_message_on_a_still_link_takes_the_delay():
    stream = link(STILL).stream("up", "socket")
    assert stream.send(5 * MS, 400, "m1") == 25 * MS
    assert stream.send(5 * MS, 10_000_000, "m2") == 25 * MS, "no bandwidth was given"
    assert link(STILL, SLOW).stream("down", "socket").send(0, 2_000, "m") == 30 * MS


def test_bandwidth_takes_its_time_for_every_bit():
    one = link(SLOW)
    stream = one.stream("up", "socket")
    # 1,000 bytes at 1.6 Mb/s are 5 ms.
    assert stream.send(0, 1_000, "m1") == 25 * MS
    assert stream.send(0, 1_000, "m2") == 30 * MS, "behind the first"
    assert one.backlog_us(2 * MS, "up") == 8 * MS
    assert one.backlog_us(2 * MS, "down") == 0
    assert stream.send(100 * MS, 1_000, "m3") == 125 * MS, "the queue was empty again"
    assert stream.send(200 * MS, 0, "m4") == 220 * MS


def test_rounding_does_not_add_up():
    stream = link(replace(SLOW, bandwidth_bps=7_000_000)).stream("up", "socket")
    # 1 byte at 7 Mb/s is 8/7 us.
    arrivals = [stream.send(0, 1, f"m{n}") for n in range(7_000)]
    assert arrivals == [20 * MS + math.ceil((n + 1) * 8 / 7) for n in range(7_000)]


def test_streams_share_the_bandwidth_and_directions_do_not():
    one = link(SLOW, SLOW)
    first, second = one.stream("up", "a"), one.stream("up", "b")
    assert first.send(0, 1_000, "m1") == 25 * MS
    assert second.send(0, 1_000, "m2") == 30 * MS
    assert one.stream("down", "a").send(0, 1_000, "m3") == 25 * MS


def lost_runs(count: int, name: str = "op-1/up/socket") -> list[int]:
    """Return for each segment of a stream how often it is lost before it comes through."""
    draws = Draws(1)
    chain, share_ppm = LossChain(LOSSY, draws, name), round(LOSSY.stationary_loss * MILLION)
    runs = []
    for number in range(count):
        run = int(chain.lost(number))
        while run and draws.below(MILLION, f"{name}/retry/{number}/{run}") < share_ppm:
            run += 1
        runs.append(run)
    return runs


def test_a_lost_segment_stalls_for_time_outs_that_double():
    stream = link(replace(STILL, loss=LOSSY)).stream("up", "socket")
    rto_us = 40 * MS + RTO_MIN_US
    seen = []
    # The messages are so far apart that none waits for another.
    for number, run in enumerate(lost_runs(3_000)):
        now_us = number * 100 * SECOND
        stall_us = stream.send(now_us, 300, f"m{number}") - now_us - 20 * MS
        assert stall_us == rto_us * (2**run - 1), run
        seen.append(run)
    # A chain with r = 1/2 has three times the variance of independent losses.
    lost, again = sum(run > 0 for run in seen), sum(run > 1 for run in seen)
    assert abs(lost - 3_000 / 11) < SPREAD * math.sqrt(3 * 3_000 / 11)
    assert abs(again - lost / 11) < SPREAD * math.sqrt(lost / 11)
    assert max(seen) >= 3


def test_what_is_sent_behind_a_lost_segment_waits_for_it_on_its_own_stream_only():
    runs = lost_runs(200)
    unlucky = next(n for n, run in enumerate(runs) if run == 1 and runs[n + 1] == 0)
    one = link(replace(STILL, loss=LOSSY))
    stream, other = one.stream("up", "socket"), one.stream("up", "another")
    base_us = 1_000 * SECOND
    for number in range(unlucky):
        stream.send(number * SECOND, 300, f"m{number}")
    late_us = stream.send(base_us, 300, "late")
    assert late_us == base_us + 20 * MS + 40 * MS + RTO_MIN_US
    assert stream.send(base_us + MS, 300, "behind") == late_us, "head-of-line blocking"
    alone = next(n for n, run in enumerate(lost_runs(9, "op-1/up/another")) if run == 0)
    arrivals = [other.send(base_us + MS, 300, f"o{n}") for n in range(alone + 1)]
    assert arrivals[0] == base_us + 21 * MS


def test_a_sender_gives_up_after_fifteen_retries():
    stream = link(replace(Path(delay_us=0), loss=DEAF), Path(delay_us=0)).stream("up", "socket")
    now_us = 7 * SECOND
    assert stream.dead_us is None
    assert stream.send(now_us, 300, "m1") is None
    # Linux documents 924.6 s for its default of 15 retries and a first time-out of 200 ms.
    assert stream.dead_us == now_us + 924_600 * MS
    assert stream.send(now_us + 2_000 * SECOND, 300, "m2") is None
    assert RTO_MAX_US == 120 * SECOND


def test_a_segment_that_finds_the_queue_full_is_lost():
    path = replace(SLOW, queue_bytes=3_000)
    stream = link(path).stream("up", "socket")
    assert stream.send(0, 1_460, "m1") == 20 * MS + 7_300
    assert stream.send(0, 1_460, "m2") == 20 * MS + 14_600
    # 2,920 of 3,000 bytes wait. The third is dropped, and sent again after 240 ms.
    assert stream.send(0, 1_460, "m3") == 240 * MS + 20 * MS + 7_300
    assert stream.send(500 * MS, 1_460, "m4") == 500 * MS + 20 * MS + 7_300


def test_a_flooded_link_carries_no_more_than_it_can():
    path = replace(SLOW, queue_bytes=20_000, loss=LOSSY)
    one = link(path)
    streams = [one.stream("up", f"s{n}") for n in range(20)]
    arrivals = [
        arrival_us
        for burst in range(10)
        for n, stream in enumerate(streams)
        if (arrival_us := stream.send(burst * MS, 14_600, f"m{burst}/{n}")) is not None
    ]
    carried_bytes = len(arrivals) * 14_600
    assert carried_bytes * 8 * SECOND <= max(arrivals) * path.bandwidth_bps
    assert len(arrivals) > 20


def test_a_long_message_is_cut_into_segments():
    stream = link(replace(STILL, loss=LOSSY)).stream("up", "socket")
    longest = max(lost_runs(1_000))
    rto_us = 40 * MS + RTO_MIN_US
    arrival_us = stream.send(0, 1_000 * SEGMENT_BYTES, "long")
    assert arrival_us == 20 * MS + rto_us * (2**longest - 1)
    fresh = LossChain(LOSSY, Draws(1), "op-1/up/x").first_lost(0, 10_000)
    whole = link(replace(STILL, loss=LOSSY)).stream("up", "x")
    assert whole.send(0, fresh * SEGMENT_BYTES, "just short of the first loss") == 20 * MS
    unlucky = link(replace(STILL, loss=LOSSY)).stream("up", "x")
    assert unlucky.send(0, fresh * SEGMENT_BYTES + 1, "one byte more") > 20 * MS
    two = link(replace(STILL, loss=LOSSY)).stream("up", "x")
    assert fresh > 1
    assert two.send(0, fresh * SEGMENT_BYTES, "up to the loss") == 20 * MS
    assert two.send(0, 1, "the lost one") > 20 * MS


def test_jitter_is_exponential_and_drawn_by_the_name_of_the_message():
    path = replace(STILL, jitter_us=15 * MS)
    # A stream for each, so that none waits for another.
    one = link(path)
    extra = [one.stream("up", f"s{n}").send(0, 300, f"m{n}") - 20 * MS for n in range(10_000)]
    assert abs(sum(extra) / 10_000 - 15 * MS) < SPREAD * 15 * MS / 100
    for share in (0.1, 0.5, 0.9):
        quantile_us = -15 * MS * math.log(1 - share)
        below = sum(value < quantile_us for value in extra)
        assert abs(below - 10_000 * share) < SPREAD * math.sqrt(10_000 * share * (1 - share))
    again = link(path).stream("up", "elsewhere").send(0, 300, "m7")
    assert again - 20 * MS == extra[7]


def test_another_link_or_stream_changes_the_queue_and_never_the_luck():
    def arrivals(others: int) -> list[int | None]:
        # Without a bottleneck there is no queue, and what remains is luck.
        free = replace(SHAKY, bandwidth_bps=0, queue_bytes=0)
        draws = Draws(4)
        one, two = (
            Link(Access(up=free, down=free), draws, "op-1"),
            Link(Access(up=free, down=free), draws, "op-2"),
        )
        stream = one.stream("up", "socket")
        strangers = [
            one.stream("up", "http"),
            one.stream("down", "socket"),
            two.stream("up", "socket"),
        ]
        found = []
        for number in range(500):
            for stranger in strangers[:others]:
                stranger.send(number * SECOND, 5_000, f"x{number}")
            found.append(stream.send(number * SECOND, 3_000, f"m{number}"))
        return found

    assert None not in arrivals(0)
    assert arrivals(0) == arrivals(1) == arrivals(2) == arrivals(3)
    assert len(set(arrivals(0))) > 400


def test_a_full_queue_does_not_touch_the_luck_of_what_comes_later():
    path = replace(SLOW, queue_bytes=SEGMENT_BYTES, loss=LOSSY)

    def stalled(flood: bool) -> list[bool]:
        one = link(path)
        stream, other = one.stream("up", "socket"), one.stream("up", "other")
        if flood:
            other.send(0, 4_000, "flood")
        stream.send(0, 4_000, "m")
        later = [(n, n * 1_000 * SECOND) for n in range(1, 300)]
        return [stream.send(at_us, 100, f"m{n}") > at_us + 100 * MS for n, at_us in later]

    assert stalled(flood=True) == stalled(flood=False)
    assert 0 < sum(stalled(flood=True)) < 100


@given(
    seed=st.integers(0, 1_000),
    sends=st.lists(
        st.tuples(st.integers(0, 300 * MS), st.integers(0, 40_000), st.integers(0, 2)), max_size=40
    ),
)
def test_messages_of_a_stream_arrive_in_order_and_not_before_their_time(seed, sends):
    one = link(SHAKY, SHAKY, seed)
    streams = [one.stream("up", "a"), one.stream("up", "b"), one.stream("down", "a")]
    last_us, now_us = [0, 0, 0], 0
    for number, (passed_us, count, which) in enumerate(sends):
        now_us += passed_us
        arrival_us = streams[which].send(now_us, count, f"m{number}")
        if arrival_us is None:
            assert streams[which].dead_us is not None
            continue
        assert type(arrival_us) is int
        least_us = now_us + 20 * MS + count * 8 * MILLION // SHAKY.bandwidth_bps
        assert arrival_us >= max(last_us[which], least_us)
        last_us[which] = arrival_us


@pytest.mark.parametrize(
    "wrong",
    [
        {"delay_us": -1},
        {"jitter_us": -1},
        {"bandwidth_bps": -1},
        {"bandwidth_bps": 1, "queue_bytes": SEGMENT_BYTES - 1},
        {"queue_bytes": 20_000},
    ],
    ids=str,
)
def test_a_path_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(AssertionError):
        Path(**{"delay_us": 1} | wrong)
    with pytest.raises(AssertionError):
        link(STILL).stream("up", "s").send(0, -1, "m")
