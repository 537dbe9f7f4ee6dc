"""Fitting a trace: it finds again what the trace was made from, and names every bad row."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncsim.engine import Draws
from syncsim.errors import InputError
from syncsim.net.fit import fit, fit_loss, gamma_quantile, gamma_share
from syncsim.net.loss import GilbertElliott, LossChain
from syncsim.net.profile import MILLION
from syncsim.net.trace import ROWS_MAX, Trace, parse_trace, read_trace

MS = 1_000
MANY = 20_000


def uniform(count: int = MANY) -> list[float]:
    draws = Draws(9)
    return [(draws.below(MILLION * MILLION, f"u{n}") + 0.5) / MILLION**2 for n in range(count)]


def trace(delays: list[int | None]) -> Trace:
    return Trace(times_us=tuple(range(len(delays))), delays_us=tuple(delays))


def exponential(shift_us: int, mean_us: int) -> list[int | None]:
    return [shift_us + round(-mean_us * math.log(share)) for share in uniform()]


def lognormal(shift_us: int, median_us: int, sigma: float) -> list[int | None]:
    normal = NormalDist()
    return [shift_us + round(median_us * math.exp(sigma * normal.inv_cdf(u))) for u in uniform()]


def gamma(shift_us: int, scale_us: int, shape: float) -> list[int | None]:
    return [shift_us + round(scale_us * gamma_quantile(u, shape)) for u in uniform(4_000)]


MADE = [
    ("exponential", exponential(20 * MS, 15 * MS), 20 * MS, 15 * MS, 0, 0),
    ("lognormal", lognormal(30 * MS, 12 * MS, 0.8), 30 * MS, 12 * MS, 0.8, 0.05),
    ("lognormal", lognormal(5 * MS, 40 * MS, 0.4), 5 * MS, 40 * MS, 0.4, 0.06),
    ("gamma", gamma(10 * MS, 8 * MS, 3), 10 * MS, 8 * MS, 3, 0.6),
    ("gamma", gamma(100 * MS, 2 * MS, 2), 100 * MS, 2 * MS, 2, 0.4),
]


@pytest.mark.parametrize(
    ("family", "delays", "shift_us", "scale_us", "shape", "near"),
    MADE,
    ids=["exponential", "skewed lognormal", "mild lognormal", "gamma 3", "gamma 2"],
)
def test_a_fit_finds_the_distribution_again(family, delays, shift_us, scale_us, shape, near):
    found = fit(trace(delays))
    nearest = found.delay
    mean = sum(delays) / len(delays)
    # A gamma of shape 1 is an exponential, and may be a hair nearer than the exponential itself.
    if family == "exponential":
        nearest = next(one for one in found.delays if one.family == family)
        assert nearest.distance_ppm - found.delay.distance_ppm < 5_000
    assert nearest.family == family
    assert abs(nearest.shift_us - shift_us) < 0.1 * (mean - shift_us) + 100
    assert abs(nearest.scale_us - scale_us) < 0.15 * scale_us
    assert abs(nearest.shape_ppm / MILLION - shape) <= near
    assert nearest.distance_ppm < 15_000
    distances = [one.distance_ppm for one in found.delays]
    assert distances == sorted(distances)


def test_another_family_is_farther_away():
    families = {one.family: one.distance_ppm for one in fit(trace(MADE[2][1])).delays}
    assert families["exponential"] > 5 * families["lognormal"]


def test_the_share_of_a_fit_is_as_far_from_the_trace_as_its_distance_says():
    for _, delays, *_ in MADE:
        ordered = sorted(delays)
        for one in fit(trace(delays)).delays:
            farthest = max(
                abs(one.share(delay_us) - rank / len(ordered))
                for rank, delay_us in enumerate(ordered)
            )
            assert farthest == pytest.approx(one.distance_ppm / MILLION, abs=0.001)
            assert one.share(one.shift_us - 1) == 0
            assert one.share(10**12) == 1


@pytest.mark.parametrize("seed", range(6))
def test_the_distance_is_the_largest_there_is(seed):
    draws = Draws(seed)
    # Few values, so that many delays are equal.
    delays = sorted(100 * MS + draws.exponential_us(20, f"d{n}") * MS for n in range(60))
    found = next(one for one in fit(trace(delays)).delays if one.family == "exponential")
    farthest = 0.0
    for value in delays:
        share = 1 - math.exp(-(value - found.shift_us) / found.scale_us)
        for seen in (sum(d < value for d in delays), sum(d <= value for d in delays)):
            farthest = max(farthest, abs(share - seen / 60))
    assert found.distance_ppm / MILLION == pytest.approx(farthest, abs=1e-4)


def test_constant_delays_are_constant():
    found = fit(trace([7 * MS] * 90 + [9 * MS] * 3))
    assert [one.family for one in found.delays] == ["constant"]
    assert (found.delay.shift_us, found.delay.scale_us) == (7 * MS, 0)
    assert found.delay.distance_ppm == round(3 / 93 * MILLION)
    assert found.path().delay_us == 7 * MS
    assert found.path().jitter_us == 0


def test_a_path_is_made_of_a_fit():
    link = fit(trace([*exponential(20 * MS, 15 * MS), None])).path()
    assert abs(link.delay_us - 20 * MS) < 500
    assert abs(link.jitter_us - 15 * MS) < 500
    assert link.loss is not None


@pytest.mark.parametrize(
    ("p", "r"), [(0.005, 0.5), (0.02, 0.2), (0.05, 0.5), (0.1, 0.9), (0.3, 0.3)]
)
def test_a_fit_finds_the_chain_again(p, r):
    made = GilbertElliott(good_to_bad_ppm=round(p * MILLION), bad_to_good_ppm=round(r * MILLION))
    chain = LossChain(made, Draws(2), "l")
    losses = [chain.lost(number) for number in range(100_000)]
    correlation, found = fit_loss(losses)
    bursts = sum(losses) * r
    # The chances are shares of about so many chances taken; five deviations.
    assert abs(found.bad_to_good_ppm / MILLION - r) < 5 * math.sqrt(r * r / bursts) + 0.001
    assert abs(found.good_to_bad_ppm / MILLION - p) < 5 * p / math.sqrt(bursts)
    assert abs(float(correlation) - (1 - p - r)) < 0.05
    fitted = fit(trace([None if lost else 1_000 + n % 7 for n, lost in enumerate(losses)]))
    assert fitted.loss == found
    assert fitted.burst_distance_ppm < 30_000
    assert fitted.lost == sum(losses)
    assert fitted.packets == 100_000


def test_bursts_that_are_not_geometric_show_in_the_distance():
    losses = ([None] * 10 + [1_000] * 90) * 50
    assert fit(trace(losses)).burst_distance_ppm > 500_000


def test_without_loss_there_is_no_chain():
    found = fit(trace(exponential(0, 10)))
    assert found.loss is None
    assert (found.lost, found.burst_distance_ppm, found.autocorrelation_ppm) == (0, 0, 0)
    assert fit_loss([True, True]) == (0, None)


@given(st.lists(st.booleans(), min_size=2, max_size=60))
def test_any_losses_give_a_chain_with_their_rate(losses):
    correlation, found = fit_loss(losses)
    if found is None:
        assert len(set(losses)) == 1
        return
    if -1 < correlation < 1 and 1 < found.bad_to_good_ppm < MILLION > found.good_to_bad_ppm:
        assert abs(float(found.stationary_loss) - sum(losses) / len(losses)) < 1e-3


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 10**9)), min_size=20, max_size=80).filter(
        lambda delays: sum(delay is not None for delay in delays) >= 20
    )
)
def test_any_trace_with_enough_delays_is_fitted(delays):
    found = fit(trace(delays))
    assert found.delays
    for one in found.delays:
        assert one.shift_us >= 0
        assert one.scale_us >= 0
        assert 0 <= one.distance_ppm <= MILLION
        shares = [one.share(delay_us) for delay_us in (0, 10, 10**3, 10**6, 10**9, 10**12)]
        assert shares[0] >= 0
        assert shares == sorted(shares)
        assert shares[-1] <= 1
    found.path()


def test_too_few_delays_are_refused():
    with pytest.raises(InputError) as caught:
        fit(trace([5] * 19 + [None] * 30), "t.csv")
    (problem,) = caught.value.problems
    assert (problem.code, problem.place, problem.found) == ("too-few-rows", "t.csv", "19")


GAMMA = [(1, 1, 1 - math.exp(-1)), (2, 3, 1 - 4 * math.exp(-3)), (0.5, 0.5, math.erf(0.5**0.5))]


@pytest.mark.parametrize(("shape", "value", "share"), GAMMA)
def test_the_gamma_function_has_its_known_values(shape, value, share):
    assert gamma_share(value, shape) == pytest.approx(share, abs=1e-12)
    assert gamma_quantile(share, shape) == pytest.approx(value, abs=1e-9)
    assert gamma_share(0, shape) == 0
    assert gamma_share(1e6, shape) == 1


# Reading


def test_a_trace_is_read_in_both_units():
    lines = ["time_ms,delay_ms", "0,20.5", "", "1000, 21.0004 ", "2000,", "2000,0"]
    read = parse_trace(lines)
    assert read.times_us == (0, 1_000_000, 2_000_000, 2_000_000)
    assert read.delays_us == (20_500, 21_000, None, 0)
    assert parse_trace(["delay_us,note,time_us", "17,x,4"]) == Trace(times_us=(4,), delays_us=(17,))


def test_a_trace_is_read_from_a_file(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"\xef\xbb\xbftime_us,delay_ms\r\n5,1.5\r\n")
    assert read_trace(path) == Trace(times_us=(5,), delays_us=(1_500,))


def problems_of(lines: list[str]) -> list[tuple[str, str, str]]:
    with pytest.raises(InputError) as caught:
        parse_trace(lines, "t.csv")
    assert all(problem.hint and problem.expected for problem in caught.value.problems)
    return [(one.code, one.place, one.found) for one in caught.value.problems]


def test_every_bad_row_is_reported_at_once():
    lines = [
        *("time_us,delay_ms", "0,1", "x,1", "2,-1", "3,nan", "4,1e3", "5", "6,1,1", "1,5"),
        *("7,1.2.3", "-1,0", "8,inf", "9,0x1", "10,1_0", "11,٣", "12,3"),
    ]
    assert problems_of(lines) == [
        ("bad-row", "t.csv:3:1", "'x'"),
        ("bad-row", "t.csv:4:2", "'-1'"),
        ("bad-row", "t.csv:5:2", "'nan'"),
        ("bad-row", "t.csv:6:2", "'1e3'"),
        ("bad-row", "t.csv:7", "1"),
        ("bad-row", "t.csv:8", "3"),
        ("bad-row", "t.csv:9", "1"),
        ("bad-row", "t.csv:10:2", "'1.2.3'"),
        ("bad-row", "t.csv:11:1", "'-1'"),
        ("bad-row", "t.csv:12:2", "'inf'"),
        ("bad-row", "t.csv:13:2", "'0x1'"),
        ("bad-row", "t.csv:14:2", "'1_0'"),
        ("bad-row", "t.csv:15:2", "'٣'"),
    ]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "missing-column"),
        ("time,delay", "missing-column"),
        ("time_us,delay_s", "missing-column"),
        ("time_us,time_ms,delay_us", "two-columns"),
        ("time_us,delay_us,delay_ms", "two-columns"),
    ],
)
def test_the_header_says_which_columns_there_are(header, code):
    assert [one[:2] for one in problems_of([header, "1,2"])] == [(code, "t.csv:1")]


def test_a_quote_that_never_ends_is_reported():
    assert [one[0] for one in problems_of(["time_us,delay_us", "1,2", '"3,4'])] == ["bad-row"]


def test_reading_stops_at_a_thousand_problems():
    found = problems_of(["time_us,delay_us", *["x,1"] * 3_000])
    assert len(found) == 1_001
    assert found[-1][:2] == ("too-many-rows", "t.csv:1002")


def test_a_trace_that_is_too_long_is_refused(monkeypatch):
    assert ROWS_MAX == MILLION
    monkeypatch.setattr("syncsim.net.trace.ROWS_MAX", 3)
    assert parse_trace(["time_us,delay_us", *["1,1"] * 3]).delays_us == (1, 1, 1)
    assert problems_of(["time_us,delay_us", *["1,1"] * 4])[0][:2] == ("too-many-rows", "t.csv:5")


@pytest.mark.parametrize("make", ["missing", "folder", "bytes"])
def test_a_file_that_cannot_be_read_is_a_problem(tmp_path, make):
    path = tmp_path / "t.csv"
    if make == "folder":
        path.mkdir()
    elif make == "bytes":
        path.write_bytes(b"time_us,delay_us\n\xff\xfe\n")
    with pytest.raises(InputError) as caught:
        read_trace(path)
    (problem,) = caught.value.problems
    assert problem.code == "unreadable-file"
    assert problem.place == str(path)
