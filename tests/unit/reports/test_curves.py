from __future__ import annotations

from types import SimpleNamespace

from syncsim.history import History
from syncsim.staleness import measure
from syncsim_reports.figures import coherence_curve, png, survival_curves
from tests.unit.reports.records import window, words
from tests.unit.reports.sample import SECOND, sample


def lengths(*milliseconds, censored=()):
    closed = [window(start_us=0, end_us=1000 * length) for length in milliseconds]
    return [*closed, *(window(start_us=0, end_us=1000 * n, ended="end") for n in censored)]


def lines(figure):
    return {line.get_label(): line for line in figure.axes[0].lines}


def test_each_series_has_a_line_and_a_label_with_its_figures():
    series = {
        "enhanced": lengths(100, 100, 200, 300),
        "manual": lengths(5000, 9000, censored=[9500]),
    }
    figure = survival_curves(series, subtitle="x")
    assert {"enhanced", "manual"} <= lines(figure).keys()
    shown = words(figure)
    assert "Half of the old data is gone after 100 ms under enhanced, 9.0 s under manual" in shown
    assert "p50 100 ms, p99 300 ms\n4 windows, 0 % censored" in shown
    assert "p50 9.0 s, p99 not reached\n3 windows, 33.3 % censored" in shown


def test_a_curve_with_censored_windows_ends_above_zero_in_an_arrow():
    figure = survival_curves({"enhanced": lengths(100, censored=[900])})
    line = lines(figure)["enhanced"]
    assert (line.get_xdata()[-1], line.get_ydata()[-1]) == (900_000, 0.5)
    assert "open end of enhanced" in lines(figure)


def test_labels_of_curves_do_not_lie_on_each_other():
    series = {name: lengths(*range(50, 900, 7)) for name in "abcd"}
    figure = survival_curves(series)
    figure.canvas.draw()
    boxes = [t.get_window_extent() for t in figure.axes[0].texts if t.get_text() in series]
    assert len(boxes) == 4
    assert not any(one.overlaps(other) for one in boxes for other in boxes if one is not other)


def test_series_without_windows_are_left_out_and_none_at_all_is_said():
    assert "empty" not in lines(survival_curves({"a": lengths(100), "empty": []}))
    assert any("No client showed" in text for text in words(survival_curves({"empty": []})))


def test_windows_shorter_than_the_axis_stand_at_its_left_end():
    assert png(survival_curves({"instant": [window(end_us=SECOND)]}))


def test_the_coherence_curve_has_a_band_per_run_with_its_share():
    run = measure(sample())
    figure = coherence_curve({"enhanced": run, "hardened": run})
    shown = words(figure)
    assert {"enhanced", "hardened"} <= set(shown)
    assert sum("coherent" in text for text in shown) == 2
    assert len(figure.axes[0].lines) == 2


def test_time_before_the_first_screen_is_ready_is_neither_coherent_nor_not():
    (line,) = coherence_curve({"enhanced": measure(sample())}).axes[0].lines
    assert line.get_xdata()[0] == 0
    assert str(line.get_ydata()[0]) == "nan"


def test_a_run_without_screens_is_said():
    empty = measure(History())
    assert any("No screen ever" in text for text in words(coherence_curve({"x": empty})))
    assert png(coherence_curve({}))


def test_names_of_designs_are_drawn_as_text():
    run = SimpleNamespace(
        **{name: getattr(measure(sample()), name) for name in ("steps", "phi", "mean_age_us")}
    )
    assert png(coherence_curve({"$\\frac{<b>$": run}))
    assert png(survival_curves({"$\\frac{<b>$": lengths(100)}))
