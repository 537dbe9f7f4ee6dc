from __future__ import annotations

import pytest

from syncsim.cli.network_picture import fit_figure
from syncsim.net.fit import fit
from syncsim.net.trace import Trace
from syncsim_reports.figures import png
from syncsim_reports.figures.herd import Herd, herds
from syncsim_reports.figures.lateness import Lateness, lateness
from tests.unit.reports.records import words

AT_ONCE = Herd("at once", (0, 0, 100, 0), (100, 0, 100, 0), 100)
SPREAD = Herd("spread", (0, 0, 20, 30), (10, 20, 20, 30), 100)
MS = 1_000


def test_a_herd_says_its_worst_second_and_how_long_the_last_takes():
    shown = words(herds([AT_ONCE, SPREAD], down_s=2, subtitle="x"))
    assert "at once brings all 100 clients back in one second, spread at most 30" in shown
    assert "at most 100 in a second, all back within 1 s" in shown
    assert "at most 30 in a second, 50 not back" in shown


def test_tries_that_are_too_many_for_the_panel_are_told():
    eager = Herd("eager", (0, 50), (400, 50), 50)
    assert "tries: 400 in second 0" in words(herds([eager], down_s=1, subtitle="x"))
    calm = Herd("calm", (0, 50), (40, 50), 50)
    assert not any(
        text.startswith("tries:") for text in words(herds([calm], down_s=1, subtitle=""))
    )


@pytest.mark.parametrize("count", [0, 7])
def test_there_is_room_for_six(count):
    with pytest.raises(AssertionError):
        herds([SPREAD] * count, down_s=2, subtitle="x")


def test_lateness_says_what_one_in_a_hundred_takes():
    good = Lateness("good", "loses little", [10 * MS] * 98 + [300 * MS] * 2, [10 * MS] * 100)
    bad = Lateness("bad", "loses much", [40 * MS] * 90 + [900 * MS] * 10, [40 * MS] * 100)
    figure = lateness([good, bad], subtitle="x")
    shown = words(figure)
    assert "One event in a hundred takes more than 900 ms on bad, 300 ms on good" in shown
    assert "loses much" in shown
    assert len(figure.axes[0].lines) == 4
    assert png(figure) == png(lateness([good, bad], subtitle="x"))


def test_a_quantile_is_the_first_that_so_few_exceed():
    ordered = Lateness("n", "", [*range(1, 1_001)], [1])
    assert ordered.quantile_us(0.01) == 991
    assert ordered.quantile_us(0.5) == 501


def drawn(delays, name="t.csv"):
    trace = Trace(times_us=tuple(range(len(delays))), delays_us=tuple(delays))
    return fit_figure(trace, fit(trace), name)


SKEWED = [10 * MS + n * n for n in range(300)]


def test_a_fit_is_drawn_over_its_trace():
    figure = drawn([*SKEWED, None, None, 10 * MS, None], "my $trace$")
    shown = words(figure)
    assert [len(ax.lines) for ax in figure.axes] == [3, 3, 2]
    assert any(text.startswith("my $trace$  ·  304 packets, 3 lost") for text in shown)
    assert any(text.startswith("network: exponential, KS 0.") for text in shown)
    assert any(text.startswith("nearest family: ") for text in shown)
    assert any(text.startswith("2 bursts; network: geometric, KS 0.") for text in shown)


def test_the_lines_of_the_network_are_those_of_its_distributions():
    figure = drawn([*SKEWED, None, None, 10 * MS, None])
    delays, tail, bursts = figure.axes
    _, network, _ = delays.lines
    over_us = fit(Trace(times_us=(), delays_us=tuple(SKEWED))).used
    for x, y in zip(*network.get_data(), strict=True):
        assert y == pytest.approx(over_us.share(x), abs=0.02)
    for x, y in zip(*tail.lines[1].get_data(), strict=True):
        assert y == pytest.approx(1 - over_us.share(x), abs=0.02)
    # One burst of two and one of one: half of them are of two or more.
    assert bursts.lines[0].get_ydata().tolist()[:2] == [1, 0.5]


def test_without_losses_nothing_is_said_of_bursts():
    figure = drawn(SKEWED)
    assert len(figure.axes) == 2
    assert not any("burst" in text for text in words(figure))


@pytest.mark.parametrize("delays", [[7 * MS] * 40, [0] * 40, [0] * 40 + [30_000 * MS, None]])
def test_constant_delays_are_drawn_as_a_step(delays):
    figure = drawn(delays)
    shown = words(figure)
    assert any(text.startswith("network: constant, KS ") for text in shown)
    assert [len(ax.lines) for ax in figure.axes[:2]] == [2, 2]
    png(figure)


def test_where_the_tails_agree_the_title_says_one_number():
    assert "One packet in a hundred takes more than 7 ms, in the trace and in the network" in words(
        drawn([7 * MS] * 40)
    )
